import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from hub.events import Kind
from hub.journal import DaySummary, DayTally, Journal, local_day, tally_of_day
from hub.session import Wearer
from sensors.layout import Side

NOON_NS = round(datetime(2026, 3, 10, 12, tzinfo=UTC).timestamp()) * 10**9
ADA = Wearer("ada", affected_side="left")


def _push(tally, events):
    for event in events:
        tally.push(event, NOON_NS + round(event.time_s * 1e9))
    return tally.summary(NOON_NS)


def test_a_day_worked_out_by_hand(event):
    contacts = [
        event(10.0, side=Side.LEFT, strike="heel"),
        event(10.6, side=Side.RIGHT, strike="toe"),  # not the affected side
        event(11.2, side=Side.LEFT, strike="toe"),
        event(11.8, side=Side.RIGHT, strike="heel"),
        event(12.4, side=Side.LEFT, strike="flat"),
        event(13.0, side=Side.LEFT, strike="unknown"),  # not judged
        event(13.6, side=Side.LEFT, strike="heel"),
    ]
    others = [
        event(12.0, Kind.TRIP, stage="candidate"),
        event(12.1, Kind.TRIP, stage="confirmed"),
        event(12.2, Kind.FALL, stage="candidate"),
        event(12.3, Kind.FOOT_SLAP),
        event(12.4, Kind.QUALITY, Side.BOTH, issue="gap"),
        event(12.5, Kind.QUALITY, Side.BOTH, issue="sensor_lost"),
        event(12.6, Kind.QUALITY, Side.BOTH, issue="sensor_back"),
        event(13.7, Kind.WALK_END, Side.BOTH, duration_s=90.0, coverage_pct=100.0, cadence_spm=100.0, speed_mps=0.9),
        event(15.0, Kind.WALK_END, Side.BOTH, duration_s=30.0, coverage_pct=60.0, cadence_spm=80.0, speed_mps=None),
    ]
    assert _push(DayTally(ADA, UTC), contacts + others).to_dict() == {
        "day": "2026-03-10",
        "steps": 7,
        "judged_steps": 4,
        "good_step_pct": 50.0,
        "toe_first_pct": 25.0,
        "drags": 0,
        "drags_per_1000_steps": None,
        "slaps": 1,
        "trips": 1,
        "falls": 0,
        "walks": 2,
        "walking_min": 2.0,
        "cadence_spm": 95.0,
        "speed_mps": 0.9,
        "length_estimated": False,
        "step_time_symmetry_pct": None,
        "stance_time_symmetry_pct": None,
        "swing_time_symmetry_pct": None,
        "coverage_pct": 90.0,
        "gaps": 1,
        "sensor_losses": 1,
        "absent": "drags_per_1000_steps: 7 steps of 100; step_time_symmetry_pct, stance_time_symmetry_pct,"
        " swing_time_symmetry_pct: none of 2 walks has it",
    }


@pytest.mark.parametrize(("sides", "expected"), [((Side.LEFT, Side.RIGHT), 50.0), ((Side.LEFT,), 25.0)])
def test_drags_count_per_steps_of_both_feet_also_where_one_foot_is_seen(event, sides, expected):
    contacts = [event(float(t), side=sides[t % len(sides)]) for t in range(200)]
    drags = [event(t + 0.5, Kind.TOE_DRAG) for t in range(10)]
    possible = [replace(event(50.5, Kind.TOE_DRAG), confidence=0.3)]
    assert _push(DayTally(ADA, UTC), contacts + drags + possible).drags_per_1000_steps == expected


def test_a_walk_over_midnight_is_shared_by_its_days(event):
    tally = DayTally(ADA, UTC)
    midnight_ns = round(datetime(2026, 3, 10, tzinfo=UTC).timestamp()) * 10**9
    start = replace(event(-60.0, Kind.WALK_START, Side.BOTH), detected_at_s=-57.0)
    walk = [*(event(float(t)) for t in range(-60, -57)), start, *(event(float(t)) for t in range(-57, 0))]
    for each in walk:
        tally.push(each, midnight_ns + round(each.time_s * 1e9))
    assert tally.summary(midnight_ns - 1).walking_min == round(59 / 60, 2)
    for each in [*(event(float(t)) for t in range(1, 31)), event(30.0, Kind.WALK_END, Side.BOTH, duration_s=90.0)]:
        tally.push(each, midnight_ns + round(each.time_s * 1e9))
    assert tally.summary(midnight_ns).walking_min == 0.5


def test_a_day_survives_json_and_what_a_newer_version_added(event):
    summary = _push(DayTally(ADA, UTC), [event(1.0, strike="heel")])
    assert DaySummary.from_dict(json.loads(json.dumps(summary.to_dict())) | {"novel": 1}) == summary


@pytest.mark.parametrize("told", ["before", "after"])
def test_a_step_with_a_drag_in_its_swing_is_not_good_whichever_is_told_first(event, told):
    contact, drag = event(11.0, strike="heel"), event(10.7, Kind.TOE_DRAG)
    pair = [drag, contact] if told == "before" else [contact, drag]
    summary = _push(DayTally(ADA, UTC), [event(10.0, strike="heel"), *pair, event(12.0, strike="heel")])
    assert (summary.good_step_pct, summary.drags) == (66.7, 1)


