"""A simulated device and link, whose true times are known, against the stamps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hub.clock import ClockStatus, SensorClock
from sensors.driver import DeviceClock, Reading

LATENCY_S = 0.008
U16_MS = DeviceClock(resolution_s=0.001, wraps_after_s=65.536)
TIME_OF_DAY = DeviceClock(resolution_s=0.001, wraps_after_s=86400.0)


@dataclass(frozen=True)
class Link:
    """A device and its link. ``holds`` are (from, to) in which packets are held back and then come together;
    ``gaps`` are (from, to) whose packets never come."""

    seed: int = 0
    duration_s: float = 20.0
    rate_hz: float = 100.0
    per_packet: int = 2
    drift: float = 0.0
    jitter_s: float = 0.015
    holds: Sequence[tuple[float, float]] = ()
    gaps: Sequence[tuple[float, float]] = ()
    clock: DeviceClock | None = U16_MS
    counted: bool = False
    clock_at_start_s: float = 50.0
    hub_at_start_s: float = 4321.0
    lost_share: float = 0.0

    def newest_s(self) -> NDArray[np.float64]:
        """True hub time of each packet's newest sample."""
        packets = int(self.duration_s * self.rate_hz / self.per_packet)
        return self.hub_at_start_s + np.arange(1, packets + 1) * self.per_packet / self.rate_hz * (1 - self.drift)

    def packets(self) -> list[tuple[int, float, float, Reading]]:
        """Number, true time, arrival and reading of each packet that arrives."""
        random = np.random.default_rng(self.seed)
        newest_s = self.newest_s()
        arrival_s = newest_s + LATENCY_S + random.uniform(0, self.jitter_s, len(newest_s))
        for start_s, end_s in self.holds:
            held = (arrival_s > self.hub_at_start_s + start_s) & (arrival_s < self.hub_at_start_s + end_s)
            arrival_s[held] = self.hub_at_start_s + end_s
        arrival_s = np.maximum.accumulate(arrival_s)
        comes = random.uniform(size=len(newest_s)) >= self.lost_share
        for start_s, end_s in self.gaps:
            comes &= (newest_s < self.hub_at_start_s + start_s) | (newest_s > self.hub_at_start_s + end_s)
        offset_s = np.arange(1 - self.per_packet, 1) / self.rate_hz
        times = list(zip(newest_s.tolist(), arrival_s.tolist(), strict=True))
        packets = []
        for number in np.flatnonzero(comes).tolist():
            reading = Reading(offset_s, sequence=number % 65536 if self.counted else None)
            if self.clock:
                device_s = self.clock_at_start_s + (number + 1) * self.per_packet / self.rate_hz
                reading = Reading(offset_s, round(device_s, 3) % self.clock.wraps_after_s, number % 65536)
            packets.append((number, *times[number], reading))
        return packets

    def new_clock(self) -> SensorClock:
        return SensorClock(self.rate_hz, self.clock)


@dataclass(frozen=True)
class Stamped:
    since_start_s: NDArray[np.float64]
    error_s: NDArray[np.float64]
    all_s: NDArray[np.float64]
    status: ClockStatus

    def worst_ms(self, after_s: float = 0.0, until_s: float = np.inf) -> float:
        chosen = (self.since_start_s >= after_s) & (self.since_start_s < until_s)
        return 1e3 * float(np.abs(self.error_s[chosen]).max())


def run(link: Link) -> Stamped:
    clock = link.new_clock()
    since_start_s, error_s, stamps = [], [], []
    for _, newest_s, arrival_s, reading in link.packets():
        time_s = clock.stamp(reading, arrival_s)
        stamps.append(time_s)
        if len(time_s):
            since_start_s.append(newest_s - link.hub_at_start_s)
            error_s.append(time_s[-1] - newest_s - LATENCY_S)
    return Stamped(np.array(since_start_s), np.array(error_s), np.concatenate(stamps), clock.status)


def holds(most_s: float) -> st.SearchStrategy[list[tuple[float, float]]]:
    hold = st.tuples(st.floats(0.0, 18.0), st.floats(0.01, most_s))
    return st.lists(hold.map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=4)


links = st.builds(
    Link,
    seed=st.integers(0, 1000),
    rate_hz=st.sampled_from([50.0, 100.0, 200.0]),
    per_packet=st.sampled_from([1, 2, 4]),
    jitter_s=st.floats(0.0, 0.015),
    lost_share=st.floats(0.0, 0.1),
    drift=st.floats(-1e-4, 1e-4),
    clock=st.sampled_from([U16_MS, TIME_OF_DAY]),
    clock_at_start_s=st.sampled_from([0.0, 50.0, 65.5, 86390.0]),
    holds=holds(0.3),
)


