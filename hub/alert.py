"""Alerts: what caregivers are told. The words that the journal, MQTT and the alert desk share. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import TypeAdapter


class Rule(StrEnum):
    """Why an alert is raised."""

    FALL = "fall"
    TRIP = "trip"
    DRAGS = "drags"  # many toe drags within an hour
    RISE = "rise"  # more toe drags than in the wearer's own weeks
    NO_DATA = "no_data"  # worn, as far as known, and a sensor tells nothing
    BATTERY = "battery"


class Severity(StrEnum):
    """How much an alert matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    def is_at_least(self, other: "Severity") -> bool:
        """Whether it matters as much as another, or more."""
        order = list(Severity)
        return order.index(self) >= order.index(other)


class State(StrEnum):
    """Where in its life an alert is."""

    OPEN = "open"  # nobody was told yet: the wearer may still say "I'm fine"
    NOTIFIED = "notified"
    ESCALATED = "escalated"  # who was told first did not answer
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    EXPIRED = "expired"  # nobody answered

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected of anybody."""
        return self in {State.CLOSED, State.EXPIRED}

    @property
    def is_unanswered(self) -> bool:
        """Whether somebody is still to answer."""
        return self in {State.OPEN, State.NOTIFIED, State.ESCALATED}


class Step(StrEnum):
    """What may happen to an alert."""

    OPENED = "opened"
    JOINED = "joined"  # the same happened again
    TRYING = "trying"  # a message is on its way
    TOLD = "told"
    PUT_OFF = "put_off"  # the message did not get through and is tried again
    FAILED = "failed"  # the message was given up
    DROPPED = "dropped"  # the message is no longer needed
    UNANSWERED = "unanswered"
    ACKNOWLEDGED = "acknowledged"
    FINE = "fine"
    FALSE_ALARM = "false_alarm"
    LABELLED = "labelled"
    ENDED = "ended"  # what it was about is over
    DONE = "done"  # acknowledged, and long over
    EXPIRED = "expired"


class MessageState(StrEnum):
    """How far a message has got."""

    TRYING = "trying"
    WAITING = "waiting"  # for the next attempt
    TOLD = "told"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one contact; there is never a second with the same contact and stage of an alert.

    Parameters
    ----------
    stage : ``round 1`` and so on for the alert itself, else the answer that is passed on.
    round : number of the round; 0 for answers.
    at_ns : when it came into its state, Unix time.
    tries : attempts so far.
    trouble : why the last attempt failed, in words.
    in_doubt : the hub was interrupted during an attempt, so the contact may have it already.
    """

    contact: str
    stage: str
    round: int
    at_ns: int
    state: MessageState = MessageState.TRYING
    tries: int = 1
    trouble: str = ""
    in_doubt: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it may still get through."""
        return self.state in {MessageState.TRYING, MessageState.WAITING}


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as it is after its latest change.

    Parameters
    ----------
    id : for a trip, a fall or drags that of the event, and so that of its clip.
    what : what happened, in words, without the wearer's name.
    subject : the sensor that it is about; empty where it is about the wearer.
    happened_ns, opened_ns : when it happened and when it was raised, Unix time.
    confidence : 0..1; None where nothing was estimated.
    joined : ids of events of the same that came soon after, and are told with it.
    answer : the step that answered it; None while nobody has.
    answered_by : who, as far as they said.
    reason : why it ended, in words.
    label : whether it really happened, as somebody said; None: not labelled.
    """

    id: str
    wearer: str
    rule: Rule
    severity: Severity
    what: str
    happened_ns: int
    opened_ns: int
    subject: str = ""
    confidence: float | None = None
    state: State = State.OPEN
    joined: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    answer: Step | None = None
    answered_ns: int | None = None
    answered_by: str = ""
    reason: str = ""
    label: bool | None = None
    note: str = ""

    @property
    def count(self) -> int:
        """How often it happened."""
        return 1 + len(self.joined)

    @property
    def told(self) -> tuple[str, ...]:
        """Contacts that were told of it, in order, each once."""
        told = (each.contact for each in self.messages if each.round and each.state is MessageState.TOLD)
        return tuple(dict.fromkeys(told))


@dataclass(frozen=True, slots=True)
class Change:
    """One step of an alert at ``at_ns`` (Unix time), and the alert after it. ``message``: the one concerned, if any."""

    step: Step
    at_ns: int
    alert: Alert
    message: Message | None = None

    def to_json(self) -> str:
        """One line of JSON."""
        return _CHANGE.dump_json(self, exclude_defaults=True).decode()


def change_from_json(text: str) -> Change:
    """Inverse of ``Change.to_json``.

    Raises
    ------
    ValueError
        It is none, or of a version that knew more.
    """
    return _CHANGE.validate_json(text)


_CHANGE = TypeAdapter(Change)
