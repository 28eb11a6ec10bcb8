"""What is tried when a link or the adapter fails: first what costs least. Pure: told what happened, and when."""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from hub.radio.causes import Cause

HOUR_S = 3600.0


class Rung(StrEnum):
    """What can be tried. The first three concern one device, the others everything on the adapter."""

    RESUBSCRIBE = "resubscribe"
    RECONNECT = "reconnect"
    FORGET = "forget"
    POWER_ON = "power_on"
    POWER_CYCLE = "power_cycle"
    USB_RESET = "usb_reset"
    EXIT = "exit"


class Failure(StrEnum):
    """How a link failed."""

    SILENT = "silent"
    """It had brought valid data, and then no more."""
    NO_DATA = "no_data"
    """It stood, and never brought any."""
    DROPPED = "dropped"
    """The device or the air ended it."""
    REFUSED = "refused"
    """The device does not know what its driver asks for, or does not answer."""
    UNREACHED = "unreached"
    """The device was heard, but did not come to be connected."""
    BUSY = "busy"
    """The adapter says that it is busy."""
    REJECTED = "rejected"
    """It was another's device."""


LINK_LADDER: dict[Failure, tuple[Rung, ...]] = {
    Failure.SILENT: (Rung.RESUBSCRIBE, Rung.RECONNECT, Rung.RECONNECT, Rung.FORGET),
    Failure.NO_DATA: (Rung.RECONNECT, Rung.FORGET),
    Failure.DROPPED: (Rung.RECONNECT,),
    Failure.REFUSED: (Rung.RECONNECT, Rung.FORGET),
    Failure.UNREACHED: (Rung.RECONNECT, Rung.RECONNECT, Rung.FORGET),
    Failure.BUSY: (Rung.FORGET,),
    Failure.REJECTED: (Rung.RECONNECT,),
}
"""What follows on the first, second, ... failure in a row since valid data came; the last one goes on."""


class Symptom(StrEnum):
    """What is wrong with the adapter while no link stands."""

    OFF = "off"
    """It is switched off."""
    REFUSES = "refuses"
    """It does not scan or connect when it is asked to, or does not answer."""
    CUT_OFF = "cut_off"
    """The bus to the system's Bluetooth service broke, and does not come back."""
    DEAF = "deaf"
    """It scans, and hears nobody at all. So it is in a house without any other device, when the wearer is out."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rung and how long the symptom must have lasted; it is tried again so long after it or a higher one."""

    rung: Rung
    after_s: float


ADAPTER_LADDER: dict[Symptom, tuple[Step, ...]] = {
    Symptom.OFF: (Step(Rung.POWER_ON, 2.0), Step(Rung.POWER_CYCLE, 60.0), Step(Rung.USB_RESET, 120.0)),
    Symptom.REFUSES: (Step(Rung.POWER_CYCLE, 30.0), Step(Rung.USB_RESET, 120.0), Step(Rung.EXIT, 900.0)),
    Symptom.CUT_OFF: (Step(Rung.EXIT, 900.0),),
    Symptom.DEAF: (Step(Rung.POWER_CYCLE, 600.0), Step(Rung.USB_RESET, 3600.0)),
}
"""Rungs by symptom, lowest first. What a reset cannot mend, such as a missing adapter, is no symptom."""

PER_HOUR: dict[Rung, int] = {
    Rung.RESUBSCRIBE: 12,
    Rung.FORGET: 6,
    Rung.POWER_ON: 20,
    Rung.POWER_CYCLE: 4,
    Rung.USB_RESET: 2,
    Rung.EXIT: 1,
}
"""How often each may be tried, for one device or for the adapter. Reconnecting is bounded by its growing pauses alone.

A process that exits has waited 15 min before, so that a hub that is started again exits four times an hour at most.
"""

