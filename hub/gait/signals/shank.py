"""One shin IMU: its axes are found, its rate about the mediolateral axis is smoothed, and swings become marks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

import numpy as np

from hub.gait.history import History
from hub.gait.signals.alignment import (
    SHANK_FRAME,
    AlignmentParams,
    ShankAxes,
    angle_between_deg,
    estimate_axes,
    standing_up,
)
from hub.gait.signals.arrest import ArrestWatch
from hub.gait.signals.pitch import PitchLevel
from hub.gait.signals.posture import PostureParams, PostureWatch
from hub.gait.signals.shank_marks import COLUMNS, KNOWN, ContactMinimum
from hub.gait.signals.shank_rows import RAW_COLUMNS, RAW_FORCE, RAW_RATE, RAW_TIME, ShankRowMaker, pitch_rate
from hub.gait.signals.swing import SwingParams, SwingScanner
from hub.gait.signals.tail import Tail
from hub.gait.timeline import Mark
from hub.session import Floats, ShinSpec
from sensors.layout import Role


@dataclass(frozen=True, slots=True)
class ShankParams:
    """How the rate is smoothed and when axes are looked for."""

    smoothing_s: float = 0.0071  # standard deviation of the binomial kernel: one sample at 100 Hz, -3 dB at 18 Hz
    learn_every_s: float = 0.25  # without axes: how often a walk is looked for
    learn_from_s: float = 10.0  # the stretch that axes are learnt from; contacts in it are reported late
    least_swings: int = 2  # a walk, for this purpose ...
    clear_skew: float = 1.25  # if they are skewed so much; a half step with its push-off is turned round: 1.1 (marpino)
    doubtful_swings: int = 3  # a walk, if they are less skewed
    review_every_s: float = 2.5  # how often the axes are checked
    settled_review_every: int = 12  # once settled, only every so many reviews: half a minute (our choice)
    settled_swings: int = 30  # of this wearing; until then each review refines the axes, later a moved axis is a slip
    sign_swings: int = 8  # from so many swings on, an axis that suddenly points the other way is doubted (our choice)
    worn_otherwise_deg: float = 40.0  # from where it was fitted: strapped on anew it sits up to 25 off (walker)
    opposed_s: float = 30.0  # axes that are otherwise for less are not believed: stairs, lying after a fall (walker)
    moved_deg: float = 5.0  # what was learnt along a first estimate farther off is forgotten
    swing: SwingParams = field(default_factory=SwingParams)
    posture: PostureParams = field(default_factory=PostureParams)
    alignment: AlignmentParams = field(default_factory=AlignmentParams)


@dataclass(frozen=True, slots=True)
class AxesLearned:
    """From here on the shank's swings are known; before, the sensor's axes were not."""

    role: Role
    known_at_s: float
    share: float


@dataclass(frozen=True, slots=True)
class StrapSlipped:
    """The axis of the swing has moved by ``moved_deg`` against the sensor; the new one is used from here on."""

    role: Role
    known_at_s: float
    moved_deg: float


@dataclass(frozen=True, slots=True)
class WornOtherwise:
    """The sensor sits ``moved_deg`` turned from where a guided calibration found it. Told once."""

    role: Role
    known_at_s: float
    moved_deg: float


OPPOSED_DEG = 90.0
"""An axis that moved farther points the other way."""

HISTORY_COLUMNS = COLUMNS
"""All rows are kept for detectors."""


class ShankStream:
    """Samples of one shin IMU to swings.

    History columns: those of ``shank_marks``, by the time from which the row was known, which is later than the sample
    time by half the smoothing kernel.

    Parameters
    ----------
    learnt : what an earlier stream of this sensor returned from ``calibration``.
    fitted_axis : the pitch axis that a guided calibration found; empty without one.
    """

    def __init__(
        self,
        role: Role,
        spec: ShinSpec,
        history: History,
        learnt: Mapping[str, Any] | None,
        params: ShankParams,
        *,
        fitted_axis: tuple[float, ...] = (),
    ) -> None:
        self._fitted_axis = fitted_axis
        self._history = history
        self._role = role
        self._spec = spec
        self._params = params
        self._learn_n = max(1, round(params.learn_every_s * spec.rate_hz))
        self._review_n = max(1, round(params.review_every_s * spec.rate_hz))
        self._window_n = round(params.learn_from_s * spec.rate_hz)
        self._raw = Tail(RAW_COLUMNS)
        self._rows = Tail(COLUMNS)
        self._row_maker = ShankRowMaker(spec, params.smoothing_s)
        self._watch = ArrestWatch(role, spec.rate_hz, params.swing.arrest, learnt["arrest"] if learnt else None)
        self._scanner = SwingScanner(role, spec.rate_hz, spec.accelerometer, params.swing, self._watch)
        self._level = PitchLevel(role, spec.accelerometer)
        self._posture = PostureWatch(role, spec.rate_hz, params.posture) if spec.accelerometer else None
        self._use(SHANK_FRAME if spec.frame == "shank" else None)
        self._swings = 0
        self._cold = not learnt
        self._opposed_since_s = inf
        if learnt:
            self._take(learnt)
        self.restart()

    @property
    def history(self) -> History:
        """The columns above, for detectors."""
        return self._history

    def push(self, time_s: Floats, values: Floats) -> list[Mark]:
        """Take n >= 1 samples: times (n,), values (n, 6) in the order of ``SHIN_CHANNELS``."""
        rows = np.empty((RAW_COLUMNS, len(time_s)))
        rows[RAW_TIME] = time_s
        rows[1:] = values.T
        self._raw.append(rows)
        marks: list[Mark] = []
        done = self._raw.end - len(time_s)
        while done < self._raw.end:
            every = self._look_every_n()
            stop = min(self._raw.end, (done // every + 1) * every)
            if self._axes is not None:
                self._scan(stop, marks)
            if self._posture is not None:
                marks += self._posture.look(self._raw, stop)
            if stop % every == 0 and self._spec.frame == "unknown":
                self._look_for_axes(stop, marks)
            done = stop
        self._forget()
        return marks

    def restart(self) -> None:
        """A silence: no filter and no swing reaches across it."""
        self._raw.restart(self._raw.end)
        self._rows.restart(self._raw.first + self._row_maker.half)
        self._scanner.restart(self._rows.first)
        self._level.restart()
        if self._posture is not None:
            self._posture.restart(self._raw.end)

    @property
    def calibration(self) -> dict[str, Any]:
        """What was learnt, as JSON types; empty before anything was."""
        if self._axes is None:
            return {}
        return {
            "pitch_axis": list(self._axes.pitch),
            "up_axis": list(self._axes.up) if self._axes.up else None,
            "swing_angles_deg": list(self._scanner.usual_angles_deg),
            "arrest": self._watch.to_dict(),
        }

    def _take(self, learnt: Mapping[str, Any]) -> None:
        if self._spec.frame == "unknown":
            up = learnt["up_axis"]
            x, y, z = (float(part) for part in learnt["pitch_axis"])
            up_axis = (float(up[0]), float(up[1]), float(up[2])) if up else None
            self._use(ShankAxes((x, y, z), up_axis, stood=False))
        self._scanner.learn(tuple(float(angle) for angle in learnt["swing_angles_deg"]))

    def _use(self, axes: ShankAxes | None) -> None:
        self._axes = axes
        if self._posture is not None:
            self._posture.up = axes.up if axes else None
        self._row_maker.use(axes)

    def _scan(self, end: int, marks: list[Mark], floor_known_s: float = -inf) -> None:
        """Marks of all raw samples before index ``end``."""
        rows = self._row_maker.extend(self._rows, self._raw, end)
        if rows is None:
            return
        if floor_known_s == -inf:
            self._history.append(rows[KNOWN], rows)
        else:
            self._scanner.floor_known_s = floor_known_s
        for mark in self._scanner.scan(self._rows):
            marks.append(mark)
            if isinstance(mark, ContactMinimum):
                self._swings += 1
                level = self._level.stride(self._rows, mark)
                if level is not None:
                    marks.append(level)

    @property
    def _settled(self) -> bool:
        return self._swings >= self._params.settled_swings

    def _look_every_n(self) -> int:
        """Axes are looked at when the number of samples is a multiple of this."""
        if self._axes is None:
            return self._learn_n
        return self._review_n * (self._params.settled_review_every if self._settled else 1)

    def _look_for_axes(self, end: int, marks: list[Mark]) -> None:
        """Learn, refine or re-learn the axes from the samples before index ``end``."""
        known, settled = self._axes, self._settled
        if end % self._look_every_n():  # settled only just now
            return
        start = max(self._raw.first, end - self._window_n)
        recent_n = self._learn_n if known is None else self._review_n
        recent = self._raw.rows(max(start, end - recent_n), end)[RAW_RATE]
        if float(np.abs(recent).max(initial=0.0)) < self._params.swing.least_peak_dps:
            return
        axes = self._axes_from(start, end)
        if axes is None:
            return
        now_s = self._raw.value(RAW_TIME, end - 1)
        if known is None:
            self._use(axes)
            self._rows.restart(start + self._row_maker.half)
            self._scanner.restart(self._rows.first)
            marks.append(AxesLearned(self._role, now_s, axes.share))
            self._scan(end, marks, floor_known_s=now_s)
            return
        moved_deg = angle_between_deg(known.pitch, axes.pitch)
        tilted_deg = angle_between_deg(known.up, axes.up) if known.up and axes.up else 0.0
        tilted = tilted_deg > self._params.alignment.lean_deg
        if self._is_doubted(now_s, otherwise=moved_deg > OPPOSED_DEG or tilted):
            return
        if tilted:
            moved_deg = max(moved_deg, tilted_deg)
        slipped = moved_deg > self._params.alignment.slipped_deg
        if settled and not slipped:
            return
        if settled:
            marks.append(StrapSlipped(self._role, now_s, moved_deg))
            self._swings = 0
        if self._cold and not settled and moved_deg > self._params.moved_deg:
            self._scanner.forget()
        keeps_up = known.stood and not axes.stood and not slipped
        self._use(replace(axes, up=known.up, stood=True) if keeps_up else axes)
        if self._swings >= self._params.sign_swings:
            self._compare_with_fit(axes, now_s, marks)

    def _compare_with_fit(self, axes: ShankAxes, now_s: float, marks: list[Mark]) -> None:
        """Once this wearing's axes are known well enough: does the sensor sit as it did at the calibration?"""
        if not self._fitted_axis:
            return
        x, y, z = self._fitted_axis
        moved_deg = angle_between_deg((x, y, z), axes.pitch)
        if moved_deg > self._params.worn_otherwise_deg:
            self._fitted_axis = ()
            marks.append(WornOtherwise(self._role, now_s, moved_deg))

    def _is_doubted(self, now_s: float, *, otherwise: bool) -> bool:
        """Whether axes that are quite ``otherwise`` have not been so for long enough to be believed.

        The swing's points the other way on stairs. Up does when somebody lies, as after a fall, and moves the legs.
        """
        if not otherwise or (self._cold and self._swings < self._params.sign_swings):
            self._opposed_since_s = inf
            return False
        self._opposed_since_s = min(self._opposed_since_s, now_s)
        return now_s - self._opposed_since_s < self._params.opposed_s

    def _axes_from(self, start: int, end: int) -> ShankAxes | None:
        """Axes from raw samples ``start`` .. ``end`` - 1, if with these axes they are a walk."""
        raw = self._raw.rows(start, end)
        axes = estimate_axes(
            raw[RAW_FORCE] if self._spec.accelerometer else None, raw[RAW_RATE], self._params.alignment
        )
        if axes is None:
            return None
        params = self._params
        least_n = params.least_swings if axes.skew >= params.clear_skew else params.doubtful_swings
        if _swings_n(raw[RAW_TIME], pitch_rate(raw[RAW_RATE], axes), params.swing) < least_n:
            return None
        second_n = max(2, round(self._spec.rate_hz))
        up = standing_up(raw[RAW_FORCE], raw[RAW_RATE], axes, second_n, self._params.alignment)
        return axes if up is None else replace(axes, up=up, stood=True)

    def _forget(self) -> None:
        margin = self._window_n + self._review_n + self._row_maker.half + 1
        keep = self._raw.end - margin
        self._raw.forget(keep if self._posture is None else min(keep, self._posture.needs_from))
        if self._axes is not None:
            self._rows.forget(min(self._scanner.needs_from, self._rows.end - self._window_n // 2))


def _swings_n(time_s: Floats, rate_dps: Floats, params: SwingParams) -> int:
    """How many positive lobes of the rate are as high, large and long as a swing."""
    rises = np.flatnonzero((rate_dps[1:] > 0.0) & (rate_dps[:-1] <= 0.0)) + 1
    if len(rises) < 1:
        return 0
    steps_s = np.diff(time_s, append=time_s[-1])
    positive = rate_dps > 0.0
    angle_deg = np.add.reduceat(np.where(positive, rate_dps * steps_s, 0.0), rises)
    duration_s = np.add.reduceat(np.where(positive, steps_s, 0.0), rises)
    peak_dps = np.maximum.reduceat(rate_dps, rises)
    swings = (
        (peak_dps >= params.least_peak_dps)
        & (angle_deg >= params.least_angle_deg)
        & (duration_s >= params.least_duration_s)
        & (duration_s <= params.most_duration_s)
    )
    swings[-1] &= bool(rate_dps[-1] <= 0.0)
    return int(swings.sum())
