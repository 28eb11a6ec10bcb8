"""The summary of a walk: against the walker's truth, and rule by rule on made-up steps."""

from functools import cache
from statistics import median

import numpy as np
import pytest

from hub.events import FIELDS, Context, Event, Kind, Value
from hub.gait.detectors.bout_measures import MOST_ROWS, Bins, Rows, WalkTally
from hub.gait.detectors.bout_summary import BoutParams, WalkTotals, robinson_pct, summarize
from hub.gait.facts import Step, Strike
from hub.validation.matching import Window
from hub.validation.steps import step_errors
from sensors.layout import Role, Side
from sensors.walker import PROFILES, Recording, Stand, Walk, render_session
from tests.gait.walked import events_of, truth_s

PARAMS = BoutParams()
L, R = Side.LEFT, Side.RIGHT


@cache
def walked(profile: str) -> tuple[Recording, list[Event]]:
    script = [Stand(4.0), Walk(100.0, PROFILES[profile]), Stand(5.0)]
    recording = render_session(profile, 1.9, 3, script=script)
    return recording, events_of(recording)


def number(event: Event, name: str) -> float:
    value = event.fields[name]
    assert isinstance(value, float | int)
    return float(value)


@pytest.mark.parametrize("profile", ["healthy", "foot_drop"])
def test_a_walk_is_summed_up_as_the_truth_has_it(profile: str) -> None:
    recording, events = walked(profile)
    (end,) = (event for event in events if event.kind is Kind.WALK_END)
    initial = {side: truth_s(recording, "initial_contact", side) for side in (L, R)}
    final = {side: truth_s(recording, "final_contact", side) for side in (L, R)}
    stride_s = {side: median(np.diff(initial[side][1:-1])) for side in (L, R)}
    stance_s = {
        side: median(next(lift for lift in final[side] if lift > contact) - contact for contact in initial[side][1:-2])
        for side in (L, R)
    }
    swing_s = {side: stride_s[side] - stance_s[side] for side in (L, R)}
    contacts = sorted(initial[L] + initial[R])
    assert number(end, "cadence_spm") == pytest.approx(
        60 * (len(contacts) - 1) / (contacts[-1] - contacts[0]), rel=0.01
    )
    assert number(end, "stride_time_s") == pytest.approx(np.mean(list(stride_s.values())), abs=0.010)
    for side in (L, R):
        assert number(end, f"stance_{side}_pct") == pytest.approx(100 * stance_s[side] / stride_s[side], abs=1.5)
    double_pct = 100 * (sum(stance_s.values()) / np.mean(list(stride_s.values())) - 1)
    assert number(end, "double_support_pct") == pytest.approx(double_pct, abs=2.0)
    assert number(end, "swing_time_symmetry_pct") == pytest.approx(robinson_pct(swing_s[R], swing_s[L]), abs=3.0)
    assert number(end, "stance_time_symmetry_pct") == pytest.approx(robinson_pct(stance_s[R], stance_s[L]), abs=3.0)
    assert end.fields["stride_length_left_m"] is None
    assert "left stride_length_m" in str(end.fields["absent"])


def test_shares_of_a_stride_add_up() -> None:
    recording, events = walked("healthy")
    whole = [event for event in events if event.kind is Kind.STEP and event.fields["double_support_s"] is not None]
    assert len(whole) > 100
    for step in whole:
        assert number(step, "stance_pct") + number(step, "swing_pct") == pytest.approx(100.0)
        assert number(step, "single_support_s") + number(step, "double_support_s") == pytest.approx(
            number(step, "stance_time_s")
        )
    times = {side: truth_s(recording, "initial_contact", side) for side in (L, R)}
    lifts = {side: truth_s(recording, "final_contact", side) for side in (L, R)}
    errors = step_errors(times, lifts, events, Window.around(0.05))
    assert median(errors["single_support_s"]) == pytest.approx(0.0, abs=0.010)


def test_loads_rise_and_push_off_as_the_body_does() -> None:
    steps = {p: [e for e in walked(p)[1] if e.kind is Kind.STEP and e.time_s > 15.0] for p in ("healthy", "foot_drop")}
    rates = {p: median(number(e, "loading_rate") for e in all_of) for p, all_of in steps.items()}
    assert rates["healthy"] > 1.3 * rates["foot_drop"] > 200.0  # twice as fast a walk
    assert 0.9 < median(number(e, "push_off_ratio") for e in steps["healthy"]) < 1.2


