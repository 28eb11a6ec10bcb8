"""The corpus of test walkers: what is in it, that a run goes on where it stopped, that nothing is lost on the way."""

import json
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

from hub.validation.archive import from_record, to_record
from hub.validation.evidence.faults import FAULTS
from hub.validation.evidence.found import read_evidence
from hub.validation.evidence.page import evidence_section
from hub.validation.evidence.run import Result, run
from hub.validation.evidence.store import Store
from hub.validation.evidence.summary import DOCUMENT, summary
from hub.validation.evidence.trials import FIRST_SEED, Group, Mode, Trial, corpus
from hub.validation.score import Measure, Score, Tally
from hub.validation.targets import TARGETS, targets_section
from sensors.walker import PROFILES, SCENARIOS

TRIP = Trial(Group.TRIPS, 3, "foot_drop", 3.0, scenario="trips", modes=(Mode.ALL, Mode.SHIN))


@pytest.fixture(scope="module")
def result() -> Result:
    return run(TRIP)


def test_the_corpus_is_as_large_as_promised() -> None:
    trials = corpus(FAULTS)
    hours = {group: sum(trial.hours for trial in trials if trial.group is group) for group in Group}
    assert hours[Group.LOOK_ALIKES] + hours[Group.DAILY] >= 100.0
    on_foot_h = hours[Group.WALKING] + hours[Group.ROUTES] + hours[Group.TRIPS] + hours[Group.RATES]
    assert on_foot_h * 3600.0 / 1.4 * 2.0 >= 50_000  # even at a stride of 1.4 s
    assert hours[Group.FALLS] * 3600.0 / 150.0 >= 200  # one in at most 150 s
    assert {trial.fault for trial in trials} >= set(FAULTS)


def test_every_trial_is_somebody_else_whom_nobody_tuned_on() -> None:
    trials = corpus(FAULTS)
    seeds = [trial.seed for trial in trials]
    assert len(set(seeds)) == len(seeds) == len({trial.key for trial in trials})
    assert min(seeds) >= FIRST_SEED > 100
    assert {trial.profile for trial in trials} <= set(PROFILES)
    assert {trial.scenario for trial in trials} - {""} <= set(SCENARIOS)


@pytest.mark.parametrize("hours", [0.0, 5.0, 30.0, inf])
def test_a_part_of_the_corpus_has_some_of_every_group(hours: float) -> None:
    trials = corpus(FAULTS, hours=hours)
    assert {trial.group for trial in trials} == set(Group)
    assert sum(trial.hours for trial in trials) <= max(hours, 3.0)


def test_the_same_trial_gives_the_same_result(result: Result) -> None:
    assert run(TRIP) == result


def test_a_trial_is_judged_with_each_set_of_sensors(result: Result) -> None:
    both, shin = result[Mode.ALL].score, result[Mode.SHIN].score
    assert both.steps_n > 1.8 * shin.steps_n > 50  # one leg has no sensor
    assert both.tallies[Measure.TRIP].truth_n >= 1
    assert set(both.contexts) >= {"walking", "standing"}
    assert sum(part.steps_n for part in both.contexts.values()) == both.steps_n


def test_contexts_part_what_the_whole_counts(result: Result) -> None:
    score = result[Mode.ALL].score
    for measure, tally in score.tallies.items():
        parts = [part.tallies[measure] for part in score.contexts.values() if measure in part.tallies]
        assert sum(part.truth_n for part in parts) == tally.truth_n
        assert sum(part.false_n for part in parts) == tally.false_n


def _rounded(score: Score) -> Score:
    return from_record(json.loads(json.dumps(to_record(score))))


def test_an_archived_score_keeps_counts_and_rounds_differences(result: Result) -> None:
    score = result[Mode.ALL].score
    again = _rounded(score)
    assert _rounded(again) == again
    assert again.strikes == score.strikes
    for measure, tally in score.tallies.items():
        other = again.tallies[measure]
        assert (other.truth_n, other.found_n, other.false_n, other.unjudged_n) == (
            tally.truth_n,
            tally.found_n,
            tally.false_n,
            tally.unjudged_n,
        )
        assert sorted(other.error_s) == pytest.approx(sorted(tally.error_s), abs=0.0101)


def test_a_run_goes_on_where_it_was_killed(tmp_path: Path, result: Result) -> None:
    store = Store(tmp_path, "code")
    store.add("one", result)
    store.add("two", result)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-100])  # killed while writing
    assert set(Store(tmp_path, "code").load()) == {"one"}
    store.add("three", result)
    assert set(Store(tmp_path, "code").load()) == {"one", "three"}
    assert Store(tmp_path, "other code").load() == {}


def test_what_is_written_can_be_read_and_shown(tmp_path: Path, result: Result) -> None:
    trials = {TRIP: result, replace(TRIP, number=4): result}
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(summary(trials, "code")), encoding="utf-8")
    evidence = read_evidence(path)
    assert evidence.of(Group.TRIPS).steps_n == 2 * result[Mode.ALL].score.steps_n
    assert sum(cell.trips_n for cell in evidence.trips if cell.sensors is Mode.ALL) == 2 * len(result[Mode.ALL].trips)
    table = targets_section(evidence)
    assert all(f"| {target.what} |" in table for target in TARGETS)
    assert "**with other code than the present one**" in evidence_section(evidence, stale=True)


def test_errors_are_told_apart_by_way_of_walking(tmp_path: Path, result: Result) -> None:
    whole = result[Mode.ALL]
    walked = whole.score.contexts["walking"]
    stride_s = 7200.0 * walked.hours / walked.steps_n
    errors_pct = {"slide": -4.0, "foot_drop": 1.0, "healthy": 0.5}
    trials = {}
    for number, (profile, error_pct) in enumerate(errors_pct.items()):
        score = replace(whole.score, step_errors={"double_support_s": (error_pct / 100.0 * stride_s,) * 10})
        trials[replace(TRIP, group=Group.WALKING, profile=profile, number=number)] = {
            Mode.ALL: replace(whole, score=score)
        }
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(summary(trials, "code")), encoding="utf-8")
    evidence = read_evidence(path)
    rows = {row.gait: (row.n, row.p5, row.p95) for row in evidence.gaits["double support"]}
    assert rows == {**{name: (10, pct, pct) for name, pct in errors_pct.items()}, "all others": (20, 0.5, 1.0)}
    assert "| foot drop | 10 | +1.0 | +1.0 to +1.0 |" in evidence_section(evidence, stale=False)


@pytest.mark.parametrize(
    ("found_n", "verdict"), [(500, "met"), (480, "met narrowly"), (470, "**not met**"), (0, "**not met**")]
)
def test_a_target_is_met_narrowly_where_its_interval_reaches_beyond(
    tmp_path: Path, result: Result, found_n: int, verdict: str
) -> None:
    score = replace(result[Mode.ALL].score, tallies={Measure.TRIP: Tally(truth_n=500, found_n=found_n)})
    path = tmp_path / "evidence.json"
    outcome = {Mode.ALL: replace(result[Mode.ALL], score=score)}
    path.write_text(json.dumps(summary({TRIP: outcome}, "code")), encoding="utf-8")
    (row,) = [line for line in targets_section(read_evidence(path)).splitlines() if "where no fall follows" in line]
    assert row.endswith(f"| {found_n / 5:.2f} % of 500 | {verdict} |")


def test_the_committed_evidence_can_be_read() -> None:
    evidence = read_evidence(DOCUMENT)
    assert set(evidence.groups) == set(Group)
