"""Which fields the payload of each topic has, described. Pure."""

from enum import StrEnum

from hub.alert import Rule, Severity, State
from hub.day_fields import DAY_FIELDS
from hub.diary import Aid
from hub.events import BOOLEAN, INTEGER, LIST, NUMBER, STRING, Context, Field, Kind
from sensors.layout import Side


class SensorCondition(StrEnum):
    """How a sensor is doing."""

    STREAMING = "streaming"
    CONNECTING = "connecting"
    SLEEPING = "sleeping"
    NOT_WORN = "not_worn"
    LOST = "lost"
    HELD_ELSEWHERE = "held_elsewhere"
    PAUSED = "paused"


TIME_FIELDS = {
    "wall_time": Field(STRING, "when, UTC, ISO 8601"),
    "wall_time_ns": Field(INTEGER, "the same in ns since 1970-01-01 UTC"),
}
"""Joined to every payload but the last will, which a broker speaks long after it was written."""

STATUS_FIELDS = {
    "state": Field(STRING, "online or offline", one_of=("online", "offline")),
    "version": Field(STRING, "version of the hub; only when online"),
}

EVENT_FIELDS = {
    "id": Field(STRING, "the same at each repetition: a reader drops what it has seen"),
    "kind": Field(STRING, "as in the topic", one_of=tuple(Kind)),
    "side": Field(STRING, "left, right or both", one_of=tuple(Side)),
    "time_s": Field(NUMBER, "when it happened, on the hub's own clock, s; for intervals between events"),
    "detected_at_s": Field(NUMBER, "when it was known, on the same clock"),
    "confidence": Field(NUMBER, "0..1"),
    "context": Field(
        STRING,
        "what the person was doing, as far as known: " + ", ".join(context.value for context in Context),
        one_of=tuple(Context),
    ),
    "position": Field(
        INTEGER,
        "place in the hub's journal: it rises from event to event, of all wearers and topics; null: the hub's disk "
        "cannot be used, so the event is not kept yet; it comes again, with its place, when it is",
        nullable=True,
    ),
}
"""Fields that every event has, beside its kind's own."""

STATE_FIELDS = DAY_FIELDS | {
    "alerts_unanswered": Field(NUMBER, "alerts that nobody has answered yet"),
    "alerts_labelled": Field(NUMBER, "trip and fall alerts of the last 90 days that somebody has labelled"),
    "alerts_true_pct": Field(
        NUMBER, "those that were labelled as real, % of the labelled: the hub's precision for them", nullable=True
    ),
    "alerts_true_low_pct": Field(
        NUMBER, "what that share may be at least, with 95 % confidence, given how few they are", nullable=True
    ),
    "alerts_true_high_pct": Field(NUMBER, "and at most", nullable=True),
    "aids": Field(
        LIST,
        f"aids that are on, as somebody said: {', '.join(Aid)}; empty: none; null: nobody has said so far",
        nullable=True,
    ),
    "exercise": Field(STRING, "the exercise that was started and has not ended", nullable=True),
}
"""The wearer's day so far."""

ALERT_FIELDS = {
    "id": Field(STRING, "for answers; of a trip or fall also the event's, and in the name of its clip"),
    "rule": Field(STRING, ", ".join(rule.value for rule in Rule), one_of=tuple(Rule)),
    "severity": Field(STRING, ", ".join(severity.value for severity in Severity), one_of=tuple(Severity)),
    "state": Field(
        STRING,
        ", ".join(state.value for state in State if not state.is_over),
        one_of=tuple(state for state in State if not state.is_over),
    ),
    "what": Field(STRING, "what happened, in words"),
    "subject": Field(STRING, "role of the sensor that it is about; empty: the wearer"),
    "happened": Field(STRING, "when, UTC, ISO 8601"),
    "confidence": Field(NUMBER, "0..1, of the event", nullable=True),
    "count": Field(NUMBER, "how often it happened within 10 min"),
    "told": Field(LIST, "contacts that were told, in order"),
    "answered_by": Field(STRING, "who looks after it, as far as they said"),
    "label": Field(BOOLEAN, "whether it was real, as somebody said", nullable=True),
}
"""An alert while it lives; when it is over, the payload is empty."""

