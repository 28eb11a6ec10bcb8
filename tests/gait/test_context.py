"""What the person was doing: postures by hand-made loads, kinds of steps by the walker."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from hub.events import ON_FOOT, Context, Event, Kind
from hub.gait import Calibration, GaitEngine, GaitParams
from hub.gait.calibration import InsoleCalibration
from hub.gait.context_log import ContextLog
from hub.gait.detectors.bearing import BearingParams
from hub.gait.detectors.posture import TRANSITIONS, Evidence, Postures
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit, Role, Side
from sensors.walker import (
    PROFILES,
    Aided,
    Backward,
    FootPropel,
    Level,
    Recording,
    Route,
    Seat,
    Segment,
    Sit,
    Stairs,
    Stand,
    Tiptoe,
    Turn,
    Walk,
    Walker,
)
from sensors.walker.session import record, render_session
from tests.gait.conftest import CELLS, STRIDE_S, events_of, make_walk
from tests.gait.walked import of_kind, replay

PEAK_N = 700.0
RATE_HZ = 100.0
FEET = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE)


class Felt:
    """Stretches of loads and shank motion, one after another."""

    def __init__(self) -> None:
        self._parts: dict[Role, list[np.ndarray]] = {Role.LEFT_INSOLE: [], Role.RIGHT_INSOLE: [], Role.LEFT_SHIN: []}

    def then(
        self,
        seconds: float,
        left: float,
        right: float,
        *,
        heels: float = 0.6,
        tilt_deg: float = 0.0,
        shaken_mps2: float = 0.0,
        swept_dps: float = 0.0,
    ) -> "Felt":
        """Loads in usual peaks; the shank's tilt, its vibration at 15 Hz and its rate, to and fro once a second."""
        time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
        shares = np.array([heels, 0.1 * (1 - heels), 0.7 * (1 - heels), 0.2 * (1 - heels)])
        for role, load in zip(FEET, (left, right), strict=True):
            self._parts[role].append(np.full((len(time_s), 1), load * PEAK_N) * shares)
        shin = np.zeros((len(time_s), 6))
        shin[:, 0] = 9.81 * np.sin(np.radians(tilt_deg))
        shin[:, 2] = 9.81 * np.cos(np.radians(tilt_deg)) + shaken_mps2 * np.sin(2 * np.pi * 15.0 * time_s)
        shin[:, 4] = swept_dps * np.sin(2 * np.pi * time_s)
        self._parts[Role.LEFT_SHIN].append(shin)
        return self

    def replayed(self, *roles: Role, warm: bool = True, params: GaitParams | None = None) -> "Replayed":
        worn = {role: np.concatenate(parts) for role, parts in self._parts.items() if not roles or role in roles}
        sensors: dict[Role, InsoleSpec | ShinSpec] = {
            role: InsoleSpec(RATE_HZ, LoadUnit.N, CELLS) if role.is_insole else ShinSpec(RATE_HZ, "shank")
            for role in worn
        }
        learnt = Calibration({role: InsoleCalibration((0.0,) * 4, PEAK_N) for role in worn if role.is_insole})
        return Replayed(Session("felt", Wearer(affected_side="left"), sensors), worn, learnt if warm else None, params)


class Replayed:
    """What the engine made of samples."""

    def __init__(
        self,
        session: Session,
        worn: dict[Role, np.ndarray],
        learnt: Calibration | None = None,
        params: GaitParams | None = None,
    ) -> None:
        engine = GaitEngine(session, learnt, params)
        self.events: list[Event] = []
        samples_n = len(next(iter(worn.values())))
        for start in range(0, samples_n, 400):
            time_s = np.arange(start, min(start + 400, samples_n)) / RATE_HZ
            until_s = float(time_s[-1]) + 1 / RATE_HZ
            for role, values in worn.items():
                self.events += engine.push(Block(role, time_s, values[start : start + 400], until_s))
        self.events += engine.finish()
        self.contexts = engine.contexts
        self.learnt = engine.calibration()

    def during(self, start_s: float, end_s: float) -> set[Context]:
        return {self.contexts.at(at_s) for at_s in np.arange(start_s, end_s, 0.25)}

    def of_kind(self, kind: Kind) -> list[Event]:
        return [event for event in self.events if event.kind is kind]


STANDING = Felt().then(5, 0.45, 0.45)


def after_standing(seconds: float, left: float, right: float, **shank: float) -> Context:
    """The context at the end of a posture that followed standing."""
    felt = Felt().then(5, 0.45, 0.45).then(seconds, left, right, **shank)
    return felt.replayed().contexts.now


