"""What holds for every detector: the same events for any cutting, no look ahead, and nothing out of nothing."""

import copy
import json
import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle, pairwise, repeat

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.events import COMMON_FIELDS, FIELDS, Kind
from hub.gait import GaitEngine
from hub.session import Block
from sensors.layout import LoadUnit, Role, Side
from tests.gait.conftest import Recording, events_of, make_walk

HESITANT = make_walk(seed=8)


def hesitate(role: Role, time_s: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The heel of either foot touches lightly for a quarter of a second before it bears."""
    values = values.copy()
    if role.is_insole:
        for contact_s in HESITANT.contacts[role.side][::2]:
            values[(time_s > contact_s - 0.25) & (time_s < contact_s), 0] += 60.0
    return time_s, values


SLAPPING = make_walk(seed=9)


def slap(role: Role, time_s: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The left forefoot hits the ground 35 ms after the heel in every second step."""
    values = values.copy()
    if role is Role.LEFT_INSOLE:
        for contact_s in SLAPPING.contacts[Side.LEFT][::2]:
            values[:, 2] += 250.0 * np.sin(np.pi * np.clip((time_s - contact_s - 0.035) / 0.05, 0.0, 1.0))
    return time_s, values


WALKS = {
    "heel first": make_walk(seed=1),
    "toe first and dragging": make_walk(seed=2, toe_first=True, drag_pct=6.0),
    "raw counts": make_walk(seed=3, unit=LoadUnit.COUNTS, offset=300.0),
    "switches at 50 Hz": make_walk(seed=4, unit=LoadUnit.ON_OFF, rate_hz=50.0),
    "shin only": make_walk(seed=5).only(Role.LEFT_SHIN),
    "hesitant": HESITANT.mapped(hesitate),
    "slapping": SLAPPING.mapped(slap),
    "one insole": make_walk(seed=6, toe_first=True).only(Role.LEFT_INSOLE),
    "with holes": make_walk(seed=7).mapped(
        lambda role, time_s, values: (
            (time_s[keep := (time_s < 8.2) | (time_s > 8.3 + 0.5 * role.is_insole)], values[keep])
        )
    ),
}
EXPECTED = {name: events_of(walk) for name, walk in WALKS.items()}
walks = pytest.mark.parametrize("name", WALKS)


def contacts_of(lines: list[str], side: Side, kind: Kind = Kind.INITIAL_CONTACT) -> list[float]:
    events = [json.loads(line) for line in lines]
    return [event["time_s"] for event in events if event["kind"] == kind and event["side"] == side]


@walks
@pytest.mark.parametrize("size", [1, 7, 100])
def test_events_do_not_depend_on_block_size(name: str, size: int) -> None:
    walk = WALKS[name]
    assert len(EXPECTED[name]) > 20
    assert events_of(walk, walk.blocks(lambda role: repeat(size))) == EXPECTED[name]


@st.composite
def cut_and_shuffled(draw: st.DrawFn, walk: Recording) -> list[Block]:
    """The walk cut anyhow; the sensors' blocks in any order that keeps each sensor's own."""
    sizes = {role: draw(st.lists(st.integers(1, 400), min_size=1, max_size=8)) for role in walk.streams}
    queues: dict[Role, list[Block]] = {role: [] for role in walk.streams}
    for block in walk.blocks(lambda role: cycle(sizes[role])):
        if draw(st.booleans()):
            queues[block.role].append(replace(block, until_s=float(block.time_s[-1])))
        else:
            queues[block.role].append(block)
    for role, queue in queues.items():
        queue.append(Block(role, np.empty(0), np.empty((0, queue[0].values.shape[1])), walk.until_s))
    random = draw(st.randoms(use_true_random=False))
    order: list[Block] = []
    while any(queues.values()):
        order.append(random.choice([queue for queue in queues.values() if queue]).pop(0))
    return order


@walks
def test_events_do_not_depend_on_cutting_and_interleaving(name: str) -> None:
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cut_and_shuffled(WALKS[name]))
    def check(blocks: list[Block]) -> None:
        assert events_of(WALKS[name], blocks) == EXPECTED[name]

    check()


@walks
def test_events_of_a_prefix_never_change(name: str) -> None:
    walk = WALKS[name]
    full = events_of(walk, finish=False)
    for cut_s in (3.3, 5.01, 7.77, 11.0, 16.4):
        head = walk.mapped(lambda role, time_s, values: (time_s[time_s < cut_s], values[time_s < cut_s]))  # noqa: B023
        lines = events_of(head, finish=False)
        assert lines == full[: len(lines)]


