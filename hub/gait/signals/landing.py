"""When a swinging foot met the ground, from the loading minimum of the shank's pitch rate and the impact near it."""

from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from hub.gait.signals.shank_marks import JERK, RATE, TIME
from hub.gait.signals.tail import Tail


@dataclass(frozen=True, slots=True)
class LandingParams:
    """Where the contact lies."""

    minimum_within_s: float = 0.20  # the loading minimum follows the zero crossing by 10-150 ms (marpino)
    flat_share: float = 0.25  # the loading minimum: the rate falls at less than this part of its steepest fall
    settle_s: float = 0.07  # the impact reaches the shin at most this long after the minimum (marpino)
    awaited_s: float = 0.15  # so long where none came by then: last steps are set down late (marpino)
    begin_share: float = 0.35  # the impact is sought from where the rate has fallen to this share of the peak
    weak_dps: float = 30.0  # a minimum above minus this is no landmark: last steps, the foot set down flat (marpino)
    apart_s: float = 0.10  # minimum and impact farther apart than this are not of one contact (marpino: 1 % of steps)
    least_mps3: float = 150.0  # weaker jerks are no impact: 5th percentile 470 (marpino)
    faint_share: float = 0.15  # nor are those below this part of the usual one: the swing's own
    first_share: float = 0.8  # the impact is the first jerk of at least this part of the hardest (marpino, walker)
    impact_share: float = 0.7  # weight of the impact in the contact's time, the rest is the minimum's (marpino)
    late_s: float = 0.007  # that time is this late (marpino, median)
    impact_late_s: float = 0.010  # the impact alone is this late (marpino, median)
    remembered: int = 9  # landings over which "usual" is the median


class Landing(NamedTuple):
    """A contact at ``time_s``, known from row ``decided`` on. ``strong``: the loading minimum was a clear one."""

    minimum: int
    decided: int
    time_s: float
    strong: bool


class LandingWatch:
    """Looks at the rows after each swing. Remembers how hard this foot usually lands.

    Parameters
    ----------
    rate_hz : nominal rate of the rows.
    impacts : whether the JERK column was measured.
    """

    def __init__(self, rate_hz: float, impacts: bool, params: LandingParams) -> None:
        self._params = params
        self._impacts = impacts
        self._within_n = max(1, round(params.minimum_within_s * rate_hz))
        self._settle_n = max(1, round(params.settle_s * rate_hz))
        self._awaited_n = max(1, round(params.awaited_s * rate_hz))
        self._jerks_mps3: list[float] = []

    def look(self, rows: Tail, peak: int, fall: int, fall_s: float) -> Landing | None:
        """The landing after the swing with its peak at row ``peak`` that ended at ``fall_s``, just before row ``fall``.

        None while that is not known yet.
        """
        minimum = self._minimum(rows, peak, fall)
        if minimum is None:
            return None
        decided = minimum + self._settle_n
        if decided >= rows.end:
            return None
        impact = self._impact(rows, peak, fall, decided) if self._impacts else None
        if impact is None and self._impacts:
            decided = minimum + self._awaited_n
            if decided >= rows.end:
                return None
            impact = self._impact(rows, peak, fall, decided)
        params = self._params
        minimum_s = rows.value(TIME, minimum)
        strong = rows.value(RATE, minimum) < -params.weak_dps
        if impact is None:
            return Landing(minimum, decided, minimum_s if strong else fall_s, strong)
        self._jerks_mps3 = [*self._jerks_mps3[-params.remembered + 1 :], rows.value(JERK, impact)]
        impact_s = (rows.value(TIME, impact) + rows.value(TIME, impact - 1)) / 2
        together = strong and abs(minimum_s - impact_s) <= params.apart_s
        contact_s = (
            minimum_s + params.impact_share * (impact_s - minimum_s) - params.late_s
            if together
            else impact_s - params.impact_late_s
        )
        return Landing(minimum, decided, contact_s, strong)

    def _minimum(self, rows: Tail, peak: int, fall: int) -> int | None:
        """Where the rate stops falling."""
        last = min(rows.end - 1, fall + self._within_n)
        rate = rows.column(RATE, fall, last + 1)
        lobe = rows.column(RATE, peak, fall + 1)
        changes = lobe[1:] - lobe[:-1]
        braking = changes.item(changes.argmin())
        turns = (rate[1:] - rate[:-1] >= self._params.flat_share * braking).nonzero()[0]
        if len(turns):
            return fall + int(turns[0])
        return last if last == fall + self._within_n else None

    def _impact(self, rows: Tail, peak: int, fall: int, decided: int) -> int | None:
        """The first of the hardest rows from late swing to ``decided``; None where nothing was hard enough."""
        rate = rows.column(RATE, peak, fall)
        slow = (rate < self._params.begin_share * rows.value(RATE, peak)).nonzero()[0]
        begin = peak + int(slow[0]) if len(slow) else fall
        jerks = rows.column(JERK, begin, decided + 1)
        hardest = jerks.item(jerks.argmax())
        usual = median(self._jerks_mps3) if self._jerks_mps3 else 0.0
        if hardest <= max(self._params.least_mps3, self._params.faint_share * usual):
            return None
        return begin + int((jerks >= self._params.first_share * hardest).argmax())