@settings(deadline=None, max_examples=30)
@given(link=links)
def test_a_device_clock_is_followed(link: Link) -> None:
    stamped = run(link)
    assert np.all(np.diff(stamped.all_s) > 0)
    assert stamped.worst_ms(after_s=10.0) < 5.0
    # Before anything is known, a stamp is as wrong as the first packets were late.
    first_late_s = sum(end_s - start_s for start_s, end_s in link.holds if start_s < 1.0)
    assert stamped.worst_ms() < 1e3 * (link.jitter_s + first_late_s) + 5.0
    assert stamped.status.reboots == stamped.status.duplicates == 0
    if link.clock:
        device_s = [link.clock_at_start_s + (n + 1) * link.per_packet / link.rate_hz for n, *_ in link.packets()]
        wraps = [round(time_s, 3) // link.clock.wraps_after_s for time_s in device_s]
        assert stamped.status.wraps == wraps[-1] - wraps[0]


@settings(deadline=None, max_examples=20)
@given(link=links, drift=st.floats(-0.05, 0.05))
def test_samples_without_a_clock_get_their_rate_and_time_from_arrivals(link: Link, drift: float) -> None:
    link = Link(link.seed, 20.0, link.rate_hz, 1, drift=drift, jitter_s=link.jitter_s, holds=link.holds, clock=None)
    stamped = run(link)
    assert np.all(np.diff(stamped.all_s) > 0)
    assert stamped.worst_ms(after_s=10.0) < 10.0
    assert stamped.status.drift_ppm == pytest.approx(-1e6 * drift, abs=1500)


@settings(deadline=None, max_examples=20)
@given(link=links, drift=st.floats(-0.03, 0.03))
def test_a_counter_without_a_clock_shows_what_was_lost(link: Link, drift: float) -> None:
    link = replace(link, clock=None, counted=True, drift=drift, jitter_s=0.005, holds=())
    stamped = run(link)
    assert np.all(np.diff(stamped.all_s) > 0)
    assert stamped.worst_ms(after_s=10.0) < 10.0
    numbers = [number for number, *_ in link.packets()]
    assert stamped.status.lost == link.per_packet * (numbers[-1] - numbers[0] + 1 - len(numbers))
    assert stamped.status.duplicates == stamped.status.reboots == 0


def test_a_counted_packet_that_comes_twice_is_dropped_and_a_restarted_count_is_no_loss() -> None:
    clock, offset_s = SensorClock(100.0, None), np.zeros(1)
    numbers = [*range(65530, 65536), *range(200), 100, *range(300)]
    arrivals_s = 1.0 + 0.01 * np.arange(len(numbers))
    stamps = [clock.stamp(Reading(offset_s, sequence=n), at_s) for n, at_s in zip(numbers, arrivals_s, strict=True)]
    assert (clock.status.duplicates, clock.status.lost) == (0, 0)
    twice = clock.stamp(Reading(offset_s, sequence=299), arrivals_s[-1] + 0.001)
    assert (len(twice), clock.status.duplicates) == (0, 1)
    assert np.all(np.diff(np.concatenate(stamps)) > 0)
    assert np.concatenate(stamps)[-1] == pytest.approx(arrivals_s[-1], abs=0.02)


def test_the_same_packets_give_the_same_stamps() -> None:
    link = Link(seed=5, holds=[(3.0, 3.2)], lost_share=0.05)
    assert run(link).all_s.tobytes() == run(link).all_s.tobytes()


def test_stamps_never_look_ahead() -> None:
    link = Link(seed=6, holds=[(3.0, 3.2)])
    whole, part = run(link), run(Link(seed=6, holds=[(3.0, 3.2)], gaps=[(15.0, 99.0)]))
    assert np.array_equal(whole.all_s[: len(part.all_s)], part.all_s)


def test_drift_is_told() -> None:
    stamped = run(Link(duration_s=90.0, drift=8e-5))
    assert stamped.status.drift_ppm == pytest.approx(-80, abs=10)
    assert stamped.worst_ms(after_s=10.0) < 2.0
    assert stamped.status.delay_ms == pytest.approx(7.5, abs=1.5)
    assert stamped.status.jitter_ms == pytest.approx(3.75, abs=1.0)


def test_drift_beyond_what_a_crystal_does_is_not_believed() -> None:
    assert abs(run(Link(duration_s=90.0, drift=1e-3)).status.drift_ppm) <= 200.0


@pytest.mark.parametrize("gap_s", [1.0, 60.0, 65.536, 70.0, 600.0])
def test_a_clock_that_wraps_in_a_gap_is_found_again(gap_s: float) -> None:
    link = Link(duration_s=gap_s + 40.0, drift=5e-5, gaps=[(20.0, 20.0 + gap_s)])
    stamped = run(link)
    assert np.all(np.diff(stamped.all_s) > 0)
    assert stamped.worst_ms(after_s=10.0) < 5.0
    assert stamped.status.wraps == int((50.0 + gap_s + 40.0) // 65.536)
    assert stamped.status.reboots == 0
    assert stamped.status.lost == pytest.approx(100 * gap_s, abs=2)


@pytest.mark.parametrize("sequenced", [True, False])
def test_lost_samples_are_counted_exactly(sequenced: bool) -> None:
    link = Link(lost_share=0.1, duration_s=20.0)
    clock = link.new_clock()
    packets = link.packets()
    for _, _, arrival_s, reading in packets:
        sequence = reading.sequence if sequenced else None
        clock.stamp(Reading(reading.offset_s, reading.device_time_s, sequence), arrival_s)
    between = packets[-1][0] - packets[0][0] + 1
    assert clock.status.lost == 2 * (between - len(packets))


@pytest.mark.parametrize("order", [[0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 2, 2, 1]])
def test_repeated_packets_are_dropped_and_counted(order: list[int]) -> None:
    packets = Link().packets()
    clock = Link().new_clock()
    stamps = [clock.stamp(packets[number][3], 5000.0 + 0.001 * i) for i, number in enumerate(order)]
    assert sum(len(time_s) for time_s in stamps) == 6
    assert clock.status.duplicates == len(order) - 3


@pytest.mark.parametrize("new_clock_s", [0.0, 30.0, 45.5, 55.0, 64.0])
@pytest.mark.parametrize("sequenced", [True, False])
def test_a_device_that_reboots_within_a_link_starts_a_new_epoch(new_clock_s: float, sequenced: bool) -> None:
    before = Link(seed=1, duration_s=20.0)
    after = Link(seed=2, duration_s=20.0, clock_at_start_s=new_clock_s, hub_at_start_s=4321.0 + 23.0)
    clock = before.new_clock()
    stamps, errors = [], []
    for _, newest_s, arrival_s, reading in [*before.packets(), *after.packets()]:
        sequence = reading.sequence if sequenced else None
        time_s = clock.stamp(Reading(reading.offset_s, reading.device_time_s, sequence), arrival_s)
        stamps.append(time_s)
        errors.append(time_s[-1] - newest_s - LATENCY_S)
    assert np.all(np.diff(np.concatenate(stamps)) > 0)
    assert clock.status.reboots == 1
    assert clock.status.lost == 0
    assert np.abs(errors).max() < 0.02
    assert np.abs(errors[-300:]).max() < 0.005


@pytest.mark.parametrize("step_s", [-3.0, -0.3, 0.3, 3.0, 40.0])
def test_a_device_clock_that_is_set_while_streaming_moves_no_stamp(step_s: float) -> None:
    before = Link(seed=1, duration_s=20.0, clock=TIME_OF_DAY)
    after = Link(
        seed=2, duration_s=40.0, clock=TIME_OF_DAY, clock_at_start_s=70.0 + step_s, hub_at_start_s=4321.0 + 20.0
    )
    clock = before.new_clock()
    errors = []
    for _, newest_s, arrival_s, reading in [*before.packets(), *after.packets()]:
        time_s = clock.stamp(Reading(reading.offset_s, reading.device_time_s, None), arrival_s)
        errors += [time_s[-1] - newest_s - LATENCY_S] if len(time_s) else []
    assert len(errors) >= 2990
    assert np.abs(errors[-1000:]).max() < 0.005
    assert np.median(np.abs(errors)) < 0.005


def test_a_new_link_is_no_loss_and_no_reboot_where_the_clock_ran_on() -> None:
    link = Link(duration_s=60.0, gaps=[(20.0, 40.0)])
    clock = link.new_clock()
    packets = link.packets()
    for number, (_, newest_s, arrival_s, reading) in enumerate(packets):
        if number and newest_s - packets[number - 1][1] > 1.0:
            clock.connected()
        clock.stamp(reading, arrival_s)
    assert clock.status.lost == 0
    assert clock.status.reboots == 0


@pytest.mark.parametrize("away_s", [0.5, 4.0, 60.0, 86400.0])
@pytest.mark.parametrize("clock", [None, U16_MS])
@pytest.mark.parametrize("timed", [True, False])
def test_time_without_a_link_is_no_loss_and_no_reboot(away_s: float, clock: DeviceClock | None, timed: bool) -> None:
    link = Link(duration_s=20.0, clock=clock, drift=1e-4)
    later_s = 20.0 + away_s
    later = Link(
        seed=3,
        duration_s=20.0,
        clock=clock,
        drift=1e-4,
        clock_at_start_s=link.clock_at_start_s + later_s / (1 - 1e-4),
        hub_at_start_s=link.hub_at_start_s + later_s,
    )
    stamper = link.new_clock()
    stamps = []
    for packets in (link.packets(), later.packets()):
        stamper.connected()
        for _, _, arrival_s, reading in packets:
            stamps.append(stamper.stamp(reading if timed else Reading(reading.offset_s), arrival_s))
    assert stamper.status.lost == stamper.status.reboots == 0
    assert len(np.concatenate(stamps)) == 4000
    assert np.diff(np.concatenate(stamps)).max() == pytest.approx(away_s, abs=0.1)


def test_a_clock_that_began_anew_on_a_new_link_is_counted() -> None:
    clock = Link().new_clock()
    for _, _, arrival_s, reading in Link(duration_s=20.0).packets():
        clock.stamp(reading, arrival_s)
    clock.connected()
    for _, _, arrival_s, reading in Link(clock_at_start_s=3.0, hub_at_start_s=4321.0 + 24.0).packets():
        clock.stamp(reading, arrival_s)
    assert clock.status.reboots == 1
    assert clock.status.lost == 0


def test_a_backlog_at_the_start_does_not_put_stamps_into_the_future() -> None:
    link = Link(holds=[(0.0, 2.0)], jitter_s=0.005)
    clock = link.new_clock()
    ahead_s = []
    for _, _, arrival_s, reading in link.packets():
        time_s = clock.stamp(reading, arrival_s)
        ahead_s += [time_s[-1] - arrival_s] if len(time_s) else []
    assert max(ahead_s) < 0.11
    assert max(ahead_s[-500:]) < 0.001
    assert 100 < clock.status.dropped < 220


@pytest.mark.parametrize("gap_s", [0.5, 2.0, 30.0])
def test_a_loss_without_a_clock_becomes_a_gap_and_no_stretch(gap_s: float) -> None:
    link = Link(per_packet=1, clock=None, gaps=[(15.0, 15.0 + gap_s)], duration_s=gap_s + 30.0, drift=0.02)
    stamped = run(link)
    assert stamped.worst_ms(10.0, 15.0) < 5.0
    assert stamped.worst_ms(15.0 + gap_s + 0.3) < 15.0
    assert stamped.worst_ms(15.0 + gap_s + 5.0) < 5.0
    steps_s = np.diff(stamped.all_s)
    assert steps_s.max() == pytest.approx(gap_s, abs=0.03)
    assert np.sort(steps_s)[-2] < 0.012
    assert stamped.status.lost == pytest.approx(gap_s * 100, abs=4)


def test_a_loss_too_short_to_be_seen_as_one_is_made_up_for_within_seconds() -> None:
    stamped = run(Link(per_packet=1, clock=None, gaps=[(10.0, 10.035)]))
    assert 25.0 < stamped.worst_ms(10.0, 11.0) < 45.0
    assert stamped.worst_ms(15.0) < 5.0


def test_a_burst_without_a_clock_is_no_loss() -> None:
    stamped = run(Link(per_packet=1, clock=None, duration_s=25.0, holds=[(15.0, 16.5), (20.0, 20.4)]))
    assert stamped.worst_ms(10.0) < 5.0
    assert stamped.status.lost == 0
    assert len(stamped.all_s) == 2500


def test_samples_that_the_device_stamps_alike_still_increase() -> None:
    clock = SensorClock(200.0, TIME_OF_DAY)
    stamps = [
        clock.stamp(Reading(np.array([-0.005, -0.005, 0.0, 0.0]), 100 + 0.02 * i, i), 50 + 0.02 * i) for i in range(9)
    ]
    assert np.diff(np.concatenate(stamps)).min() > 0.0005
