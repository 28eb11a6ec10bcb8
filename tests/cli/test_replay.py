"""``insole-hub replay``: events as lines of JSON, and a summary for people."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

from hub.events import COMMON_FIELDS, FIELDS, Kind, event_from_dict

Run = Callable[..., CompletedProcess[str]]


def test_jsonl_gives_one_valid_event_per_line_and_nothing_else(insole_hub: Run, walk: Path) -> None:
    done = insole_hub("replay", walk, "--jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    events = [event_from_dict(json.loads(line)) for line in done.stdout.splitlines()]
    assert sum(event.kind is Kind.INITIAL_CONTACT for event in events) > 40
    for line, event in zip(done.stdout.splitlines(), events, strict=True):
        assert event.to_json() == line
        assert tuple(json.loads(line))[: len(COMMON_FIELDS)] == COMMON_FIELDS
        assert set(event.fields) <= set(FIELDS[event.kind])
        assert event.detected_at_s >= event.time_s
    assert len({event.id for event in events}) == len(events)


def test_paced_replay_gives_the_same_events_in_the_same_order(insole_hub: Run, walk: Path) -> None:
    fast, paced = insole_hub("replay", walk, "--jsonl"), insole_hub("replay", walk, "--jsonl", "--speed", "200")
    assert paced.stdout == fast.stdout


def test_the_summary_counts_what_happened(insole_hub: Run, walk: Path) -> None:
    done = insole_hub("replay", walk)
    assert (done.returncode, done.stderr) == (0, "")
    assert "initial contact: heel" in done.stdout
    assert "toe first" in done.stdout
    assert "walking:" in done.stdout


def test_a_folder_of_recordings_is_told_to_name_one(insole_hub: Run, walk: Path) -> None:
    done = insole_hub("replay", walk.parent)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert f"it holds 1 recording: name one, such as {walk}" in done.stderr
