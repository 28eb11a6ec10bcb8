"""What really happened, exactly: the walker knows because it decided."""

from dataclasses import dataclass, replace
from enum import StrEnum

from sensors.layout import Side


class Strike(StrEnum):
    """What touches first at initial contact."""

    HEEL = "heel"
    FLAT = "flat"
    TOE = "toe"


class Strategy(StrEnum):
    """How a tripped leg recovers (Schillings 2000; Forner Cordero 2003)."""

    ELEVATING = "elevating"
    LOWERING = "lowering"
    DELAYED = "delayed"


@dataclass(frozen=True, slots=True)
class TruthEvent:
    """One true event or interval.

    Parameters
    ----------
    kind : ``initial_contact`` (value heel, flat or toe), ``final_contact``, ``toe_first``, ``foot_slap`` (at its
        initial contact), ``strike_index`` (there too; value as text: centre of pressure over the first 50 ms in % of
        foot length), ``trip`` (value: the strategy), ``toe_catch`` (an obstacle brushed without a recovery response),
        ``compensation`` (at the final contact of the stride, on the side whose swing is made up for; value:
        which); and the intervals ``toe_drag``, ``walk``, ``not_walking`` and the contexts ``standing``, ``walking``,
        ``sitting`` and so on, which part all time among them; an interval's value is its duration in seconds.
    time_s : when, or when the interval starts. A contact begins when the foot's modelled load leaves zero and ends when
        it is zero again; 10 N are passed within 8 ms of either.
    swing_phase : trips and catches: part of the planned swing that had passed, 0..1.
    strength : trips and catches: part of the ankle's forward speed that was taken, 0..1.
    """

    time_s: float
    side: Side
    kind: str
    value: str | float = ""
    swing_phase: float | None = None
    strength: float | None = None

    def shifted(self, by_s: float) -> "TruthEvent":
        """The same, later."""
        return replace(self, time_s=self.time_s + by_s)

    def cut(self, until_s: float) -> "TruthEvent":
        """The same, with an interval that lasts beyond ``until_s`` ended there."""
        if isinstance(self.value, str):
            return self
        return replace(self, value=min(self.value, until_s - self.time_s))
