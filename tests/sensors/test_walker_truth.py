"""Truth of contexts, slaps and compensations: complete, without gaps, and where the profile says."""

import itertools

import numpy as np
import pytest

from sensors.layout import Region, Role, Side
from sensors.walker import (
    EIGHT_CELLS,
    PROFILES,
    InsoleParams,
    Recording,
    Segment,
    Sit,
    Stand,
    TruthEvent,
    Walk,
    Walker,
    render_session,
)

HEEL, FRONT = (
    [i for i, cell in enumerate(EIGHT_CELLS) if cell.region in regions]
    for regions in ((Region.HEEL,), (Region.FOREFOOT, Region.TOES))
)


def contexts(truth: tuple[TruthEvent, ...] | list[TruthEvent]) -> list[tuple[str, float, float]]:
    known = {"standing", "sitting", "walking", "stairs", "turning", "tiptoe", "backward", "aided"}
    return [(e.kind, e.time_s, e.time_s + float(e.value)) for e in truth if e.kind in known]


def test_contexts_part_all_time() -> None:
    script: list[Segment] = [
        Stand(4.0),
        Walk(20.0, PROFILES["healthy"]),
        Stand(3.0),
        Sit(12.0),
        Walk(15.0, PROFILES["foot_drop"]),
    ]
    truth = sorted(Walker(script, seed=1).truth_before(70.0, closing=True), key=lambda event: event.time_s)
    spans = contexts(truth)
    assert [kind for kind, _, _ in spans] == [
        "standing",
        "walking",
        "standing",
        "sitting",
        "standing",
        "walking",
        "standing",
    ]
    assert spans[0][1] == 0.0
    assert spans[-1][2] == pytest.approx(70.0)
    for (_, _, end_s), (_, start_s, _) in itertools.pairwise(spans):
        assert end_s == pytest.approx(start_s, abs=1e-9)
    walks = [(e.time_s, e.time_s + float(e.value)) for e in truth if e.kind == "walk"]
    walking = [span[1:] for span in spans if span[0] == "walking"]
    assert np.array(walks) == pytest.approx(np.array(walking))


def slapping(profile: str, seed: int = 3) -> Recording:
    return render_session(profile, 3.0, seed, rate_hz=500.0, roles=[Role.RIGHT_INSOLE], insole=InsoleParams())


def test_a_slap_loads_the_forefoot_early_hard_and_springs_back() -> None:
    recording = slapping("slap")
    contacts = [e for e in recording.truth if e.kind == "initial_contact" and e.side is Side.RIGHT]
    slaps = {e.time_s for e in recording.truth if e.kind == "foot_slap"}
    share = len(slaps) / len(contacts)
    assert share > 0.6
    assert slaps < {e.time_s for e in contacts if e.value == "heel"}
    front = recording.values[Role.RIGHT_INSOLE][:, FRONT].sum(axis=1) / 686.5
    delay_s: dict[bool, list[float]] = {True: [], False: []}
    steepest: dict[bool, list[float]] = {True: [], False: []}
    for event in contacts[2:-2]:
        if event.value != "heel":
            continue
        early = front[int(event.time_s * 500) : int((event.time_s + 0.2) * 500)]
        slapped = event.time_s in slaps
        delay_s[slapped].append(float(np.argmax(early > 0.1)) / 500.0)
        steepest[slapped].append(float(np.diff(early).max() * 500.0))
        peak = int(np.argmax(early[:50]))
        if slapped:
            assert early[peak : peak + 30].min() < 0.8 * early[peak]
    assert max(delay_s[True]) < 0.06
    assert min(delay_s[False]) > 0.075
    assert np.median(steepest[True]) > 8.0
    assert np.median(steepest[False]) < 6.0


def test_partial_drop_has_good_and_bad_runs() -> None:
    walker = Walker([Stand(2.0), Walk(1500.0, PROFILES["partial_drop"])], seed=2)
    truth = walker.truth_before(1500.0)
    strikes = [str(e.value) for e in truth if e.kind == "initial_contact" and e.side is Side.RIGHT]
    mix = PROFILES["partial_drop"].foot
    assert strikes.count("toe") / len(strikes) == pytest.approx(mix.toe, abs=0.06)
    repeats = np.mean([a == b for a, b in itertools.pairwise(strikes)])
    by_chance = sum((strikes.count(kind) / len(strikes)) ** 2 for kind in set(strikes))
    assert repeats > by_chance + 0.3
    assert {"foot_slap", "toe_drag", "toe_first"} <= {e.kind for e in truth}


@pytest.mark.parametrize(("assist", "toe", "slaps"), [(0.0, 0.6, True), (0.5, 0.3, False), (1.0, 0.0, False)])
def test_a_brace_gives_dorsiflexion_back_and_blocks_the_slap(assist: float, toe: float, slaps: bool) -> None:
    truth = Walker([Stand(2.0), Walk(600.0, PROFILES["foot_drop"], assist=assist)], seed=2).truth_before(600.0)
    strikes = [e.value for e in truth if e.kind == "initial_contact" and e.side is Side.RIGHT]
    assert strikes.count("toe") / len(strikes) == pytest.approx(toe, abs=0.07)
    assert any(e.kind == "foot_slap" for e in truth) is slaps


def test_each_stride_that_is_made_up_for_is_named_at_its_final_contact() -> None:
    truth = Walker([Stand(2.0), Walk(60.0, PROFILES["steppage"])], seed=2).truth_before(60.0)
    lifted = {e.time_s for e in truth if e.kind == "final_contact" and e.side is Side.RIGHT}
    made_up = [e for e in truth if e.kind == "compensation"]
    assert {e.time_s for e in made_up} == lifted
    assert {(e.side, e.value) for e in made_up} == {(Side.RIGHT, "steppage")}
    faded = Walker([Stand(2.0), Walk(60.0, PROFILES["steppage"], severity=0.3)], seed=2).truth_before(60.0)
    assert not [e for e in faded if e.kind == "compensation"]


def test_each_strike_has_the_index_of_its_zone() -> None:
    """Rearfoot to 33 %, forefoot from 68 % on (Cavanagh and Lafortune 1980); a slap moves a heel's forward."""
    truth = render_session("partial_drop", 1.5, 12).truth
    strikes = {(event.time_s, event.side): event.value for event in truth if event.kind == "initial_contact"}
    slaps = {(event.time_s, event.side) for event in truth if event.kind == "foot_slap"}
    indices = {(event.time_s, event.side): float(event.value) for event in truth if event.kind == "strike_index"}
    assert indices.keys() == strikes.keys()
    zones = {"heel": (0.0, 33.0), "flat": (20.0, 60.0), "toe": (60.0, 80.0)}
    assert set(strikes.values()) == set(zones)
    for contact, index_pct in indices.items():
        low, high = zones[str(strikes[contact])]
        assert low <= index_pct <= (60.0 if contact in slaps else high)


def test_indices_do_not_depend_on_the_portions_that_are_asked_for() -> None:
    def told(*until_s: float) -> list[TruthEvent]:
        walker = Walker([Stand(2.0), Walk(20.0, PROFILES["slap"])], seed=3)
        return [e for at_s in until_s for e in walker.truth_before(at_s) if e.kind == "strike_index"]

    assert told(24.0) == told(5.0, 5.3, 11.0, 24.0)