@pytest.mark.parametrize(
    ("expected", "seconds", "left", "right", "shank"),
    [
        (Context.STANDING, 5, 0.2, 0.75, {}),
        (Context.STANDING, 5, 0.3, 0.22, {}),  # neither: what was before holds
        (Context.TIPTOE, 5, 0.45, 0.45, {"heels": 0.0}),
        (Context.SITTING, 5, 0.12, 0.15, {}),
        (Context.SITTING, 5, 0.12, 0.15, {"swept_dps": 60.0}),
        (Context.DANGLING, 5, 0.0, 0.0, {"swept_dps": 90.0}),
        (Context.OFF, 30, 0.0, 0.0, {}),
        (Context.OFF, 8, 0.0, 0.0, {"tilt_deg": 80.0}),
        (Context.OFF, 9, 0.10, 0.0, {"swept_dps": 250.0}),
        (Context.UNKNOWN, 5, 0.10, 0.0, {"tilt_deg": 80.0}),
        (Context.VEHICLE, 40, 0.12, 0.15, {"shaken_mps2": 0.4}),
        (Context.STANDING, 40, 0.45, 0.45, {"shaken_mps2": 0.4}),  # in a bus
        (Context.UNKNOWN, 5, 1.0, 1.0, {}),  # twice the body: the scale must be wrong
    ],
)
def test_postures(expected: Context, seconds: float, left: float, right: float, shank: dict[str, float]) -> None:
    assert after_standing(seconds, left, right, **shank) is expected


def test_a_posture_is_dated_at_the_begin_of_its_evidence() -> None:
    replayed = Felt().then(5, 0.45, 0.45).then(10, 0.1, 0.1).then(10, 0.45, 0.45).replayed()
    assert replayed.during(0.5, 4.4) == {Context.STANDING}
    assert replayed.during(5.6, 14.4) == {Context.SITTING}
    assert replayed.during(15.6, 24.0) == {Context.STANDING}


def test_without_a_learnt_scale_nothing_is_claimed() -> None:
    felt = Felt().then(5, 0.45, 0.45).then(10, 0.1, 0.1)
    assert felt.replayed(warm=False).during(0.0, 14.0) == {Context.UNKNOWN}


def test_a_shank_alone_claims_no_posture() -> None:
    felt = Felt().then(10, 0.45, 0.45).then(10, 0.1, 0.1, tilt_deg=80.0)
    assert felt.replayed(Role.LEFT_SHIN).during(0.0, 19.0) == {Context.UNKNOWN}


def test_one_insole_tells_standing_from_sitting_and_no_more() -> None:
    felt = Felt().then(5, 0.45, 0.45).then(5, 0.1, 0.1).then(15, 0.0, 0.9)
    replayed = felt.replayed(Role.LEFT_INSOLE)
    assert replayed.during(0.5, 4.4) == {Context.STANDING}
    assert replayed.during(5.6, 9.4) == {Context.SITTING}
    assert replayed.contexts.now is Context.UNKNOWN


def test_the_table_leads_everywhere_and_back() -> None:
    reachable = {Context.UNKNOWN}
    while True:
        further = reachable | {to for (start, _), (to, _) in TRANSITIONS.items() if start in reachable}
        if further == reachable:
            break
        reachable = further
    assert reachable == set(Context) - (ON_FOOT - {Context.TIPTOE})
    for posture in reachable - {Context.STANDING}:
        assert TRANSITIONS[posture, Evidence.BORNE][0] is Context.STANDING
    for posture in reachable - {Context.UNKNOWN}:
        assert TRANSITIONS[posture, Evidence.NOTHING][0] is Context.UNKNOWN


@pytest.mark.parametrize(("start", "evidence"), TRANSITIONS)
def test_an_evidence_must_last(start: Context, evidence: Evidence) -> None:
    to, dwell_s = TRANSITIONS[start, evidence]
    postures = Postures()
    postures.begin(start)
    looks_n = round(dwell_s / 0.5)
    changes = [postures.follow(evidence, 0.5 * look, 0.5 * look + 0.5) for look in range(looks_n)]
    assert changes == [None] * (looks_n - 1) + [0.0]
    assert postures.context is to
    if looks_n > 1:
        postures.begin(start)
        postures.follow(evidence, 0.0, dwell_s / 2)
        postures.follow(Evidence.UNCLEAR, dwell_s / 2, dwell_s)
        assert postures.follow(evidence, dwell_s, dwell_s + 0.5 * (looks_n - 1)) is None


