"""From the shank's pitch rate to swings: where one begins, peaks and ends, and when the foot left and met the ground.

A swing is the large positive lobe of the shank's pitch rate between two zero crossings. Before it the rate has a
minimum (pre-swing, shortly before final contact), after it another one (loading, close to initial contact).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

import numpy as np
from numpy.typing import NDArray

from hub.gait.signals.arrest import ArrestParams, ArrestWatch
from hub.gait.signals.landing import Landing, LandingParams, LandingWatch
from hub.gait.signals.shank_marks import (
    ANGLE,
    KNOWN,
    RATE,
    TIME,
    UP,
    ContactMinimum,
    Swing,
    SwingMark,
    ToeOffMinimum,
)
from hub.gait.signals.tail import Tail
from hub.session import Floats
from sensors.layout import Role


@dataclass(frozen=True, slots=True)
class SwingParams:
    """What counts as a swing, and where its contacts lie."""

    rise_dps: float = 30.0  # above this the lobe has begun; standing sways stay below
    least_peak_dps: float = 60.0  # braced walker disability_1/2: 79-164
    least_angle_deg: float = 20.0  # first and last steps 26-60, full ones 38-96 (marpino, chen)
    least_duration_s: float = 0.16  # shorter lobes are bumps and pivots (marpino, after the walks)
    most_duration_s: float = 1.0  # last steps up to 0.8 (marpino); getting up from a fall 1.0-2.3 (erciyes)
    least_share: float = 0.22  # of the usual angle; half steps make 0.3
    stance_s: float = 0.20  # a rise so soon after a landing is the shin ringing, not a swing to watch (marpino)
    before_s: float = 0.45  # the pre-swing minimum is at most this long before the zero crossing
    lift_share: float = 0.9  # final contact: the rate is last below this part of the pre-swing minimum (marpino)
    upright_mps2: float = 6.0  # mean specific force along the shank before a swing; lying 0
    remembered: int = 9  # swings over which "usual" is the median
    landing: LandingParams = field(default_factory=LandingParams)
    arrest: ArrestParams = field(default_factory=ArrestParams)


class SwingScanner:
    """Finds swings in rows that only ever grow. What it answers depends on the rows, not on how they were cut.

    Parameters
    ----------
    rate_hz : nominal rate of the rows.
    impacts : whether the JERK column was measured.
    """

    def __init__(self, role: Role, rate_hz: float, impacts: bool, params: SwingParams, watch: ArrestWatch) -> None:
        self._role = role
        self._params = params
        self._impacts = impacts
        self._watch = watch
        self._before_n = max(2, round(params.before_s * rate_hz))
        self._landings = LandingWatch(rate_hz, impacts, params.landing)
        self._angles_deg: list[float] = []
        self.floor_known_s = -np.inf
        self.restart(0)

    def restart(self, index: int) -> None:
        """Rows before ``index`` do not belong to what comes."""
        self._next = self._low
        self._at = self._begin = index
        self._landed_s = -np.inf
        self._swing_open = False

    @property
    def needs_from(self) -> int:
        """Rows before this index are not read any more."""
        return min(self._at, self._rise if self._swing_open else self._at) - self._before_n - 2

    @property
    def usual_angles_deg(self) -> tuple[float, ...]:
        """Angles of the last swings."""
        return tuple(self._angles_deg)

    def learn(self, angles_deg: tuple[float, ...]) -> None:
        """Start from the swings of an earlier walk."""
        self._angles_deg = list(angles_deg[-self._params.remembered :])

    def forget(self) -> None:
        """What is usual was seen along another axis."""
        self._angles_deg = []
        self._watch.forget()

    def scan(self, rows: Tail) -> list[SwingMark]:
        """Marks that the rows added since the last call made known."""
        marks: list[SwingMark] = []
        while self._next(rows, marks):
            pass
        return marks

    def _least_angle_deg(self) -> float:
        usual = median(self._angles_deg) if self._angles_deg else 0.0
        return max(self._params.least_angle_deg, self._params.least_share * usual)

    def _known(self, rows: Tail, index: int) -> float:
        return max(rows.value(KNOWN, index), self.floor_known_s)

    def _low(self, rows: Tail, marks: list[SwingMark]) -> bool:
        """Before a swing: wait for the rate to rise."""
        rise = _first(rows, self._at, rows.end, lambda rate: rate > self._params.rise_dps)
        end = rows.end if rise is None else rise
        early = self._watch.before(rows, self._at, end, self._landed_s, self.floor_known_s)
        if early is not None:
            marks.append(early)
        if rise is None:
            self._at = rows.end
            return False
        begin = max(self._begin, rise - self._before_n, rows.first)
        rate = rows.column(RATE, begin, rise)
        below = (rate <= 0.0).nonzero()[0]
        self._seen = len(below) > 0
        if self._seen:
            crossing = begin + int(below[-1])
            self._rise = crossing + 1
            ahead, behind = rows.value(RATE, crossing), rows.value(RATE, crossing + 1)
            start_s, step_s = rows.value(TIME, crossing), rows.value(TIME, crossing + 1) - rows.value(TIME, crossing)
            self._rise_s = start_s + step_s * (-ahead / (behind - ahead))
            before = rate[: crossing + 1 - begin]
            lowest = int(before.argmin())
            self._minimum_s = rows.value(TIME, begin + lowest)
            self._final_contact_s = self._crosses(rows, begin, before, self._params.lift_share * before.item(lowest))
        else:
            self._rise = rise
            self._rise_s = self._minimum_s = self._final_contact_s = rows.value(TIME, rise)
        self._upright = self._stood_up(rows.column(UP, begin, rise)) if self._impacts else None
        self._swing_open, self._sure = True, False
        if self._rise_s - self._landed_s >= self._params.stance_s:
            self._watch.open(self._rise, self._rise_s, self._final_contact_s)
        self._at = rise + 1
        self._next = self._high
        return True

    @staticmethod
    def _crosses(rows: Tail, begin: int, rate: Floats, level_dps: float) -> float:
        """When ``rate``, of the rows from ``begin`` on, last rises through ``level_dps`` on its way up to zero."""
        index = begin + int((rate <= level_dps).nonzero()[0][-1])
        ahead, behind = rows.value(RATE, index), rows.value(RATE, index + 1)
        start_s = rows.value(TIME, index)
        return start_s + (rows.value(TIME, index + 1) - start_s) * (level_dps - ahead) / (behind - ahead)

    def _stood_up(self, along: Floats) -> bool:
        return len(along) > 0 and float(np.add.reduce(along)) / len(along) > self._params.upright_mps2

    def _high(self, rows: Tail, marks: list[SwingMark]) -> bool:
        """In a positive lobe: is it a swing, is its peak past, has it ended."""
        fall = _first(rows, self._at, rows.end, lambda rate: rate <= 0.0)
        self._report(rows, rows.end if fall is None else fall + 1, marks)
        if fall is None:
            self._look(rows, rows.end, marks)
            self._at = rows.end
            return False
        rate = rows.column(RATE, self._rise, fall)
        self._peak = self._rise + int(rate.argmax())
        ahead, behind = rows.value(RATE, fall - 1), rows.value(RATE, fall)
        start_s = rows.value(TIME, fall - 1)
        self._fall_s = start_s + (rows.value(TIME, fall) - start_s) * (ahead / (ahead - behind))
        self._at = self._fall = self._looked = fall
        self._next = self._ending
        return True

    def _ending(self, rows: Tail, marks: list[SwingMark]) -> bool:
        """The lobe is over: wait until an arrest would be known, then see whether a foot may land after it."""
        while (end := self._watch.waits_until(self._fall)) > self._looked:
            self._look(rows, min(rows.end, end), marks)
            if rows.end < end:
                return False
            self._looked = end
        lasted = self._params.least_duration_s <= self._fall_s - self._rise_s <= self._params.most_duration_s
        if self._sure and lasted:
            self._next = self._landing
        else:
            self._swing_open = False
            self._next = self._low
        return True

    def _report(self, rows: Tail, end: int, marks: list[SwingMark]) -> None:
        """Tell once that a swing is under way."""
        if self._sure:
            return
        turned_deg = rows.column(ANGLE, self._rise, end) - rows.value(ANGLE, self._rise)
        highest = np.maximum.accumulate(rows.column(RATE, self._rise, end))
        sure = (turned_deg >= 0.8 * self._least_angle_deg()) & (highest >= self._params.least_peak_dps)
        since = int(sure.argmax())
        if not sure[since]:
            return
        self._sure = True
        known_at_s = self._known(rows, self._rise + since)
        marks.append(ToeOffMinimum(self._role, self._final_contact_s, known_at_s, self._seen, self._upright))

    def _look(self, rows: Tail, end: int, marks: list[SwingMark]) -> None:
        marks += self._watch.look(rows, end, self.floor_known_s)

    def _landing(self, rows: Tail, marks: list[SwingMark]) -> bool:
        """After a swing: wait until the foot is known to have landed."""
        landing = self._landings.look(rows, self._peak, self._fall, self._fall_s)
        if landing is None:
            return False
        self._decide(rows, landing, marks)
        self._at, self._begin = landing.minimum + 1, landing.minimum
        self._landed_s = rows.value(TIME, landing.minimum)
        self._swing_open = False
        self._next = self._low
        return True

    def _decide(self, rows: Tail, landing: Landing, marks: list[SwingMark]) -> None:
        angle_deg = rows.value(ANGLE, self._fall) - rows.value(ANGLE, self._rise)
        if angle_deg < self._least_angle_deg():
            return
        self._angles_deg = [*self._angles_deg[-self._params.remembered + 1 :], angle_deg]
        peak_s, peak_dps = rows.value(TIME, self._peak), rows.value(RATE, self._peak)
        swing = Swing(self._minimum_s, self._rise_s, peak_s, self._fall_s, peak_dps, angle_deg)
        lift_s, decided = self._final_contact_s, landing.decided
        self._watch.learn(rows, decided + 1, swing, lift_s, landing.time_s)
        known_at_s = self._known(rows, decided)
        marks.append(
            ContactMinimum(self._role, landing.time_s, known_at_s, lift_s, swing, landing.strong, self._upright)
        )


_PIECE = 256


def _first(rows: Tail, start: int, end: int, test: Callable[[Floats], NDArray[np.bool_]]) -> int | None:
    """Index of the first row from ``start`` on whose rate passes ``test``; looked for piece by piece."""
    while start < end:
        stop = min(start + _PIECE, end)
        hits = test(rows.column(RATE, start, stop))
        index = int(hits.argmax())
        if hits[index]:
            return start + index
        start = stop
    return None
