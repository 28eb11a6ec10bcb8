"""The faults themselves: repeatable, in order, and every notification accounted for."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.radio.virtual.faults import Fault, Faults, FaultyLine
from sensors.emulation import Notification

shares = st.floats(0, 100)
faults = st.builds(
    Faults,
    loss_pct=shares,
    doubled_pct=shares,
    garbage_pct=shares,
    jitter_s=st.floats(0, 1),
    burst_every_s=st.floats(0.1, 3),
    burst_hold_s=st.floats(0, 2),
    silent_s=st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), max_size=2).map(tuple),
)


def notifications(number: int) -> list[Notification]:
    return [Notification(n * 0.01, "2a19", n.to_bytes(4, "little")) for n in range(number)]


def passed(line: FaultyLine, number: int) -> list[tuple[float, bytes]]:
    """(time, bytes) of what left a line that is looked at every 15 ms."""
    left = []
    waiting = notifications(number)
    for event in range(int(number * 0.01 / 0.015) + 400):
        now_s = event * 0.015
        while waiting and waiting[0].time_s <= now_s:
            line.put(waiting.pop(0))
        left += [(now_s, delivery.data) for delivery in line.take(now_s)]
    return left


@settings(deadline=None)
@given(faults, st.integers(0, 99))
def test_every_notification_is_accounted_for_and_the_same_again(faults: Faults, seed: int) -> None:
    line, twin = FaultyLine(faults, seed), FaultyLine(faults, seed)
    left = passed(line, 200)
    assert left == passed(twin, 200)
    assert line.counts == twin.counts
    counts = line.counts
    assert len(left) == counts[Fault.SENT]
    assert 200 + counts[Fault.DOUBLED] == counts[Fault.SENT] + counts[Fault.LOST] + counts[Fault.SILENCED]


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0, 100), st.integers(0, 99))
def test_what_is_not_garbled_keeps_its_bytes_and_its_order(jitter_s: float, loss_pct: float, seed: int) -> None:
    left = [data for _, data in passed(FaultyLine(Faults(loss_pct=loss_pct, jitter_s=jitter_s), seed), 100)]
    numbers = [int.from_bytes(data, "little") for data in left]
    assert numbers == sorted(set(numbers))
    assert set(numbers) <= set(range(100))


def test_a_perfect_line_delays_nothing_and_counts_nothing() -> None:
    line = FaultyLine(Faults(), 0)
    for notification in notifications(50):
        line.put(notification)
        assert [one.data for one in line.take(notification.time_s)] == [notification.data]
    assert line.counts == {Fault.SENT: 50}


def test_a_burst_leaves_at_its_end() -> None:
    left = passed(FaultyLine(Faults(burst_every_s=1.0, burst_hold_s=0.5), 0), 200)
    held = [time_s for time_s, data in left if 1.0 <= int.from_bytes(data, "little") * 0.01 < 1.49]
    assert len(held) == 49
    assert max(held) - min(held) == 0
    assert 1.5 <= held[0] < 1.52


def test_disconnections_come_once_each_and_cut_off_what_waits() -> None:
    line = FaultyLine(Faults(disconnect_at_s=(2.0, 1.0), jitter_s=10.0), 0)
    assert not line.must_disconnect(0.9)
    assert line.must_disconnect(1.1)
    assert not line.must_disconnect(1.2)
    assert line.must_disconnect(5.0)
    for notification in notifications(10):
        line.put(notification)
    line.disconnected()
    assert line.counts[Fault.CUT_OFF] == 10
    assert not list(line.take(1e9))
