"""A shank's pitch over a whole clip: looked at afterwards, it is known before it was levelled too. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np

from hub.gait.feed import Feed, GapParams
from hub.gait.history import History
from hub.gait.legs import PITCH_KEPT_S
from hub.gait.signals.pitch import ShankLevel, pitch_of
from hub.gait.signals.shank import HISTORY_COLUMNS, ShankParams, ShankStream
from hub.gait.signals.shank_marks import TIME
from hub.gait.timeline import Timeline
from hub.session import SHIN_CHANNELS, Block, Floats, ShinSpec
from sensors.layout import Role

AS_KNOWN = replace(ShankParams(), review_every_s=1e6)
"""The axes are taken as live knew them: a few strides alone would give worse ones."""

HOLE_S = GapParams().silent_s
"""No integral reaches across a longer silence."""


class ShankTrack:
    """The pitch of one shank at any time of a clip.

    Parameters
    ----------
    learnt : what was known of the sensor's axes when the clip was kept; None: they are learnt from the clip.
    """

    def __init__(self, role: Role, spec: ShinSpec, learnt: Mapping[str, Any] | None) -> None:
        self._history = History(Timeline(1), HISTORY_COLUMNS)
        stream = ShankStream(role, spec, self._history, learnt, AS_KNOWN)
        self._feed = Feed(role, spec.rate_hz, len(SHIN_CHANNELS), stream, GapParams())
        self._levels: list[ShankLevel] = []

    def push(self, block: Block) -> None:
        """Take samples in."""
        self._levels += [mark for mark in self._feed.push(block) if isinstance(mark, ShankLevel)]

    def pitches_deg(self, pictures_s: Floats, stale_s: float) -> list[float | None]:
        """Pitch at each time, positive with the ankle ahead of the knee; None where it is not known."""
        _, rows = self._history.told(-inf, inf)
        if not self._levels or not rows.shape[1]:
            return [None] * len(pictures_s)
        run = np.cumsum(np.diff(rows[TIME], prepend=rows[TIME][0]) > HOLE_S)
        levels_s = np.array([level.time_s for level in self._levels])
        runs = run[np.clip(np.searchsorted(rows[TIME], levels_s), 0, len(run) - 1)]
        pitches: list[float | None] = []
        for now_s in pictures_s.tolist():
            place = int(np.searchsorted(rows[TIME], now_s, side="right")) - 1
            nearest = int(np.argmin(np.abs(levels_s - now_s) + np.where(runs == run[place], 0.0, inf)))
            is_known = (
                place >= 0
                and now_s - rows[TIME, place] <= stale_s
                and runs[nearest] == run[place]
                and abs(levels_s[nearest] - now_s) <= PITCH_KEPT_S
            )
            pitches.append(round(pitch_of(rows[:, place], self._levels[nearest]), 1) if is_known else None)
        return pitches
