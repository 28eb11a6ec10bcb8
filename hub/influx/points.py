"""What the journal holds as points: names from the schema, numbers as floats, no two points at one time. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from hub.alert import Alert
from hub.diary import AidsChanged, DiaryEntry, ExerciseBegun, ExerciseDone, Noted, Recalibrated, aids_text
from hub.events import Event, Value
from hub.influx.schema import DONE, MEASUREMENT_OF, MEASUREMENTS, Name, Tag
from sensors.layout import Role

TIE_NS = 100_000
"""The last digits of a time tell points of the same instant apart; what happened is known to some ms at best."""

_ROLES = [role.value for role in Role]


@dataclass(frozen=True, slots=True)
class Point:
    """One point. Its measurement, tags and time are its identity: written again, it takes its own place."""

    measurement: Name
    tags: Mapping[Tag, str]
    fields: Mapping[str, float | str | bool]
    time_ns: int


def event_point(
    hub: str, wearer: str, event: Event, wall_time_ns: int, position: int, *, aids: str | None = None
) -> Point:
    """An event of the journal.

    ``position`` parts events of one instant, such as a trip and its confirmation. Positions are given once, so no two
    points share a time unless ``TIE_NS`` records lie between two events of the same instant, kind, side and wearer.
    ``aids``: those that were on; None, which gives no tag: nobody had said by then.
    """
    measurement = MEASUREMENTS[MEASUREMENT_OF[event.kind]]
    has = {
        Tag.HUB: hub,
        Tag.WEARER: wearer,
        Tag.SIDE: event.side.value,
        Tag.KIND: event.kind.value,
        **({} if aids is None else {Tag.AID: aids}),
    }
    common: dict[str, Value] = {
        "id": event.id,
        "confidence": event.confidence,
        "context": event.context.value,
        "detected_after_s": event.detected_at_s - event.time_s,
    }
    known = _known(common) | _known(event.fields)
    return Point(
        measurement.name,
        {tag: has[tag] for tag in measurement.tags if tag in has},
        {name: value for name, value in known.items() if name in measurement.fields},
        _parted(wall_time_ns, position % TIE_NS),
    )


def alert_point(hub: str, alert: Alert) -> Point:
    """An alert as it is. Two of one rule at one instant are about different sensors."""
    answered = alert.answered_ns
    fields: dict[str, Value] = {
        "id": alert.id,
        "severity": alert.severity.value,
        "state": alert.state.value,
        "what": alert.what,
        "subject": alert.subject or None,
        "confidence": alert.confidence,
        "count": alert.count,
        "told": len(alert.told),
        "answer": None if alert.answer is None else alert.answer.value,
        "answered_after_s": None if answered is None else (answered - alert.opened_ns) / 1e9,
        "real": alert.label,
    }
    tags = {Tag.HUB: hub, Tag.WEARER: alert.wearer, Tag.KIND: alert.rule.value}
    subject = _ROLES.index(alert.subject) + 1 if alert.subject in _ROLES else 0
    return Point(Name.ALERT, tags, _known(fields), _parted(alert.happened_ns, subject))


def diary_point(hub: str, entry: DiaryEntry, position: int) -> Point | None:
    """An entry of the diary; None: it is none of a chart's marks, as the begin of an exercise."""
    tags, what = {Tag.HUB: hub, Tag.WEARER: entry.wearer}, entry.what
    fields: dict[str, Value]
    match what:
        case ExerciseBegun():
            return None
        case ExerciseDone():
            name, tags[Tag.KIND] = Name.EXERCISE, DONE
            fields = {
                "exercise": what.exercise.value,
                "duration_s": what.duration_s,
                "repetitions": what.repetitions,
            }
        case AidsChanged():
            name, tags[Tag.KIND] = Name.NOTE, what.kind
            fields = {"text": aids_text(what.aids) + (f" ({what.name})" if what.name else "")}
        case Noted():
            name, tags[Tag.KIND] = Name.NOTE, what.kind
            fields = {
                "text": what.text or None,
                "tags": " ".join(what.tags) or None,
                "pain": what.pain,
                "alert": what.alert or None,
            }
        case Recalibrated():
            name, tags[Tag.KIND] = Name.NOTE, what.kind
            fields = {"text": what.found}
    return Point(name, tags, _known({"id": entry.id} | fields), _parted(entry.at_ns, position % TIE_NS))


def sensor_point(hub: str, wearer: str, role: Role, state: Mapping[str, Value], wall_time_ns: int) -> Point:
    """How a sensor is doing; what is in ``state`` and not in the schema is left out."""
    known = {name: value for name, value in _known(state).items() if name in MEASUREMENTS[Name.SENSOR].fields}
    return Point(Name.SENSOR, {Tag.HUB: hub, Tag.WEARER: wearer, Tag.ROLE: role.value}, known, wall_time_ns)


def hub_point(hub: str, figures: Mapping[str, Value], wall_time_ns: int) -> Point:
    """How the hub itself is doing; what is in ``figures`` and not in the schema is left out."""
    known = {name: value for name, value in _known(figures).items() if name in MEASUREMENTS[Name.HUB].fields}
    return Point(Name.HUB, {Tag.HUB: hub}, known, wall_time_ns)


def day_point(hub: str, wearer: str, summary: Mapping[str, Value]) -> Point:
    """A local day. Noon of its date in UTC lies in the same day and week as the date, whatever the wearer's zone."""
    noon = datetime.combine(date.fromisoformat(str(summary["day"])), time(12), UTC)
    fields = MEASUREMENTS[Name.DAY].fields
    known = {name: value for name, value in _known(summary).items() if name in fields}
    return Point(Name.DAY, {Tag.HUB: hub, Tag.WEARER: wearer}, known, int(noon.timestamp()) * 10**9)


def _parted(wall_time_ns: int, tie: int) -> int:
    return wall_time_ns // TIE_NS * TIE_NS + tie


def _known(fields: Mapping[str, Value]) -> dict[str, float | str | bool]:
    """What is not null, each number a float."""
    return {
        name: float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in fields.items()
        if value is not None
    }
