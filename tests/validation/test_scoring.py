"""What counts as found, missed, false, or not judged."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.events import Event, Kind, Value
from hub.recording.truth import Truth
from hub.validation.score import MISSED, Measure, Proportion, Score, Spread, Tally, pooled, spread_within
from hub.validation.scoring import Doubt, score_session
from hub.validation.tables import NOTHING, rate_rows
from sensors.layout import Side

L, R, BOTH = Side.LEFT, Side.RIGHT, Side.BOTH


def event(kind: Kind, side: Side, time_s: float, late_s: float = 0.1, **fields: Value) -> Event:
    return Event(f"{kind}{side}{time_s}", kind, side, time_s, time_s + late_s, 1.0, fields)


def ic(side: Side, time_s: float, strike: str = "heel") -> Event:
    return event(Kind.INITIAL_CONTACT, side, time_s, strike=strike)


def true_ic(side: Side, time_s: float, strike: str = "heel") -> Truth:
    return Truth(time_s, side, "initial_contact", strike)


def contacts(side: Side, *times_s: float) -> list[Truth]:
    return [true_ic(side, time_s) for time_s in times_s]


def tally(truth: list[Truth], events: list[Event], measure: Measure, *, complete: bool = False) -> Tally:
    return score_session("t", truth, events, 3600.0, complete=complete).tallies.get(measure, Tally())


def counts(result: Tally) -> tuple[int, int, int, int]:
    return result.truth_n, result.found_n, result.false_n, result.unjudged_n


def test_contacts_are_found_missed_and_false_by_side() -> None:
    truth = [*contacts(L, 1.0, 2.0), *contacts(R, 1.5)]
    events = [ic(L, 1.02), ic(R, 2.0), ic(R, 1.49), ic(L, 3.0)]
    result = tally(truth, events, Measure.INITIAL_CONTACT)
    assert counts(result) == (3, 2, 2, 0)
    assert sorted(result.error_s) == pytest.approx([-0.01, 0.02])
    assert result.latency_s == pytest.approx((0.1, 0.1))


def test_outside_walks_nothing_is_judged_but_a_pair_across_the_edge_counts() -> None:
    truth = [Truth(1.0, BOTH, "walk", "2.0"), *contacts(L, 0.5, 1.0, 2.0, 3.0, 3.4)]
    events = [ic(L, 0.3), ic(L, 0.97), ic(L, 2.0), ic(L, 2.5), ic(L, 3.03), ic(L, 3.4)]
    assert counts(tally(truth, events, Measure.INITIAL_CONTACT)) == (3, 3, 1, 2)


def test_a_walk_that_begins_and_ends_with_a_contact_holds_both_however_it_was_rounded() -> None:
    truth = [Truth(1.0005, Side.BOTH, "walk", "3.998"), *contacts(Side.LEFT, 1.0, 3.0, 5.0)]
    told = [ic(Side.LEFT, 1.004), ic(Side.LEFT, 3.0), ic(Side.LEFT, 4.99)]
    assert counts(tally(truth, told, Measure.INITIAL_CONTACT)) == (3, 3, 0, 0)


def test_where_the_truth_is_in_doubt_neither_its_contacts_nor_those_told_are_judged() -> None:
    truth = [Truth(0.0, Side.BOTH, "walk", "10.0"), *contacts(Side.LEFT, 1.0, 3.0, 5.0), *contacts(Side.RIGHT, 2.0)]
    told = [ic(Side.LEFT, at_s) for at_s in (1.0, 2.96, 3.55, 4.6)] + [ic(Side.RIGHT, 3.2)]
    doubts = [Doubt(Side.LEFT, 2.9, 3.5)]
    score = score_session("s", truth, told, 60.0, doubts=doubts)
    assert counts(score.tallies[Measure.INITIAL_CONTACT]) == (3, 1, 2, 2)


def test_a_leg_without_truth_is_not_judged_unless_the_truth_is_complete() -> None:
    truth, events = contacts(R, 1.0), [ic(R, 1.0), ic(L, 1.5)]
    assert counts(tally(truth, events, Measure.INITIAL_CONTACT)) == (1, 1, 0, 1)
    assert counts(tally(truth, events, Measure.INITIAL_CONTACT, complete=True)) == (1, 1, 1, 0)


def test_a_leg_without_a_sensor_is_not_judged() -> None:
    truth = [*contacts(L, 1.0), *contacts(R, 1.5), Truth(4.0, R, "trip"), Truth(5.0, BOTH, "fall")]
    score = score_session("t", truth, [ic(L, 1.0), ic(R, 1.8)], 60.0, legs=[L], complete=True)
    assert counts(score.tallies[Measure.INITIAL_CONTACT]) == (1, 1, 0, 1)
    assert Measure.TRIP not in score.tallies
    assert counts(score.tallies[Measure.FALL]) == (1, 0, 0, 0)


def test_no_truth_at_all_judges_nothing() -> None:
    events = [ic(L, 1.0), event(Kind.TRIP, L, 2.0, stage="confirmed"), event(Kind.TOE_DRAG, L, 3.0, duration_s=0.2)]
    events.append(event(Kind.FALL, BOTH, 9.0, stage="confirmed"))
    score = score_session("t", [], events, 3600.0)
    assert {counts(t) for t in score.tallies.values()} == {(0, 0, 0, 1)}
    assert score.steps_n == 1


def test_strikes_are_tabled_for_judged_contacts_only() -> None:
    truth = [
        true_ic(L, 1, "heel"),
        true_ic(L, 2, "toe"),
        true_ic(L, 3, ""),
        true_ic(L, 4, "flat"),
        true_ic(L, 5, "toe"),
    ]
    events = [ic(L, 1, "heel"), ic(L, 2, "flat"), ic(L, 3, "toe"), ic(L, 5, "toe")]
    score = score_session("t", truth, events, 60.0)
    assert score.strikes == {("heel", "heel"): 1, ("toe", "flat"): 1, ("flat", MISSED): 1, ("toe", "toe"): 1}
    assert (score.strike_recall("toe").k, score.strike_recall("toe").n) == (1, 2)
    assert score.strike_recall("flat").n == 0


def test_toe_first_goes_by_step_and_skips_unlabelled_contacts() -> None:
    truth = [true_ic(L, 1, "toe"), true_ic(L, 2, "toe"), true_ic(L, 3, ""), true_ic(L, 4, "heel")]
    events = [event(Kind.TOE_FIRST, L, t) for t in (1.2, 3.05, 4.0)]
    assert counts(tally(truth, events, Measure.TOE_FIRST)) == (2, 1, 1, 1)


def test_toe_first_rows_count_where_contacts_have_no_strike() -> None:
    truth = [true_ic(L, 1, ""), true_ic(L, 2, ""), Truth(1.0, L, "toe_first")]
    events = [event(Kind.TOE_FIRST, L, t) for t in (1.0, 2.0)]
    assert counts(tally(truth, events, Measure.TOE_FIRST)) == (1, 1, 1, 0)


def test_drags_are_judged_once_per_step() -> None:
    truth = [*contacts(L, 1.0, 2.0, 3.0, 4.0), Truth(1.7, L, "toe_drag", "0.15"), Truth(2.6, L, "toe_drag", "0.10")]
    events = [event(Kind.TOE_DRAG, L, t, duration_s=d) for t, d in ((1.72, 0.1), (1.9, 0.05), (3.5, 0.2), (3.7, 0.1))]
    result = tally(truth, events, Measure.TOE_DRAG)
    assert counts(result) == (2, 1, 1, 0)
    assert result.error_s == pytest.approx((0.02,))
    assert result.duration_error_s == pytest.approx((-0.05,))


def test_drags_are_false_only_where_the_truth_could_have_listed_them() -> None:
    truth, events = contacts(L, 1.0, 2.0), [event(Kind.TOE_DRAG, L, 1.7, duration_s=0.1)]
    assert counts(tally(truth, events, Measure.TOE_DRAG)) == (0, 0, 0, 1)
    assert counts(tally(truth, events, Measure.TOE_DRAG, complete=True)) == (0, 0, 1, 0)


def test_signs_of_foot_drop_need_not_be_found_on_other_feet_and_are_false_where_untrue() -> None:
    truth = [true_ic(L, 1, "toe"), true_ic(R, 1.5, "toe"), true_ic(R, 2.5), Truth(2.2, R, "toe_drag", "0.2")]
    events = [event(Kind.TOE_FIRST, L, 1.0), event(Kind.TOE_FIRST, R, 2.5), event(Kind.TOE_DRAG, R, 2.2)]
    score = score_session("t", truth, events, 60.0, affected=[L])
    assert counts(score.tallies[Measure.TOE_FIRST]) == (1, 1, 1, 0)
    assert counts(score.tallies[Measure.TOE_DRAG]) == (0, 0, 0, 1)


def test_trips_are_judged_by_stage_side_and_half_a_second() -> None:
    truth = [Truth(10.0, L, "trip", "lowering"), Truth(20.0, L, "trip"), Truth(30.0, R, "trip")]
    events = [
        event(Kind.TRIP, L, 10.05, 0.04, stage="candidate"),
        event(Kind.TRIP, L, 10.05, 1.2, stage="confirmed"),
        event(Kind.TRIP, L, 20.6, stage="confirmed"),
        event(Kind.TRIP, L, 30.0, stage="confirmed"),
        event(Kind.TRIP, R, 30.4, stage="candidate"),
    ]
    assert counts(tally(truth, events, Measure.TRIP)) == (3, 1, 2, 0)
    assert counts(tally(truth, events, Measure.TRIP_CANDIDATE)) == (3, 2, 0, 0)


def test_a_candidate_may_be_a_catch_but_a_confirmed_trip_may_not() -> None:
    truth = [Truth(10.0, L, "toe_catch"), *contacts(L, 9.0, 11.0)]
    stages = [event(Kind.TRIP, L, 10.0, stage=stage) for stage in ("candidate", "confirmed")]
    score = score_session("t", truth, [*stages, event(Kind.TOE_CATCH, L, 10.0)], 60.0)
    assert counts(score.tallies[Measure.TRIP_CANDIDATE]) == (0, 0, 0, 1)
    assert counts(score.tallies[Measure.TRIP]) == (0, 0, 1, 0)
    assert counts(score.tallies[Measure.TOE_CATCH]) == (1, 1, 0, 0)


def test_every_trip_is_false_where_the_truth_lists_none() -> None:
    score = score_session("t", contacts(L, 1, 2, 3, 4), [event(Kind.TRIP, L, 2.5, stage="confirmed")], 1800.0)
    assert counts(score.tallies[Measure.TRIP]) == (0, 0, 1, 0)
    assert score.false_per_hour(Measure.TRIP) == pytest.approx(2.0)
    assert score.false_per_1000_steps(Measure.TRIP) == pytest.approx(250.0)


def test_a_fall_counts_from_one_second_before_to_five_after_whatever_the_side() -> None:
    truth = [Truth(t, BOTH, "fall") for t in (10.0, 30.0, 50.0)]
    events = [event(Kind.FALL, s, t, stage="confirmed") for s, t in ((L, 9.0), (BOTH, 35.0), (R, 48.9))]
    assert counts(tally(truth, events, Measure.FALL)) == (3, 2, 1, 0)


def test_slow_slides_are_judged_with_all_falls_and_apart() -> None:
    truth = [Truth(10.0, BOTH, "fall", "trip"), Truth(30.0, BOTH, "fall", "slide"), Truth(50.0, BOTH, "fall", "slide")]
    told = ((10.1, "candidate"), (10.1, "confirmed"), (30.2, "candidate"), (70.0, "candidate"), (70.0, "confirmed"))
    events = [event(Kind.FALL, BOTH, t, stage=stage) for t, stage in told]
    assert counts(tally(truth, events, Measure.FALL)) == (3, 1, 1, 0)
    assert counts(tally(truth, events, Measure.FALL_WITH_BLOW)) == (1, 1, 0, 0)
    assert counts(tally(truth, events, Measure.SLIDE)) == (2, 1, 0, 0)
    score = score_session("t", truth, events, 100.0)
    for measure, false in ((Measure.FALL, "1"), (Measure.FALL_WITH_BLOW, NOTHING), (Measure.SLIDE, NOTHING)):
        (row,) = (row for row in rate_rows(score) if row[0] == measure.replace("_", " "))
        assert row[3] == false
    slides = score.to_dict()["measures"]["slide"]
    assert slides["precision"] is None
    people = score_session("t", truth[:1], events, 100.0)
    assert Measure.FALL_WITH_BLOW not in people.tallies
    walker = score_session("t", truth[:1], events, 100.0, complete=True)
    assert counts(walker.tallies[Measure.FALL_WITH_BLOW]) == (1, 1, 0, 0)
    assert Measure.SLIDE not in walker.tallies


def test_a_trip_around_a_true_fall_is_not_judged() -> None:
    truth = [Truth(10.0, BOTH, "fall")]
    events = [event(Kind.TRIP, L, t, stage="confirmed") for t in (8.6, 14.9, 15.2)]
    assert counts(tally(truth, events, Measure.TRIP)) == (0, 0, 1, 2)


def test_contacts_while_not_walking_are_counted_apart() -> None:
    truth = [Truth(0.0, BOTH, "walk", "5"), Truth(5.0, BOTH, "not_walking", "36"), *contacts(L, 1.0)]
    score = score_session("t", truth, [ic(L, 1.0), ic(L, 20.0), ic(R, 30.0)], 41.0)
    assert score.not_walking_contacts_n == 2
    assert score.not_walking_h == pytest.approx(0.01)


def test_wilson_interval_against_a_worked_value() -> None:
    # 81 of 263: 0.2553 to 0.3662 (Newcombe 1998, Stat Med 17:857, table I, method 3).
    assert Proportion(81, 263).interval == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert Proportion(0, 20).interval == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert Proportion(0, 0).interval is None
    assert Proportion(0, 0).value is None


def test_spread_of_a_known_sample() -> None:
    spread = Spread.of((-0.01, 0.0, 0.01, 0.02))
    assert spread is not None
    assert (spread.mean_ms, spread.median_ms) == pytest.approx((5.0, 5.0))
    assert spread.sd_ms == pytest.approx(12.9099, abs=1e-4)
    assert Spread.of(()) is None


TIMES = st.lists(st.integers(0, 400).map(lambda n: n / 20), max_size=12)


def test_spread_within_groups_leaves_out_what_is_each_group_s_own() -> None:
    assert spread_within([(0.10, 0.12), (-0.30, -0.28, -0.29), (5.0,)]) == pytest.approx(1000 * (4e-4 / 3) ** 0.5)
    assert spread_within([(0.1,), ()]) is None


@st.composite
def recordings(draw: st.DrawFn) -> Score:
    truth = [true_ic(draw(st.sampled_from((L, R))), t, draw(st.sampled_from(("heel", "toe", "")))) for t in draw(TIMES)]
    events = [ic(draw(st.sampled_from((L, R))), t, draw(st.sampled_from(("heel", "toe")))) for t in draw(TIMES)]
    return score_session("t", truth, events, draw(st.floats(1, 100)))


@given(st.lists(recordings(), max_size=4))
def test_pooling_adds_every_count(scores: list[Score]) -> None:
    total = pooled("all", scores)
    assert total.sessions_n == len(scores)
    assert total.hours == pytest.approx(sum(score.hours for score in scores))
    for measure, result in total.tallies.items():
        parts = [score.tallies.get(measure, Tally()) for score in scores]
        assert counts(result) == tuple(map(sum, zip(*map(counts, parts), strict=True)))
        assert len(result.error_s) == result.found_n
    assert sum(total.strikes.values()) == sum(sum(score.strikes.values()) for score in scores)


@given(recordings())
def test_every_detection_is_counted_exactly_once(score: Score) -> None:
    result = score.tallies.get(Measure.INITIAL_CONTACT, Tally())
    assert 0 <= result.found_n <= result.truth_n
    json.dumps(score.to_dict(), allow_nan=False)


@given(st.data(), TIMES)
def test_the_order_of_events_does_not_matter(data: st.DataObject, times_s: list[float]) -> None:
    truth = contacts(L, 1.0, 2.0, 3.0)
    events = [ic(L, t) for t in times_s]
    shuffled = data.draw(st.permutations(events))
    assert score_session("t", truth, shuffled, 9.0) == score_session("t", truth, events, 9.0)
    total = tally(truth, events, Measure.INITIAL_CONTACT)
    assert total.found_n + total.false_n == len(events)


def test_a_slap_seen_a_little_before_its_contact_belongs_to_that_step() -> None:
    truth = [*contacts(L, 1.0, 2.0, 3.0), Truth(2.0, L, "foot_slap", "")]
    assert counts(tally(truth, [event(Kind.FOOT_SLAP, L, 1.998)], Measure.FOOT_SLAP)) == (1, 1, 0, 0)
    assert counts(tally(truth, [event(Kind.FOOT_SLAP, L, 1.9)], Measure.FOOT_SLAP)) == (1, 0, 1, 0)


def test_strike_indices_of_found_contacts_are_compared_with_the_truth() -> None:
    truth = [*contacts(L, 1.0, 2.0, 3.0), *(Truth(time_s, L, "strike_index", "20.0") for time_s in (1.0, 3.0))]
    events = [
        event(Kind.INITIAL_CONTACT, L, 1.01, strike="heel", strike_index_pct=26.0),
        event(Kind.INITIAL_CONTACT, L, 2.01, strike="heel", strike_index_pct=50.0),
        event(Kind.INITIAL_CONTACT, L, 3.3, strike="heel", strike_index_pct=90.0),
    ]
    assert score_session("t", truth, events, 10.0).strike_index_errors_pct == pytest.approx((6.0,))
