"""What an insole's numbers mean for this wearer: unloaded value and usual peak, learnt from their own swings."""

from collections import deque
from dataclasses import dataclass
from math import inf
from statistics import median

import numpy as np

from hub.gait.calibration import InsoleCalibration
from hub.session import Floats, InsoleSpec
from sensors.layout import LoadUnit

TOTAL, HEEL, FORE, MOMENT = range(4)
"""Feature columns of an insole: sums over all, heel, and forefoot with toe cells, and the sum of y times load.

All are linear in the cells, so one zero per column is as good as one per cell.
"""

COLUMNS = 4


@dataclass(frozen=True, slots=True)
class LoadScaleParams:
    """Thresholds in % of the wearer's own usual stance peak, and how that is learnt."""

    on_pct: float = 5.0  # 20-40 N of 70 kg are 3-6 % (treadmill practice, Blades 2023); gaitpdb's truth has 5 %
    unseen_on_pct: float = 10.0  # before the first swing, tight laces may hold a foot at up to 8 % (walker)
    on_highest_pct: float = 20.0  # with more unrest than this, contacts are not told from pressure inside the shoe
    hysteresis_pct: float = 2.0  # between leaving and touching the ground
    load_pct: float = 30.0  # weight is borne, heel counted twice; dragging toes bear up to 20 % (our choice)
    unrest_margin: float = 1.2  # contact level over the usual unrest in swing (marpino: in-shoe pressure 5-15 %)
    release_margin: float = 3.0  # more unrest where the foot leaves the ground: shoes let go slowly (marpino)
    lift_pct: float = 10.0  # final contact: the fall through this level, drawn on to zero (walker, gaitpdb)
    near_zero_pct: float = 25.0  # a foot that comes this near to zero and is never light: zero has moved (our choice)
    zone_pct: float = 3.0  # onset of a zone (our choice)
    stance_pct: float = 40.0  # less is no stance: feet put down in sitting bear 10-30 %, crutches leave 60 (walker)
    kept: int = 20  # swings and stances that count (our choice)
    then_every: int = 4  # with so many seen, the scale is renewed every so many swings
    enough: int = 3  # swings and stances after which the scale is trusted (our choice)
    drifted_pct: float = 15.0  # a zero this far from the fitted one is to be made anew (science: 15 % BW)


LEAST_PEAK: dict[LoadUnit, float] = {
    LoadUnit.N: 200.0,  # half of 40 kg: insoles read 30-50 % off; feet that pull a wheelchair bear 60-110 (walker)
    LoadUnit.KPA: 50.0,
    LoadUnit.COUNTS: 100.0,
    LoadUnit.ON_OFF: 1.0,
}
"""Less than this, summed over the cells, is no walking person."""

ZERO_IS_ZERO = {LoadUnit.N, LoadUnit.KPA, LoadUnit.ON_OFF}
"""Units whose unloaded value is known before the first swing."""


FEWEST_CELLS = 3
"""Two cells do not tell a load: much of the weight is borne between them (marpino)."""