@walks
def test_nothing_is_decided_before_it_happened_nor_out_of_order(name: str) -> None:
    decided_s = -np.inf
    for line in EXPECTED[name]:
        event = json.loads(line)
        assert event["detected_at_s"] >= event["time_s"]
        assert event["detected_at_s"] >= decided_s
        decided_s = event["detected_at_s"]


@walks
def test_every_field_is_declared_and_every_id_unique(name: str) -> None:
    events = [json.loads(line) for line in EXPECTED[name]]
    for event in events:
        assert set(event) == {*COMMON_FIELDS, *FIELDS[Kind(event["kind"])]}
        assert 0.0 <= event["confidence"] <= 1.0
        for field, described in FIELDS[Kind(event["kind"])].items():
            types = {"number": (int, float), "string": (str,), "boolean": (bool,)}[described.type]
            assert event[field] is None or isinstance(event[field], types)
    assert len({event["id"] for event in events}) == len(events)


@walks
def test_a_copy_resumes_identically(name: str) -> None:
    walk = WALKS[name]
    blocks = walk.blocks(lambda role: repeat(37))
    for duplicate in (copy.deepcopy, lambda engine: pickle.loads(pickle.dumps(engine))):
        engine = GaitEngine(walk.session)
        lines = []
        for index, block in enumerate(blocks):
            if index == len(blocks) // 2:
                engine = duplicate(engine)
            lines += [event.to_json() for event in engine.push(block)]
        assert lines + [event.to_json() for event in engine.finish()] == EXPECTED[name]


def plain(lines: list[str], shift_s: float = 0.0) -> list[dict[str, object]]:
    """Events without what depends on when and on which side; times shifted back and rounded."""
    events = []
    for line in lines:
        event = json.loads(line)
        del event["id"]
        event.pop("candidate_id", None)
        for field in ("time_s", "detected_at_s"):
            event[field] -= shift_s
        events.append({key: round(value, 4) if isinstance(value, float) else value for key, value in event.items()})
    return events


@walks
def test_a_shift_in_time_shifts_the_events(name: str) -> None:
    shifted = WALKS[name].mapped(lambda role, time_s, values: (time_s + 512.0, values))
    tolerance = {"time_s": 2e-3, "detected_at_s": 2e-3, "lead_ms": 2.0, "impulse": 0.1, "cadence_spm": 0.1}
    for event, expected in zip(plain(events_of(shifted), 512.0), plain(EXPECTED[name]), strict=True):
        for field, value in expected.items():  # rounding of times may move one sample across a limit
            if isinstance(value, float):
                assert event[field] == pytest.approx(
                    value, abs=tolerance.get(field, 5e-3 if field.endswith("_s") else 1.0)
                )
            elif field != "reason":
                assert event[field] == value


def unordered(events: list[dict[str, object]]) -> list[str]:
    """Events, their fields and the reasons of what is absent, whatever their order."""
    for event in events:
        if event.get("absent"):
            event["absent"] = sorted(str(event["absent"]).split("; "))
    return sorted(json.dumps(event, sort_keys=True) for event in events)


@walks
def test_a_mirrored_person_gives_mirrored_events(name: str) -> None:
    mirrored = [json.dumps(event) for event in plain(events_of(WALKS[name].mirrored()))]
    swapped = [line.replace("left", "\0").replace("right", "left").replace("\0", "right") for line in mirrored]
    assert unordered([json.loads(line) for line in swapped]) == unordered(plain(EXPECTED[name]))


def test_no_event_spans_a_gap() -> None:
    walk = WALKS["with holes"]
    events = [json.loads(line) for line in EXPECTED["with holes"]]
    gap_s = (8.2, 8.8)
    assert [event for event in events if event["kind"] == "quality" and event["issue"] == "gap"]
    for event in events:
        if event["kind"] in {"initial_contact", "final_contact"}:
            assert not gap_s[0] < event["time_s"] < gap_s[1]
        if event["kind"] == "step" and event["stride_time_s"] is not None:
            assert not event["time_s"] - event["stride_time_s"] < gap_s[0] < event["time_s"]
    for side in (Side.LEFT, Side.RIGHT):
        clear = [t for t in walk.contacts[side] if not gap_s[0] - 1.3 < t < gap_s[1] + 1.3]
        found = contacts_of(EXPECTED["with holes"], side)
        assert all(min(abs(t - f) for f in found) < 0.03 for t in clear)