SENSOR_FIELDS = {
    "state": Field(
        STRING,
        "streaming, connecting, sleeping, not_worn, lost, held_elsewhere or paused",
        one_of=tuple(SensorCondition),
    ),
    "battery_pct": Field(NUMBER, "charge, 0..100", nullable=True),
    "battery_days": Field(
        NUMBER, "days until it is empty, at the way it was used since it was last charged", nullable=True
    ),
    "rate_hz": Field(NUMBER, "samples per second that arrive", nullable=True),
    "loss_pct": Field(NUMBER, "samples that did not arrive, %", nullable=True),
    "rssi_dbm": Field(NUMBER, "signal strength", nullable=True),
    "last_data": Field(STRING, "when the newest sample came, UTC, ISO 8601", nullable=True),
    "note": Field(STRING, "why it is lost, or what the device says is wrong; null while all is well", nullable=True),
    "drift_ppm": Field(
        NUMBER, "by how much its clock is slower than the hub's, or its rate lower than nominal", nullable=True
    ),
    "jitter_ms": Field(NUMBER, "by how much the delay of arrivals varies: its mean deviation", nullable=True),
    "connections": Field(NUMBER, "links made since the hub started; so are the counts below"),
    "connect_failures": Field(NUMBER, "attempts that made none"),
    "disconnections": Field(NUMBER, "links that the device ended, or that went out of reach"),
    "silences": Field(NUMBER, "times at which the link stood and no valid data came"),
    "refusals": Field(NUMBER, "links given up because the device refused what its driver needs"),
    "rejections": Field(NUMBER, "links given up because the device turned out to be another's"),
    "resubscriptions": Field(NUMBER, "silent links that were asked for data again"),
    "forgettings": Field(NUMBER, "times that the system was made to forget the device, since no link worked"),
    "stale_links": Field(NUMBER, "links that the system still held, such as after a crash, and that were ended"),
    "pauses": Field(NUMBER, "times that the device was let go for another app"),
    "rests": Field(NUMBER, "times that it was let go because it was not worn"),
    "wakes": Field(NUMBER, "ends of such rests"),
    "packets": Field(NUMBER, "packets taken in"),
    "packets_dropped": Field(NUMBER, "packets for which the hub had no room"),
    "packets_doubled": Field(NUMBER, "packets that came twice; the second is left out"),
    "packets_faulty": Field(NUMBER, "packets, or parts, that are not what the device sends; left out"),
    "samples": Field(NUMBER, "samples taken in"),
    "samples_lost": Field(NUMBER, "samples that never came"),
    "samples_late": Field(NUMBER, "samples that came after the sensor had been given up for their time; left out"),
}
"""How a sensor is doing, with everything that can be lost on its way counted."""

HEALTH_FIELDS = {
    "state": Field(
        STRING,
        "ok; degraded: something is lacking; stuck: the hub is about to be started anew",
        one_of=("ok", "degraded", "stuck"),
    ),
    "reasons": Field(LIST, "what is lacking or stuck, each in words; empty while all is well"),
}
"""How the hub is."""

CALIBRATION_FIELDS = {
    "state": Field(
        STRING,
        "doing; refused: said why, and it begins again by itself; timing: a stopwatch's times are waited for; ended; "
        "stopped: nothing has changed",
        one_of=("doing", "refused", "timing", "ended", "stopped"),
    ),
    "task": Field(STRING, "the present exercise", nullable=True),
    "number": Field(NUMBER, "its number, from 1", nullable=True),
    "of": Field(NUMBER, "how many exercises there are"),
    "instruction": Field(STRING, "what the wearer is asked to do", nullable=True),
    "said": Field(STRING, "how it goes, why it was refused, or why it has stopped", nullable=True),
    "done_pct": Field(NUMBER, "how much of the exercise is done, %"),
    "again_s": Field(NUMBER, "seconds until a refused exercise begins again", nullable=True),
    "feels": Field(LIST, "what the sensors feel now, in words"),
    "ended": Field(LIST, "exercises that are over: name, done, skipped or impossible, and how it went"),
    "found": Field(LIST, "at the end: what came of it, in words"),
}
"""A guided calibration."""

ANSWER_FIELDS = {
    "obeyed": Field(BOOLEAN, "whether the command was"),
    "message": Field(STRING, "what was done, or why not"),
}
"""What became of a command."""

JSON_TYPES: dict[str, tuple[type, ...]] = {
    NUMBER: (int, float),
    INTEGER: (int,),
    STRING: (str,),
    BOOLEAN: (bool,),
    LIST: (list,),
}
