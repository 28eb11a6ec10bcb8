import struct
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.intake import Intake, IntakeResult
from hub.packets import Arrival, Connected, Disconnected, Packet
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from sensors.driver import DriverOptions
from sensors.errors import DecodeReason
from sensors.layout import LoadUnit, Role, Side
from sensors.sketch_layout import Meaning, SketchField, SketchLayout

LATENCY_S = 0.008
KEYS = {Role.LEFT_INSOLE: "orphe_insole", Role.RIGHT_INSOLE: "brilliant_sole", Role.LEFT_SHIN: "witmotion"}


@dataclass
class Taken:
    """An intake, and all that went in and came out."""

    intake: Intake
    arrivals: list[Arrival] = field(default_factory=list)
    results: list[IntakeResult] = field(default_factory=list)

    def take(self, arrival: Arrival) -> IntakeResult:
        self.arrivals.append(arrival)
        self.results.append(self.intake.feed(arrival))
        return self.results[-1]

    def tick(self, now_s: float) -> None:
        self.results.append(IntakeResult(self.intake.tick(now_s)))

    @property
    def sessions(self) -> list[Session]:
        return [result.session for result in self.results if result.session]

    def blocks(self, role: Role) -> list[Block]:
        return [block for result in self.results for block in result.blocks if block.role == role]

    def samples(self, role: Role) -> tuple[np.ndarray, np.ndarray]:
        blocks = self.blocks(role)
        return np.concatenate([b.time_s for b in blocks]), np.concatenate([b.values for b in blocks])


def new_intake(expected=tuple(KEYS)) -> Intake:
    return Intake("walk", Wearer(), expected)


@pytest.fixture(scope="module")
def half_minute(air, device):
    """Three devices for half a minute; the right insole was out of reach for a while."""
    away = {Role.RIGHT_INSOLE: ((15.0, 18.0),)}
    devices = [device(role, key, away=away.get(role, ())) for role, key in KEYS.items()]
    world, taken = air(devices), Taken(new_intake())
    world.run(30.0, taken.take, taken.tick)
    return world, taken


def test_the_session_begins_when_all_have_said_what_they_measure(half_minute) -> None:
    _, taken = half_minute
    (session,) = taken.sessions
    assert taken.intake.session == session
    assert session.name == "walk"
    assert {role: spec.rate_hz for role, spec in session.sensors.items()} == dict.fromkeys(sorted(KEYS), 100.0)
    orphe, brilliant = session.sensors[Role.LEFT_INSOLE], session.sensors[Role.RIGHT_INSOLE]
    assert isinstance(orphe, InsoleSpec)
    assert isinstance(brilliant, InsoleSpec)
    assert (orphe.unit, len(orphe.cells)) == (LoadUnit.COUNTS, 6)
    assert len(brilliant.cells) == 8
    assert session.sensors[Role.LEFT_SHIN] == ShinSpec(100.0)


@pytest.mark.parametrize("role", KEYS)
def test_blocks_keep_their_promises(half_minute, role) -> None:
    _, taken = half_minute
    for before, after in pairwise(taken.blocks(role)):
        assert after.until_s > before.until_s
        assert not len(after.time_s) or after.time_s[0] >= before.until_s
    time_s, values = taken.samples(role)
    assert np.all(np.diff(time_s) > 0)
    assert np.isfinite(values).all()


def test_samples_bear_the_time_at_which_the_body_did_it(half_minute) -> None:
    world, taken = half_minute
    time_s, values = taken.samples(Role.LEFT_SHIN)
    settled = time_s > world.start_s + 10.0
    force, rate = world.body.shank(Role.LEFT_SHIN.side, time_s[settled] - LATENCY_S)
    error_s = (values[settled, 3:] - rate) / np.abs(np.gradient(rate, axis=0) * 100).max(axis=0)
    assert np.abs(error_s).max() < 0.002
    np.testing.assert_allclose(values[settled, :3], force, atol=0.5)


