"""How a foot usually steps: swing time, and step time with its spread."""

from dataclasses import dataclass
from math import inf
from statistics import median


@dataclass(frozen=True, slots=True)
class RhythmParams:
    """How much is remembered, and which step is out of rhythm."""

    remembered: int = 15  # steps and swings whose median is usual
    speaks_after: int = 4  # steps before anything is usual
    sigmas: float = 3.0  # farther from the median is out of rhythm (our choice)
    least_spread: float = 0.03  # of the step time; no walk is steadier: stride time varies by 1-3 %
    step_s: tuple[float, float] = (0.2, 1.8)  # only steps of this time teach
    step_longest_s: float = 3.0  # longer: the other foot was not seen meanwhile (our choice)
    heel_share: float = 0.8  # of the contacts: this foot lands on its heel (our choice)
    swing_s: tuple[float, float] = (0.15, 1.5)  # only swings of this time teach


class Foot:
    """Lifts and contacts of one foot."""

    def __init__(self, params: RhythmParams) -> None:
        self._params = params
        self._lifts_s: list[float] = []
        self._contacts_s: list[float] = []
        self._swings_s: list[float] = []
        self._steps_s: list[float] = []
        self._landings_s: list[float] = []
        self._on_heel: list[bool] = []
        self.swung_s: float | None = None

    @property
    def contact_s(self) -> float:
        """The last initial contact."""
        return self._contacts_s[-1] if self._contacts_s else -inf

    @property
    def lifted_s(self) -> float:
        """The last time that it left the ground."""
        return self._lifts_s[-1] if self._lifts_s else -inf

    @property
    def usual_swing_s(self) -> float | None:
        """Median swing; None before there are enough."""
        return median(self._swings_s) if len(self._swings_s) >= self._params.speaks_after else None

    @property
    def usual_landing_s(self) -> tuple[float, float] | None:
        """Median and spread of the time from the end of swing to contact; None before there are enough."""
        if len(self._landings_s) < self._params.speaks_after:
            return None
        middle_s = median(self._landings_s)
        return middle_s, 1.4826 * median(abs(known_s - middle_s) for known_s in self._landings_s)

    def learn_landing(self, after_s: float) -> None:
        """Take the time from the end of an undisturbed swing to its contact."""
        self._landings_s = [*self._landings_s[-self._params.remembered + 1 :], after_s]

    @property
    def lands_on_heel(self) -> bool:
        """Whether nearly all of the last contacts were on the heel."""
        known = self._on_heel
        return len(known) >= self._params.speaks_after and sum(known) >= self._params.heel_share * len(known)

    def learn_strike(self, *, on_heel: bool) -> None:
        """Take the strike of an undisturbed contact."""
        self._on_heel = [*self._on_heel[-self._params.remembered + 1 :], on_heel]

    def contacts_since(self, time_s: float) -> int:
        """How many contacts there were at or after ``time_s``."""
        return sum(contact_s >= time_s for contact_s in self._contacts_s)

    def lifted_before(self, time_s: float) -> float | None:
        """The last lift at or before ``time_s`` that no contact followed before ``time_s``."""
        for lift_s in reversed(self._lifts_s):
            if lift_s <= time_s:
                for contact_s in reversed(self._contacts_s):
                    if contact_s <= time_s:
                        return None if contact_s > lift_s else lift_s
                return lift_s
        return None

    def lift(self, time_s: float) -> None:
        """The foot left the ground."""
        self._lifts_s = [*self._lifts_s[-3:], time_s]

    def land(self, time_s: float, other_contact_s: float, *, learn: bool) -> None:
        """The foot met the ground, after the other foot's contact."""
        params = self._params
        lifted_s = self.lifted_before(time_s)
        self.swung_s = time_s - lifted_s if lifted_s is not None else None
        step_s = time_s - other_contact_s
        self._contacts_s = [*self._contacts_s[-9:], time_s]
        if learn and self.swung_s is not None and params.swing_s[0] <= self.swung_s <= params.swing_s[1]:
            self._swings_s = [*self._swings_s[-params.remembered + 1 :], self.swung_s]
        if learn and params.step_s[0] <= step_s <= params.step_s[1]:
            self._steps_s = [*self._steps_s[-params.remembered + 1 :], step_s]

    def is_hurried(self, share: float) -> bool:
        """Whether the last swing took no more than ``share`` of the usual one."""
        usual_s = self.usual_swing_s
        return self.swung_s is not None and usual_s is not None and self.swung_s <= share * usual_s

    def forget(self) -> None:
        """What lies across a silence does not count; what is usual stays."""
        self._lifts_s = []
        self._contacts_s = []

    def in_rhythm(self, step_s: float) -> bool | None:
        """Whether a step that took ``step_s`` is a usual one; None: cannot tell."""
        if len(self._steps_s) < self._params.speaks_after or step_s > self._params.step_longest_s:
            return None
        middle_s = median(self._steps_s)
        spread_s = 1.4826 * median(abs(known_s - middle_s) for known_s in self._steps_s)
        return abs(step_s - middle_s) <= self._params.sigmas * max(spread_s, self._params.least_spread * middle_s)
