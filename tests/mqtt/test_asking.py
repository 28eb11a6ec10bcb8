"""``insole-hub alerts``: listed from the journal, and labelled by the running hub, over its broker."""

import asyncio
import json
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.alert import Alert, Change, Rule, Severity, Step
from hub.cli.alerts import app
from hub.config import load_config
from hub.errors import InsoleHubError
from hub.journal import Journal
from hub.mqtt import Label, Note, Publisher, Topics
from hub.recording.clip_labels import ClipLabels
from hub.recording.shelf import Shelf
from hub.service.beside_clips import tell_clips
from hub.service.caregivers import open_caregivers
from hub.support.backoff import Backoff

NOW_NS = time.time_ns()
ALERT = Alert("trip1", "ada", Rule.TRIP, Severity.MEDIUM, "a trip of the left foot", NOW_NS, NOW_NS)
HUB = """
[hub]
name = "home"
state_dir = "{state}"
[mqtt]
host = "127.0.0.1"
port = {port}
commands = {commands}
[[wearers]]
nickname = "ada"
devices = [{{ role = "left_shin", type = "witmotion", name = "A" }}]
"""


def run(folder: Path, *args: str) -> str:
    """What the command says, or its error."""
    ended = CliRunner().invoke(app, [*args, "-c", str(folder / "hub.toml")])
    if ended.exception is not None:
        assert isinstance(ended.exception, InsoleHubError | SystemExit), ended.exception
        return f"{ended.exception} {ended.output}"
    return ended.output


@asynccontextmanager
async def at_home(folder: Path, mosquitto, running, until, *, obeys: bool = True):
    """The parts of a hub that take a label, with a journal in which a trip was raised."""
    if mosquitto.process is None:
        await mosquitto.start()
    text = HUB.format(state=folder / "state", port=mosquitto.port, commands=str(obeys).lower())
    (folder / "hub.toml").write_text(text)
    config = load_config(folder / "hub.toml")
    async with Journal(folder / "state" / "journal.db", power_safe=False) as journal:
        journal.observe_clock(0.0, 0)
        journal.alerts.append([Change(Step.OPENED, NOW_NS, ALERT)])
        await journal.flush()
        caregivers = await open_caregivers(config, journal)
        topics = Topics(config.topic_base)
        one = Publisher(
            mosquitto.address,
            topics,
            journal,
            version="0",
            obey=caregivers.obey if obeys else None,
            backoff=Backoff(0.01, 0.05),
        )
        async with running(one):
            await until(lambda: one.stats.connected)
            yield


@pytest.mark.broker
async def test_alerts_are_listed_and_labelled_beside_a_running_hub(tmp_path, mosquitto, running, until, monkeypatch):
    async with at_home(tmp_path, mosquitto, running, until):
        listed = await asyncio.to_thread(run, tmp_path)
        assert "ada  a trip of the left foot  [open]  not labelled  trip1" in listed
        assert "ada: no trip or fall of the last 90 days is labelled" in listed
        labelled = await asyncio.to_thread(run, tmp_path, "label", "trip1", "false", "--note", "stamped")
        assert labelled.splitlines() == [
            "noted",
            "ada: 0 of 1 labelled trips and falls of 90 days were real: 0 % (95 % interval 0 to 79.3 %)",
        ]
        assert "no alert 'trip2' in the last 90 days" in await asyncio.to_thread(
            run, tmp_path, "label", "trip2", "true"
        )
    assert "[closed]  false alarm; stamped  trip1" in run(tmp_path)
    assert "no hub runs with" in run(tmp_path, "label", "trip1", "true")


@pytest.mark.broker
async def test_a_hub_that_does_not_hear_is_told_and_not_waited_for_for_ever(
    tmp_path, mosquitto, running, until, monkeypatch
):
    monkeypatch.setattr("hub.mqtt.asking.ANSWER_S", 1.0)
    async with at_home(tmp_path, mosquitto, running, until, obeys=False):
        label = ("label", "trip1", "true")
        assert "it obeys no commands" in await asyncio.to_thread(run, tmp_path, *label)
        text = (tmp_path / "hub.toml").read_text()
        (tmp_path / "hub.toml").write_text(text.replace("commands = false", "commands = true"))
        assert "no hub has answered on insole/home/ada/answer/label" in await asyncio.to_thread(run, tmp_path, *label)
        await mosquitto.end()
        assert "nothing listens there" in await asyncio.to_thread(run, tmp_path, *label)


async def test_what_is_said_of_an_alert_lies_beside_its_clips_and_goes_with_them(tmp_path, caplog):
    shelf = Shelf(tmp_path, 1.0, 0.0)
    shelf.clips.mkdir()
    for name in ("trip1", "trip2", "trip11"):
        (shelf.clips / f"ada-20260101T000000Z-trip-{name}.mcap").write_bytes(b"x")
    labels = ClipLabels(shelf.clips, "ada")
    alert = replace(ALERT, joined=("trip2",), label=False, note="stamped")
    await tell_clips(labels, alert, Label(alert="trip1", real=False, note="stamped"))
    await tell_clips(labels, alert, Note(text="on the stairs", tags=("stairs",), alert="trip1"))
    for name in ("trip1", "trip2"):
        beside = json.loads((shelf.clips / f"ada-20260101T000000Z-trip-{name}.json").read_text())
        assert (beside["alert"], beside["real"], beside["label_note"]) == ("trip1", False, "stamped")
        assert [(each["text"], each["tags"]) for each in beside["notes"]] == [("on the stairs", ["stairs"])]
    assert not (shelf.clips / "ada-20260101T000000Z-trip-trip11.json").exists()
    shelf.tidy(())
    assert list(shelf.clips.iterdir()) == [], "no label stays without its clip"
