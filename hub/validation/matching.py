"""Pairing what was found with what really happened. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ROUNDING_S = 1e-9
"""Slack at the edges of a window, so that 1.05 s lies within 50 ms of 1.00 s."""


@dataclass(frozen=True, slots=True)
class Window:
    """How far a detection may lie from the truth it is paired with: up to ``before_s`` early, ``after_s`` late."""

    before_s: float
    after_s: float

    @classmethod
    def around(cls, tolerance_s: float) -> "Window":
        """The same tolerance on both sides."""
        return cls(tolerance_s, tolerance_s)

    def holds(self, late_s: float) -> bool:
        """Whether a detection that comes ``late_s`` after the truth lies within."""
        return -self.before_s - ROUNDING_S <= late_s <= self.after_s + ROUNDING_S


def match(truth_s: Sequence[float], found_s: Sequence[float], window: Window) -> list[tuple[int, int]]:
    """Pair times one to one: as many pairs as possible, and among those the smallest sum of distances.

    Parameters
    ----------
    truth_s, found_s : times in seconds, each in ascending order.
    window : how far apart the two of a pair may lie.

    Returns
    -------
    Pairs of positions (in ``truth_s``, in ``found_s``), ascending in both. An optimal pairing that crosses can always
    be uncrossed at no cost, because the window is the same for all and distance is convex; only ascending ones are
    therefore searched.
    """
    truth, found = np.asarray(truth_s, dtype=float), np.asarray(found_s, dtype=float)
    first = np.searchsorted(found, truth - window.before_s - ROUNDING_S, side="left").tolist()
    last = np.searchsorted(found, truth + window.after_s + ROUNDING_S, side="right").tolist()
    pairs: list[tuple[int, int]] = []
    start = 0
    for end in range(1, len(truth_s) + 1):
        if end < len(truth_s) and first[end] < last[end - 1]:
            continue  # shares a candidate with its predecessor: both belong to one group
        reach = [(first[i], last[i]) for i in range(start, end)]
        pairs += [(start + i, j) for i, j in _match_group(truth_s[start:end], found_s, reach)]
        start = end
    return pairs


def _match_group(
    truth_s: Sequence[float], found_s: Sequence[float], reach: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Dynamic programme over one group; ``reach`` is the half-open range of candidates of each truth."""
    offset, end = reach[0][0], reach[-1][1]
    width = end - offset
    if len(truth_s) == 1 and width <= 1:
        return [(0, offset)] if width else []
    best: list[list[tuple[int, float]]] = [[(0, 0.0)] * (width + 1)]  # (pairs, -distance) of the first i and j
    for i, time_s in enumerate(truth_s):
        above, row = best[-1], [(0, 0.0)]
        for j in range(width):
            score = max(above[j + 1], row[j])
            if reach[i][0] <= offset + j < reach[i][1]:
                n, closeness = above[j]
                score = max(score, (n + 1, closeness - abs(found_s[offset + j] - time_s)))
            row.append(score)
        best.append(row)
    pairs: list[tuple[int, int]] = []
    i, j = len(truth_s), width
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, offset + j))
    return pairs[::-1]
