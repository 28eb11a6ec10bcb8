"""Everything that is written to InfluxDB: measurements, tags, fields, units. The one place for their names. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.alert import Rule, Severity, State, Step
from hub.count_fields import COUNTS_FIELDS
from hub.day_fields import DAY_FIELDS
from hub.events import BOOLEAN, FIELDS, NUMBER, STRING, Context, Field, Kind


class Tag(StrEnum):
    """Tags. Never an id or an address: each new value of a tag costs the database memory for ever."""

    HUB = "hub"
    WEARER = "wearer"
    SIDE = "side"
    KIND = "kind"
    AID = "aid"
    ROLE = "role"


class Bucket(StrEnum):
    """How long points are kept. Each is a bucket of its own (1.x, 3: a database)."""

    LASTING = "lasting"  # small: for ever by default
    STEPS = "steps"  # large: 90 days by default


class Name(StrEnum):
    """Measurements."""

    STEP = "step"
    EVENT = "event"
    WALK = "walk"
    DAY = "day"
    EXERCISE = "exercise"
    ALERT = "alert"
    NOTE = "note"
    SENSOR = "sensor"
    HUB = "hub"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement.

    Parameters
    ----------
    meaning : what a point is, and which time it has.
    kinds : values of the tag ``kind``; none: it has no such tag.
    fields : every field that a point may have; one that is not known is left out.
    """

    name: Name
    meaning: str
    bucket: Bucket
    tags: tuple[Tag, ...]
    kinds: tuple[str, ...]
    fields: Mapping[str, Field]


MEASUREMENT_OF = {
    kind: {
        Kind.INITIAL_CONTACT: Name.STEP,
        Kind.FINAL_CONTACT: Name.STEP,
        Kind.STEP: Name.STEP,
        Kind.WALK_END: Name.WALK,
        Kind.EXERCISE_REP: Name.EXERCISE,
    }.get(kind, Name.EVENT)
    for kind in Kind
}
"""Where events of a kind go. What comes with each step is kept apart from what is rare."""

_COMMON = {
    "confidence": Field(NUMBER, "0..1"),
    "context": Field(STRING, "what the person was doing: " + ", ".join(context.value for context in Context)),
    "detected_after_s": Field(NUMBER, "from when it happened to the sample at which it was known"),
}
_ID = {"id": Field(STRING, "of the event, as on MQTT")}


def _fields_of(name: Name) -> dict[str, Field]:
    own: dict[str, Field] = {}
    for kind in _kinds_of(name):
        own |= {field: each for field, each in FIELDS[kind].items() if field not in own}
    return own


def _kinds_of(name: Name) -> tuple[Kind, ...]:
    return tuple(kind for kind in Kind if MEASUREMENT_OF[kind] is name)


DONE = "done"
"""Kind of an exercise of the diary."""

NOTE_KINDS = ("aid", "note", "calibration")
"""Kinds of entries of the diary that are marks."""


def _values(kinds: Iterable[StrEnum]) -> tuple[str, ...]:
    return tuple(kind.value for kind in kinds)


_HUB_COUNTS = (
    "memory_mb",
    "processor_pct",
    "loop_lag_ms",
    "temperature_c",
    "disk_free_mb",
    "disk_written_mb",
    "journal_mb",
    "events_waiting",
    "events_dropped",
    "mqtt_waiting",
    "mqtt_failures",
    "influxdb_waiting",
    "influxdb_failures",
    "influxdb_refused",
    "scan_restarts",
    "adapter_power_cycles",
    "adapter_usb_resets",
)
"""Of what is counted on MQTT: what grows unnoticed, what is late, and what had to be mended."""

_OF_EVENTS = (Tag.HUB, Tag.WEARER, Tag.SIDE, Tag.KIND, Tag.AID)