def taps(load: float, other: float, count: int = 12) -> Felt:
    """A seated person lifts the left and the right foot in turn; the other one stays as it was."""
    felt = Felt().then(4, load, other)
    for index in range(count):
        lifted = (0.0, other) if index % 2 == 0 else (load, 0.0)
        felt.then(0.5, *lifted).then(0.5, load, other)
    return felt.then(3, load, other)


@pytest.mark.parametrize("load", [0.13, 0.25, 0.35])
@pytest.mark.parametrize("warm", [True, False])
def test_seated_feet_make_no_steps(load: float, warm: bool) -> None:
    replayed = taps(load, load).replayed(*FEET, warm=warm)
    assert {event.kind for event in replayed.events} <= {Kind.QUALITY}


@pytest.mark.parametrize("seed", [22, 23, 24])
def test_feet_that_pull_a_wheelchair_before_the_first_walk_make_no_steps(seed: int) -> None:
    walker = Walker(
        [Stand(2.0), Seat((FootPropel(40.0),)), Stand(2.0), Walk(12.0, PROFILES["healthy"])], seed=seed, chunk_s=4
    )
    recording = record(walker, 70.0, 100.0, FEET)
    first_s = min(event.time_s for event in recording.truth if event.kind == "initial_contact")
    contacts_s = [event.time_s for event in of_kind(replay(recording)[0], Kind.INITIAL_CONTACT)]
    assert sum(time_s > first_s - 0.05 for time_s in contacts_s) > 10
    assert not [time_s for time_s in contacts_s if time_s < first_s - 0.05]


def test_leaning_over_in_a_chair_is_no_step() -> None:
    felt = Felt().then(4, 0.13, 0.13)
    for index in range(12):
        felt.then(0.5, *((0.0, 0.28) if index % 2 == 0 else (0.28, 0.0))).then(0.5, 0.13, 0.13)
    assert not felt.then(3, 0.13, 0.13).replayed(*FEET).of_kind(Kind.INITIAL_CONTACT)


def test_rising_from_a_chair_does_not_move_the_zero() -> None:
    felt = Felt()
    for _ in range(4):
        felt.then(14, 0.53, 0.53).then(12, 0.1, 0.08)
    replayed = felt.replayed()
    for start_s in (26.6, 52.6, 78.6):
        assert replayed.during(start_s, start_s + 13.0) == {Context.STANDING}
        assert replayed.during(start_s + 14.0, start_s + 25.0) == {Context.SITTING}
    assert [replayed.learnt.insoles[role].zero[0] for role in FEET] == [0.0, 0.0]


def test_it_is_the_other_foot_that_tells() -> None:
    careless = replace(GaitParams(), bearing=BearingParams(taken_over=0.0, borne=0.0))
    assert len(taps(0.35, 0.35).replayed(*FEET, params=careless).of_kind(Kind.INITIAL_CONTACT)) == 12


def test_stepping_on_the_spot_is_steps() -> None:
    felt = Felt().then(4, 0.45, 0.45)
    for index in range(12):
        felt.then(0.5, *((0.0, 0.9) if index % 2 == 0 else (0.9, 0.0))).then(0.3, 0.45, 0.45)
    assert len(felt.then(3, 0.45, 0.45).replayed(*FEET).of_kind(Kind.INITIAL_CONTACT)) == 12


def walked(recording: Recording, *roles: Role, affected: str = "right") -> Replayed:
    worn = {role: values for role, values in recording.values.items() if not roles or role in roles}
    sensors: dict[Role, InsoleSpec | ShinSpec] = {
        role: InsoleSpec(RATE_HZ, LoadUnit.N, recording.cells) if role.is_insole else ShinSpec(RATE_HZ) for role in worn
    }
    wearer = Wearer(affected_side="both" if affected == "both" else "none" if affected == "none" else "right")
    return Replayed(Session("walker", wearer, sensors), worn)


def true_contexts(recording: Recording) -> list[tuple[Context, float, float]]:
    names = {context.value for context in Context}
    return [
        (Context(row.kind), row.time_s, row.time_s + float(row.value)) for row in recording.truth if row.kind in names
    ]


@cache
def route() -> Recording:
    stretches = (
        Level(14.0), Turn(180.0), Level(4.0), Stairs(10), Level(4.0), Turn(-180.0), Level(4.0), Stairs(10, up=False),
        Level(4.0), Tiptoe(8), Level(4.0), Backward(8), Level(4.0), Aided(8.0), Level(4.0),
    )  # fmt: skip
    script: list[Segment] = [Stand(4.0), Route(PROFILES["foot_drop"], stretches), Stand(10.0), Sit(14.0), Stand(4.0)]
    return render_session("foot_drop", 2.6, 7, script=script)


