"""A swing that is arrested: the shank's rate falls where it never falls.

The foot meets an obstacle, the ankle stops, and the rate of the shank, which should still be rising or high, drops
within 30-60 ms. What is usual is the wearer's own: a template over phase, learnt from clean swings.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from hub.gait.signals.shank_marks import KNOWN, RATE, TIME, Arrest, Swing, SwingArrest, SwingSlows
from hub.gait.signals.tail import Tail
from hub.gait.signals.template import BIN, BINS, FIRST_PHASE, PHASES, SwingTemplate, TemplateParams
from hub.session import Floats
from sensors.layout import Role


@dataclass(frozen=True, slots=True)
class ArrestParams:
    """When a drop of the rate is an arrest."""

    slope_over_s: float = 0.020  # the slope is the difference over this time (our choice)
    slope_per_peak_1_s: float = 6.0  # least slope over the usual peak: 1200 deg/s^2 at 200, 2000 at 330 (our choice)
    least_slope_dps2: float = 1200.0  # and at least this: slower gait brakes as softly as it swings (our choice)
    below_dps: float = 40.0  # the rate must also fall this far below its lowest usual value (our choice)
    within_s: float = 0.050  # so soon after the slope (our choice)
    last_phase: float = 0.95  # after this every swing brakes hard; no arrest is told there
    reversal_after: int = 4  # swings after which a rate that turns round in mid-swing is told, template or not
    reversal_phase: float = 0.60  # an undisturbed rate, of a hurried step too, falls through zero after 0.75 (walker)
    reversal_slope: float = 1.5  # times the least slope
    braking_slope: float = 1.5  # later in swing: times the steepest that the last swings, for their peaks, braked with
    doubtful_slope: float = 0.5  # times the least slope: enough to doubt (our choice)
    slow_share: float = 0.25  # of the usual peak: below it, after the peak, the swing is nearly over
    risen_share: float = 0.6  # of the usual peak: the rate must have been so high
    early_over_s: float = 0.030  # before the lobe: the rate, rising, falls within this ...
    early_share: float = 0.3  # by this part of the usual peak within early_over_s (walker 0.6-1.4, marpino none)
    early_below_share: float = 0.3  # of that peak: from deeper below zero it is push-off, which jerks (marpino 0.46)
    early_after_s: float = 0.30  # after a landing or a lobe the shin rings (marpino)
    early_quiet_dps: float = 30.0  # and the rate stayed below this meanwhile: nothing else shook the shank (our choice)
    clean: tuple[float, float] = (0.75, 1.3)  # duration and angle of a swing to learn from, of the usual ones
    settled_after: int = 2  # usual swings in a row, before that nothing is told: legs swing in seats too (walker)
    settled_s: float = 4.0  # between two of them (our choice)
    remembered: int = 9  # swings whose median peak, and whose steepest braking, are usual
    pause_s: float = 10.0  # nothing is learnt so long after an arrest (our choice)
    template: TemplateParams = field(default_factory=TemplateParams)


class UsualSwing(NamedTuple):
    """Medians of the last swings: zero crossing to zero crossing, final to initial contact, angle turned, peak rate.

    ``braking_1_s``: the steepest fall of the rate over the peak rate in any of them, landing included.
    """

    lobe_s: float
    swing_s: float
    angle_deg: float
    peak_dps: float
    braking_1_s: float


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A drop of the rate that was seen by ``row``; whether the shank turns round is still to be seen."""

    row: int
    time_s: float
    drop_dps: float
    learnt: bool


