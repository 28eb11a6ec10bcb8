"""What is said on each topic: JSON objects, with wall time, without device addresses. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from hub.events import BOOLEAN, NUMBER, STRING, Event, Field, Value

TIME_FIELDS = {
    "wall_time": Field(STRING, "when, UTC, ISO 8601"),
    "wall_time_ns": Field(NUMBER, "the same in ns since 1970-01-01 UTC, an integer"),
}
"""Joined to every payload but the last will, which a broker speaks long after it was written."""

STATUS_FIELDS = {
    "state": Field(STRING, "online or offline"),
    "version": Field(STRING, "version of the hub; only when online"),
}

EVENT_FIELDS = {
    "id": Field(STRING, "the same at each repetition: a reader drops what it has seen"),
    "kind": Field(STRING, "as in the topic"),
    "side": Field(STRING, "left, right or both"),
    "time_s": Field(NUMBER, "when it happened, on the hub's own clock, s; for intervals between events"),
    "detected_at_s": Field(NUMBER, "when it was known, on the same clock"),
    "confidence": Field(NUMBER, "0..1"),
}
"""Fields that every event has, beside its kind's own."""

STATE_FIELDS = {
    "day": Field(STRING, "local date that the counts belong to"),
    "steps": Field(NUMBER, "initial contacts of both feet"),
    "good_step_pct": Field(
        NUMBER, "heel-first contacts after a swing without drag, % of the affected side's judged ones"
    ),
    "toe_first_pct": Field(NUMBER, "toe-first contacts, % of the affected side's judged ones"),
    "drags": Field(NUMBER, "toe drags and scuffs"),
    "trips": Field(NUMBER, "confirmed trips"),
    "falls": Field(NUMBER, "confirmed falls"),
    "walking_min": Field(NUMBER, "minutes in walking bouts"),
    "coverage_pct": Field(NUMBER, "data quality: time with data from all sensors, % of the finished walking bouts"),
}
"""The wearer's day so far."""

SENSOR_FIELDS = {
    "state": Field(STRING, "streaming, connecting, sleeping, not_worn or lost"),
    "battery_pct": Field(NUMBER, "charge, 0..100"),
    "rate_hz": Field(NUMBER, "samples per second that arrive"),
    "loss_pct": Field(NUMBER, "samples that did not arrive, %"),
    "rssi_dbm": Field(NUMBER, "signal strength"),
    "last_data": Field(STRING, "when the newest sample came, UTC, ISO 8601"),
}

JSON_TYPES: dict[str, tuple[type, ...]] = {NUMBER: (int, float), STRING: (str,), BOOLEAN: (bool,)}


class SensorCondition(StrEnum):
    """How a sensor is doing."""

    STREAMING = "streaming"
    CONNECTING = "connecting"
    SLEEPING = "sleeping"
    NOT_WORN = "not_worn"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class SensorState:
    """State of one sensor; None where not known."""

    condition: SensorCondition
    battery_pct: float | None = None
    rate_hz: float | None = None
    loss_pct: float | None = None
    rssi_dbm: float | None = None
    last_data_wall_ns: int | None = None


OFFLINE = b'{"state":"offline"}'
"""The last will."""


def online(version: str, wall_time_ns: int) -> bytes:
    """The hub is there."""
    return _encode({"state": "online", "version": version}, wall_time_ns)


def event(happened: Event, wall_time_ns: int) -> bytes:
    """An event with the wall time of when it happened."""
    return _encode(happened.to_dict(), wall_time_ns)


def wearer_state(day: Mapping[str, Value], wall_time_ns: int) -> bytes:
    """The wearer's day so far, as of ``wall_time_ns``.

    Raises
    ------
    ValueError
        Not exactly the fields of ``STATE_FIELDS``.
    """
    if set(day) != set(STATE_FIELDS):
        message = f"fields of the wearer's state differ: {sorted(set(day) ^ set(STATE_FIELDS))}"
        raise ValueError(message)
    return _encode(day, wall_time_ns)


def sensor_state(state: SensorState, wall_time_ns: int) -> bytes:
    """How a sensor is doing, as of ``wall_time_ns``."""
    return _encode(
        {
            "state": state.condition.value,
            "battery_pct": state.battery_pct,
            "rate_hz": state.rate_hz,
            "loss_pct": state.loss_pct,
            "rssi_dbm": state.rssi_dbm,
            "last_data": None if state.last_data_wall_ns is None else iso(state.last_data_wall_ns),
        },
        wall_time_ns,
    )


def iso(wall_time_ns: int) -> str:
    """UTC in ISO 8601 with microseconds, cut and not rounded."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=wall_time_ns // 1000)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _encode(fields: Mapping[str, Value], wall_time_ns: int) -> bytes:
    timed = {**fields, "wall_time": iso(wall_time_ns), "wall_time_ns": wall_time_ns}
    return json.dumps(timed, separators=(",", ":"), allow_nan=False).encode()