@pytest.mark.parametrize("role", [Role.LEFT_INSOLE, Role.RIGHT_INSOLE])
def test_both_insoles_agree_in_time_with_the_body(half_minute, role) -> None:
    world, taken = half_minute
    spec = taken.sessions[0].sensors[role]
    time_s, values = taken.samples(role)
    settled = time_s > world.start_s + 10.0
    force = world.body.cell_forces_n(role.side, spec.cells, time_s[settled] - LATENCY_S)
    for cell, counts in enumerate(values[settled].T):
        # The same load reads the same count, whether it rises or falls: a shift in time would open a loop.
        order = np.argsort(force[:, cell])
        loop = np.abs(np.diff(counts[order])).mean() / np.ptp(counts)
        assert loop < 0.003


def test_a_link_that_was_away_is_told_of_and_comes_back_into_the_same_session(half_minute) -> None:
    world, taken = half_minute
    time_s, _ = taken.samples(Role.RIGHT_INSOLE)
    gap = int(np.argmax(np.diff(time_s)))
    assert time_s[gap] == pytest.approx(world.start_s + 15.0, abs=0.1)
    assert 3.0 < time_s[gap + 1] - time_s[gap] < 4.0
    silent = [block.until_s for block in taken.blocks(Role.RIGHT_INSOLE) if not len(block.time_s)]
    assert len(silent) > 40
    status = taken.intake.status(world.now_s)[Role.RIGHT_INSOLE]
    assert (status.connected, status.lost, status.clock.reboots) == (True, 0, 0)


def test_status_tells_rate_battery_and_drift(half_minute) -> None:
    world, taken = half_minute
    for role, status in taken.intake.status(world.now_s).items():
        assert status.connected
        assert status.rate_hz == pytest.approx(100.0, abs=2.0)
        assert status.loss_pct == status.faults == status.late == status.duplicates == 0
        assert status.facts.battery_pct == pytest.approx(80.0, abs=10.0)
        assert status.clock.jitter_ms == pytest.approx(3.75, abs=3.0)
        if role != Role.RIGHT_INSOLE:
            assert status.clock.drift_ppm == pytest.approx(-30.0, abs=15.0)
    later = taken.intake.status(world.now_s + 60.0)
    assert {status.rate_hz for status in later.values()} == {0.0}


def test_facts_are_told_once_when_they_change(half_minute) -> None:
    _, taken = half_minute
    told = [(a.role, r.facts) for a, r in zip(taken.arrivals, feeds(taken), strict=True) if r.facts is not None]
    assert 3 <= len(told) < 20
    assert all(one != after for role in KEYS for one, after in pairwise([f for r, f in told if r == role]))


def feeds(taken: Taken) -> list[IntakeResult]:
    fresh = new_intake()
    return [fresh.feed(arrival) for arrival in taken.arrivals]


def told(results) -> list[tuple]:
    return [(b.role, b.time_s.tobytes(), b.values.tobytes(), b.until_s) for r in results for b in r.blocks]


def test_the_same_arrivals_give_the_same_blocks_with_and_without_ticks(half_minute) -> None:
    world, taken = half_minute
    fresh = new_intake()
    again = [fresh.feed(arrival) for arrival in taken.arrivals]
    again.append(IntakeResult(fresh.tick(world.now_s)))
    assert told(again) == told(taken.results)
    assert fresh.session == taken.intake.session


@settings(deadline=None, max_examples=10)
@given(cut=st.integers(0, 2000), longer=st.integers(0, 2000))
def test_later_arrivals_change_nothing_before(half_minute, cut, longer) -> None:
    _, taken = half_minute
    first, second = new_intake(), new_intake()
    short = told(first.feed(arrival) for arrival in taken.arrivals[:cut])
    assert told(second.feed(arrival) for arrival in taken.arrivals[: cut + longer])[: len(short)] == short


def test_lost_packets_are_counted_and_leave_gaps(half_minute) -> None:
    world, taken = half_minute
    orphe = [a for a in taken.arrivals if a.role == Role.LEFT_INSOLE]
    lossy = [a for n, a in enumerate(orphe) if n < 50 or n % 10 or n == len(orphe) - 1]
    intake = new_intake([Role.LEFT_INSOLE])
    for arrival in lossy:
        intake.feed(arrival)
    status = intake.status(world.now_s)[Role.LEFT_INSOLE]
    assert status.lost == 2 * (len(orphe) - len(lossy))
    assert status.loss_pct == pytest.approx(10.0, abs=0.5)
    assert status.rate_hz == pytest.approx(90.0, abs=1.0)


