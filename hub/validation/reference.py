"""Where raw cells contradict the truth that was made from them: contacts there are judged neither way. Pure.

The contacts of some recordings were found in the same cells that the hub reads (``data/README.md`` of the recordings),
by rules that know no swing shorter than 0.14 s, and that take any fall to a fifth of a pulse for a final contact. Two
cells that bear nothing are no lift: much of the weight is borne between them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from hub.events import Kind
from hub.gait.signals.loadscale import FEWEST_CELLS
from hub.recording.session_folder import SessionFolder, Stream
from hub.recording.truth import WALK
from hub.session import Floats
from hub.validation.scoring import Doubt
from sensors.layout import Side

SAME_CELLS = frozenset({"gaitpdb", "marpino", "chen"})
"""Sets of recordings whose truth is a reading of the insoles in them."""

STRIKES_CHECKED = frozenset({"marpino"})
"""Sets whose strikes were checked with an IMU on the foot, which is not in the sessions."""


@dataclass(frozen=True, slots=True)
class ReferenceParams:
    """When cells say something else than the truth."""

    empty_pct: float = 5.0  # of the foot's median stance peak: below it gaitpdb's own truth takes a foot to be off
    empty_s: float = 0.05  # for so long (our choice)
    around_s: float = 0.1  # and so far from the stance's own ends; a final contact's load so long before and after it
    kept_share: float = 0.5  # of it is still there: 0.44 at most, and 0.93 in the one of 4,523 that is none


def doubts_of(path: Path, folder: SessionFolder, params: ReferenceParams | None = None) -> list[Doubt]:
    """What cannot be judged in a recording at ``path``; nothing where the truth was not made from its insoles."""
    if path.parent.name not in SAME_CELLS:
        return []
    streams = [(role.side, stream) for role, stream in folder.streams.items() if role.is_insole]
    return [
        doubt for side, stream in streams for doubt in _foot_doubts(folder, side, stream, params or ReferenceParams())
    ]


def _foot_doubts(folder: SessionFolder, side: Side, stream: Stream, params: ReferenceParams) -> Iterator[Doubt]:
    contacts = sorted(
        (row.time_s, row.kind)
        for row in folder.truth
        if row.side is side and row.kind in {Kind.INITIAL_CONTACT, Kind.FINAL_CONTACT}
    )
    stances, swings = (
        [(one_s, two_s) for (one_s, one), (two_s, _) in pairwise(contacts) if one == kind]
        for kind in (Kind.INITIAL_CONTACT, Kind.FINAL_CONTACT)
    )
    if not stances or not swings:
        return
    time_s, total = stream.time_s, stream.values.sum(axis=1)
    zero = _median_of(np.min, time_s, total, swings)
    level = zero + params.empty_pct / 100 * (_median_of(np.max, time_s, total, stances) - zero)
    walks = [(row.time_s, row.end_s) for row in folder.truth if row.kind == WALK]
    contacts_s = np.array([at_s for at_s, _ in contacts])
    weighs = stream.values.shape[1] >= FEWEST_CELLS
    for start_s, end_s in _runs(time_s, total < level) if weighs else ():
        walked = any(from_s <= end_s and start_s <= to_s for from_s, to_s in walks)
        listed = any(lifted_s < end_s and start_s < landed_s for lifted_s, landed_s in swings)
        within = not np.any((start_s - params.around_s < contacts_s) & (contacts_s < end_s + params.around_s))
        if walked and within and not listed and end_s - start_s >= params.empty_s:
            yield Doubt(side, start_s, end_s)
    for lifted_s, landed_s in swings:
        before, after = np.interp([lifted_s - params.around_s, lifted_s + params.around_s], time_s, total)
        if after - zero > params.kept_share * (before - zero):
            yield Doubt(side, lifted_s, max(lifted_s, landed_s - params.around_s))  # the landing is none of it


def _median_of(
    extreme: Callable[[Floats], float], time_s: Floats, total: Floats, intervals: list[tuple[float, float]]
) -> float:
    """Median over intervals of the load's highest or lowest value in each."""
    cuts = [slice(*time_s.searchsorted(interval)) for interval in intervals]
    return float(np.median([extreme(total[cut]) for cut in cuts if cut.start < cut.stop]))


def _runs(time_s: Floats, light: "np.ndarray[tuple[int], np.dtype[np.bool]]") -> Iterator[tuple[float, float]]:
    """First and last time of each run of samples that are light."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], light, [False])).astype(int)))
    for first, end in edges.reshape(-1, 2).tolist():
        yield time_s.item(first), time_s.item(end - 1)