MEASUREMENTS: dict[Name, Measurement] = {
    Name.STEP: Measurement(
        Name.STEP,
        "every contact and every step, when it happened; choose one kind, or each step counts several times",
        Bucket.STEPS,
        _OF_EVENTS,
        _values(_kinds_of(Name.STEP)),
        _COMMON | _fields_of(Name.STEP),
    ),
    Name.EVENT: Measurement(
        Name.EVENT,
        "everything else that happened, when it happened; a candidate and its confirmation are two points",
        Bucket.LASTING,
        _OF_EVENTS,
        _values(_kinds_of(Name.EVENT)),
        _ID | _COMMON | _fields_of(Name.EVENT),
    ),
    Name.WALK: Measurement(
        Name.WALK,
        "a walking bout, at its end",
        Bucket.LASTING,
        (Tag.HUB, Tag.WEARER, Tag.AID),
        (),
        _ID | _COMMON | _fields_of(Name.WALK),
    ),
    Name.DAY: Measurement(
        Name.DAY,
        "a local day that is over, at noon UTC of its date: its point is written again where it was counted anew",
        Bucket.LASTING,
        (Tag.HUB, Tag.WEARER),
        (),
        DAY_FIELDS,
    ),
    Name.EXERCISE: Measurement(
        Name.EXERCISE,
        "an exercise that somebody said was done, or a repetition that the sensors saw, when it ended",
        Bucket.LASTING,
        (Tag.HUB, Tag.WEARER, Tag.SIDE, Tag.KIND, Tag.AID),
        (*_values(_kinds_of(Name.EXERCISE)), DONE),
        _ID
        | _COMMON
        | _fields_of(Name.EXERCISE)
        | {
            "duration_s": Field(NUMBER, "how long it took, as far as somebody said when it began and ended"),
            "repetitions": Field(NUMBER, "how many, as somebody said"),
        },
    ),
    Name.ALERT: Measurement(
        Name.ALERT,
        "an alert as it is now, at the time of what it is about: its point is written again at every change",
        Bucket.LASTING,
        (Tag.HUB, Tag.WEARER, Tag.KIND),
        _values(Rule),
        {
            "id": Field(STRING, "of the alert; of a trip or fall also the event's"),
            "severity": Field(STRING, ", ".join(_values(Severity))),
            "state": Field(STRING, ", ".join(_values(State))),
            "what": Field(STRING, "what happened, in words, without names"),
            "subject": Field(STRING, "role of the sensor that it is about; absent: the wearer"),
            "confidence": Field(NUMBER, "0..1, of the event"),
            "count": Field(NUMBER, "how often it happened within 10 min"),
            "told": Field(NUMBER, "how many contacts were told"),
            "answer": Field(STRING, ", ".join(_values((Step.ACKNOWLEDGED, Step.FINE, Step.FALSE_ALARM)))),
            "answered_after_s": Field(NUMBER, "from the alert to its answer"),
            "real": Field(BOOLEAN, "whether it really happened, as somebody labelled it"),
        },
    ),
    Name.NOTE: Measurement(
        Name.NOTE,
        "what somebody said in the diary, at the time that it is about; for marks in charts",
        Bucket.LASTING,
        (Tag.HUB, Tag.WEARER, Tag.KIND),
        NOTE_KINDS,
        {
            "id": Field(STRING, "of the entry"),
            "text": Field(STRING, "in words; of an aid those that are on from then on"),
            "tags": Field(STRING, "words to look for, with spaces between them"),
            "pain": Field(NUMBER, "0..10"),
            "alert": Field(STRING, "id of the alert that it is about"),
        },
    ),
    Name.SENSOR: Measurement(
        Name.SENSOR,
        "how a sensor is doing, once a minute while the hub runs; at most half a day waits where the database is away",
        Bucket.STEPS,
        (Tag.HUB, Tag.WEARER, Tag.ROLE),
        (),
        {
            "state": Field(STRING, "as on MQTT: streaming, connecting, sleeping, not_worn, lost ..."),
            "battery_pct": Field(NUMBER, "charge, 0..100"),
            "battery_days": Field(NUMBER, "days until it is empty, at the way it was used"),
            "rate_hz": Field(NUMBER, "samples per second that arrive"),
            "loss_pct": Field(NUMBER, "samples that did not arrive, %"),
            "rssi_dbm": Field(NUMBER, "signal strength"),
            "jitter_ms": Field(NUMBER, "by how much the delay of arrivals varies: its mean deviation"),
            "drift_ppm": Field(NUMBER, "by how much its clock is slower than the hub's"),
            "connections": Field(NUMBER, "links made since the hub started"),
            "samples": Field(NUMBER, "samples taken in since the hub started"),
            "samples_lost": Field(NUMBER, "samples that never came since the hub started"),
        },
    ),
    Name.HUB: Measurement(
        Name.HUB,
        "how the hub itself is doing, twice a minute while it runs; what waits is bounded likewise",
        Bucket.STEPS,
        (Tag.HUB,),
        (),
        {
            "state": Field(STRING, "ok, degraded or stuck, as its health on MQTT"),
            "reasons": Field(STRING, "why it is not ok, in words"),
            "version": Field(STRING, "of the hub's program"),
            **{name: COUNTS_FIELDS[name] for name in _HUB_COUNTS},
        },
    ),
}
"""Every measurement. The names of contacts, and what was said of an alert with its label, stay on the hub."""
