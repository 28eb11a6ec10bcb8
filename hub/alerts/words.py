"""What a contact reads: plain words, nothing that diagnoses. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from hub.alert import Alert, Message, Rule
from hub.language import ENGLISH, Language, language

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
    Rule.FALL: "Please call or look in now.",
    Rule.TRIP: "Please ask whether all is well.",
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

    def letter(self, alert: Alert, message: Message, tag: str = ENGLISH) -> Letter:
        """One message, in the language of that tag."""
        own = language(tag)
        title = f"{alert.wearer}: {own.say(_TITLES[alert.rule])}"
        repeated = own.say("You may have had this message already.") + "\n" if message.in_doubt else ""
        what, when = own.told(alert.what), self._when(alert, own)
        if not message.round:
            by = alert.answered_by or own.say("Somebody")
            text = own.say(_PASSED_ON[message.stage], by=by, wearer=alert.wearer, what=what, when=when)
            return Letter(own.say("{title}, answered", title=title), repeated + text)
        is_urgent = alert.rule in {Rule.FALL, Rule.TRIP}
        said = [f"{alert.wearer}: {what}, {when}."]
        if alert.count > 1:
            said.append(own.say("It happened {n} times since.", n=alert.count))
        if alert.confidence is not None:
            said.append(own.say("The sensors are {n} % sure.", n=round(100 * alert.confidence)))
        lines = [repeated + " ".join(said)]
        others = [name for name in alert.told if name != message.contact]
        if others:
            lines.append(own.say("{names} did not answer.", names=", ".join(others)))
        advice = own.say(_ADVICE[alert.rule])
        lines += [f"{advice} {own.say(AID)}" if is_urgent else advice, self._how_to_answer(alert, own)]
        return Letter(title, "\n".join(lines), is_urgent=is_urgent)

    def trial(self, contact: str, hub: str, tag: str = ENGLISH) -> Letter:
        """A message that says it is none, in the language of that tag."""
        own = language(tag)
        body = own.say(
            "Only a trial, nothing has happened: {contact} gets the alerts of the hub '{hub}' here.",
            contact=contact,
            hub=hub,
        )
        return Letter(own.say("Insole Hub: TRIAL"), f"{body} {own.say(AID)}")

    def _when(self, alert: Alert, own: Language) -> str:
        moment = datetime.fromtimestamp(alert.happened_ns // NS, UTC).astimezone(self.zone)
        return moment.strftime(own.say("%d.%m.%Y at %H:%M"))

    def _how_to_answer(self, alert: Alert, own: Language) -> str:
        if self.link:
            where = self.link.replace("{wearer}", alert.wearer).replace("{alert}", alert.id)
            return own.say("To answer: {where}", where=where)
        asked = f'{self.topic_base}/{alert.wearer}/command/acknowledge {{"alert": "{alert.id}"}}'
        return own.say("To answer: acknowledge alert {alert} (MQTT: {asked}).", alert=alert.id, asked=asked)
