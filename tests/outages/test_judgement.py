"""The judgement of a run finds each fault that a run may have."""

import json
import struct
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.events import Event, Kind, event_id
from hub.influx.schema import MEASUREMENT_OF
from sensors.layout import Side
from tests.outages.judgement import DISORDERED, EXTRA, LOST, MISSING, WRONG, Decided, Evidence, Seen, Stored, judge
from tests.outages.witness import Witness

WALL_NS = 1_700_000_000 * 10**9


def events() -> list[Event]:
    kinds = [Kind.STEP, Kind.TOE_DRAG, Kind.STEP, Kind.WALK_END]
    return [
        Event(
            event_id("run", kind, Side.LEFT, float(n)), kind, Side.LEFT, float(n), n + 0.5, 0.9, {"duration_s": n / 7}
        )
        for n, kind in enumerate(kinds)
    ]


@pytest.fixture
def sound() -> Evidence:
    stored = [
        Stored(position, event.id, "ada", WALL_NS + position * 10**9, event.to_dict())
        for position, event in enumerate(events(), start=1)
    ]
    points = {name: [] for name in set(MEASUREMENT_OF.values())}
    for each, event in zip(stored, events(), strict=True):
        row = {"wearer": "ada", "hub": "outages", "time": each.wall_time_ns + each.position}
        row |= {"side": "left", "kind": event.kind.value, "confidence": 0.9, "context": "unknown"}
        row |= {"detected_after_s": 0.5, "duration_s": event.fields["duration_s"]}
        row |= {"id": event.id} if event.kind is not Kind.STEP else {"duration_s": None}
        row |= {"side": None, "kind": None} if event.kind is Kind.WALK_END else {}
        points[MEASUREMENT_OF[event.kind]].append(row)
    return Evidence(
        decided=[Decided(1, tuple(each.id for each in stored), 1.0, 50), Decided(1, ended=True, at_ns=400)],
        stored=stored,
        seen=[Seen(100 * each.position, "ada", dict(each.event)) for each in stored],
        points=points,
        cursors=[(10, 0, 0), (500, 4, 4)],
        away_ns=[(20, 60)],
    )


def test_a_sound_run_is_sound(sound):
    verdict = judge(sound)
    assert verdict.wrong == {}
    assert (verdict.events_n, verdict.points_n, verdict.repeated_n, verdict.cut_n, verdict.dropped_n) == (4, 4, 0, 0, 0)
    assert (verdict.told_after_s, verdict.written_after_s) == pytest.approx((340e-9, 440e-9))
    assert verdict.during.n == 1


def test_a_repeated_message_is_counted_and_no_fault(sound):
    verdict = judge(replace(sound, seen=[*sound.seen, sound.seen[1]]))
    assert (verdict.wrong, verdict.repeated_n) == ({}, 1)


def test_what_the_broker_has_acknowledged_and_forgotten_is_not_the_hubs_fault(sound):
    forgotten = replace(sound, seen=sound.seen[:-1], acknowledged=frozenset({sound.stored[-1].id}))
    verdict = judge(forgotten)
    assert (verdict.wrong, verdict.forgotten_n) == ({}, 1)


@given(st.lists(st.integers(1, 400)), st.randoms(use_true_random=False))
def test_a_witness_hears_what_was_acknowledged_however_the_bytes_are_cut(sizes, chance):
    witness, hub, broker = Witness(), b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00", b"\x20\x02\x00\x00"
    acknowledged = set()
    for number, size in enumerate(sizes, start=1):
        topic, payload = b"insole/x/ada/event/step", json.dumps({"id": f"e{number}", "pad": "x" * size}).encode()
        body = struct.pack("!H", len(topic)) + topic + struct.pack("!H", number) + payload
        length = bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 127 | 128, len(body) >> 7])
        hub += b"\x32" + length + body
        if chance.random() < 0.7:
            broker += b"\x40\x02" + struct.pack("!H", number)
            acknowledged.add(f"e{number}")
    for data, hear in ((hub, witness.hear_hub), (broker, witness.hear_broker)):
        at = 0
        while at < len(data):
            piece_n = chance.randint(1, 90)
            hear(data[at : at + piece_n])
            at += piece_n
    assert witness.acknowledged == acknowledged


def test_what_was_told_from_memory_had_no_place_in_the_order(sound):
    unplaced = Seen(1, "ada", {**sound.seen[3].event, "position": None})
    assert judge(replace(sound, seen=[unplaced, *sound.seen])).wrong == {}


def with_point(sound: Evidence, change: Callable[[list], None]) -> Evidence:
    points = {name: [dict(row) for row in rows] for name, rows in sound.points.items()}
    change(points[MEASUREMENT_OF[Kind.STEP]])
    return replace(sound, points=points)


def without_last_decision(sound: Evidence) -> Evidence:
    first, *others = sound.decided
    return replace(sound, decided=[replace(first, ids=first.ids[:-1]), *others])


@pytest.mark.parametrize(
    ("fault", "harmed"),
    [
        (LOST, lambda sound: replace(sound, seen=sound.seen[:-1])),
        (DISORDERED, lambda sound: replace(sound, seen=[sound.seen[2], *sound.seen[:2], sound.seen[3]])),
        (DISORDERED, lambda sound: replace(sound, seen=[sound.seen[3], *sound.seen[:3]])),
        ("told and not on disk", lambda sound: replace(sound, stored=sound.stored[:-1])),
        (
            "told otherwise than it is on disk",
            lambda sound: replace(sound, seen=[*sound.seen, Seen(9, "ada", {**sound.seen[0].event, "position": 2})]),
        ),
        (
            "told otherwise than it is on disk",
            lambda sound: replace(sound, seen=[*sound.seen, replace(sound.seen[0], wearer="ben")]),
        ),
        (
            "decided and in no journal, without a kill or a count",
            lambda sound: replace(sound, decided=[Decided(1, ("none",)), *sound.decided]),
        ),
        ("on disk and never decided", without_last_decision),
        (MISSING, lambda sound: with_point(sound, lambda rows: rows.pop())),
        (EXTRA, lambda sound: with_point(sound, lambda rows: rows.append({**rows[0], "time": 5}))),
        (EXTRA, lambda sound: with_point(sound, lambda rows: rows.append(rows[0]))),
        (WRONG, lambda sound: with_point(sound, lambda rows: rows[0].update(confidence=0.8))),
        (WRONG, lambda sound: with_point(sound, lambda rows: rows[0].update(context=None))),
    ],
)
def test_a_fault_is_found(sound, fault, harmed):
    assert judge(harmed(sound)).faults[fault] == 1


@pytest.mark.parametrize(
    ("notes", "dropped_n", "cut_n", "holes_n"),
    [
        ([Decided(2, ("x", "y"))], 0, 2, 0),  # killed with both in memory
        ([Decided(2, ("x", "y"), dropped_n=2), Decided(2, dropped_n=2, ended=True)], 2, 0, 0),
        ([Decided(2, ("x", "y"), dropped_n=1), Decided(2, dropped_n=1, ended=True)], 1, 0, 1),
    ],
)
def test_what_is_in_no_journal_was_cut_off_by_a_kill_or_counted_as_dropped(sound, notes, dropped_n, cut_n, holes_n):
    verdict = judge(replace(sound, decided=[*sound.decided, *notes]))
    assert (verdict.dropped_n, verdict.cut_n) == (dropped_n, cut_n)
    assert verdict.faults["decided and in no journal, without a kill or a count"] == holes_n
