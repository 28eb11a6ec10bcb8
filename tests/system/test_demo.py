"""The demo as its user has it: bytes on the virtual radio to events at a subscriber, and through kill -9."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.mqtt.schemas import assert_as_published

pytestmark = pytest.mark.broker

KILLS = int(os.environ.get("INSOLE_HUB_KILLS", "2"))
"""How often the hub is killed; 20 in ``make kill-demo``."""


def command(port: int, state: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "hub", "demo", "--broker", f"127.0.0.1:{port}", "--state", str(state), *more]


def is_event(topic: str) -> bool:
    return "/event/" in topic


Message = tuple[str, bytes, bool]


def events_n(messages: list[Message]) -> int:
    return sum(is_event(topic) for topic, *_ in messages)


def has_more_events(than_n: int, messages: list[Message]) -> bool:
    return events_n(messages) > than_n


def ids(messages: list[Message]) -> set[str]:
    return {json.loads(payload)["id"] for topic, payload, _ in messages if is_event(topic)}


def journalled(state: Path) -> dict[str, dict[str, object]]:
    with sqlite3.connect(f"file:{state}/journal.db?mode=ro", uri=True) as journal:
        rows = [json.loads(text) for (text,) in journal.execute("SELECT event FROM events ORDER BY position")]
    return {row["id"]: row for row in rows}


@contextmanager
def running_demo(port: int, state: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command(port, state), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.long
def test_a_walk_reaches_the_subscriber_and_the_journal_and_ends_with_a_summary(
    broker_port: int, reader, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    done = subprocess.run(
        command(broker_port, state, "--minutes", "0.7"), capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "toe first: " in done.stdout
    assert "steps: " in done.stdout.splitlines()[-4]

    kept = journalled(state)
    told = [json.loads(payload) for topic, payload, _ in reader.messages if is_event(topic)]
    assert {event["id"] for event in told} == set(kept)
    assert not any(retained for topic, _, retained in reader.messages if is_event(topic))
    for event in told:
        assert {key: event[key] for key in kept[event["id"]]} == kept[event["id"]]
    kinds = {event["kind"] for event in told}
    assert kinds >= {"initial_contact", "final_contact", "step", "toe_first", "toe_drag", "trip", "walk_start"}
    confirmed = [event for event in told if event["kind"] == "trip" and event["stage"] == "confirmed"]
    assert confirmed, [event for event in told if event["kind"] in {"trip", "quality", "walk_start", "walk_end"}]

    newest = {topic: json.loads(payload) for topic, payload, _ in reader.messages if payload and not is_event(topic)}
    assert newest["insole/demo/status"]["state"] == "offline"
    assert newest["insole/demo/demo/state"]["steps"] == sum(event["kind"] == "initial_contact" for event in told)
    assert {topic for topic in newest if "/sensor/" in topic} == {
        f"insole/demo/demo/sensor/{role}" for role in ("left_insole", "right_insole", "left_shin")
    }
    everything = b"".join(payload for _, payload, _ in reader.messages)
    assert b"C0:FF:EE" not in everything
    validated = {assert_as_published("insole/demo", topic, payload) for topic, payload, _ in reader.messages if payload}
    assert validated >= {
        "status",
        "state",
        "sensor",
        "counts",
        "wearer-counts",
        "health",
        "alert",
        "event-step",
        "event-quality",
    }


@pytest.mark.long
def test_killed_at_random_moments_nothing_told_is_lost_and_nothing_kept_is_untold(
    broker_port: int, reader, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    chance = random.Random(1)
    for _ in range(KILLS):
        with running_demo(broker_port, state) as demo:
            assert reader.wait_for(partial(has_more_events, events_n(reader.messages) + chance.randrange(25)))
            demo.send_signal(signal.SIGKILL)
            demo.wait()
        kept = journalled(state)
        assert ids(reader.messages) <= set(kept)

    with running_demo(broker_port, state) as demo:
        assert reader.wait_for(lambda seen: ids(seen) > set(kept))
        demo.send_signal(signal.SIGTERM)
        assert demo.wait() == 0
    assert ids(reader.messages) == set(journalled(state))


def test_a_broker_that_is_not_an_address_is_wrong_usage() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "demo", "--broker", "nowhere"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "HOST:PORT" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.long
def test_a_port_in_use_and_a_state_folder_that_cannot_be_made_are_one_clear_line(
    broker_port: int, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    for more, words in (
        (["--port", str(broker_port), "--state", str(tmp_path / "state")], "set another"),
        (["--port", "0", "--state", str(tmp_path / "file" / "state")], "journal"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "hub", "demo", *more], capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 1
        assert words in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