def test_a_missing_sensor_is_the_reason_why() -> None:
    recording, _ = walked("healthy")
    for roles, words in (
        ((Role.RIGHT_INSOLE, Role.RIGHT_SHIN), "the other leg has no sensor"),
        ((Role.LEFT_INSOLE, Role.RIGHT_INSOLE), "no shin sensor"),
        ((Role.RIGHT_SHIN,), "no insole"),
    ):
        late = [e for e in events_of(recording, *roles) if e.kind is Kind.STEP and e.side is R and e.time_s > 20.0]
        assert late
        assert all(words in str(step.fields["absent"]) for step in late)


def step(side: Side, time_s: float, **fields: Value) -> Step:
    strike, context = fields.pop("strike", "heel"), fields.pop("context", Context.WALKING)
    measures: dict[str, Value] = {"stride_time_s": 1.0, "swing_time_s": 0.4, **fields}
    return Step(side, time_s, True, Strike(str(strike)), Context(str(context)), measures)


def tally_of(steps: list[Step], affected: Side = R) -> WalkTally:
    tally = WalkTally(0.0, frozenset({affected}), Bins(0.0, PARAMS.fatigue.bin_s, PARAMS.fatigue.bin_least_n))
    for each in steps:
        tally.add(each)
    return tally


def summary(tally: WalkTally, *, contacts: int = 40, coverage_pct: float = 100.0, legs: int = 2) -> dict[str, Value]:
    totals = WalkTotals(0.0, 20.0, contacts, 4, 0, coverage_pct, legs)
    fields = summarize(totals, tally, PARAMS)
    assert set(fields) <= set(FIELDS[Kind.WALK_END])
    return fields


def alternating(count: int, **fields: Value) -> list[Step]:
    return [step(R if index % 2 else L, 0.5 * (index + 1), **fields) for index in range(count)]


def test_the_first_and_last_two_steps_tell_nothing_about_strikes() -> None:
    steps = alternating(40)
    for index in (0, 1, 38, 39):
        steps[index] = steps[index]._replace(strike=Strike.TOE)
    assert summary(tally_of(steps))["toe_first_pct"] == 0.0
    steps[21] = steps[21]._replace(strike=Strike.TOE)
    assert summary(tally_of(steps))["toe_first_right_pct"] == pytest.approx(100 / 18)


def test_turns_and_stairs_are_counted_apart() -> None:
    climbing = [
        each._replace(time_s=each.time_s + 30.0)
        for each in alternating(20, strike="toe", context="stairs", swing_time_s=0.9)
    ]
    tally = tally_of(alternating(30) + climbing)
    fields = summary(tally)
    assert fields["toe_first_pct"] == 0.0
    assert fields["swing_time_right_s"] == 0.4
    assert (fields["stairs_steps"], fields["walking_steps"]) == (20, 30)
    assert (fields["stairs_toe_first_pct"], fields["walking_toe_first_pct"]) == (100.0, 0.0)


def test_a_drag_belongs_to_the_kind_of_step_that_it_is_in() -> None:
    tally = tally_of(alternating(4))
    tally.drag(R, 2.3)
    tally.add(step(L, 2.4))
    tally.add(step(R, 2.5, context="turning"))
    fields = summary(tally)
    assert (fields["turning_toe_drags"], fields["walking_toe_drags"]) == (1, 0)


def test_few_strides_give_no_medians_and_say_so() -> None:
    fields = summary(tally_of(alternating(14)))
    assert fields["strides_used_right"] == 7
    assert fields.get("swing_time_right_s") is None
    assert "right: 7 level strides of 8" in str(fields["absent"])
    enough = summary(tally_of(alternating(16)))
    assert enough["swing_time_right_s"] == 0.4
    assert enough["swing_time_right_spread_s"] == 0.0


@pytest.mark.parametrize(("known_n", "told"), [(20, 0.2), (19, None), (8, None)])
def test_double_support_of_fewer_than_half_of_the_strides_is_not_that_of_the_walk(
    known_n: int, told: float | None
) -> None:
    """Where a foot slid it is not known, and the few strides left are no fair sample."""
    steps = [
        each._replace(fields={**each.fields, "double_support_s": 0.2 if index < known_n else None})
        for index, each in enumerate(alternating(40))
    ]
    fields = summary(tally_of(steps))
    assert fields.get("double_support_s") == told
    assert (f"double_support_s: known in {known_n} of 40 level strides" in str(fields["absent"])) == (told is None)


