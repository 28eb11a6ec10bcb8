from collections.abc import Iterable, Iterator
from itertools import cycle, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hub.merge import BEHIND_S, GRID_S, PATIENCE_S, STANDSTILL_S, Merge
from hub.session import Block
from sensors.layout import Role

CHANNELS = {Role.LEFT_INSOLE: 2, Role.LEFT_SHIN: 6}
START_S = 100.0


def a_merge() -> Merge:
    merge = Merge()
    merge.begin(CHANNELS, START_S)
    return merge


def push(merge: Merge, role: Role, time_s: Iterable[float], arrival_s: float) -> list[Block]:
    times = np.array(list(time_s))
    return merge.push(role, times, np.zeros((len(times), CHANNELS[role])), arrival_s)


def told(blocks: Iterable[Block]) -> list[tuple[str, bytes, bytes, float]]:
    return [(block.role, block.time_s.tobytes(), block.values.tobytes(), block.until_s) for block in blocks]


def test_nothing_is_judged_before_there_are_sensors() -> None:
    class Watched(Merge):
        judged_n = 0

        def _silent_at(self, instant_s: float) -> Iterator[Block]:
            self.judged_n += 1
            return super()._silent_at(instant_s)

    merge = Watched()
    assert merge.tick(START_S) == []
    assert merge.judged_n == 0  # of a machine that has been up for weeks it would be millions
    merge.begin(CHANNELS, START_S)
    assert {block.role for block in merge.tick(START_S + 1.0)} == set(CHANNELS)


# Packets of both sensors: how long after the one before, which sensor, how late, how many samples.
steps = st.lists(
    st.tuples(
        st.floats(0.0, 0.02) | st.floats(0.0, 8.0),
        st.sampled_from(list(CHANNELS)),
        st.floats(0.0, 0.02) | st.floats(0.0, 1.0),
        st.integers(1, 4),
    ),
    max_size=40,
)


def arrivals(packets: list[tuple[float, Role, float, int]]) -> list[tuple[float, Role, list[float]]]:
    """Arrival, sensor and stamps of each packet; a sensor's stamps strictly increase."""
    now_s = START_S
    last_s = dict.fromkeys(CHANNELS, 0.0)
    result = []
    for passed_s, role, late_s, n in packets:
        now_s += passed_s
        first_s = max(last_s[role] + 0.001, now_s - late_s - 0.01 * n)
        time_s = [first_s + 0.01 * k for k in range(n)]
        last_s[role] = time_s[-1]
        result.append((now_s, role, time_s))
    return result


@given(packets=steps)
def test_blocks_keep_their_promises_and_every_sample_is_delivered_or_counted(packets) -> None:
    merge = a_merge()
    given_n = dict.fromkeys(CHANNELS, 0)
    blocks = []
    for arrival_s, role, time_s in arrivals(packets):
        blocks += push(merge, role, time_s, arrival_s)
        given_n[role] += len(time_s)
    for role, width in CHANNELS.items():
        own = [block for block in blocks if block.role == role]
        assert sum(len(block.time_s) for block in own) + merge.late_n(role) == given_n[role]
        assert all(block.values.shape == (len(block.time_s), width) for block in own)
        for block in own:
            assert np.all(np.diff(block.time_s) > 0)
            assert not len(block.time_s) or block.time_s[-1] < block.until_s
        for before, after in pairwise(own):
            assert after.until_s > before.until_s
            assert not len(after.time_s) or after.time_s[0] >= before.until_s


@given(packets=steps, ticks=st.lists(st.floats(0.0, 1.0), min_size=8, max_size=8))
def test_ticks_only_bring_the_same_blocks_sooner(packets, ticks) -> None:
    plain, ticked = a_merge(), a_merge()
    plain_blocks, ticked_blocks = [], []
    before_s = START_S
    for arrival_s, role, time_s in arrivals(packets):
        plain_blocks += push(plain, role, time_s, arrival_s)
        for part in sorted(ticks):
            ticked_blocks += ticked.tick(before_s + part * (arrival_s - before_s))
        ticked_blocks += push(ticked, role, time_s, arrival_s)
        before_s = arrival_s
    assert told(plain_blocks) == told(ticked_blocks)
    assert all(plain.late_n(role) == ticked.late_n(role) for role in CHANNELS)


def test_a_silent_sensor_holds_the_others_up_for_no_longer_than_the_limit() -> None:
    merge = a_merge()
    push(merge, Role.LEFT_SHIN, [START_S], START_S)
    until_s = START_S
    for arrival_s in np.arange(START_S + 0.01, START_S + 3, 0.01).tolist():
        for block in push(merge, Role.LEFT_INSOLE, [arrival_s - 0.005], arrival_s):
            if block.role == Role.LEFT_SHIN:
                assert len(block.time_s) == 0
                until_s = block.until_s
        given_up = arrival_s - START_S > PATIENCE_S + GRID_S
        assert arrival_s - until_s < (BEHIND_S if given_up else PATIENCE_S) + GRID_S + 0.01
        assert given_up or until_s <= START_S + 1e-9 or arrival_s - START_S > PATIENCE_S


def test_a_sensor_that_never_came_holds_nobody_up() -> None:
    blocks = a_merge().tick(START_S + 2 * GRID_S)
    assert {block.role for block in blocks} == set(CHANNELS)