@pytest.mark.parametrize("role", KEYS)
def test_doubled_packets_change_nothing_and_are_counted(half_minute, role) -> None:
    world, taken = half_minute
    arrivals = [a for a in taken.arrivals if a.role == role]
    plain, doubled = new_intake([role]), new_intake([role])
    once = [plain.feed(arrival) for arrival in arrivals]
    twice = []
    for arrival in arrivals:
        twice.append(doubled.feed(arrival))
        if isinstance(arrival, Packet):
            twice.append(doubled.feed(arrival))
    assert told(once) == told(twice)
    status = doubled.status(world.now_s)[role]
    assert status.duplicates >= 0.99 * sum(isinstance(a, Packet) for a in arrivals) - 30
    assert status.samples == plain.status(world.now_s)[role].samples


@pytest.fixture(scope="module")
def told_of_clean(half_minute) -> list[tuple]:
    """What comes of the first arrivals where there is no garbage."""
    _, taken = half_minute
    return told(feeds(Taken(new_intake(), taken.arrivals[:1500])))


@settings(deadline=None, max_examples=10)
@given(garbage=st.lists(st.tuples(st.integers(100, 1500), st.binary(max_size=110)), max_size=20))
def test_garbage_is_skipped_and_counted_and_the_others_go_on(half_minute, told_of_clean, garbage) -> None:
    _, taken = half_minute
    arrivals = taken.arrivals[:1500]
    by_place = dict(garbage)
    intake, results, sent = new_intake(), [], 0
    for place, arrival in enumerate(arrivals):
        if place in by_place and isinstance(arrival, Packet) and arrival.role == Role.LEFT_INSOLE:
            sent += 1
            bad = Packet(arrival.role, arrival.device_key, arrival.characteristic, by_place[place], arrival.arrival_s)
            results.append(intake.feed(bad))
            assert len(results[-1].faults) == 1
            assert not results[-1].valid
        results.append(intake.feed(arrival))
    assert intake.status(0.0)[Role.LEFT_INSOLE].faults == sent
    assert told(results) == told_of_clean


def test_packets_of_a_former_link_or_of_none_are_ignored(half_minute) -> None:
    _, taken = half_minute
    link = next(a for a in taken.arrivals if isinstance(a, Connected) and a.role == Role.LEFT_INSOLE)
    packets = [a for a in taken.arrivals if isinstance(a, Packet) and a.role == Role.LEFT_INSOLE][-5:]
    intake = new_intake([Role.LEFT_INSOLE])
    assert not intake.feed(packets[0]).valid
    intake.feed(link)
    assert intake.feed(packets[1]).valid
    assert not intake.feed(replace(packets[2], connection=2)).valid
    intake.feed(Disconnected(Role.LEFT_INSOLE, packets[1].arrival_s, "gone", connection=1))
    assert not intake.feed(packets[2]).valid


def test_the_session_does_not_wait_for_ever_and_takes_in_who_comes_later(air, device) -> None:
    late = device(Role.LEFT_SHIN, "witmotion", away=((0.0, 25.0),))
    world = air([device(Role.LEFT_INSOLE, "orphe_insole"), late])
    taken = Taken(new_intake([Role.LEFT_INSOLE, Role.LEFT_SHIN]))
    world.run(30.0, taken.take, taken.tick)
    first, second = taken.sessions
    assert list(first.sensors) == [Role.LEFT_INSOLE]
    assert list(second.sensors) == [Role.LEFT_INSOLE, Role.LEFT_SHIN]
    place = next(n for n, result in enumerate(taken.results) if result.session is first)
    assert taken.results[place].blocks[0].time_s[0] == pytest.approx(world.start_s + 20.0, abs=1.0)
    place = next(n for n, result in enumerate(taken.results) if result.session is second)
    assert {block.role for block in taken.results[place].blocks} == {Role.LEFT_SHIN}


