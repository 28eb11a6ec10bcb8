"""Falls: a shank that lies down hard is one, whatever else puts a shank down is none."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.events import Event, Kind
from hub.gait import GaitEngine
from hub.session import Block, Floats, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit, Role, Side
from sensors.walker import PROFILES, Fall, FallKind, Kneel, LieDown, PutAway, Rest, Seat, Stand, Trip, Walk, WalkAndFall
from sensors.walker.segments import Segment
from sensors.walker.session import Recording, render_session
from tests.gait.walked import SHIN, of_kind, replay

RATE_HZ = 25.0
STOOD_S = 7.0
GRAVITY_MPS2 = 9.81

MOUNTED = np.linalg.qr(np.random.default_rng(3).standard_normal((3, 3)))[0]
"""A sensor strapped on anyhow."""


def shank(
    *,
    turn_deg: float = 85.0,
    turn_s: float = 0.8,
    impact_g: float = 3.0,
    lies_s: float = 9.0,
    rises: bool = False,
    before_deg: float = 0.0,
) -> tuple[Floats, Floats]:
    """Stands, turns about one axis, is hit at the end of the turn, lies, and may rise again."""
    back_s = 3.0 + turn_s if rises else 0.0
    time_s = np.arange(int((STOOD_S + turn_s + lies_s + back_s) * RATE_HZ)) / RATE_HZ
    part = np.clip((time_s - STOOD_S) / turn_s, 0.0, 1.0)
    part -= np.clip((time_s - STOOD_S - turn_s - lies_s) / turn_s, 0.0, 1.0) if rises else 0.0
    angle_deg = before_deg + turn_deg * part * part * (3.0 - 2.0 * part)
    angle = np.radians(angle_deg)
    values = np.zeros((len(time_s), 6))
    values[:, 0], values[:, 2] = GRAVITY_MPS2 * np.sin(angle), GRAVITY_MPS2 * np.cos(angle)
    values[int((STOOD_S + turn_s) * RATE_HZ), :3] *= impact_g
    values[:, 4] = np.gradient(angle_deg, time_s)
    values += np.random.default_rng(1).standard_normal(values.shape) * np.array([0.03] * 3 + [0.6] * 3)
    values[:, :3], values[:, 3:] = values[:, :3] @ MOUNTED, values[:, 3:] @ MOUNTED
    return time_s, values


def falls(time_s: Floats, values: Floats, *, sizes: list[int] | None = None) -> list[Event]:
    engine = GaitEngine(Session("fall", Wearer(), {SHIN: ShinSpec(RATE_HZ)}))
    events: list[Event] = []
    start = 0
    for index in count():
        if start >= len(time_s):
            break
        end = min(start + (sizes[index % len(sizes)] if sizes else len(time_s)), len(time_s))
        until_s = float(time_s[end]) if end < len(time_s) else float(time_s[-1]) + 1.0 / RATE_HZ
        events += engine.push(Block(SHIN, time_s[start:end], values[start:end], until_s))
        start = end
    return of_kind(events + engine.finish(), Kind.FALL)


def stages(events: list[Event]) -> list[object]:
    return [event.fields["stage"] for event in events]


def test_a_fall_is_seen_by_an_unknown_sensor_that_never_saw_a_step() -> None:
    candidate, confirmed = falls(*shank())
    impact_s = STOOD_S + 0.8
    assert stages([candidate, confirmed]) == ["candidate", "confirmed"]
    assert candidate.time_s == confirmed.time_s == pytest.approx(impact_s, abs=0.1)
    assert candidate.detected_at_s <= impact_s + 4.0
    assert impact_s + 4.5 <= confirmed.detected_at_s <= impact_s + 10.0
    assert confirmed.fields["candidate_id"] == candidate.id
    assert confirmed.fields["cause"] == "unknown"
    assert candidate.side is Side.BOTH


NO_FALL: dict[str, Callable[[], tuple[Floats, Floats]]] = {
    "lying down slowly": lambda: shank(turn_s=5.0, impact_g=1.0),
    "turning without a blow": lambda: shank(impact_g=1.2),
    "a blow while being lowered": lambda: shank(turn_s=1.8, impact_g=2.0),
    "a blow without lying": lambda: shank(turn_deg=48.0, turn_s=0.6, impact_g=6.0),
    "getting up": lambda: shank(before_deg=85.0, turn_deg=-85.0, impact_g=1.3),
}


@pytest.mark.parametrize("what", NO_FALL)
def test_what_is_no_fall(what: str) -> None:
    assert falls(*NO_FALL[what]()) == []


@pytest.mark.parametrize(
    "measured",
    [shank(impact_g=1.9), shank(turn_s=1.1), shank(turn_s=2.3, turn_deg=170.0)],
    ids=["the lightest hit of people's falls", "hardly faster than who is lowered", "long in going down"],
)
def test_a_fall_may_be_gentle_slow_or_long(measured: tuple[Floats, Floats]) -> None:
    assert stages(falls(*measured)) == ["candidate", "confirmed"]


def sinks_again(after_s: float) -> tuple[Floats, Floats]:
    """Falls, is up again at once, and lies down gently so long after the hit."""
    time_s, values = shank(lies_s=1.5, rises=True, impact_g=3.0)
    until_s = STOOD_S + 0.8 + after_s
    lying = shank(turn_s=2.0, impact_g=1.0, lies_s=12.0)[1]
    stands = values[: int(3.0 * RATE_HZ)]
    pause_n = int((until_s - float(time_s[-1]) - STOOD_S - 2.0) * RATE_HZ)
    joined = np.concatenate([values, np.resize(stands, (pause_n, 6)), lying])
    return np.arange(len(joined)) / RATE_HZ, joined


def test_who_sinks_down_again_within_half_a_minute_has_fallen() -> None:
    assert stages(falls(*sinks_again(23.0))) == ["candidate", "confirmed"]
    assert stages(falls(*sinks_again(45.0))) == ["candidate"]


def test_who_is_up_again_at_once_has_a_candidate_and_no_more() -> None:
    assert stages(falls(*shank(lies_s=2.0, rises=True))) == ["candidate"]


def test_who_gets_up_later_was_confirmed() -> None:
    assert stages(falls(*shank(lies_s=8.0, rises=True))) == ["candidate", "confirmed"]


def test_a_sensor_that_falls_silent_confirms_nothing() -> None:
    time_s, values = shank()
    keep = (time_s < STOOD_S + 3.0) | (time_s > STOOD_S + 4.0)
    assert stages(falls(time_s[keep], values[keep])) == ["candidate"]


def test_no_fall_is_made_of_a_posture_that_changed_unseen() -> None:
    time_s, values = shank()
    keep = (time_s < STOOD_S - 0.5) | (time_s > STOOD_S + 0.7)
    assert falls(time_s[keep], values[keep]) == []


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=6))
def test_falls_do_not_depend_on_cutting(sizes: list[int]) -> None:
    time_s, values = shank(rises=True)
    assert falls(time_s, values, sizes=sizes) == falls(time_s, values)


GAIT = PROFILES["foot_drop"]


def lived(*segments: Segment, minutes: float = 2.0, seed: int = 7) -> Recording:
    return render_session("foot_drop", minutes, seed, script=segments)


def near(events: list[Event], time_s: float) -> list[Event]:
    return [event for event in events if abs(event.time_s - time_s) <= 5.0]


@pytest.fixture(scope="module")
def fallen() -> Recording:
    return lived(
        Stand(4.0),
        Walk(30.0, GAIT),
        Stand(4.0),
        Fall(FallKind.FORWARD, 8.0),
        Stand(4.0),
        Fall(FallKind.BACKWARD, 8.0),
        Stand(4.0),
        WalkAndFall(20.0, GAIT, Trip(14.0, 0.5), FallKind.SIDEWAYS, lying_s=9.0),
        Stand(8.0),
        minutes=2.5,
    )


@pytest.mark.parametrize("roles", [(), (SHIN,)], ids=["all sensors", "shin alone"])
def test_falls_are_confirmed_with_and_without_insoles(fallen: Recording, roles: tuple[Role, ...]) -> None:
    events = of_kind(replay(fallen, *roles)[0], Kind.FALL)
    true_s = [event.time_s for event in fallen.truth if event.kind == "fall"]
    assert len(true_s) == 3
    for time_s in true_s:
        assert stages(near(events, time_s)) == ["candidate", "confirmed"]
    assert len(events) == 6


def test_the_cause_is_a_trip_where_there_was_one(fallen: Recording) -> None:
    events = of_kind(replay(fallen)[0], Kind.FALL, stage="confirmed")
    assert [event.fields["cause"] == "trip" for event in events] == [False, False, True]


def test_insoles_alone_suspect_a_fall_and_confirm_none_without_a_trip(fallen: Recording) -> None:
    events = of_kind(replay(fallen, Role.LEFT_INSOLE, Role.RIGHT_INSOLE)[0], Kind.FALL)
    first_s = next(event.time_s for event in fallen.truth if event.kind == "fall")
    (suspected,) = near(events, first_s)
    assert suspected.fields["stage"] == "candidate"
    assert suspected.confidence < 0.5
    assert suspected.detected_at_s - suspected.time_s == pytest.approx(5.0, abs=0.3)


def test_insoles_alone_confirm_a_fall_after_a_trip_once_both_feet_have_been_without_weight_for_ten_seconds() -> None:
    def fell(lying_s: float) -> list[Event]:
        tripping = WalkAndFall(20.0, GAIT, Trip(14.0, 0.5), FallKind.FORWARD, steps_after=2, lying_s=lying_s)
        recording = lived(Stand(4.0), Walk(30.0, GAIT), Stand(4.0), tripping, Stand(8.0), minutes=2.0)
        return of_kind(replay(recording, Role.LEFT_INSOLE, Role.RIGHT_INSOLE)[0], Kind.FALL)

    assert stages(fell(4.0)) == ["candidate"]
    candidate, confirmed = fell(14.0)
    assert confirmed.fields == {"stage": "confirmed", "candidate_id": candidate.id, "cause": "trip"}
    assert confirmed.detected_at_s - candidate.time_s == pytest.approx(10.0, abs=0.3)


def test_who_slid_to_the_floor_and_stays_there_may_have_fallen() -> None:
    def slid(lying_s: float) -> list[Event]:
        recording = lived(Stand(4.0), Walk(30.0, GAIT), Stand(4.0), Fall(FallKind.SLIDE, lying_s), Stand(8.0))
        return of_kind(replay(recording)[0], Kind.FALL)

    assert slid(6.0) == []
    (candidate,) = slid(14.0)
    assert candidate.fields["stage"] == "candidate"
    assert candidate.confidence == pytest.approx(0.3)
    assert candidate.detected_at_s - candidate.time_s == pytest.approx(11.0, abs=1.0)


INSOLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE)


def pressed(recording: Recording, roles: tuple[Role, ...], share: float, start_s: float, end_s: float) -> Recording:
    """In place of what was there, each of these feet bears a share of its usual peak."""
    values = dict(recording.values)
    walked, meant = recording.time_s < 34.0, (recording.time_s >= start_s) & (recording.time_s < end_s)
    for role in roles:
        peak = np.percentile(recording.values[role][walked].sum(axis=1), 97.0)
        values[role] = recording.values[role].copy()
        values[role][meant] = share * peak / len(recording.cells)
    return replace(recording, values=values)


def test_who_sinks_to_where_the_feet_still_bear_a_third_of_the_weight_sits_on_something() -> None:
    slid = lived(Stand(4.0), Walk(30.0, GAIT), Stand(4.0), Fall(FallKind.SLIDE, 20.0), Stand(8.0))
    (at_s,) = [event.time_s for event in slid.truth if event.kind == "fall"]
    for share, told in ((0.15, ["candidate"]), (0.3, [])):
        events = replay(pressed(slid, INSOLES, share / 2, at_s, at_s + 18.0))[0]
        assert stages(of_kind(events, Kind.FALL)) == told


def test_whose_foot_bears_weight_when_a_fall_would_be_confirmed_is_up() -> None:
    fell = lived(Stand(4.0), Walk(30.0, GAIT), Stand(4.0), Fall(FallKind.FORWARD, 20.0), Stand(8.0))
    (at_s,) = [event.time_s for event in fell.truth if event.kind == "fall"]
    for begun_s, told in ((3.1, ["candidate"]), (4.2, ["candidate", "confirmed"])):  # 5 s after the hit it is judged
        events = replay(pressed(fell, (Role.LEFT_INSOLE,), 0.5, at_s + begun_s, at_s + 8.0))[0]
        assert stages(of_kind(events, Kind.FALL)) == told


@pytest.mark.parametrize(("apart_s", "told"), [(0.7, ["candidate"]), (1.5, [])])
def test_insoles_alone_suspect_a_fall_where_both_feet_lose_their_weight_within_a_second(
    apart_s: float, told: list[str]
) -> None:
    fell = lived(Stand(4.0), Walk(30.0, GAIT), Stand(4.0), Fall(FallKind.FORWARD, 20.0), Stand(8.0))
    (at_s,) = [event.time_s for event in fell.truth if event.kind == "fall"]
    events = replay(pressed(fell, (Role.LEFT_INSOLE,), 0.6, at_s - 0.5, at_s + apart_s), *INSOLES)[0]
    assert stages(near(of_kind(events, Kind.FALL), at_s)) == told


@pytest.mark.parametrize(("impact_g", "told"), [(2.2, []), (5.0, ["candidate"])])
def test_a_shank_that_is_laid_up_out_of_a_seat_falls_only_when_it_is_hit_hard(impact_g: float, told: list[str]) -> None:
    lain = lived(Stand(4.0), Walk(30.0, GAIT), Stand(3.0), Seat((Rest(20.0), LieDown(20.0))), Stand(5.0))
    shin = lain.values[SHIN].copy()
    hit = int(lain.time_s.searchsorted(60.0))  # while it is turned
    shin[hit, :3] *= impact_g * GRAVITY_MPS2 / np.linalg.norm(shin[hit, :3])
    shin[hit, 3:] *= 200.0 / np.linalg.norm(shin[hit, 3:])
    events = replay(replace(lain, values={**lain.values, SHIN: shin}))[0]
    assert stages(of_kind(events, Kind.FALL))[:1] == told


def test_kneeling_lying_down_and_dropping_into_a_seat_are_no_falls() -> None:
    recording = lived(
        Stand(4.0),
        Walk(30.0, GAIT),
        Stand(3.0),
        Kneel(12.0),
        Stand(3.0),
        Kneel(12.0, both=True),
        Stand(3.0),
        Seat((Rest(8.0), LieDown(20.0)), hard=True),
        Stand(5.0),
        minutes=2.5,
    )
    for roles in ((), (SHIN,), (Role.LEFT_INSOLE, Role.RIGHT_INSOLE)):
        assert of_kind(replay(recording, *roles)[0], Kind.FALL, stage="confirmed") == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sensors_put_away_before_anybody_walked_in_them_did_not_fall(seed: int) -> None:
    recording = render_session("foot_drop", 0.6, seed, script=[Stand(3.0), PutAway(60.0)])
    assert of_kind(replay(recording)[0], Kind.FALL, stage="confirmed") == []


def test_no_accelerometer_no_fall() -> None:
    time_s, values = shank()
    engine = GaitEngine(Session("fall", Wearer(), {SHIN: ShinSpec(RATE_HZ, accelerometer=False)}))
    values[:, :3] = 0.0
    assert of_kind(engine.push(Block(SHIN, time_s, values, 99.0)) + engine.finish(), Kind.FALL) == []


def test_an_insole_without_weight_for_a_step_is_no_fall() -> None:
    recording = render_session("healthy", 1.0, 3)
    spec = InsoleSpec(recording.rate_hz, LoadUnit.N, recording.cells)
    engine = GaitEngine(Session("walk", Wearer(), dict.fromkeys(INSOLES, spec)))
    events: list[Event] = []
    for role in INSOLES:
        events += engine.push(Block(role, recording.time_s, recording.values[role], 60.0))
    assert of_kind(events + engine.finish(), Kind.FALL) == []


def test_a_leg_that_leaned_for_long_did_not_fall_when_it_leans_further() -> None:
    time_s, values = shank(turn_deg=48.0, lies_s=20.0, impact_g=1.0)
    angle = np.radians(65.0)
    last = time_s > time_s[-1] - 5.0
    lying = np.array([GRAVITY_MPS2 * np.sin(angle), 0.0, GRAVITY_MPS2 * np.cos(angle)]) @ MOUNTED
    values[last, :3] = lying
    hit = int(np.flatnonzero(last)[0]) + 2
    values[hit, :3] *= 3.0
    values[hit, 3:] = 300.0
    assert falls(time_s, values) == []
