"""The published JSON Schemas: fresh, strict enough to find a mistake, and satisfied by what the code makes."""

import json
from dataclasses import replace

import pytest

from hub.alert import Alert, Rule, Severity
from hub.events import FIELDS, Event, Kind
from hub.mqtt import SensorCondition, SensorState, payloads, schemas
from hub.mqtt.commands import COMMANDS
from hub.mqtt.reference import reference
from sensors.layout import Side
from tests.mqtt.schemas import SCHEMAS, assert_as_published, validator

WALL_NS = 1_767_225_600_123_456_789
BASE = "insole/home"
ALERT = Alert("t1", "ada", Rule.TRIP, Severity.MEDIUM, "a trip", WALL_NS, WALL_NS)


def test_the_published_schemas_are_fresh():
    published = {path.name: path.read_text() for path in SCHEMAS.iterdir()}
    assert published == schemas.files(), "run: python -m hub.mqtt.schemas docs/schemas"
    assert "](schemas)" in reference()


def test_writing_leaves_nothing_of_before(tmp_path):
    (tmp_path / "event-gone.json").write_text("{}")
    schemas.write(tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == schemas.files()


@pytest.mark.parametrize("name", schemas.payload_schemas())
def test_every_schema_is_one_and_refuses_what_is_no_object(name):
    assert not validator(name).is_valid([])
    assert not validator(name).is_valid({"unheard_of": 1})


def test_what_the_code_makes_is_as_published():
    for topic, payload in [
        ("status", payloads.online("1", WALL_NS)),
        ("status", payloads.OFFLINE),
        ("health", payloads.health("degraded", ["no broker"], WALL_NS)),
        ("ada/answer/fine", payloads.answer("noted", WALL_NS, obeyed=True)),
        ("ada/sensor/left_shin", payloads.sensor_state(SensorState(SensorCondition.LOST), WALL_NS)),
        ("ada/alert/t1", payloads.alert(ALERT, WALL_NS)),
        ("ada/alert/t1", payloads.alert(replace(ALERT, confidence=0.5, label=False), WALL_NS)),
    ]:
        assert_as_published(BASE, f"{BASE}/{topic}", payload)


@pytest.mark.parametrize("kind", Kind)
def test_an_event_may_lack_a_value_and_never_change_its_type(kind):
    for value in (None, ...):
        fields = {} if value is ... else dict.fromkeys(FIELDS[kind])
        event = Event("e1", kind, Side.LEFT, 1.0, 1.5, 0.5, fields)
        assert_as_published(BASE, f"{BASE}/ada/event/{kind.value}", payloads.event(event, WALL_NS, 7))
    for name in FIELDS[kind]:
        event = Event("e1", kind, Side.LEFT, 1.0, 1.5, 0.5, {name: [1]})
        with pytest.raises(AssertionError, match=name):
            assert_as_published(BASE, f"{BASE}/ada/event/{kind.value}", payloads.event(event, WALL_NS, 7))


@pytest.mark.parametrize("change", [{"wall_time_ns": 1.5}, {"kind": "trip"}, {"side": "up"}, {"time_s": None}])
def test_a_wrong_value_is_found(change):
    event = Event("e1", Kind.TOE_FIRST, Side.LEFT, 1.0, 1.5, 0.5, {"lead_ms": 3.0, "reason": "why"})
    right = json.loads(payloads.event(event, WALL_NS, 7))
    assert validator("event-toe_first").is_valid(right)
    assert not validator("event-toe_first").is_valid(right | change)


def test_commands_are_described_as_they_are_read():
    assert {f"command-{command.name}" for command in COMMANDS} <= set(schemas.payload_schemas())
    assert validator("command-label").is_valid({"alert": "t1", "real": True})
    assert not validator("command-label").is_valid({"alert": "t1"})
    assert not validator("command-pause_radio").is_valid({"minutes": -1})