_SYMPTOMS: dict[Cause | None, Symptom] = {Cause.OFF: Symptom.OFF, Cause.BUS_BROKE: Symptom.CUT_OFF}
_BEYOND_RESETS = {
    Cause.NO_BUS,
    Cause.NO_SERVICE,
    Cause.MASKED,
    Cause.NO_ADAPTER,
    Cause.NOT_THIS_ADAPTER,
    Cause.NO_CENTRAL,
    Cause.BLOCKED,
    Cause.SWITCHED_OFF,
    Cause.DENIED,
}


@dataclass(slots=True)
class HourlyCaps:
    """Counts what was tried within the last hour."""

    per_hour: dict[Rung, int]
    _tried_s: dict[Rung, deque[float]] = field(default_factory=dict)

    def may(self, rung: Rung, now_s: float) -> bool:
        """Whether it may be tried once more."""
        tried_s = self._tried_s.setdefault(rung, deque())
        while tried_s and now_s - tried_s[0] >= HOUR_S:
            tried_s.popleft()
        return rung not in self.per_hour or len(tried_s) < self.per_hour[rung]

    def note(self, rung: Rung, now_s: float) -> None:
        """It is tried."""
        self._tried_s.setdefault(rung, deque()).append(now_s)

    def last_s(self, rung: Rung) -> float:
        """When it was last tried within the hour."""
        tried_s = self._tried_s.get(rung)
        return tried_s[-1] if tried_s else float("-inf")


class LinkLadder:
    """What follows on one device's failures."""

    def __init__(self) -> None:
        self._row_n = 0
        self._caps = HourlyCaps(PER_HOUR)

    def rung(self, failure: Failure, now_s: float) -> Rung:
        """The link has failed; what is tried."""
        rungs = LINK_LADDER[failure]
        rung = rungs[min(self._row_n, len(rungs) - 1)]
        self._row_n += 1
        if not self._caps.may(rung, now_s):
            return Rung.RECONNECT
        self._caps.note(rung, now_s)
        return rung

    def succeeded(self) -> None:
        """Valid data came: the next failure is the first in its row."""
        self._row_n = 0


@dataclass(frozen=True, slots=True)
class AdapterSigns:
    """What is seen of the adapter.

    Parameters
    ----------
    link_stands : some device is connected: whatever else seems wrong, nothing is reset under it.
    fails : the last scan or connection attempt failed for the adapter's sake.
    cause : why, as far as known.
    deaf_s : how long it has listened for a missing device without hearing anybody.
    """

    link_stands: bool
    fails: bool
    cause: Cause | None
    deaf_s: float

    def symptom(self) -> Symptom | None:
        """What they show that a reset might mend."""
        if self.link_stands or (self.fails and self.cause in _BEYOND_RESETS):
            return None
        if self.fails:
            return _SYMPTOMS.get(self.cause, Symptom.REFUSES)
        return Symptom.DEAF if self.deaf_s > 0 else None


class AdapterLadder:
    """What follows on the adapter's symptoms.

    Parameters
    ----------
    possible : rungs that can be tried on this machine.
    """

    def __init__(self, possible: frozenset[Rung]) -> None:
        self._possible = possible
        self._symptom: Symptom | None = None
        self._since_s = 0.0
        self._caps = HourlyCaps(PER_HOUR)

    def rung(self, signs: AdapterSigns, now_s: float) -> Rung | None:
        """What is to be tried now; None: nothing, or not yet."""
        symptom = signs.symptom()
        if symptom is not self._symptom:
            self._symptom, self._since_s = symptom, now_s - (signs.deaf_s if symptom is Symptom.DEAF else 0.0)
        if symptom is None:
            return None
        tried_s = self._since_s
        for step in reversed(ADAPTER_LADDER[symptom]):
            tried_s = max(tried_s, self._caps.last_s(step.rung))  # or a higher one
            waited_s = now_s - tried_s
            if step.rung in self._possible and waited_s >= step.after_s and self._caps.may(step.rung, now_s):
                self._caps.note(step.rung, now_s)
                return step.rung
        return None
