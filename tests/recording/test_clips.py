from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.events import Event, Kind
from hub.packets import Arrival, Connected, Disconnected, Packet
from hub.recording.clips import AFTER_S, BEFORE_S, LONGEST_S, TOLD_WITHIN_S, ClipCutter, deserves_clip
from sensors.driver import DriverOptions
from sensors.layout import Role, Side

ROLE = Role.LEFT_SHIN
STEP_S = 0.5


def connected(at_s: float, number: int = 1) -> Connected:
    begun = datetime.fromtimestamp(at_s, UTC)
    return Connected(ROLE, "witmotion", "C0:FF:EE:00:00:03", Side.LEFT, DriverOptions(), at_s, begun, number)


def packet(at_s: float, data: bytes = b"samples", number: int = 1) -> Packet:
    return Packet(ROLE, "witmotion", "ffe4", data, at_s, number)


def trip(time_s: float, stage: str = "confirmed", kind: Kind = Kind.TRIP) -> Event:
    return Event(f"e{time_s}", kind, Side.LEFT, time_s, time_s + 1.0, 0.9, {"stage": stage})


def stream(from_s: float, to_s: float) -> Iterator[tuple[Arrival, bool]]:
    """A link that began with two answers to its set-up, and then samples."""
    yield connected(from_s), False
    yield packet(from_s, b"scale"), False
    yield packet(from_s, b"version"), False
    n = 1
    while from_s + n * STEP_S <= to_s:
        yield packet(from_s + n * STEP_S), True
        n += 1


def cut(arrivals: Iterator[tuple[Arrival, bool]], events: list[Event]) -> list:
    cutter, clips, waiting = ClipCutter(), [], sorted(events, key=lambda event: event.detected_at_s)
    for arrival, has_samples in arrivals:
        while waiting and waiting[0].detected_at_s <= arrival.arrival_s:
            cutter.want(waiting.pop(0))
        cutter.see(arrival, has_samples=has_samples)
        clips += cutter.due(arrival.arrival_s)
    for event in waiting:
        cutter.want(event)
    return clips + list(cutter.due(float("inf")))


def test_a_clip_holds_ten_seconds_before_and_after_and_how_its_link_began() -> None:
    (clip,) = cut(stream(0.0, 1000.0), [trip(500.0)])
    begun, scale, version, *samples = clip.arrivals
    assert begun.arrival_s == scale.arrival_s == version.arrival_s == 500.0 - BEFORE_S
    assert begun.wall_time.timestamp() == pytest.approx(500.0 - BEFORE_S)
    assert (scale.data, version.data) == (b"scale", b"version")
    assert [samples[0].arrival_s, samples[-1].arrival_s] == [500.0 - BEFORE_S, 500.0 + AFTER_S]
    assert len(samples) == (BEFORE_S + AFTER_S) / STEP_S + 1


def test_a_link_that_begins_or_ends_within_a_clip_stays_as_it_was() -> None:
    arrivals = [
        *stream(0.0, 494.0),
        (Disconnected(ROLE, 494.5, "gone"), False),
        (connected(497.0, 2), False),
        (packet(497.5, b"scale", 2), False),
        *((packet(498.0 + n * STEP_S, number=2), True) for n in range(40)),
    ]
    (clip,) = cut(iter(arrivals), [trip(500.0)])
    assert [type(arrival).__name__ for arrival in clip.arrivals[:3]] == ["Connected", "Packet", "Packet"]
    inside = [arrival for arrival, _ in arrivals if 490.0 <= arrival.arrival_s <= 510.0]
    assert clip.arrivals[3:] == inside


def test_of_a_link_that_was_gone_before_a_clip_nothing_is_in_it() -> None:
    arrivals = [*stream(0.0, 480.0), (Disconnected(ROLE, 481.0, "gone"), False)]
    (clip,) = cut(iter(arrivals), [trip(500.0)])
    assert clip.arrivals == []


def test_events_near_each_other_share_a_clip_and_a_storm_has_several() -> None:
    (clip,) = cut(stream(0.0, 600.0), [trip(100.0), trip(105.0, kind=Kind.FALL)])
    assert [event.kind for event in clip.events] == [Kind.TRIP, Kind.FALL]
    assert (clip.begin_s, clip.end_s) == (90.0, 115.0)
    storm = cut(stream(0.0, 1000.0), [trip(100.0 + 5.0 * n) for n in range(80)])
    assert sum(len(clip.events) for clip in storm) == 80
    assert all(clip.end_s - clip.begin_s <= LONGEST_S for clip in storm)


@pytest.mark.parametrize(
    ("event", "deserves"),
    [
        (trip(1.0), True),
        (trip(1.0, kind=Kind.FALL), True),
        (trip(1.0, "candidate"), False),
        (trip(1.0, kind=Kind.TOE_CATCH), False),
    ],
)
def test_only_confirmed_trips_and_falls_have_clips(event: Event, deserves: bool) -> None:
    assert deserves_clip(event) is deserves


@settings(deadline=None, max_examples=50)
@given(
    gaps=st.lists(st.floats(0.0, 3.0), min_size=1, max_size=200),
    late_s=st.floats(0.0, TOLD_WITHIN_S),
    at=st.floats(0.0, 1.0),
)
def test_whatever_came_within_a_clip_is_in_it(gaps: list[float], late_s: float, at: float) -> None:
    times, now_s = [], 1000.0
    for gap in gaps:
        now_s += gap
        times.append(now_s)
    event_s = 1000.0 + at * (now_s - 1000.0)
    cutter, wanted, clips = ClipCutter(), False, []
    for time_s in times:
        if not wanted and time_s >= event_s + late_s:
            cutter.want(trip(event_s))
            wanted = True
        cutter.see(packet(time_s), has_samples=True)
        clips += cutter.due(time_s)
    if not wanted:
        return
    (clip,) = clips + list(cutter.due(float("inf")))
    inside = [time_s for time_s in times if clip.begin_s <= time_s <= clip.end_s]
    assert [arrival.arrival_s for arrival in clip.arrivals] == inside


def test_what_is_held_does_not_grow() -> None:
    cutter = ClipCutter()
    for arrival, has_samples in stream(0.0, 5000.0):
        cutter.see(arrival, has_samples=has_samples)
    assert len(cutter._held) <= (BEFORE_S + TOLD_WITHIN_S) / STEP_S + 2
