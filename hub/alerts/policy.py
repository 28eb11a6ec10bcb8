"""How each rule's alerts are treated, and how patient the hub is. Pure."""

from dataclasses import dataclass

from hub.alert import Rule, Severity

NS = 10**9
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Treatment:
    """How the alerts of one rule are treated.

    Parameters
    ----------
    escalates : told to one contact after the other until somebody answers; else to the first who can be reached.
    waits : the wearer has a while to say "I'm fine" before anybody is told.
    again_s : the same of the same sensor or wearer raises no second alert for so long.
    """

    severity: Severity
    escalates: bool
    waits: bool
    again_s: float = 0.0


TREATMENTS: dict[Rule, Treatment] = {
    Rule.FALL: Treatment(Severity.HIGH, escalates=True, waits=True),
    Rule.TRIP: Treatment(Severity.MEDIUM, escalates=True, waits=True),
    Rule.NO_DATA: Treatment(Severity.MEDIUM, escalates=False, waits=False, again_s=12 * HOUR_S),
    Rule.DRAGS: Treatment(Severity.LOW, escalates=False, waits=False, again_s=6 * HOUR_S),
    Rule.RISE: Treatment(Severity.LOW, escalates=False, waits=False, again_s=20 * HOUR_S),
    Rule.BATTERY: Treatment(Severity.LOW, escalates=False, waits=False, again_s=24 * HOUR_S),
}


@dataclass(frozen=True, slots=True)
class Patience:
    """Times of the life-cycle.

    Parameters
    ----------
    cancel_s : the wearer's time to say "I'm fine" before anybody is told of a trip or fall.
    answer_s : a contact's time to answer before the next one is told.
    rounds_n : how often all contacts are told, one after the other, while nobody answers.
    join_s : another trip within this joins the alert of the first, as does the trip of a fall.
    most_per_hour : messages about one wearer that one contact gets in an hour; more wait, but never a fall.
    retry_s : pauses before a message that did not get through is tried again; then it is given up.
    nobody_reached_s, longest_pause_s : pause after a round in which nobody could be reached; doubles up to the latter.
    done_s : an acknowledged alert is closed after this.
    expire_s : an alert that nobody answers ends this long after somebody was told.
    unheard_s : the same where nobody could ever be reached.
    """

    cancel_s: float = 15.0
    answer_s: float = 300.0
    rounds_n: int = 2
    join_s: float = 600.0
    most_per_hour: int = 6
    retry_s: tuple[float, ...] = (5.0, 20.0)
    nobody_reached_s: float = 60.0
    longest_pause_s: float = 600.0
    done_s: float = 2 * HOUR_S
    expire_s: float = 24 * HOUR_S
    unheard_s: float = 7 * 24 * HOUR_S