def test_nothing_to_judge_is_unknown_and_not_zero(event):
    summary = _push(DayTally(ADA, UTC), [event(1.0, side=Side.RIGHT, strike="heel")])
    assert (summary.steps, summary.good_step_pct, summary.toe_first_pct, summary.coverage_pct) == (1, None, None, None)


def test_somebody_without_an_affected_side_is_judged_on_both(event):
    tally = DayTally(Wearer("eve", affected_side="none"), UTC)
    assert _push(tally, [event(1.0, strike="heel"), event(2.0, side=Side.RIGHT, strike="toe")]).good_step_pct == 50.0


def test_a_walk_under_way_counts_and_its_end_is_final(event):
    tally = DayTally(ADA, UTC)
    steps = [event(float(t), strike="heel") for t in range(10, 71)]
    start = replace(event(10.0, Kind.WALK_START, Side.BOTH), detected_at_s=13.1)  # known after four contacts
    summary = _push(tally, [*steps[:4], start, *steps[4:]])
    assert summary.walking_min == 1.0
    assert _push(tally, [event(72.0, Kind.WALK_END, Side.BOTH, duration_s=63.0)]).walking_min == 1.05


def test_time_without_data_is_not_walked(event):
    tally = DayTally(ADA, UTC)
    walk = [event(10.0, Kind.WALK_START, Side.BOTH), *(event(10.0 + t) for t in range(31))]
    after_a_crash = [event(3.0), event(4.0), event(3.0, Kind.WALK_START, Side.BOTH), event(5.0)]
    much_later = [event(4000.0)]
    assert _push(tally, walk + after_a_crash + much_later).walking_min == pytest.approx((30 + 2) / 60, abs=0.04)


def test_days_are_local_and_begin_anew(event):
    tally = DayTally(ADA, ZoneInfo("Europe/Zurich"))
    late_ns = round(datetime(2026, 3, 28, 22, 59, tzinfo=UTC).timestamp()) * 10**9  # 23:59, the night clocks go on
    tally.push(event(1.0, strike="heel"), late_ns)
    assert tally.summary(late_ns).day == "2026-03-28"
    later_ns = late_ns + 120 * 10**9
    assert (tally.summary(later_ns).day, tally.summary(later_ns).steps) == ("2026-03-29", 0)
    tally.push(event(2.0, strike="toe"), later_ns)
    assert (tally.summary(later_ns).steps, tally.summary(later_ns).toe_first_pct) == (1, 100.0)


def test_what_is_told_late_of_yesterday_takes_nothing_from_today(event):
    tally = DayTally(ADA, UTC)
    midnight_ns = round(datetime(2026, 3, 10, tzinfo=UTC).timestamp()) * 10**9
    today = [event(1.0, strike="heel"), event(1.0, Kind.TRIP, stage="confirmed")]
    late = [event(-30.0, Kind.QUALITY), event(-2.0, side=Side.RIGHT), event(-1.0, Kind.FALL, stage="confirmed")]
    for each in [event(-3.0, strike="toe"), *today, *late, event(2.0, strike="heel")]:
        tally.push(each, midnight_ns + round(each.time_s * 1e9))
    summary = tally.summary(midnight_ns + 3 * 10**9)
    assert (summary.day, summary.steps, summary.trips, summary.falls) == ("2026-03-10", 2, 1, 0)
    assert summary.good_step_pct == 100.0


def test_a_walk_that_began_yesterday_and_is_told_today_is_under_way(event):
    tally = DayTally(ADA, UTC)
    midnight_ns = round(datetime(2026, 3, 10, tzinfo=UTC).timestamp()) * 10**9
    start = replace(event(-1.0, Kind.WALK_START, Side.BOTH), detected_at_s=2.1)
    end = event(-0.5, Kind.WALK_END, Side.BOTH, duration_s=0.5)
    for each in [event(1.0), event(2.0), start, *(event(float(t)) for t in range(3, 60))]:
        tally.push(each, midnight_ns + round(each.time_s * 1e9))
    assert tally.summary(midnight_ns).walking_min == 1.0
    tally.push(end, midnight_ns + round(end.time_s * 1e9))
    assert tally.summary(midnight_ns).walking_min == 0.0


@pytest.mark.parametrize("zone", [UTC, ZoneInfo("Europe/Zurich"), timezone(timedelta(hours=-11))], ids=str)
async def test_counted_anew_from_the_journal_it_is_the_same(path, event, zone):
    day_s = 86_400
    strikes = ["heel", "toe", "flat", "unknown"]
    events = [event(float(t), strike=strikes[t // 977 % 4]) for t in range(0, 3 * day_s, 977)]
    live = DayTally(ADA, zone)
    async with Journal(path) as journal:
        journal.observe_clock(0.0, NOON_NS)
        journal.append("ada", events)
        journal.append("bob", [event(3.0 * day_s - 0.5, strike="toe")])
        await journal.flush()
        for each in events:
            live.push(each, journal.wall_time_ns_at(each.time_s))
        now_ns = journal.wall_time_ns_at(events[-1].time_s)
        rebuilt = await tally_of_day(ADA, journal.history, local_day(now_ns, zone), zone)
    assert rebuilt.summary(now_ns) == live.summary(now_ns)
    assert 0 < live.summary(now_ns).steps < len(events)
