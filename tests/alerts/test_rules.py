"""What is worth an alert, and what is not."""

from datetime import UTC

import pytest

from hub.alert import Alert, Message, MessageState, Rule, Severity, Step
from hub.alerts.sensor_rules import Over, SensorRules, SensorSight
from hub.alerts.walking_rules import WalkingParams, WalkingRules
from hub.alerts.words import Writer
from hub.events import Event, Kind
from sensors.layout import Role, Side

NS = 10**9
START_NS = 1_767_225_600 * NS
DAY_NS = 86_400 * NS


def event(kind: Kind, name: str = "e", confidence: float = 0.9, side: Side = Side.LEFT, **fields) -> Event:
    return Event(name, kind, side, 0.0, 0.1, confidence, fields)


def test_only_confirmed_trips_and_falls_reach_people():
    rules = WalkingRules("anna")
    for kind in (Kind.TRIP, Kind.FALL):
        assert rules.see(event(kind, stage="candidate"), START_NS) is None
        seen = rules.see(event(kind, "x1", stage="confirmed"), START_NS)
        assert (seen.id, seen.rule.value, seen.confidence) == ("x1", kind.value, 0.9)
    assert rules.see(event(Kind.TOE_CATCH), START_NS) is None


def test_many_drags_are_those_of_one_hour_and_possible_ones_do_not_count():
    rules = WalkingRules("anna", WalkingParams(drags_per_hour=5))
    at_s = [0, 900, 1800, 2700, 3601, 3700]
    seen = [rules.see(event(Kind.TOE_DRAG, f"d{s}"), START_NS + s * NS) for s in at_s]
    assert [one.id if one else None for one in seen] == [None] * 5 + ["d3700"]
    assert all(rules.see(event(Kind.TOE_DRAG, confidence=0.3), START_NS + 9000 * NS) is None for _ in range(9))
    never = WalkingRules("anna", WalkingParams(drags_per_hour=0))
    assert all(never.see(event(Kind.TOE_DRAG), START_NS) is None for _ in range(99))


@pytest.mark.parametrize(("days_n", "today", "raised"), [(10, 60, True), (10, 25, False), (6, 60, False)])
def test_a_rise_is_judged_against_the_wearers_own_days(days_n, today, raised):
    rules = WalkingRules("anna", zone=UTC)
    for day in range(days_n):
        walk = event(Kind.WALK_END, steps=1000, toe_drags=18 + day % 5)
        assert rules.see(walk, START_NS + day * DAY_NS) is None
    few = event(Kind.WALK_END, steps=100, toe_drags=50)
    assert rules.see(few, START_NS + days_n * DAY_NS) is None, "too few steps to judge"
    seen = rules.see(
        event(Kind.WALK_END, steps=900, toe_drags=today - 50 if today > 50 else -25), START_NS + days_n * DAY_NS
    )
    assert (seen is not None) is raised
    if raised:
        assert seen.what == "60 toe drags per 1000 steps today; usual in the last 4 weeks: 20"


def looks(rules: SensorRules, sights, is_worn: bool, from_s: int, to_s: int) -> list:
    return [seen for s in range(from_s, to_s, 10) for seen in rules.look(sights, is_worn, START_NS + s * NS)]


INSOLE = SensorSight(Role.LEFT_INSOLE, streams=True, is_missed=False, battery_pct=80.0)
LOST = SensorSight(Role.LEFT_SHIN, streams=False, is_missed=True)
BACK = SensorSight(Role.LEFT_SHIN, streams=True, is_missed=False)
RESTS = SensorSight(Role.LEFT_SHIN, streams=False, is_missed=False)


def test_a_silent_sensor_is_told_while_others_say_that_they_are_worn():
    rules = SensorRules("anna")
    assert all(isinstance(seen, Over) for seen in looks(rules, [INSOLE, BACK], True, 0, 60))
    assert looks(rules, [INSOLE, LOST], True, 60, 1800) == []
    (seen,) = looks(rules, [INSOLE, LOST], True, 1800, 4000)
    assert (seen.rule, seen.subject) == (Rule.NO_DATA, "left_shin")
    (over,) = looks(rules, [INSOLE, BACK], True, 4000, 4100)
    assert over == Over("anna", Rule.NO_DATA, "left_shin", "its data are back")


def test_sensors_that_rest_or_are_taken_off_are_not_missed_and_an_outing_is_short():
    rules = SensorRules("anna")
    looks(rules, [INSOLE, BACK], True, 0, 60)
    assert looks(rules, [INSOLE, RESTS], True, 60, 9000) == []
    assert looks(rules, [INSOLE, LOST], False, 9000, 20_000) == []
    looks(rules, [INSOLE, BACK], True, 20_000, 20_060)
    gone = [SensorSight(Role.LEFT_INSOLE, False, True), LOST]
    assert looks(rules, gone, False, 20_060, 20_060 + 5 * 3600) == []
    assert {seen.subject for seen in looks(rules, gone, False, 38_060, 45_000)} == {"left_shin", "left_insole"}


def test_a_low_battery_is_told_once_and_over_when_charged():
    rules = SensorRules("anna")

    def at(pct: float) -> SensorSight:
        return SensorSight(Role.LEFT_SHIN, True, False, pct)

    looks(rules, [at(20)], True, 0, 10)
    (seen,) = looks(rules, [at(14)], True, 10, 100)
    assert seen.what == "the battery of the left shin is at 14 %"
    assert looks(rules, [at(16)], True, 100, 200) == []
    assert Over("anna", Rule.BATTERY, "left_shin", "it is charged") in looks(rules, [at(90)], True, 200, 300)


def test_a_message_says_what_when_how_sure_and_how_to_answer_and_diagnoses_nothing():
    ben = Message("Ben", "round 1", 1, START_NS, MessageState.TOLD)
    alert = Alert(
        "t1",
        "anna",
        Rule.FALL,
        Severity.HIGH,
        "a fall was noticed",
        START_NS,
        START_NS,
        confidence=0.87,
        messages=(ben,),
    )
    letter = Writer("insole/home", zone=UTC).letter(alert, Message("Clara", "round 1", 1, START_NS))
    assert letter.title == "anna: fall"
    assert letter.is_urgent
    assert letter.body.splitlines()[:2] == [
        "anna: a fall was noticed, 01.01.2026 at 00:00. The sensors are 87 % sure.",
        "Ben did not answer.",
    ]
    assert "not a medical device" in letter.body
    assert 'insole/home/anna/command/acknowledge {"alert": "t1"}' in letter.body
    linked = Writer("insole/home", "https://home/{wearer}?a={alert}").letter(alert, ben)
    assert linked.body.endswith("To answer: https://home/anna?a=t1")
    for stage in ("acknowledged", "fine", "false alarm"):
        passed_on = Writer("insole/home", zone=UTC).letter(alert, Message("Ben", stage, 0, START_NS))
        assert "a fall was noticed, 01.01.2026 at 00:00" in passed_on.body
        assert Step(stage.replace(" ", "_"))
