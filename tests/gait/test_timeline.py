"""Order of what becomes known, sensors' silences, and histories that end now."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.gait.feed import Feed, GapParams, LateSamples, SampleHole, SensorBack, SensorSilent
from hub.gait.history import HISTORY_S, WORTH_FORGETTING, History
from hub.gait.timeline import Later, Mark, Timeline
from hub.session import Block, Floats
from sensors.layout import Role


@dataclass(frozen=True)
class Seen:
    known_at_s: float
    name: str = ""


def test_items_leave_by_time_then_source_then_order() -> None:
    timeline = Timeline(2)
    timeline.add(1, [Seen(1.0, "b1"), Seen(1.0, "b2")])
    timeline.schedule(Later(1.0, "timer"))
    timeline.add(0, [Seen(1.0, "a"), Seen(3.0, "later")])
    left = [item if isinstance(item, str) else item.name for item in timeline.due(3.0)]
    assert left == ["a", "b1", "b2", "timer"]
    assert timeline.now_s == 1.0


def test_a_timer_in_the_past_is_due_at_once() -> None:
    timeline = Timeline(1)
    timeline.add(0, [Seen(5.0)])
    list(timeline.due(6.0))
    timeline.schedule(Later(2.0, "late"))
    assert list(timeline.due(5.5)) == ["late"]
    assert timeline.now_s == 5.0


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=12))
def test_a_history_never_shows_what_is_ahead(sizes: list[int]) -> None:
    timeline = Timeline(1)
    history = History(timeline, 1)
    time_s = np.arange(sum(sizes)) / 100.0
    start = 0
    for size in sizes:
        part = time_s[start : start + size]
        history.append(part, part[None])
        start += size
        timeline.now_s = float(part[0])
        history.forget(timeline.now_s - 12.0)
        seen_s, columns = history.window(timeline.now_s - 2.0, 1e9)
        assert seen_s[-1] == timeline.now_s
        assert seen_s[0] == pytest.approx(max(0.0, timeline.now_s - 2.0), abs=0.0101)
        assert (columns[0] == seen_s).all()
    assert len(history) <= max(sizes) + WORTH_FORGETTING + 1300


@given(st.floats(0.0, 40.0), st.floats(0.0, 40.0), st.booleans())
def test_a_history_shows_nothing_old_whether_it_is_kept_or_not(start_s: float, end_s: float, forgets: bool) -> None:
    timeline = Timeline(1)
    history = History(timeline, 1)
    time_s = np.arange(0.0, 60.0, 0.005)
    history.append(time_s, time_s[None])
    timeline.now_s = 40.0
    if forgets:
        history.forget(timeline.now_s - HISTORY_S)
    seen_s, _ = history.window(start_s, end_s)
    oldest_s = timeline.now_s - HISTORY_S
    inside = (time_s >= max(start_s, oldest_s)) & (time_s <= end_s)
    assert seen_s.tolist() == time_s[inside].tolist()
    at = history.at(end_s)
    last = time_s[(time_s <= end_s) & (time_s >= oldest_s)]
    assert (None if at is None else at[0]) == (last[-1] if len(last) else None)


class Silent:
    """A stream that sees nothing and remembers what it was given."""

    def __init__(self) -> None:
        self.history = History(Timeline(1), 1)
        self.calls: list[object] = []

    def push(self, time_s: Floats, values: Floats) -> list[Mark]:
        self.calls.append(time_s.tolist())
        return []

    def restart(self) -> None:
        self.calls.append("restart")


def push(feed: Feed, times: list[float], until_s: float) -> list[Mark]:
    return feed.push(Block(Role.LEFT_INSOLE, np.array(times), np.zeros((len(times), 1)), until_s))


def test_a_silence_is_known_at_the_same_time_whoever_tells_it() -> None:
    told = []
    for empties in ([], [1.2], [1.1, 1.3, 1.31, 1.35]):
        stream = Silent()
        feed = Feed(Role.LEFT_INSOLE, 100.0, 1, stream, GapParams())
        marks = push(feed, [0.99, 1.0], 1.01)
        for until_s in empties:
            marks += push(feed, [], until_s)
        marks += push(feed, [1.5, 1.51], 1.52)
        told.append((marks, stream.calls))
    assert all(each == told[0] for each in told)
    back = SensorBack(Role.LEFT_INSOLE, None, 0.99)
    silent, again = SensorSilent(Role.LEFT_INSOLE, 1.0, 1.3), SensorBack(Role.LEFT_INSOLE, 1.0, 1.5)
    assert told[0] == ([back, silent, again], [[0.99, 1.0], "restart", [1.5, 1.51]])


def test_a_short_hole_is_told_and_bridged() -> None:
    stream = Silent()
    feed = Feed(Role.LEFT_INSOLE, 100.0, 1, stream, GapParams())
    marks = push(feed, [0.0, 0.01, 0.11, 0.12], 0.13)
    assert marks[1:] == [SampleHole(Role.LEFT_INSOLE, 0.01, 0.11)]
    assert "restart" not in stream.calls


def test_samples_that_are_late_or_no_numbers_are_dropped() -> None:
    stream = Silent()
    feed = Feed(Role.LEFT_INSOLE, 100.0, 1, stream, GapParams())
    push(feed, [0.0, 0.01], 0.015)
    values = np.array([[1.0], [2.0], [np.nan], [3.0]])
    marks = feed.push(Block(Role.LEFT_INSOLE, np.array([0.01, 0.02, 0.03, 0.04]), values, 0.05))
    assert marks == [LateSamples(Role.LEFT_INSOLE, 2, 0.04)]
    assert stream.calls[-1] == [0.02, 0.04]
