"""What a contact reads: plain words, nothing that diagnoses. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from hub.alert import Alert, Message, Rule

NS = 10**9

AID = "This comes from an aid, not a medical device. If you are worried, call or go there; do not wait for the hub."

_TITLES = {
    Rule.FALL: "fall",
    Rule.TRIP: "trip",
    Rule.DRAGS: "many toe drags",
    Rule.RISE: "more toe drags than usual",
    Rule.NO_DATA: "no data from a sensor",
    Rule.BATTERY: "battery low",
}

_ADVICE = {
    Rule.FALL: f"Please call or look in now. {AID}",
    Rule.TRIP: f"Please ask whether all is well. {AID}",
    Rule.DRAGS: "A rest may do good. If this goes on, ask the therapist or doctor.",
    Rule.RISE: "If this goes on, ask the therapist or doctor.",
    Rule.NO_DATA: "While it lasts, trips and falls may go unseen.",
    Rule.BATTERY: "Please charge it.",
}

_PASSED_ON = {
    "acknowledged": "{by} looks after it: {what}, {when}.",
    "fine": "{wearer} says: I am fine. It was about {what}, {when}.",
    "false alarm": "Somebody has marked it as a false alarm: {what}, {when}.",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it is read. ``is_urgent``: the service should make it ring where it can."""

    title: str
    body: str
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Writer:
    """Puts messages into words.

    Parameters
    ----------
    topic_base : first levels of the MQTT topics that answer.
    link : where one can answer; ``{wearer}`` and ``{alert}`` are filled in; empty: there is no such place.
    zone : for times of day; None: this machine's.
    """

    topic_base: str
    link: str = ""
    zone: tzinfo | None = None

    def letter(self, alert: Alert, message: Message) -> Letter:
        """One message."""
        title = f"{alert.wearer}: {_TITLES[alert.rule]}"
        repeated = "You may have had this message already.\n" if message.in_doubt else ""
        if not message.round:
            text = _PASSED_ON[message.stage].format(
                by=alert.answered_by or "Somebody", wearer=alert.wearer, what=alert.what, when=self._when(alert)
            )
            return Letter(f"{title}, answered", repeated + text)
        more = f" It happened {alert.count} times since." if alert.count > 1 else ""
        sure = "" if alert.confidence is None else f" The sensors are {100 * alert.confidence:.0f} % sure."
        others = [name for name in alert.told if name != message.contact]
        before = f"\n{', '.join(others)} did not answer." if others else ""
        lines = (
            f"{repeated}{alert.wearer}: {alert.what}, {self._when(alert)}.{more}{sure}{before}",
            _ADVICE[alert.rule],
            self._how_to_answer(alert),
        )
        return Letter(title, "\n".join(lines), is_urgent=alert.rule in {Rule.FALL, Rule.TRIP})

    def trial(self, contact: str, hub: str) -> Letter:
        """A message that says it is none."""
        body = f"Only a trial, nothing has happened: {contact} gets the alerts of the hub {hub!r} here. {AID}"
        return Letter("Insole Hub: TRIAL", body)

    def _when(self, alert: Alert) -> str:
        moment = datetime.fromtimestamp(alert.happened_ns // NS, UTC).astimezone(self.zone)
        return f"{moment:%d.%m.%Y} at {moment:%H:%M}"

    def _how_to_answer(self, alert: Alert) -> str:
        if self.link:
            return "To answer: " + self.link.replace("{wearer}", alert.wearer).replace("{alert}", alert.id)
        topic = f"{self.topic_base}/{alert.wearer}/command/acknowledge"
        return f'To answer: acknowledge alert {alert.id} (MQTT: {topic} {{"alert": "{alert.id}"}}).'