@cache
def routed(*roles: Role, affected: str = "right") -> Replayed:
    return walked(route(), *roles, affected=affected)


SHARE = {
    Context.WALKING: 0.9,  # each kind of step is known a stride late
    Context.TURNING: 0.6,  # begins and ends with half a turning step
    Context.STAIRS: 0.8,
    Context.TIPTOE: 0.8,
    Context.BACKWARD: 0.6,
    Context.AIDED: 0.8,
    Context.STANDING: 0.95,
    Context.SITTING: 0.95,
}


@pytest.mark.parametrize("context", SHARE)
def test_kinds_of_steps_and_postures_of_a_walker(context: Context) -> None:
    judged = [
        routed().contexts.at(at_s) is context
        for true, start_s, end_s in true_contexts(route())
        if true is context and (start_s > 3.0 or context is not Context.STANDING)  # cold before
        for at_s in np.arange(start_s + 0.7, end_s - 0.7, 0.25)
    ]
    assert len(judged) > 4
    assert sum(judged) / len(judged) >= SHARE[context]


def test_a_walk_spans_its_turns_and_stairs() -> None:
    (start,), (end,) = routed().of_kind(Kind.WALK_START), routed().of_kind(Kind.WALK_END)
    (true,) = [row for row in route().truth if row.kind == "walk"]
    assert start.time_s == pytest.approx(true.time_s, abs=1.5)
    assert end.time_s == pytest.approx(true.time_s + float(true.value), abs=0.2)


def toe_first_in(replayed: Replayed, contexts: set[Context]) -> int:
    intervals = [(start_s, end_s) for true, start_s, end_s in true_contexts(route()) if true in contexts]
    found = [event.time_s for event in replayed.of_kind(Kind.TOE_FIRST) if event.side is Side.RIGHT]
    return sum(any(start_s <= at_s < end_s for start_s, end_s in intervals) for at_s in found)


EVERYBODY_ON_TOES = {Context.STAIRS, Context.TIPTOE, Context.BACKWARD}


def test_toes_first_count_where_healthy_people_land_on_the_heel() -> None:
    strikes = [event for event in routed().of_kind(Kind.INITIAL_CONTACT) if event.side is Side.RIGHT]
    elsewhere = [start_s for true, start_s, _ in true_contexts(route()) if true in EVERYBODY_ON_TOES]
    assert sum(event.fields["strike"] == "toe" for event in strikes) > 25
    assert toe_first_in(routed(), EVERYBODY_ON_TOES) <= len(elsewhere)  # at most the first step of each
    true = [row.time_s for row in route().truth if row.kind == "toe_first"]
    found = [event.time_s for event in routed().of_kind(Kind.TOE_FIRST)]
    assert sum(min(abs(at_s - other_s) for other_s in found) < 0.05 for at_s in true) >= 0.75 * len(true)
    assert len(found) <= 1.1 * len(true)


def test_without_a_shank_the_sound_foot_tells() -> None:
    (_, _), (down_s, end_s) = [
        (start_s, end_s) for true, start_s, end_s in true_contexts(route()) if true is Context.STAIRS
    ]
    replayed = routed(*FEET)
    assert replayed.during(down_s + 2.5, end_s) == {Context.STAIRS}
    assert sum(down_s <= event.time_s < end_s for event in replayed.of_kind(Kind.TOE_FIRST)) <= 2


def test_a_sound_foot_on_its_toes_says_that_it_is_the_ground() -> None:
    dropping = make_walk(seed=12, toe_first=True)
    time_s, values = dropping.streams[Role.LEFT_INSOLE]
    both = replace(dropping, streams={**dropping.streams, Role.RIGHT_INSOLE: (time_s + STRIDE_S / 2, values)})
    counts = [sum('"kind":"toe_first"' in line for line in events_of(walk)) for walk in (dropping, both)]
    assert counts[0] > 10
    assert counts[1] <= 3


def test_where_both_feet_are_affected_no_foot_is_sound() -> None:
    assert toe_first_in(routed(*FEET, affected="both"), {Context.STAIRS}) > 4
    assert toe_first_in(routed(*FEET, affected="both"), {Context.TIPTOE}) <= 2


def test_what_was_thought_later_is_forgotten() -> None:
    log = ContextLog()
    log.begin(10.0, Context.WALKING)
    log.begin(20.0, Context.UNKNOWN)
    log.begin(18.0, Context.STANDING)
    assert [log.at(at_s) for at_s in (5.0, 17.9, 18.0, 25.0)] == [
        Context.UNKNOWN,
        Context.WALKING,
        Context.STANDING,
        Context.STANDING,
    ]
