"""The schema, and points without a server."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hub.alert import Alert, Message, MessageState, Rule, Severity, State, Step
from hub.diary import Aid, AidsChanged, DiaryEntry, Exercise, ExerciseBegun, ExerciseDone, Noted, Recalibrated
from hub.events import FIELDS, Event, Kind
from hub.influx import MEASUREMENTS, Bucket, Name, StatePoints, Tag
from hub.influx.line import line
from hub.influx.points import TIE_NS, Point, alert_point, diary_point, event_point
from hub.influx.reference import reference
from hub.influx.schema import MEASUREMENT_OF
from hub.influx.state_points import AT_ONCE_N, WAITING_N
from sensors.layout import Role, Side

WALL_NS = 1_767_225_600_123_456_789


def happened(kind: Kind, **fields: object) -> Event:
    return Event("id1", kind, Side.LEFT, 10.0, 10.5, 0.9, fields)  # type: ignore[arg-type]


def test_every_field_of_every_kind_of_event_has_one_place_and_one_type():
    for kind, fields in FIELDS.items():
        known = MEASUREMENTS[MEASUREMENT_OF[kind]].fields
        assert {name: field.type for name, field in fields.items()} == {name: known[name].type for name in fields}


def test_what_comes_with_each_step_is_not_kept_with_what_is_rare():
    assert {name for name, each in MEASUREMENTS.items() if each.bucket is Bucket.STEPS} == {
        Name.STEP,
        Name.SENSOR,
        Name.HUB,
    }
    assert {kind for kind, name in MEASUREMENT_OF.items() if name is Name.STEP} == {
        Kind.INITIAL_CONTACT,
        Kind.FINAL_CONTACT,
        Kind.STEP,
    }


def test_only_the_contracts_tags_are_used_and_never_an_id():
    point = event_point("home", "ada", happened(Kind.TRIP, stage="confirmed", candidate_id="id0"), WALL_NS, 7)
    assert point.tags == {Tag.HUB: "home", Tag.WEARER: "ada", Tag.SIDE: "left", Tag.KIND: "trip"}
    assert (point.fields["id"], point.fields["candidate_id"]) == ("id1", "id0")


def test_the_aids_of_an_events_time_are_a_tag_and_none_where_nobody_had_said():
    for kind in (Kind.STEP, Kind.TRIP, Kind.WALK_END):
        point = event_point("home", "ada", happened(kind), WALL_NS, 7, aids="brace+stick")
        assert point.tags[Tag.AID] == "brace+stick"
        assert Tag.AID not in event_point("home", "ada", happened(kind), WALL_NS, 7).tags


def test_what_was_said_is_a_mark_or_an_exercise():
    def point(what) -> Point | None:
        return diary_point("home", DiaryEntry("d1", "ada", WALL_NS, what), 7)

    assert point(ExerciseBegun(Exercise.TOE_LIFTS)) is None
    done = point(ExerciseDone(Exercise.TOE_LIFTS, 60.0, None))
    assert (done.measurement, done.tags[Tag.KIND], done.fields["duration_s"]) == (Name.EXERCISE, "done", 60.0)
    assert "repetitions" not in done.fields
    aids = point(AidsChanged((Aid.BRACE, Aid.OTHER), "shoe with a rocker"))
    assert (aids.measurement, aids.fields["text"]) == (Name.NOTE, "brace+other (shoe with a rocker)")
    note = point(Noted("", ("stairs", "tired"), 3.0))
    assert note.fields == {"id": "d1", "tags": "stairs tired", "pain": 3.0}
    for each in (done, aids, note, point(Recalibrated("well"))):
        measurement = MEASUREMENTS[each.measurement]
        assert set(each.fields) <= set(measurement.fields)
        assert each.tags[Tag.KIND] in measurement.kinds


async def test_points_of_sensors_wait_within_a_bound_and_the_oldest_go_and_are_counted():
    points = StatePoints("home")
    for n in range(WAITING_N + 3):
        points.see("ada", Role.LEFT_SHIN, {"state": "streaming", "battery_pct": n, "unheard_of": 1, "rate_hz": None}, n)
    assert points.dropped_n == 3
    taken = [await points.take() for _ in range(WAITING_N // AT_ONCE_N)]
    assert [point.time_ns for page in taken for point in page] == list(range(3, WAITING_N + 3))
    assert taken[0][0].tags == {Tag.HUB: "home", Tag.WEARER: "ada", Tag.ROLE: "left_shin"}
    assert taken[0][0].fields == {"state": "streaming", "battery_pct": 3.0}


def test_whole_numbers_become_floats_and_truth_stays_truth():
    point = event_point("home", "ada", happened(Kind.TRIP, recovery_steps=3, strategy=None), WALL_NS, 7)
    assert repr(point.fields["recovery_steps"]) == "3.0"
    assert "strategy" not in point.fields
    assert event_point("home", "ada", happened(Kind.TOE_DRAG, scuff=True), WALL_NS, 7).fields["scuff"] is True


def test_events_of_one_instant_have_times_of_their_own_that_are_off_by_less_than_a_tenth_of_a_millisecond():
    times = [
        event_point("h", "w", happened(Kind.TRIP), WALL_NS, n).time_ns for n in range(5 * TIE_NS - 50, 5 * TIE_NS + 50)
    ]
    assert len(set(times)) == len(times)
    assert max(abs(time - WALL_NS) for time in times) < 100_000
    again = [
        event_point("h", "w", happened(Kind.TRIP), WALL_NS, n).time_ns for n in range(5 * TIE_NS - 50, 5 * TIE_NS + 50)
    ]
    assert times == again


def test_an_alert_keeps_its_place_while_it_changes_and_names_no_contact():
    opened = Alert("a1", "ada", Rule.TRIP, Severity.HIGH, "a trip", WALL_NS, WALL_NS + 10**9)
    told = Message("Ben", "round 1", 1, WALL_NS, MessageState.TOLD)
    answered = Alert(
        **{
            name: getattr(opened, name)
            for name in ("id", "wearer", "rule", "severity", "what", "happened_ns", "opened_ns")
        },
        state=State.ACKNOWLEDGED,
        messages=(told,),
        answer=Step.ACKNOWLEDGED,
        answered_ns=WALL_NS + 61 * 10**9,
        answered_by="Ben",
        note="Ben says so",
        label=True,
    )
    first, second = alert_point("home", opened), alert_point("home", answered)
    assert (first.tags, first.time_ns) == (second.tags, second.time_ns)
    assert (second.fields["told"], second.fields["answered_after_s"], second.fields["real"]) == (1.0, 60.0, True)
    assert "Ben" not in line(second)


def test_low_batteries_of_two_sensors_found_at_once_are_two_points():
    batteries = [
        Alert(role, "ada", Rule.BATTERY, Severity.LOW, "low", WALL_NS, WALL_NS, subject=role)
        for role in ("left_insole", "right_insole")
    ]
    assert len({alert_point("home", each).time_ns for each in batteries}) == 2


def test_names_and_words_are_escaped():
    point = Point(Name.EVENT, {Tag.HUB: "a b", Tag.WEARER: "x,y=z\\"}, {"reason": 'say "a\\b"', "count": 0.1}, 5)
    assert line(point) == 'event,hub=a\\ b,wearer=x\\,y\\=z/ reason="say \\"a\\\\b\\"",count=0.1 5'


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_keeps_every_bit_on_the_line(value: float):
    text = line(Point(Name.EVENT, {Tag.HUB: "h"}, {"count": value}, 5))
    assert float(text.split("=")[2].split()[0]) == value


def test_the_page_in_the_docs_is_fresh_and_names_everything():
    page = reference()
    docs = Path(__file__).parents[2] / "docs" / "influxdb.md"
    assert docs.read_text() == page, "run: python -m hub.influx.reference > docs/influxdb.md"
    for measurement in MEASUREMENTS.values():
        assert all(f"| `{field}` |" in page for field in measurement.fields)
