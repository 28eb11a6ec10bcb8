"""A walk step by step: what is told of each step and minute, out of the journal's events."""

from hub.events import Event, Kind, Value, event_id
from hub.history.walk import WalkCourse, course_of
from hub.session import Wearer
from sensors.layout import Side

ANNA = Wearer("anna", "left")
START_S, END_S = 100.0, 220.0


def told(time_s: float, kind: Kind, side: Side = Side.LEFT, confidence: float = 0.9, **fields: Value) -> Event:
    return Event(event_id("t", kind, side, time_s), kind, side, time_s, time_s + 0.1, confidence, fields)


def contact(time_s: float, side: Side = Side.LEFT, strike: str = "heel", lead_ms: float | None = -60.0) -> Event:
    return told(time_s, Kind.INITIAL_CONTACT, side, strike=strike, lead_ms=lead_ms)


def course(events: list[Event], wearer: Wearer = ANNA) -> WalkCourse:
    return course_of(events, START_S, END_S, wearer)


def test_a_step_has_what_happened_in_its_own_swing_in_whatever_order_it_was_told() -> None:
    events = [
        contact(100.0),
        contact(100.6, Side.RIGHT),
        contact(101.2),
        told(100.9, Kind.TOE_DRAG, duration_s=0.2),
        told(100.95, Kind.TOE_DRAG, Side.RIGHT, duration_s=0.2),
        told(102.0, Kind.TRIP, stage="candidate"),
        told(102.1, Kind.TRIP, stage="confirmed"),
        contact(102.4, strike="toe", lead_ms=40.0),
        contact(101.8, Side.RIGHT),
        told(102.4, Kind.STEP, shank_at_contact_deg=-3.25),
        told(102.5, Kind.TOE_DRAG, confidence=0.3, duration_s=None),
        contact(103.6),
    ]
    steps = course(events).steps
    assert [round(step.at_s, 6) for step in steps] == [0.0, 0.6, 1.2, 1.8, 2.4, 3.6]
    assert [step.side.value[0] for step in steps] == list("lrlrll")
    assert [step.drag for step in steps] == [False, False, True, True, False, False], "a possible drag is none"
    assert [step.trip for step in steps] == [False, False, False, False, True, False]
    assert [step.good for step in steps] == [True, None, False, None, False, True]
    assert [(step.lead_ms, step.shank_deg) for step in steps][4] == (40.0, -3.25)


def test_what_no_contact_ended_is_the_last_step_s() -> None:
    events = [contact(100.0), contact(100.6, Side.RIGHT), told(101.0, Kind.FALL, Side.BOTH, stage="confirmed")]
    assert [step.trip for step in course(events).steps] == [False, True]


def test_steps_beyond_the_walk_are_not_its_own() -> None:
    events = [contact(99.0), contact(100.0), contact(220.0), contact(221.0), told(99.5, Kind.TOE_DRAG, duration_s=0.2)]
    steps = course(events).steps
    assert [step.at_s for step in steps] == [0.0, 120.0]
    assert not steps[0].drag


def test_minutes_count_the_trained_side_and_what_was_seen() -> None:
    events = [
        contact(100.0, strike="toe"),
        contact(100.6, Side.RIGHT, strike="toe"),
        contact(161.0),
        contact(162.0, strike="unknown"),
        told(90.0, Kind.QUALITY, sensor="left_insole", issue="sensor_lost", reason="lost"),
        told(115.0, Kind.QUALITY, sensor="left_insole", issue="sensor_back", reason="back", duration_s=25.0),
        told(190.0, Kind.QUALITY, sensor="left_shin", issue="gap", reason="hole", duration_s=3.0),
        told(200.0, Kind.QUALITY, sensor="left_shin", issue="re_zero", reason="look"),
    ]
    seen = course(events)
    first, second = seen.minutes
    assert (first.steps, first.toe, first.heel, first.good, first.seen_pct) == (2, 1, 0, 0, 75.0)
    assert (second.steps, second.heel, second.unknown, second.good, second.seen_pct) == (2, 1, 1, 1, 95.0)
    assert (seen.judged, seen.good) == (2, 1)
    assert [(trouble.at_s, trouble.issue) for trouble in seen.troubles] == [
        (15.0, "sensor_back"),
        (90.0, "gap"),
        (100.0, "re_zero"),
    ]


def test_a_sensor_that_stays_away_is_not_seen_to_the_end() -> None:
    lost = told(160.0, Kind.QUALITY, sensor="left_insole", issue="sensor_lost", reason="lost")
    assert [minute.seen_pct for minute in course([lost]).minutes] == [100.0, 0.0]


def test_somebody_without_an_affected_side_is_judged_on_both() -> None:
    events = [contact(100.0), contact(100.6, Side.RIGHT, strike="toe")]
    assert [step.good for step in course(events, Wearer("eve", "none")).steps] == [True, False]