@dataclass(frozen=True, slots=True)
class LoadScale:
    """A snapshot: unloaded value of each column, usual peak of the total above it, and what swing adds to them."""

    zero: tuple[float, ...]
    peak: float
    unrest: tuple[float, ...]
    learnt: bool
    contact: float
    on: float
    off: float
    load: float
    lift: float
    sparse: bool
    sure: bool
    zone: tuple[float, ...]

    @classmethod
    def make(
        cls,
        zero: tuple[float, ...],
        peak: float,
        unrest: tuple[float, ...],
        params: LoadScaleParams,
        *,
        learnt: bool,
        least_load: float,
        sparse: bool = False,
        knows_zero: bool = True,
        swung: bool = True,
    ) -> "LoadScale":
        """With the levels that follow.

        Of the total: ``on`` and ``off`` the ground, ``load`` borne; load began at ``contact`` and ended at ``on``.
        ``lift`` is passed shortly before final contact; not so under cells too ``sparse`` to see all of the load.
        ``sure``: contacts need no second witness. ``zone`` is the onset level of each column.
        """
        highest = params.on_highest_pct / 100 * peak
        contact = min(max(params.on_pct / 100 * peak, params.unrest_margin * unrest[TOTAL]), highest)
        on = min(contact + params.release_margin * unrest[TOTAL], highest)
        if not swung:
            on = max(on, params.unseen_on_pct / 100 * peak)
        lift = params.lift_pct / 100 * peak
        zones = (min(max(params.zone_pct / 100 * peak, params.unrest_margin * each), highest) for each in unrest)
        return cls(
            zero=zero,
            peak=peak,
            unrest=unrest,
            learnt=learnt,
            contact=zero[TOTAL] + contact,
            on=zero[TOTAL] + on,
            off=zero[TOTAL] + on - params.hysteresis_pct / 100 * peak,
            load=zero[TOTAL] + max(params.load_pct / 100 * peak, 1.3 * on, 0.0 if learnt else least_load),
            lift=zero[TOTAL] + max(lift, on),
            sparse=sparse,
            sure=knows_zero and not sparse,
            zone=tuple(zero_of + zone for zero_of, zone in zip(zero, zones, strict=True)),
        )