@dataclass(slots=True)
class _Lobe:
    """The lobe under watch: its zero crossing, when its foot had left the ground, and the next row to look at."""

    rise_row: int
    rise_s: float
    final_contact_s: float
    next_row: int
    suspect: _Suspect | None = None
    doubted_row: int = 0
    doubtful: bool = False
    slow_row: int = 0
    highest_dps: float = 0.0
    slow: bool = False


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
        self._within_n = max(1, round(params.within_s * rate_hz))
        self._early_n = max(1, round(params.early_over_s * rate_hz))
        self._early_after_n = round(params.early_after_s * rate_hz)
        self._told_until_s = -inf
        self._template = SwingTemplate(params.template, learnt["template"] if learnt else None)
        self._swings: list[tuple[float, ...]] = [tuple(swing) for swing in learnt["swings"]] if learnt else []
        self._usual = self._medians()
        self._settled_n = 0
        self._landed_s = -inf
        self._quiet_until_s = -inf
        self._lobe: _Lobe | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {"swings": [list(swing) for swing in self._swings], "template": self._template.to_dict()}

    def forget(self) -> None:
        """What was learnt was seen along another axis."""
        self._template = SwingTemplate(self._params.template)
        self._swings = []
        self._usual = None
        self._lobe = None

    def open(self, row: int, rise_s: float, final_contact_s: float) -> None:
        """A lobe rose through zero just before ``row``."""
        self._lobe = _Lobe(row, rise_s, final_contact_s, row, doubted_row=row, slow_row=row)

    def waits_until(self, row: int) -> int:
        """Up to which row a lobe that fell at ``row`` may still be found arrested."""
        lobe = self._lobe
        if lobe is not None and lobe.suspect is not None:
            return lobe.suspect.row + self._within_n + 1
        return row + self._within_n + 1

    def before(self, rows: Tail, start: int, end: int, landed_s: float, floor_known_s: float) -> SwingArrest | None:
        """Whether, in rows ``start`` .. ``end`` - 1 between swings, a rate on its way up was thrown back."""
        params, usual, lag = self._params, self._usual, self._early_n
        first = max(start, rows.first + 2 * lag)
        if usual is None or not self._is_settled or end <= first:
            return None
        rate = rows.column(RATE, first - 2 * lag, end)
        fell = rate[2 * lag :] - rate[lag:-lag] < -params.early_share * usual.peak_dps
        if not fell[fell.argmax()]:
            return None
        fell &= (rate[lag:-lag] > rate[: -2 * lag]) & (rate[lag:-lag] > -params.early_below_share * usual.peak_dps)
        for index in fell.nonzero()[0].tolist():
            row = first + index
            time_s, since = rows.value(TIME, row - lag), row - self._early_after_n
            known_at_s = max(rows.value(KNOWN, row), floor_known_s)
            if time_s - landed_s < params.early_after_s or known_at_s < self._told_until_s or since < rows.first:
                continue
            if rows.column(RATE, since, row - lag).max() > params.early_quiet_dps:
                continue
            self._quiet_until_s = known_at_s + params.pause_s
            self._told_until_s = known_at_s + params.early_after_s
            drop_dps = rows.value(RATE, row - lag) - rows.value(RATE, row)
            return SwingArrest(self._role, time_s, known_at_s, Arrest.EARLY, drop_dps, 0.0, usual.swing_s, learnt=False)
        return None

    def look(self, rows: Tail, end: int, floor_known_s: float) -> list[SwingArrest | SwingSlows]:
        """Whether the open lobe was arrested, doubtful or slow in the rows before ``end``; each is told once."""
        lobe, usual = self._lobe, self._usual
        if lobe is None or usual is None or not self._is_settled:
            return []
        if lobe.suspect is None:
            lobe.suspect = self._suspect(rows, end, lobe, usual)
        arrest, end = self._outcome(rows, end, lobe, usual, floor_known_s)
        marks = self._doubt(rows, end, lobe, usual, floor_known_s) + self._slow(rows, end, lobe, usual, floor_known_s)
        if arrest is None:
            return marks
        self._lobe = None
        self._quiet_until_s = arrest.known_at_s + self._params.pause_s
        return [*marks, arrest]

    def _outcome(
        self, rows: Tail, end: int, lobe: _Lobe, usual: UsualSwing, floor_known_s: float
    ) -> tuple[SwingArrest | None, int]:
        """What became of a suspect by row ``end``, and before which row that was known."""
        suspect = lobe.suspect
        if suspect is None:
            return None, end
        last = suspect.row + self._within_n
        turned = rows.column(RATE, suspect.row, min(end, last + 1)) < -self._params.below_dps
        back = int(turned.argmax()) if len(turned) else 0
        reversed_ = len(turned) > 0 and bool(turned[back])
        if not reversed_ and end <= last:
            return None, end
        known = suspect.row + back if reversed_ else last
        arrest = SwingArrest(
            role=self._role,
            time_s=suspect.time_s,
            known_at_s=max(rows.value(KNOWN, known), floor_known_s),
            arrest=Arrest.REVERSED if reversed_ else Arrest.SLOWED,
            drop_dps=suspect.drop_dps,
            phase_pct=_phase_pct(suspect.time_s, lobe, usual),
            expected_swing_s=usual.swing_s,
            learnt=suspect.learnt,
        )
        return arrest, known + 1

    def _doubt(
        self, rows: Tail, end: int, lobe: _Lobe, usual: UsualSwing, floor_known_s: float
    ) -> list[SwingArrest | SwingSlows]:
        """The first drop below what is usual, however little."""
        limits, params = self._template.doubtful, self._params
        first = max(lobe.doubted_row, rows.first + self._slope_n)
        if lobe.doubtful or limits is None or end <= first:
            return []
        lobe.doubted_row = end
        slope = self._slope(rows, first, end)
        least = params.doubtful_slope * max(params.slope_per_peak_1_s * usual.peak_dps, params.least_slope_dps2)
        if slope[slope.argmin()] >= -least:
            return []
        phase = (rows.column(TIME, first, end) - lobe.rise_s) / usual.lobe_s
        bins = np.minimum(np.maximum(np.floor((phase - FIRST_PHASE) / BIN + 0.5), 0), BINS - 1).astype(int)
        rate = rows.column(RATE, first, end)
        low = (slope < -least) & (slope < limits.slope_dps2[bins]) & (rate < limits.rate_dps[bins]) & (phase < 1.0)
        index = int(low.argmax())
        if not low[index]:
            return []
        lobe.doubtful = True
        row = first + index
        time_s = rows.value(TIME, row - self._slope_n)
        return [
            SwingArrest(
                role=self._role,
                time_s=time_s,
                known_at_s=max(rows.value(KNOWN, row), floor_known_s),
                arrest=Arrest.DOUBTFUL,
                drop_dps=float(limits.rate_dps[bins[index]]) - rows.value(RATE, row),
                phase_pct=_phase_pct(time_s, lobe, usual),
                expected_swing_s=usual.swing_s,
                learnt=True,
            )
        ]

    def _slow(
        self, rows: Tail, end: int, lobe: _Lobe, usual: UsualSwing, floor_known_s: float
    ) -> list[SwingArrest | SwingSlows]:
        """The first row after the peak whose rate is low."""
        params = self._params
        if lobe.slow or end <= lobe.slow_row:
            return []
        rate = rows.column(RATE, lobe.slow_row, end)
        first, lobe.slow_row = lobe.slow_row, end
        highest = np.maximum.accumulate(rate)
        highest = np.maximum(highest, lobe.highest_dps)
        lobe.highest_dps = highest.item(-1)
        slow = (rate < params.slow_share * usual.peak_dps) & (highest > params.risen_share * usual.peak_dps)
        index = int(slow.argmax())
        if not slow[index]:
            return []
        lobe.slow = True
        time_s, known_at_s = rows.value(TIME, first + index), max(rows.value(KNOWN, first + index), floor_known_s)
        return [SwingSlows(self._role, time_s, known_at_s, _phase_pct(time_s, lobe, usual), usual.swing_s)]

    def _suspect(self, rows: Tail, end: int, lobe: _Lobe, usual: UsualSwing) -> _Suspect | None:
        """The first drop below the limits in the rows that were not looked at yet."""
        params = self._params
        first = max(lobe.next_row - 1, lobe.rise_row, rows.first + self._slope_n)
        if end - first < 2:
            return None
        lobe.next_row = end
        time_s, rate = rows.column(TIME, first, end), rows.column(RATE, first, end)
        slope = self._slope(rows, first, end)
        least = max(params.slope_per_peak_1_s * usual.peak_dps, params.least_slope_dps2)
        if slope[slope.argmin()] >= -least:
            return None
        phase = (time_s - lobe.rise_s) / usual.lobe_s
        steep = (slope < -least) & (phase < params.last_phase)
        if not steep[steep.argmax()]:
            return None
        highest = np.maximum.accumulate(rows.column(RATE, lobe.rise_row, end))[first - lobe.rise_row :]
        found: tuple[int, int, bool, float] | None = None
        for slope_limit, rate_limit, learnt in self._limits(phase, highest, usual):
            falls = steep & (slope < slope_limit)
            onsets = (falls[:-1] & falls[1:]).nonzero()[0].tolist()
            low = rate < rate_limit - params.below_dps if onsets else falls
            for onset in onsets:
                soon = low[onset : onset + 2 + self._within_n]
                if soon.any():
                    known = max(onset + 1, onset + int(soon.argmax()))
                    if found is None or known < found[1]:
                        found = (onset, known, learnt, float(rate_limit[known] - rate[known]))
                elif len(soon) < 2 + self._within_n:
                    lobe.next_row = min(lobe.next_row, first + onset + 1)
        if found is None:
            return None
        onset, known, learnt, drop_dps = found
        onset_s = rows.value(TIME, first + onset - self._slope_n)
        return _Suspect(first + known, onset_s, drop_dps, learnt)

    def _slope(self, rows: Tail, first: int, end: int) -> Floats:
        """Of the rate over ``slope_over_s`` up to each of the rows ``first`` .. ``end`` - 1."""
        time_s, rate = rows.column(TIME, first - self._slope_n, end), rows.column(RATE, first - self._slope_n, end)
        lag = self._slope_n
        slope: Floats = (rate[lag:] - rate[:-lag]) / (time_s[lag:] - time_s[:-lag])
        return slope

    def _limits(self, phase: Floats, highest: Floats, usual: UsualSwing) -> Iterator[tuple[Floats, Floats, bool]]:
        """Lowest usual slope and rate at each row: of the wearer's template, if it speaks, and of a reversal."""
        params, limits = self._params, self._template.limits
        if limits is not None:
            bins = np.minimum(np.maximum(np.floor((phase - FIRST_PHASE) / BIN + 0.5), 0), BINS - 1).astype(int)
            yield limits.slope_dps2[bins], limits.rate_dps[bins], True
        early = params.reversal_slope * params.slope_per_peak_1_s
        late = max(early, params.braking_slope * usual.braking_1_s)
        slope = -np.where(phase <= params.reversal_phase, early, late) * np.maximum(highest, usual.peak_dps)
        yield np.minimum(slope, -params.reversal_slope * params.least_slope_dps2), np.zeros(len(phase)), False

    def learn(self, rows: Tail, end: int, swing: Swing, final_contact_s: float, contact_s: float) -> None:
        """Take an undisturbed swing whose landing was decided by the rows before ``end``."""
        self._lobe = None
        lobe_s = swing.fall_s - swing.rise_s
        clean = self._usual is not None and self._is_clean(self._usual, lobe_s, swing.angle_deg)
        soon = contact_s - self._landed_s <= self._params.settled_s
        settled_n = self._settled_n if soon else 0
        self._settled_n = min(settled_n + 1, 2 * self._params.settled_after) if clean else max(settled_n - 2, 0)
        self._landed_s = contact_s
        if rows.value(KNOWN, end - 1) < self._quiet_until_s:
            return
        usual = self._usual
        braking_1_s = -self._steepest(rows, swing) / swing.peak_dps
        self._swings.append((lobe_s, contact_s - final_contact_s, swing.angle_deg, swing.peak_dps, braking_1_s))
        self._swings = self._swings[-self._params.remembered :]
        self._usual = self._medians()
        if usual is None or not self._is_clean(usual, lobe_s, swing.angle_deg):
            return
        over_s = self._params.slope_over_s
        times = swing.rise_s + PHASES * usual.lobe_s
        time_s, rate = rows.column(TIME, rows.first, end), rows.column(RATE, rows.first, end)
        first = int(time_s.searchsorted(times[0] - over_s))
        if first == 0 or time_s[-1] < times[-1]:
            return
        time_s, rate = time_s[first - 1 :], rate[first - 1 :]
        at, before = np.interp(times, time_s, rate), np.interp(times - over_s, time_s, rate)
        self._template.learn(np.array((at, (at - before) / over_s)))

    @property
    def _is_settled(self) -> bool:
        return self._settled_n >= self._params.settled_after

    def _is_clean(self, usual: UsualSwing, lobe_s: float, angle_deg: float) -> bool:
        low, high = self._params.clean
        return low <= lobe_s / usual.lobe_s <= high and low <= angle_deg / usual.angle_deg <= high

    def _medians(self) -> UsualSwing | None:
        if len(self._swings) < self._params.reversal_after:
            return None
        *columns, braking_1_s = zip(*self._swings, strict=True)
        lobe_s, swing_s, angle_deg, peak_dps = (median(column) for column in columns)
        return UsualSwing(lobe_s, swing_s, angle_deg, peak_dps, max(braking_1_s))

    def _steepest(self, rows: Tail, swing: Swing) -> float:
        time_s = rows.column(TIME, rows.first, rows.end)
        first = rows.first + max(int(time_s.searchsorted(swing.rise_s)), self._slope_n)
        last = min(rows.first + int(time_s.searchsorted(swing.fall_s)) + self._within_n, rows.end)
        slope = self._slope(rows, first, last)
        return min(0.0, slope.item(slope.argmin())) if len(slope) else 0.0


def _phase_pct(time_s: float, lobe: _Lobe, usual: UsualSwing) -> float:
    return min(max(100.0 * (time_s - lobe.final_contact_s) / usual.swing_s, 0.0), 100.0)