def test_blocks_of_the_former_session_are_not_told_with_the_new_one(half_minute) -> None:
    _, taken = half_minute
    intake = new_intake([Role.LEFT_INSOLE])
    for arrival in taken.arrivals:
        if arrival.role == Role.LEFT_INSOLE and arrival.arrival_s < 1005.0:
            intake.feed(arrival)
    shin = [arrival for arrival in taken.arrivals if arrival.role == Role.LEFT_SHIN]
    intake.feed(replace(shin[0], arrival_s=1006.0))
    result = intake.feed(replace(shin[100], arrival_s=1007.0))
    assert list(result.session.sensors) == [Role.LEFT_INSOLE, Role.LEFT_SHIN]
    assert [(block.role, len(block.time_s)) for block in result.blocks] == [(Role.LEFT_SHIN, 1)]


def test_numbers_that_are_none_never_reach_the_engine(air, device) -> None:
    """A device that says that one of its scales is NaN."""
    world = air([device(Role.LEFT_SHIN, "brilliant_sole")])
    taken, scale = Taken(new_intake([Role.LEFT_SHIN])), struct.pack("<f", 2.0**-8)

    def spoiled(arrival: Arrival) -> IntakeResult:
        if isinstance(arrival, Packet):
            arrival = replace(arrival, data=arrival.data.replace(scale, struct.pack("<f", float("nan"))))
        return taken.take(arrival)

    world.run(3.0, spoiled)
    assert taken.intake.session is None
    assert taken.intake.status(world.now_s)[Role.LEFT_SHIN].faults_by_reason[DecodeReason.OUT_OF_RANGE] > 0


def test_an_insole_with_an_imu_gives_its_cells_only_and_on_a_shin_its_imu_only(air, device) -> None:
    world = air([device(Role.LEFT_SHIN, "orphe_insole")])
    taken = Taken(new_intake([Role.LEFT_SHIN]))
    world.run(3.0, taken.take)
    assert taken.sessions[0].sensors == {Role.LEFT_SHIN: ShinSpec(100.0)}
    assert taken.samples(Role.LEFT_SHIN)[1].shape[1] == 6


def test_a_device_at_another_rate_begins_a_session_that_says_so(air, device) -> None:
    world = air([device(Role.LEFT_SHIN, "witmotion", rate_hz=200.0)])
    taken = Taken(new_intake([Role.LEFT_SHIN]))
    world.run(5.0, taken.take)
    assert taken.sessions[-1].sensors[Role.LEFT_SHIN].rate_hz == 200.0
    assert taken.intake.status(world.now_s)[Role.LEFT_SHIN].rate_hz == pytest.approx(200.0, abs=4.0)


def test_farewells_are_for_those_who_are_there(half_minute) -> None:
    _, taken = half_minute
    assert set(taken.intake.farewells()) == set(KEYS)
    assert new_intake().farewells() == {}


def test_an_unknown_kind_of_device_is_an_error(half_minute) -> None:
    _, taken = half_minute
    link = next(a for a in taken.arrivals if isinstance(a, Connected))
    unknown = Connected(link.role, "unheard_of", "", link.side, link.options, 1.0, link.wall_time)
    with pytest.raises(KeyError, match="unheard_of"):
        new_intake().feed(unknown)


@pytest.mark.parametrize(("first", "lost"), [(Meaning.TIME, 5), (Meaning.COUNTER, 5), (Meaning.SKIP, 0)])
def test_what_a_sketch_says_of_its_time_and_number_shows_what_was_lost(first: Meaning, lost: int) -> None:
    scale = 0.01 if first is Meaning.TIME else 1.0
    fields = (SketchField(first, scale=scale), SketchField(Meaning.ACCELERATION, 3), SketchField(Meaning.RATE, 3))
    asked = DriverOptions(100.0, sketch=SketchLayout("fff1", fields, is_text=True))
    intake = new_intake([Role.LEFT_SHIN])
    intake.feed(Connected(Role.LEFT_SHIN, "sketch_shin", "C0:00", Side.LEFT, asked, 1.0, datetime.now(UTC)))
    for number in [*range(100), *range(105, 200)]:
        line = f"\n{number},0,0,9.81,{number % 7},0,0".encode()
        intake.feed(Packet(Role.LEFT_SHIN, "sketch_shin", "fff1", line, 1.0 + number / 100))
    status = intake.status(3.0)[Role.LEFT_SHIN]
    assert (status.samples, status.faults, status.lost) == (194, 0, lost)