class ScaleLearner:
    """Keeps the scale of one insole. It changes at samples that the data choose, never at block borders."""

    def __init__(
        self,
        spec: InsoleSpec,
        calibration: InsoleCalibration | None,
        params: LoadScaleParams,
        fitted_zero: tuple[float, ...] = (),
    ) -> None:
        self._params = params
        self._fitted_zero = fitted_zero
        self._sparse = len(spec.cells) < FEWEST_CELLS
        self._known_zero = spec.unit in ZERO_IS_ZERO or calibration is not None or bool(fitted_zero)
        self._least_peak = LEAST_PEAK[spec.unit]
        self._swings = np.empty((params.kept, 2 * COLUMNS))
        self._swings_n = 0
        self._peaks: deque[float] = deque(maxlen=params.kept)
        self._started = self._known_zero
        zero = calibration.zero if calibration else fitted_zero or (0.0,) * COLUMNS
        peak = calibration.peak_load if calibration else self._least_peak
        unrest = (calibration.unrest if calibration else ()) or (0.0,) * COLUMNS
        self.scale = self._make(zero, peak, unrest, learnt=calibration is not None)
        least_unlearnt = self._least_peak if spec.unit is LoadUnit.N else -inf  # what counts amount to is not known
        self._least_stance = params.stance_pct / 100 * peak if calibration else least_unlearnt

    def start(self, columns: Floats) -> None:
        """First sample ever: where the unloaded value is not known, it is at most this."""
        if not self._started:
            self._started = True
            self.scale = self._make(_plain(columns), self.scale.peak, self.scale.unrest, learnt=False)

    @property
    def knows_zero(self) -> bool:
        """Whether the unloaded value is more than a guess: it is by definition, or a swing was seen."""
        return self._known_zero or self._swings_n > 0

    @property
    def highest_expected(self) -> float:
        """A total above this means that the peak was thought too low."""
        return self.scale.zero[TOTAL] + self.scale.peak * (2.0 if self.scale.learnt else 1.25)

    @property
    def lowest_expected(self) -> float:
        """A total below this means that the unloaded value was thought too high."""
        return self.scale.zero[TOTAL] - self.scale.peak * (0.3 if self.scale.learnt else 0.1)

    def higher(self, total: float) -> None:
        """The total reached more than was expected: begin the peak anew."""
        self._peaks.clear()
        self.scale = self._make(self.scale.zero, total - self.scale.zero[TOTAL], self.scale.unrest, learnt=False)

    def lower(self, columns: Floats) -> None:
        """The foot weighs less than was thought possible: begin the zero anew, keeping the highest total seen."""
        self._swings_n = 0
        self._peaks.clear()
        zero = _plain(columns)
        peak = self.scale.peak + self.scale.zero[TOTAL] - zero[TOTAL]
        self.scale = self._make(zero, peak, (0.0,) * COLUMNS, learnt=False)

    def review(self, lightest: Floats, highest_total: float, stuck_load: float) -> None:
        """The foot has not been light for seconds, between these extremes: begin the zero anew if that is no standing.

        Standing feet stay well loaded; walking feet come close to zero, or to what stuck cells add to it, and go far
        beyond it.
        """
        zero = self.scale.zero[TOTAL] + stuck_load
        light, heavy = float(lightest[TOTAL]) - zero, highest_total - zero
        if light < self._params.near_zero_pct / 100 * self.scale.peak and 2 * heavy > self.scale.peak:
            self._known_zero, self._swings_n = False, 0
            self.scale = self._make(_plain(lightest), self.scale.peak, (0.0,) * COLUMNS, learnt=False)

    def stance(self, highest_total: float) -> None:
        """A stance is over; its peak counts from the next swing on, unless the foot was only put down in sitting."""
        if highest_total - self.scale.zero[TOTAL] >= self._least_stance:
            self._peaks.append(highest_total)

    def swing(self, quiet: Floats, loud: Floats) -> None:
        """A swing is over: its low and high quantiles of each column.

        The lower quartile over swings is taken, so that swings with a drag do not become the wearer's zero.
        """
        kept = self._params.kept
        row = self._swings[self._swings_n % kept]
        row[:COLUMNS] = quiet
        row[COLUMNS:] = loud - quiet
        self._swings_n += 1
        if self._swings_n > kept and self._swings_n % self._params.then_every:
            return
        ordered = self._swings[: self._swings_n].copy()
        ordered.sort(axis=0)
        last = len(ordered) - 1
        low, middle = ordered[int(0.25 * last)].tolist(), float(ordered[int(0.5 * last), COLUMNS + TOTAL])
        zero, unrest = tuple(low[:COLUMNS]), (middle, *low[COLUMNS + 1 :])
        peaks = [peak - zero[TOTAL] for peak in self._peaks]
        enough = len(peaks) >= self._params.enough
        peak = median(peaks) if enough else max([self.scale.peak, *peaks])
        self.scale = self._make(zero, max(peak, self._least_peak), unrest, learnt=enough or self.scale.learnt)
        if self.scale.learnt:
            self._least_stance = self._params.stance_pct / 100 * self.scale.peak

    def doubt(self) -> str | None:
        """Why the zero of a guided calibration should be made again, in words; None while nothing speaks against it."""
        if not self._fitted_zero:
            return None
        moved_pct = 100 * (self.scale.zero[TOTAL] - self._fitted_zero[TOTAL]) / self.scale.peak
        if abs(moved_pct) <= self._params.drifted_pct:
            return None
        way = "more" if moved_pct > 0 else "less"
        return f"it shows {abs(moved_pct):.0f} % of a step's load {way} than when it was last zeroed"

    def calibration(self) -> InsoleCalibration | None:
        """What the next walk may start from; None before enough was seen."""
        scale = self.scale
        return InsoleCalibration(scale.zero, scale.peak, scale.unrest) if scale.learnt else None

    def _make(self, zero: tuple[float, ...], peak: float, unrest: tuple[float, ...], *, learnt: bool) -> LoadScale:
        return LoadScale.make(
            zero,
            peak,
            unrest,
            self._params,
            learnt=learnt,
            least_load=0.9 * self._least_peak,
            sparse=self._sparse,
            swung=self._swings_n > 0,
            knows_zero=learnt or self._known_zero,
        )


def _plain(columns: Floats) -> tuple[float, ...]:
    return tuple(columns.tolist())
