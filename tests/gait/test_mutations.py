"""Figures on a few fixed walkers are in bounds; thresholds that are off and detectors that are gone break them."""

import subprocess
import sys
from collections import Counter
from functools import cache

import pytest

from hub.events import Event, Kind
from hub.gait.detectors.fall import FallParams
from hub.gait.detectors.rhythm import RhythmParams
from hub.gait.signals.edges import EdgeParams
from tests.gait import figures, guard
from tests.gait.mutations import Mutation, Seen, noticed, seen, turns_red
from tests.gait.walked import of_kind


@cache
def told(name: str) -> list[Event]:
    """What the engine says as it is."""
    return guard.events_of(name)


@pytest.mark.parametrize("name", guard.CASES)
def test_what_is_told_agrees_with_itself(name: str) -> None:
    events = told(name)
    assert max(Counter(event.id for event in events).values()) == 1
    assert [event for event in events if event.detected_at_s < event.time_s] == []
    for walk in of_kind(events, Kind.WALK_END):
        begun_s = walk.time_s - float(walk.fields["duration_s"]) - 1e-6
        contacts = [e for e in of_kind(events, Kind.INITIAL_CONTACT) if begun_s <= e.time_s <= walk.time_s]
        assert walk.fields["steps"] == len(contacts)
    angles_deg = [event.fields["shank_at_contact_deg"] for event in of_kind(events, Kind.STEP)]
    assert all(isinstance(deg, float) and -90.0 < deg < 90.0 for deg in angles_deg if deg is not None)


@pytest.mark.parametrize("name", guard.CASES)
def test_the_figures_are_in_their_bounds_and_as_they_were(name: str) -> None:
    events = told(name)
    assert guard.failures(name, events) == []
    changed = figures.differences(figures.kept()[name], figures.figures_of(events))
    assert not changed, "if a default was changed on purpose, run: make figures"


MUTATIONS = [
    ("contact.contact_interval_s", 3.0, "sound"),
    ("contact.swing_shortest_s", 4.0, "sound"),
    ("bearing.taken_over", 2.0, "sound"),
    ("walking.within_s", 0.25, "swinging outward"),
    ("load_scale.load_pct", -1.0, "dragging and tripping"),
    ("shank.swing.least_peak_dps", 4.0, "dragging and tripping"),
    ("slap.heel_first_ms", 6.0, "slapping"),
    ("drag.shortest_s", 6.0, "dragging and tripping"),
    ("drag.touch.fore_pct", 4.0, "dragging and tripping"),
    ("drag.touch.heel_share", -1.0, "dragging and tripping"),
    ("drag.touch.after_lift_s", 8.0, "dragging and tripping"),
    ("slap.judged_after_s", 0.4, "slapping"),
    ("insole.edge.rise_pct", 2.0, "slapping"),
    ("insole.edge.rise_earlier_s", -2.0, "slapping"),
    ("strike.flat_band_s", -1.0, "dragging and tripping"),
    ("strike.flat_band_s", 4.0, "dragging and tripping"),
    ("shank.swing.arrest.least_slope_dps2", 3.0, "the same, by the shin alone"),
    ("shank.smoothing_s", 4.0, "the same, by the shin alone"),
    ("trip.blow.least_pct", 10.0, "dragging and tripping"),
    ("trip.landing.heavy_share", 10.0, "dragging and tripping"),
    ("trip.recovery.aspects", 2.0, "dragging and tripping"),
    ("compensation.outward_deg", 2.5, "swinging outward"),
    ("fall.quick_s", 0.5, "falling"),
    ("fall.bears_pct", -1.0, "falling"),
    ("shank.posture.down_deg", 1.5, "falling"),
]


@pytest.mark.parametrize(("path", "factor", "case"), MUTATIONS)
def test_a_threshold_that_is_off_breaks_a_figure(path: str, factor: float, case: str) -> None:
    assert seen(Mutation(path, factor), [case]) is Seen.BOUND


@pytest.mark.parametrize(
    ("detector", "case"),
    [
        ("ContactDetector", "sound"),
        ("StrikeDetector", "dragging and tripping"),
        ("ToeFirstDetector", "dragging and tripping"),
        ("DragDetector", "dragging and tripping"),
        ("TripDetector", "dragging and tripping"),
        ("ShankContactDetector", "the same, by the shin alone"),
        ("SlapDetector", "slapping"),
        ("CompensationDetector", "swinging outward"),
        ("FallDetector", "falling"),
    ],
)
def test_a_detector_that_is_gone_is_missed(detector: str, case: str) -> None:
    assert seen(Mutation(detector), [case]) is Seen.BOUND


@pytest.mark.long
def test_a_number_that_is_off_turns_its_tests_red_and_no_other() -> None:
    assert turns_red(Mutation("shank_contact.stance_shortest_s", 0.5))
    assert not turns_red(Mutation("shank_contact.stance_shortest_s", 1.0))


@pytest.mark.parametrize(
    ("path", "alone"),
    [("fall.impact_g", FallParams), ("insole.edge.dip_pct", EdgeParams), ("trip.rhythm.step_s[0]", RhythmParams)],
)
def test_a_mutation_is_of_one_number_wherever_defaults_are_made(path: str, alone: type) -> None:
    code = (
        f"from tests.gait.mutant import make_default; from tests.gait.mutations import numbers; "
        f"from {alone.__module__} import {alone.__name__} as alone; from hub.gait import GaitParams; "
        f"before, own = dict(numbers(GaitParams())), dict(numbers(alone())); make_default({path!r}, 3.0); "
        f"print([name for name, value in numbers(GaitParams()) if value != before[name]], "
        f"[name for name, value in numbers(alone()) if value != own[name]])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert told == f"[{path!r}] [{path.rpartition('.')[2]!r}]"


def test_an_engine_that_never_comes_to_its_end_has_broken_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.gait.mutations.LONGEST_S", 2.0)  # of processor time
    endless = Mutation("bout.fatigue.bin_s", -1.0)
    assert noticed([endless]) == (endless, Seen.BOUND)
