import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.alert import Alert, Rule, Severity
from hub.events import FIELDS, Event, Field, Kind
from hub.journal import DayTally
from hub.mqtt import SensorCondition, SensorState, Topics, payloads
from hub.mqtt.fields import (
    ALERT_FIELDS,
    EVENT_FIELDS,
    JSON_TYPES,
    SENSOR_FIELDS,
    STATE_FIELDS,
    STATUS_FIELDS,
    TIME_FIELDS,
)
from hub.mqtt.reference import reference
from hub.session import Wearer
from sensors.layout import Role, Side

WALL_NS = 1_767_225_600_123_456_789


def test_topic_names_are_the_contract():
    topics = Topics("insole/home")
    assert topics.status == "insole/home/status"
    assert topics.event("ada", Kind.TOE_FIRST) == "insole/home/ada/event/toe_first"
    assert topics.state("ada") == "insole/home/ada/state"
    assert topics.sensor("ada", Role.LEFT_SHIN) == "insole/home/ada/sensor/left_shin"


@pytest.mark.parametrize("name", ["", "a/b", "+", "#", "a b", "a\n", "a\x00", "a\x07"])
def test_names_that_would_break_a_topic_are_refused(name):
    with pytest.raises(ValueError, match="cannot be a level"):
        Topics("insole/home").state(name)
    with pytest.raises(ValueError, match="cannot be levels"):
        Topics(f"insole/{name}/x" if name != "a/b" else "a//b")


def test_an_event_is_itself_with_wall_time():
    happened = Event("id1", Kind.TOE_FIRST, Side.LEFT, 1 / 3, 0.4, 0.9, {"lead_ms": 62.0, "reason": None})
    data = json.loads(payloads.event(happened, WALL_NS, 7))
    told = {"position": 7, "wall_time": "2026-01-01T00:00:00.123456Z", "wall_time_ns": WALL_NS}
    assert data == happened.to_dict() | told
    assert set(data) == set(EVENT_FIELDS) | set(FIELDS[Kind.TOE_FIRST]) | set(TIME_FIELDS)


@given(st.integers(0, 4 * 10**18))
def test_iso_time_is_the_nanoseconds_cut_to_microseconds(wall_time_ns):
    moment = datetime.fromisoformat(payloads.iso(wall_time_ns))
    seconds, microsecond = divmod(wall_time_ns // 1000, 10**6)
    assert (int(moment.timestamp() // 1), moment.microsecond) == (seconds, microsecond)


def _assert_described(data, fields: dict[str, Field]):
    assert set(data) == set(fields | TIME_FIELDS)
    for name, value in data.items():
        described = (fields | TIME_FIELDS)[name]
        assert value is None or isinstance(value, JSON_TYPES[described.type]), name


@pytest.mark.parametrize(
    "state",
    [SensorState(SensorCondition.LOST), SensorState(SensorCondition.STREAMING, 80.0, 99.7, 0.1, -61.0, WALL_NS)],
)
def test_a_sensors_state_is_as_described(state):
    data = json.loads(payloads.sensor_state(state, WALL_NS))
    _assert_described(data, SENSOR_FIELDS)
    assert len([value for value in data.values() if value is None]) == list(asdict(state).values()).count(None)


def test_the_days_summary_is_what_the_wearers_state_takes():
    tally = DayTally(Wearer("ada"))
    tally.push(Event("id1", Kind.INITIAL_CONTACT, Side.LEFT, 1.0, 1.0, 1.0, {"strike": "heel"}), WALL_NS)
    labels = {
        "alerts_unanswered": 1,
        "alerts_labelled": 2,
        "alerts_true_pct": 50.0,
        "alerts_true_low_pct": 9.5,
        "alerts_true_high_pct": 90.5,
        "aids": ["brace", "stick"],
        "exercise": None,
    }
    data = json.loads(payloads.wearer_state(tally.summary(WALL_NS).to_dict() | labels, WALL_NS))
    _assert_described(data, STATE_FIELDS)
    assert data["steps"] == 1


def test_an_alert_is_as_described():
    raised = Alert("t1", "ada", Rule.TRIP, Severity.MEDIUM, "a trip", WALL_NS, WALL_NS, confidence=0.8, label=True)
    _assert_described(json.loads(payloads.alert(raised, WALL_NS)), ALERT_FIELDS)
    assert Topics("insole/home").alert("ada", "t1") == "insole/home/ada/alert/t1"


def test_a_state_with_other_fields_is_refused():
    with pytest.raises(ValueError, match="stpes"):
        payloads.wearer_state({"stpes": 1}, WALL_NS)


def test_status_is_as_described_and_the_will_is_the_contract():
    _assert_described(json.loads(payloads.online("1.0", WALL_NS)), STATUS_FIELDS)
    assert payloads.OFFLINE == b'{"state":"offline"}'


def test_the_reference_in_the_docs_is_fresh_and_complete():
    page = reference()
    docs = Path(__file__).parents[2] / "docs" / "mqtt.md"
    assert docs.read_text() == page, "run: python -m hub.mqtt.reference > docs/mqtt.md"
    for kind in Kind:
        assert f"### `{kind.value}`" in page
        assert all(f"| `{name}` |" in page for name in FIELDS[kind])
