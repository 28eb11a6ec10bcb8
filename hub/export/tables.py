"""The tables of an export: which columns they have, in which units, and how a record becomes a row. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.alert import Alert
from hub.day_fields import DAY_FIELDS
from hub.diary import AidsChanged, DiaryEntry, ExerciseBegun, ExerciseDone, Noted, Recalibrated, aids_text
from hub.events import COMMON_FIELDS, FIELDS, NUMBER, STRING, Field, Kind, Value
from hub.journal import DayRecord, Record
from hub.mqtt.fields import EVENT_FIELDS
from hub.mqtt.payloads import iso

INTEGER = "integer"

Row = Mapping[str, Value]

_WEARER = {"wearer": Field(STRING, "nickname")}
_WHEN = {
    "wall_time": Field(STRING, "when it happened, UTC, ISO 8601"),
    "wall_time_ns": Field(INTEGER, "the same in ns since 1970-01-01 UTC"),
}
_AIDS = {"aids": Field(STRING, "aids that were on, such as brace+stick; none; empty: nobody had said by then")}
_CONTACTS = (Kind.INITIAL_CONTACT, Kind.FINAL_CONTACT)
_OWN_TABLES = (*_CONTACTS, Kind.STEP, Kind.WALK_END)


def _of_kinds(*kinds: Kind) -> dict[str, Field]:
    own: dict[str, Field] = {}
    for kind in kinds:
        for name, each in FIELDS[kind].items():
            own.setdefault(name, each)
    return {**_WEARER, **_WHEN, **EVENT_FIELDS, **_AIDS, **own}


@dataclass(frozen=True, slots=True)
class Table:
    """One table. ``columns``: name to type and meaning; the last part of a name is its unit."""

    name: str
    meaning: str
    columns: Mapping[str, Field]


EVENTS = Table(
    "events",
    "everything that happened, but for contacts, steps and ends of walks; which columns a row has depends on its kind",
    _of_kinds(*(kind for kind in Kind if kind not in _OWN_TABLES)),
)
CONTACTS = Table("contacts", "every initial and final contact of a foot", _of_kinds(*_CONTACTS))
STEPS = Table("steps", "every step with its measures", _of_kinds(Kind.STEP))
WALKS = Table("walks", "every walking bout with its measures, at its end", _of_kinds(Kind.WALK_END))
DAYS = Table("days", "every local day that is over", {**_WEARER, **DAY_FIELDS})
ALERTS = Table(
    "alerts",
    "every alert as it ended, with what somebody said of it",
    {
        **_WEARER,
        **_WHEN,
        "id": Field(STRING, "of a trip or fall that of the event, and in the name of its clip"),
        "rule": Field(STRING, "why it was raised"),
        "severity": Field(STRING, "low, medium or high"),
        "state": Field(STRING, "where in its life it is"),
        "what": Field(STRING, "what happened, in words"),
        "subject": Field(STRING, "role of the sensor that it is about; empty: the wearer"),
        "confidence": Field(NUMBER, "0..1, of the event"),
        "count": Field(NUMBER, "how often it happened within 10 min"),
        "told": Field(STRING, "contacts that were told, in order"),
        "answered_by": Field(STRING, "who looked after it, as far as they said"),
        "reason": Field(STRING, "why it ended"),
        "label": Field("boolean", "whether it was real, as somebody said; empty: nobody has"),
        "note": Field(STRING, "what they said of it"),
    },
)
DIARY = Table(
    "diary",
    "what people said: aids put on and off, notes, exercises, guided calibrations",
    {
        **_WEARER,
        **_WHEN,
        "id": Field(STRING, "of the entry"),
        "kind": Field(STRING, "aid, note, exercise_begun, exercise or calibration"),
        "aids": Field(STRING, "of an aid: all that are on from then on"),
        "text": Field(STRING, "a note's words; what another aid is called; what a calibration found"),
        "tags": Field(STRING, "of a note"),
        "pain": Field(NUMBER, "0..10"),
        "alert": Field(STRING, "id of the alert that a note is about"),
        "exercise": Field(STRING, "which exercise"),
        "duration_s": Field(NUMBER, "how long it took"),
        "repetitions": Field(NUMBER, "how many were done"),
    },
)
TABLES = (EVENTS, CONTACTS, STEPS, WALKS, DAYS, ALERTS, DIARY)


def table_of(kind: Kind) -> Table:
    """Where events of a kind go."""
    if kind in _CONTACTS:
        return CONTACTS
    return {Kind.STEP: STEPS, Kind.WALK_END: WALKS}.get(kind, EVENTS)


def event_row(record: Record) -> Row:
    """A row of the table of its kind; what a newer version added is left out."""
    event = record.event.to_dict()
    assert set(COMMON_FIELDS) <= set(event)
    columns = table_of(record.event.kind).columns
    return {
        "wearer": record.wearer,
        **_when(record.wall_time_ns),
        "position": record.position,
        "aids": record.aids,
        **{name: value for name, value in event.items() if name in columns},
    }


def day_row(record: DayRecord) -> Row:
    """A row of ``DAYS``."""
    return {"wearer": record.wearer, **record.summary.to_dict()}


def alert_row(alert: Alert) -> Row:
    """A row of ``ALERTS``."""
    return {
        "wearer": alert.wearer,
        **_when(alert.happened_ns),
        "id": alert.id,
        "rule": alert.rule.value,
        "severity": alert.severity.value,
        "state": alert.state.value,
        "what": alert.what,
        "subject": alert.subject,
        "confidence": alert.confidence,
        "count": alert.count,
        "told": "; ".join(alert.told),
        "answered_by": alert.answered_by,
        "reason": alert.reason,
        "label": alert.label,
        "note": alert.note,
    }


def diary_row(entry: DiaryEntry) -> Row:
    """A row of ``DIARY``."""
    own: Row
    match entry.what:
        case AidsChanged(aids, name):
            own = {"aids": aids_text(aids), "text": name}
        case Noted(text, tags, pain, alert):
            own = {"text": text, "tags": " ".join(tags), "pain": pain, "alert": alert}
        case ExerciseBegun(exercise):
            own = {"exercise": exercise.value}
        case ExerciseDone(exercise, duration_s, repetitions):
            own = {"exercise": exercise.value, "duration_s": duration_s, "repetitions": repetitions}
        case Recalibrated(found):
            own = {"text": found}
    return {"wearer": entry.wearer, **_when(entry.at_ns), "id": entry.id, "kind": entry.what.kind, **own}


def _when(wall_time_ns: int) -> dict[str, Value]:
    return {"wall_time": iso(wall_time_ns), "wall_time_ns": wall_time_ns}
