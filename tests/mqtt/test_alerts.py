"""Alerts over a real Mosquitto: every change, retained while they live, through outages and restarts."""

import json
from dataclasses import replace

import pytest

from hub.alert import Alert, Change, Rule, Severity, State, Step
from hub.journal import Journal
from hub.mqtt import AlertSayer, Publisher, Topics
from hub.support.backoff import Backoff

pytestmark = pytest.mark.broker
NS = 10**9
TOPICS = Topics("insole/home")
ALERT = Alert("t1", "anna", Rule.TRIP, Severity.MEDIUM, "a trip", 5 * NS, 6 * NS, confidence=0.8)
TOPIC = TOPICS.alert("anna", "t1")


def change(step: Step, state: State, **fields) -> Change:
    return Change(step, 9 * NS, replace(ALERT, state=state, **fields))


def publisher(mosquitto, journal: Journal, known=()) -> Publisher:
    sayer = AlertSayer(journal.alerts, TOPICS, known)
    return Publisher(mosquitto.address, TOPICS, journal, version="0", alerts=sayer, backoff=Backoff(0.01, 0.05))


async def test_an_alert_is_said_at_every_change_and_gone_when_it_is_over(
    mosquitto, running, until, subscriber, tmp_path
):
    await mosquitto.start()
    async with Journal(tmp_path / "journal.db") as journal:
        journal.observe_clock(0.0, 0)
        async with running(publisher(mosquitto, journal)):
            async with subscriber(mosquitto.address) as reader:
                journal.alerts.append([change(Step.OPENED, State.OPEN), change(Step.TOLD, State.NOTIFIED)])
                await until(lambda: len(reader.of(TOPIC)) == 2)
                assert [json.loads(said.payload)["state"] for said in reader.of(TOPIC)] == ["open", "notified"]
            async with subscriber(mosquitto.address, "late") as late:
                await until(lambda: late.of(TOPIC))
                assert late.of(TOPIC)[0].retain
                journal.alerts.append([change(Step.FINE, State.CLOSED)])
                await until(lambda: len(late.of(TOPIC)) == 2)
                assert late.of(TOPIC)[1].payload == b""


async def test_what_ended_while_the_broker_was_away_is_cleared_by_the_next_run(
    mosquitto, running, until, subscriber, tmp_path
):
    await mosquitto.start()
    path = tmp_path / "journal.db"
    async with Journal(path) as journal, running(publisher(mosquitto, journal)):
        journal.observe_clock(0.0, 0)
        journal.alerts.append([change(Step.OPENED, State.OPEN)])
        await until(lambda: journal.alerts.cursor("mqtt") == 1)
        await mosquitto.end()
        journal.alerts.append([change(Step.FINE, State.CLOSED)])
        await journal.flush()
    await mosquitto.start()
    async with subscriber(mosquitto.address) as reader:
        await until(lambda: reader.of(TOPIC))
        async with Journal(path) as journal, running(publisher(mosquitto, journal)):
            await until(lambda: journal.alerts.cursor("mqtt") == 2)
        await until(lambda: reader.of(TOPIC)[-1].payload == b"")


async def test_a_broker_that_forgot_is_told_again_of_what_lives(mosquitto, running, until, subscriber, tmp_path):
    await mosquitto.start()
    async with Journal(tmp_path / "journal.db") as journal:
        journal.observe_clock(0.0, 0)
        async with running(publisher(mosquitto, journal, known=[ALERT])), subscriber(mosquitto.address) as reader:
            await until(lambda: reader.of(TOPIC))
            assert json.loads(reader.of(TOPIC)[0].payload)["what"] == "a trip"
