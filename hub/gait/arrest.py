"""A swing that is arrested: the shank's rate falls where it never falls.

The foot meets an obstacle, the ankle stops, and the rate of the shank, which should still be rising or high, drops
within 30-60 ms (science.md 5.5). What is usual is the wearer's own: a template over phase, learnt from clean swings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from statistics import median
from typing import Any

import numpy as np

from hub.gait.shank_marks import KNOWN, RATE, TIME, Swing, SwingArrest
from hub.gait.tail import Tail
from hub.gait.template import BIN, BINS, FIRST_PHASE, PHASES, Limits, SwingTemplate, TemplateParams
from sensors.layout import Role


@dataclass(frozen=True, slots=True)
class ArrestParams:
    """When a drop of the rate is an arrest."""

    slope_over_s: float = 0.020  # the slope is the difference over this time (rec, science.md 5.5)
    slope_per_peak_1_s: float = 6.0  # least slope over the usual peak: 1200 deg/s^2 at 200, 2000 at 330 (rec)
    below_dps: float = 40.0  # the rate must also fall this far below its lowest usual value (rec)
    within_s: float = 0.050  # so soon after the slope (rec)
    last_phase: float = 0.85  # after this every swing brakes hard; the insole watches there (science.md 5.5)
    reversal_after: int = 4  # swings after which a rate that turns round in mid-swing is told, template or not
    reversal_phase: float = 0.70  # an undisturbed rate falls through zero at 1 +- 0.1 (marpino, chen)
    reversal_slope: float = 1.5  # times the least slope
    clean: tuple[float, float] = (0.75, 1.3)  # duration and angle of a swing to learn from, of the usual ones
    remembered: int = 9
    pause_s: float = 10.0  # nothing is learnt so long after an arrest (rec)
    template: TemplateParams = field(default_factory=TemplateParams)


@dataclass(frozen=True, slots=True)
class UsualSwing:
    """Medians of the last swings: zero crossing to zero crossing, final to initial contact, angle turned, peak rate."""

    lobe_s: float
    swing_s: float
    angle_deg: float
    peak_dps: float


@dataclass(slots=True)
class _Lobe:
    """The lobe under watch: its zero crossing, when its foot had left the ground, and the next row to look at."""

    rise_s: float
    final_contact_s: float
    next_row: int


class ArrestWatch:
    """Watches each positive lobe of the rate as it grows, and learns the template from those that were undisturbed.

    Parameters
    ----------
    learnt : what ``to_dict`` of an earlier watch returned.
    """

    def __init__(self, role: Role, rate_hz: float, params: ArrestParams, learnt: Mapping[str, Any] | None) -> None:
        self._role = role
        self._params = params
        self._slope_n = max(1, round(params.slope_over_s * rate_hz))
        self.within_n = max(1, round(params.within_s * rate_hz))
        self._template = SwingTemplate(params.template, learnt["template"] if learnt else None)
        self._swings: list[tuple[float, float, float, float]] = (
            [tuple(swing) for swing in learnt["swings"]] if learnt else []
        )
        self._usual = self._medians()
        self._reversal = self._reversal_limits()
        self._quiet_until_s = -inf
        self._lobe: _Lobe | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {"swings": [list(swing) for swing in self._swings], "template": self._template.to_dict()}

    def open(self, row: int, rise_s: float, final_contact_s: float) -> None:
        """A lobe rose through zero just before ``row``."""
        self._lobe = _Lobe(rise_s, final_contact_s, row)

    def look(self, rows: Tail, end: int, floor_known_s: float) -> SwingArrest | None:
        """Whether the open lobe was arrested in the rows before ``end``; told once, and the lobe is closed by it."""
        lobe, usual = self._lobe, self._usual
        if lobe is None or usual is None:
            return None
        first = max(lobe.next_row - 1, rows.first + self._slope_n)
        if end - first < 2:
            return None
        time_s, rate = rows.column(TIME, first, end), rows.column(RATE, first, end)
        before = rows.rows(first - self._slope_n, end - self._slope_n)
        slope = (rate - before[RATE]) / (time_s - before[TIME])
        lobe.next_row = end
        steep = slope < -self._params.slope_per_peak_1_s * usual.peak_dps
        if not steep.any():
            return None
        phase = (time_s - lobe.rise_s) / usual.lobe_s
        steep &= phase < self._params.last_phase
        bins = np.clip(np.floor((phase - FIRST_PHASE) / BIN + 0.5), 0, BINS - 1).astype(int)
        found: tuple[int, int, Limits] | None = None
        for limits in filter(None, (self._template.limits, self._reversal)):
            falls = steep & (slope < limits.slope_dps2[bins])
            low = rate < limits.rate_dps[bins] - self._params.below_dps
            for onset in np.flatnonzero(falls[:-1] & falls[1:]).tolist():
                soon = low[onset : onset + 2 + self.within_n]
                if soon.any():
                    known = max(onset + 1, onset + int(soon.argmax()))
                    if found is None or known < found[1]:
                        found = (onset, known, limits)
                elif len(soon) < 2 + self.within_n:
                    lobe.next_row = min(lobe.next_row, first + onset + 1)
        if found is None:
            return None
        self._lobe = None
        onset, known, limits = found
        arrest_s, known_at_s = rows.value(TIME, first + onset - self._slope_n), rows.value(KNOWN, first + known)
        known_at_s = max(known_at_s, floor_known_s)
        self._quiet_until_s = known_at_s + self._params.pause_s
        return SwingArrest(
            role=self._role,
            time_s=arrest_s,
            known_at_s=known_at_s,
            drop_dps=float(limits.rate_dps[bins[known]] - rate[known]),
            phase_pct=min(max(100.0 * (arrest_s - lobe.final_contact_s) / usual.swing_s, 0.0), 100.0),
            expected_swing_s=usual.swing_s,
            learnt=limits is not self._reversal,
        )

    def learn(self, rows: Tail, swing: Swing, final_contact_s: float, contact_s: float, now_s: float) -> None:
        """Take an undisturbed swing that ended now."""
        self._lobe = None
        lobe_s = swing.fall_s - swing.rise_s
        if now_s < self._quiet_until_s:
            return
        usual = self._usual
        self._swings.append((lobe_s, contact_s - final_contact_s, swing.angle_deg, swing.peak_dps))
        self._swings = self._swings[-self._params.remembered :]
        self._usual = self._medians()
        self._reversal = self._reversal_limits()
        if usual is None or not self._is_clean(usual, lobe_s, swing.angle_deg):
            return
        times = swing.rise_s + np.array(PHASES) * usual.lobe_s
        time_s, rate = rows.column(TIME, rows.first, rows.end), rows.column(RATE, rows.first, rows.end)
        first, last = (int(time_s.searchsorted(at_s)) for at_s in (times[0] - 0.1, times[-1] + 0.1))
        if first == 0 or last >= len(time_s):
            return
        time_s, rate = time_s[first:last], rate[first:last]
        over_s = self._params.slope_over_s
        at = np.interp(times, time_s, rate)
        self._template.learn(np.stack((at, (at - np.interp(times - over_s, time_s, rate)) / over_s)))

    def _is_clean(self, usual: UsualSwing, lobe_s: float, angle_deg: float) -> bool:
        low, high = self._params.clean
        return low <= lobe_s / usual.lobe_s <= high and low <= angle_deg / usual.angle_deg <= high

    def _medians(self) -> UsualSwing | None:
        if len(self._swings) < self._params.reversal_after:
            return None
        lobe_s, swing_s, angle_deg, peak_dps = (median(column) for column in zip(*self._swings, strict=True))
        return UsualSwing(lobe_s, swing_s, angle_deg, peak_dps)

    def _reversal_limits(self) -> Limits | None:
        if self._usual is None:
            return None
        params, phases = self._params, np.array(PHASES)
        steepest = -params.reversal_slope * params.slope_per_peak_1_s * self._usual.peak_dps
        early = phases <= params.reversal_phase
        return Limits(np.where(early, 0.0, -inf), np.where(early, steepest, -inf))