def test_variability_needs_thirty_strides() -> None:
    def with_spread(count: int) -> dict[str, Value]:
        each = alternating(count)
        return summary(
            tally_of(
                [e._replace(fields={**e.fields, "stride_time_s": 1.0 + 0.02 * (i % 3)}) for i, e in enumerate(each)]
            )
        )

    assert with_spread(29).get("stride_time_cv_pct") is None
    assert "stride_time_cv_pct" in str(with_spread(29)["absent"])
    assert with_spread(30)["stride_time_cv_pct"] == pytest.approx(100 * 1.4826 * 0.02 / 1.02)


def test_where_data_are_missing_nothing_is_said_per_time() -> None:
    fields = summary(tally_of(alternating(40)), coverage_pct=70.0)
    assert (fields["cadence_spm"], fields["distance_m"], fields["toe_drags_per_1000_steps"]) == (None, None, None)
    assert "70 % of the walk" in str(fields["absent"])
    assert summary(tally_of(alternating(40)))["toe_drags_per_1000_steps"] == 100.0
    assert summary(tally_of(alternating(40)), legs=1)["toe_drags_per_1000_steps"] == 50.0


def test_symmetry_is_signed_by_the_affected_side() -> None:
    steps = [
        each._replace(fields={**each.fields, "swing_time_s": 0.5 if each.side is R else 0.4})
        for each in alternating(40)
    ]
    assert summary(tally_of(steps, R))["swing_time_symmetry_pct"] == pytest.approx(100 * 0.1 / 0.45)
    assert summary(tally_of(steps, L))["swing_time_symmetry_pct"] == pytest.approx(-100 * 0.1 / 0.45)


def test_speed_is_of_level_strides_and_the_way_of_all() -> None:
    level = alternating(40, stride_length_m=1.2, length_estimated=True)
    turning = [
        each._replace(time_s=each.time_s + 30.0)
        for each in alternating(40, stride_length_m=0.6, length_estimated=True, context="turning")
    ]
    fields = summary(tally_of(level + turning))
    assert fields["speed_mps"] == pytest.approx(1.2)
    assert fields["distance_m"] == pytest.approx(0.9 * 20.0)
    assert fields["length_estimated"] is True
    unknown = summary(tally_of(alternating(40)))
    assert (unknown["speed_mps"], unknown["distance_m"], unknown["length_estimated"]) == (None, None, None)


def test_an_hour_is_kept_whole_and_a_day_thinned() -> None:
    rows = Rows()
    for index in range(5 * MOST_ROWS):
        rows.add({"swing_time_s": float(index)})
        if index == 3600:
            assert len(rows.column("swing_time_s")) == 3601
    kept = rows.column("swing_time_s")
    assert rows.seen == 5 * MOST_ROWS
    assert MOST_ROWS / 2 <= len(kept) < MOST_ROWS
    assert np.median(kept) == pytest.approx(2.5 * MOST_ROWS, rel=0.01)


def test_toes_that_tire_are_told_with_the_minute() -> None:
    rng = np.random.default_rng(4)
    steps = []
    for each in alternating(1200):  # ten minutes
        tired = max(0.0, each.time_s / 60.0 - 5.0)
        toe = rng.random() < 0.1 + 0.12 * tired
        fields = {**each.fields, "swing_time_s": 0.4 + 0.01 * tired + 0.01 * rng.standard_normal()}
        steps.append(each._replace(fields=fields, strike=Strike.TOE if toe else Strike.HEEL))
    fields = summary(tally_of(steps))
    for name in ("toe_first_pct", "swing_time_s"):
        assert isinstance(onset_min := fields[f"{name}_onset_min"], float)
        assert onset_min == pytest.approx(5.0, abs=1.5)
    assert isinstance(first := fields["toe_first_pct_first_min"], float)
    assert isinstance(last := fields["toe_first_pct_last_min"], float)
    assert last - first > 30.0
    assert "fatigue of shank_range_deg" in str(fields["absent"])
    assert isinstance(slope := fields["toe_first_pct_per_100_steps"], float)
    assert slope > 0.0
