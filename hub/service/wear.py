"""Are the sensors worn? Decides when to let go of them, to spare their batteries. Pure.

The proof that nothing is worn is the gait engine's context: both insoles bear nothing and nothing moves for minutes. A
sensor that rests cannot tell when it is put on; the radio visits it now and then, and such a visit needs less time to
see that it is still not worn.
"""

from dataclasses import dataclass
from enum import StrEnum

from hub.events import ON_FOOT, Context


class Wear(StrEnum):
    """Whether a wearer's sensors are worn."""

    UNKNOWN = "unknown"
    WORN = "worn"
    NOT_WORN = "not_worn"
    TO_REST = "to_rest"  # not worn for so long that they are to be let go


WORN_IN = ON_FOOT | {Context.STANDING, Context.SITTING, Context.VEHICLE}
"""Contexts that only somebody who wears the sensors is in. Legs that dangle look like shoes that hang."""


@dataclass(frozen=True, slots=True)
class WearParams:
    """How patient the hub is with sensors that are not worn.

    Parameters
    ----------
    rest_after_s : sensors not worn for so long are let go; None: never.
    visit_s : the same for sensors that rested and were not worn since. Shoes that stand are seen to be off after 23 s.
    """

    rest_after_s: float | None = 900.0
    visit_s: float = 60.0


class WearWatch:
    """Follows one wearer's context."""

    def __init__(self, params: WearParams) -> None:
        self._params = params
        self._off_since_s: float | None = None
        self._has_rested = False

    def see(self, now_s: float, context: Context) -> Wear:
        """The context as of now; asked about once a second while samples come."""
        if context is not Context.OFF:
            self._off_since_s = None
            if context not in WORN_IN:
                return Wear.UNKNOWN
            self._has_rested = False
            return Wear.WORN
        if self._off_since_s is None:
            self._off_since_s = now_s
        patience_s = self._params.visit_s if self._has_rested else self._params.rest_after_s
        if self._params.rest_after_s is None or patience_s is None or now_s - self._off_since_s < patience_s:
            return Wear.NOT_WORN
        return Wear.TO_REST

    def rests(self) -> None:
        """The sensors were let go."""
        self._off_since_s = None
        self._has_rested = True