NOTHING: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "zero": np.zeros_like,
    "constant": lambda load: np.full_like(load, 250.0),
    "saturated": lambda load: np.full_like(load, 4095.0),
    "noise": lambda load: 300.0 + 3.0 * np.random.default_rng(1).standard_normal(load.shape),
    "one glitch": lambda load: np.where(np.arange(len(load))[:, None] == 700, 0.0, 300.0) + 0 * load,
    "drift": lambda load: 300.0 + np.linspace(0.0, 200.0, len(load))[:, None] + 0 * load,
}


@pytest.mark.parametrize("unit", [LoadUnit.N, LoadUnit.COUNTS, LoadUnit.KPA])
@pytest.mark.parametrize("what", NOTHING)
def test_nothing_comes_of_nothing(what: str, unit: LoadUnit) -> None:
    walk = make_walk(unit=unit)

    def change(role: Role, time_s: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return time_s, NOTHING[what](values) if role.is_insole else np.tile([9.81, 0, 0, 0, 0, 0], (len(values), 1))

    kinds = {json.loads(line)["kind"] for line in events_of(walk.mapped(change))}
    assert kinds <= {"quality"}


def test_an_empty_recording_gives_no_contact() -> None:
    walk = make_walk().mapped(lambda role, time_s, values: (time_s[:1], values[:1]))
    assert {json.loads(line)["kind"] for line in events_of(walk)} <= {"quality"}


def test_a_stuck_cell_does_not_hide_contacts() -> None:
    def stick(role: Role, time_s: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values = values.copy()
        if role.is_insole:
            values[:, 1] = 900.0
        return time_s, values

    walk = make_walk(unit=LoadUnit.COUNTS).mapped(stick)
    found = contacts_of(events_of(walk), Side.LEFT)
    assert all(min(abs(t - f) for f in found) < 0.03 for t in walk.contacts[Side.LEFT])


@walks
def test_contacts_alternate_and_keep_their_distance(name: str) -> None:
    for side in (Side.LEFT, Side.RIGHT):
        lands, lifts = (contacts_of(EXPECTED[name], side, kind) for kind in (Kind.INITIAL_CONTACT, Kind.FINAL_CONTACT))
        assert all(later - sooner >= 0.4 for sooner, later in pairwise(lands))
        changes = [kind for _, kind in sorted([*((t, "land") for t in lands), *((t, "lift") for t in lifts)])]
        if name != "with holes":
            assert all(one != two for one, two in pairwise(changes))


def test_late_samples_are_dropped_and_counted() -> None:
    walk = make_walk().only(Role.LEFT_INSOLE)
    blocks = walk.blocks(lambda role: repeat(50))
    late = replace(blocks[3], until_s=blocks[9].until_s)
    lines = events_of(walk, [*blocks[:10], late, *blocks[10:]])
    assert [line for line in lines if '"late_data"' not in line] == events_of(walk)
    assert sum('"late_data"' in line for line in lines) == 1


def test_samples_of_the_wrong_shape_are_refused() -> None:
    walk = make_walk()
    engine = GaitEngine(walk.session)
    with pytest.raises(ValueError, match="left_insole: values are"):
        engine.push(Block(Role.LEFT_INSOLE, np.arange(3.0), np.zeros((3, 2)), 3.0))


def one_by_one(walk: Recording) -> Iterator[Block]:
    return iter(walk.blocks(lambda role: repeat(1)))


def test_a_sensor_that_falls_silent_does_not_hold_up_the_others() -> None:
    walk = make_walk()

    def silent(role: Role, time_s: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        keep = time_s < 9.0 if role is Role.RIGHT_INSOLE else time_s < 99.0
        return time_s[keep], values[keep]

    broken = walk.mapped(silent)
    engine = GaitEngine(broken.session)
    lines = []
    for block in one_by_one(broken):
        lines += [event.to_json() for event in engine.push(block)]
        if block.time_s[-1] > 9.0:
            empty = Block(Role.RIGHT_INSOLE, np.empty(0), np.empty((0, 4)), float(block.time_s[-1]))
            lines += [event.to_json() for event in engine.push(empty)]
    found = contacts_of(lines, Side.LEFT)
    assert all(min(abs(t - f) for f in found) < 0.03 for t in walk.contacts[Side.LEFT])
    assert any('"sensor_lost"' in line for line in lines)