def test_a_sensor_that_is_merely_late_loses_nothing_but_its_beginning() -> None:
    merge = a_merge()
    for k in range(100):
        push(merge, Role.LEFT_INSOLE, [START_S + 0.01 * k], START_S + 0.01 * k + 0.28)
    assert merge.late_n(Role.LEFT_INSOLE) <= (0.28 - BEHIND_S + GRID_S) / 0.01


def test_a_burst_after_a_pause_loses_nothing() -> None:
    merge = a_merge()
    push(merge, Role.LEFT_INSOLE, [START_S], START_S)
    held = [START_S + 0.01 * k for k in range(1, 90)]
    blocks = push(merge, Role.LEFT_INSOLE, held, START_S + 0.9)
    assert merge.late_n(Role.LEFT_INSOLE) == 0
    assert [block.time_s.tolist() for block in blocks if block.role == Role.LEFT_INSOLE] == [held]


@given(
    stood_s=st.floats(0.4, STANDSTILL_S),
    burst_s=st.floats(0.0, PATIENCE_S - 2 * GRID_S),
    order=st.permutations([role for role in CHANNELS for _ in range(8)]),
    tick_s=st.floats(0.0, 1.0),
)
def test_what_all_measured_while_nobody_listened_is_not_late(stood_s, burst_s, order, tick_s) -> None:
    merge = a_merge()
    for role in CHANNELS:
        push(merge, role, [START_S], START_S)
    back_s = START_S + stood_s
    merge.tick(START_S + tick_s * stood_s)
    taken = dict.fromkeys(CHANNELS, 0)
    for k, role in enumerate(order):  # either sensor's backlog in any order, at most in PATIENCE_S
        taken[role] += 1
        time_s = [START_S + (taken[role] - 0.5) / 8 * stood_s]
        blocks = push(merge, role, time_s, back_s + k / len(order) * burst_s)
        assert [block.time_s.tolist() for block in blocks] == [time_s]
    assert not any(merge.late_n(role) for role in CHANNELS)


def test_after_a_standstill_one_that_stays_silent_holds_the_others_up_for_no_longer_than_the_limit() -> None:
    merge = a_merge()
    push(merge, Role.LEFT_SHIN, [START_S], START_S)
    push(merge, Role.LEFT_INSOLE, [START_S], START_S)
    blocks = []
    back_s = START_S + 2.0
    for arrival_s in np.arange(back_s, back_s + PATIENCE_S + 2 * GRID_S, 0.01).tolist():
        blocks += push(merge, Role.LEFT_INSOLE, [arrival_s - 0.005], arrival_s)
    (given_up_s, *_) = [block.until_s for block in blocks if block.role == Role.LEFT_SHIN]
    assert given_up_s >= back_s + PATIENCE_S - BEHIND_S


@given(pauses=st.lists(st.floats(0.06, 2.9), min_size=1, max_size=20))
def test_a_sensor_that_is_gone_is_given_up_however_the_others_falter(pauses) -> None:
    merge, arrival_s, blocks = a_merge(), START_S, []
    push(merge, Role.LEFT_SHIN, [START_S], START_S)
    faltering = cycle(pauses)
    while arrival_s <= START_S + STANDSTILL_S + PATIENCE_S + GRID_S:
        arrival_s += next(faltering)
        blocks += push(merge, Role.LEFT_INSOLE, [arrival_s - 0.005], arrival_s)
        blocks += merge.tick(arrival_s + GRID_S)
    assert Role.LEFT_SHIN in {block.role for block in blocks}


def test_where_all_stay_silent_all_are_given_up_in_the_end() -> None:
    merge = a_merge()
    for role in CHANNELS:
        push(merge, role, [START_S], START_S)
    assert merge.tick(START_S + STANDSTILL_S) == []
    blocks = merge.tick(START_S + STANDSTILL_S + 2 * GRID_S)
    assert {block.role for block in blocks} == set(CHANNELS)


def test_what_comes_after_a_sensor_was_given_up_is_dropped_and_counted() -> None:
    merge = a_merge()
    push(merge, Role.LEFT_INSOLE, [START_S + 0.99], START_S + 1.0)
    merge.tick(START_S + 1.06)
    blocks = push(merge, Role.LEFT_SHIN, [START_S + 0.5, START_S + 0.6, START_S + 0.98], START_S + 1.06)
    assert merge.late_n(Role.LEFT_SHIN) == 2
    assert [block.time_s.tolist() for block in blocks] == [[START_S + 0.98]]


def test_hours_without_any_sensor_cost_few_blocks() -> None:
    merge = a_merge()
    blocks = push(merge, Role.LEFT_SHIN, [START_S + 3599.9], START_S + 3600.0)
    assert len(blocks) < 2 * 3800
    assert blocks[-1].time_s.tolist() == [START_S + 3599.9]


def test_a_new_beginning_forgets_what_was_given() -> None:
    merge = a_merge()
    push(merge, Role.LEFT_SHIN, [START_S + 5], START_S + 5)
    merge.begin(CHANNELS, START_S + 5)
    assert len(push(merge, Role.LEFT_SHIN, [START_S + 4.9], START_S + 5)) == 1


def test_nothing_is_told_before_the_beginning() -> None:
    assert Merge().tick(5.0) == []
