"""The clinic's shipped files with real Mosquitto and InfluxDB: homes come in, each as itself, and nothing is lost."""

import asyncio
import json
import signal
import stat
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiomqtt
import pytest

from hub.events import Event, Kind, event_id
from hub.mqtt import BrokerAddress
from sensors.layout import Side
from tests.services.clinic import Clinic, Home, clinic
from tests.services.influxdb import program
from tests.services.mosquitto import until

pytestmark = [pytest.mark.broker, pytest.mark.influx]


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic(tmp_path / "clinic", program(), shards_n=2) as one:
        yield one


def client(address: BrokerAddress, name: str = "") -> aiomqtt.Client:
    return aiomqtt.Client(
        address.host,
        address.port,
        username=address.username,
        password=address.password.get_secret_value() if address.password else None,
        tls_context=address.tls.context() if address.tls else None,
        identifier=name or None,
    )


@asynccontextmanager
async def heard(address: BrokerAddress, topic: str = "insole/#") -> AsyncIterator[list[tuple[str, bytes]]]:
    """Everything that somebody there hears meanwhile."""
    messages: list[tuple[str, bytes]] = []

    async def note() -> None:
        with suppress(aiomqtt.MqttError):  # the end of it
            async for message in one.messages:
                messages.append((str(message.topic), bytes(message.payload)))  # noqa: PERF401 - looked at meanwhile

    async with client(address) as one:
        await one.subscribe(topic, qos=1)
        noting = asyncio.create_task(note())
        yield messages
        noting.cancel()


def trip(home: str, time_s: float) -> Event:
    fields = {"phase": "mid_swing", "stage": "confirmed"}
    return Event(event_id(home, Kind.TRIP, Side.LEFT, time_s), Kind.TRIP, Side.LEFT, time_s, time_s + 0.05, 0.9, fields)


def step(home: str, time_s: float) -> Event:
    fields = {"stride_time_s": 1.1}
    return Event(event_id(home, Kind.STEP, Side.LEFT, time_s), Kind.STEP, Side.LEFT, time_s, time_s + 0.1, 0.9, fields)


def ids(messages: list[tuple[str, bytes]], home: str) -> set[str]:
    return {
        json.loads(said)["id"] for topic, said in messages if topic.startswith(f"insole/{home}/") and "event" in topic
    }


async def test_two_homes_are_heard_each_as_itself_though_a_shard_and_the_database_die(here: Clinic, tmp_path: Path):
    one = Home(here, "k7m2", here.shards[0], tmp_path / "one")
    two = Home(here, "p4x9", here.shards[1], tmp_path / "two", let=("/command/", "/answer/"))
    for home in (one, two):
        await home.enrol()
    brokers = [one.broker(), two.broker()]
    watch, desk = (here.address(here.front, user, f"of the {user}") for user in ("watch", "desk"))
    at_home = BrokerAddress("127.0.0.1", two.port)
    async with heard(watch) as messages:
        for broker in brokers:
            await broker.start()
        try:
            async with one.hub() as (journal, publisher, _), two.hub() as (other, _, _):
                for each in (journal, other):
                    each.observe_clock(0.0, 1_790_000_000_000_000_000)
                publisher.set_state("insole/k7m2/anna/state", b'{"steps": 1}')
                journal.append("anna", [trip("k7m2", 1.0), step("k7m2", 2.0)])
                other.append("bert", [trip("p4x9", 1.0)])
                await until(lambda: ids(messages, "k7m2") and ids(messages, "p4x9"))
                await until(lambda: ("insole/k7m2/anna/state", b'{"steps": 1}') in messages)
                assert {("insole/k7m2/link", b"1"), ("insole/p4x9/link", b"1")} <= set(messages)
                assert not [topic for topic, _ in messages if "step" in topic], "as shipped no steps cross"

                kept = here.shards[0].folder / "mosquitto.db"
                here.shards[0].save()
                await until(kept.exists)
                await here.shards[0].end(signal.SIGKILL)
                here.influxd.end(signal.SIGKILL)
                journal.append("anna", [trip("k7m2", 3.0), trip("k7m2", 4.0)])
                await until(lambda: publisher.stats.acknowledged_n == 4)
                await here.shards[0].start()
                await asyncio.to_thread(here.influxd.start)
                await until(lambda: len(ids(messages, "k7m2")) == 3)
                await until(lambda: here.influxd.count("insole", "event", "id") == 4)
                rows = here.influxd.query("insole", 'SELECT id FROM "event" GROUP BY hub, wearer')
                assert {row["id"]: (row["hub"], row["wearer"]) for row in rows} == {
                    event.id: (home, wearer)
                    for home, wearer, times in (("k7m2", "anna", (1.0, 3.0, 4.0)), ("p4x9", "bert", (1.0,)))
                    for event in (trip(home, time_s) for time_s in times)
                }
                await until(lambda: here.influxd.count("insole_steps", "step", "stride_time_s") == 1)

                # commands reach the home that lets them in, and no other
                async with heard(at_home, "+/+/+/command/+") as came, client(desk) as pressing:
                    async with heard(BrokerAddress("127.0.0.1", one.port), "+/+/+/command/+") as kept_out:
                        await pressing.publish("insole/k7m2/anna/command/fine", b"{}", qos=1)
                        await pressing.publish("insole/p4x9/bert/command/fine", b"{}", qos=1)
                        await until(lambda: came)
                    assert came == [("insole/p4x9/bert/command/fine", b"{}")]
                    assert kept_out == []

            # a home whose line is cut is told of, though it can say nothing itself
            await brokers[1].end(signal.SIGKILL)
            await until(lambda: messages.count(("insole/p4x9/link", b"0")) == 1)
        finally:
            for broker in brokers:
                await broker.end(signal.SIGKILL)


async def test_a_home_is_nobody_else_and_sees_nobody_else(here: Clinic, tmp_path: Path):
    shard = here.shards[0]
    home, other = (Home(here, name, shard, tmp_path / name) for name in ("k7m2", "p4x9"))
    for each in (home, other):
        await each.enrol()
    given = here.homes(shard) / "k7m2"
    assert {path.name for path in given.iterdir()} == {"clinic.conf", "clinic-ca.crt", "hub.toml", "influxdb-token"}
    table = tomllib.loads((given / "hub.toml").read_text())
    assert (table["hub"]["name"], table["influxdb"]["batch_s"]) == ("k7m2", 10.0)
    secret = [given, given / "clinic.conf", given / "influxdb-token", shard.folder / "clinic-users"]
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in secret[:3])
    lines = (given / "clinic.conf").read_text().splitlines()
    (password,) = (line.split()[1] for line in lines if line.startswith("remote_password"))
    assert password not in (shard.folder / "clinic-users").read_text()

    front = here.address(shard, "front", "of the front")
    async with heard(front) as messages, heard(here.address(shard, "k7m2", password)) as seen:
        async with client(here.address(shard, "k7m2", password)) as speaking:
            for topic in ("insole/p4x9/anna/event/fall", "homeassistant/status", "insole/k7m2/anna/state"):
                await speaking.publish(topic, b"mine", qos=1)
            await until(lambda: messages)
        assert messages == [("insole/k7m2/anna/state", b"mine")]
        assert seen == [], "not even itself, only commands"
        async with client(front) as asking:
            await asking.publish("insole/p4x9/bert/command/fine", b"{}", qos=1)
            await asking.publish("insole/k7m2/anna/command/fine", b"{}", qos=1)
        await until(lambda: seen)
        assert seen == [("insole/k7m2/anna/command/fine", b"{}")]

    for wrong in (here.address(shard, "p4x9", password), here.address(shard, "k7m2", password + "x")):
        with pytest.raises(aiomqtt.MqttError):
            async with client(wrong):
                pass

    token = (given / "influxdb-token").read_text().strip()
    with pytest.raises(AssertionError, match="default retention policy not set"):  # it does not even see the database
        here.influxd.query("insole", "SHOW TAG VALUES WITH KEY = wearer", token)
    found = json.loads(here.influxd.get("/api/v2/authorizations"))["authorizations"]
    assert sum(each["description"] == "Insole Hub, write, for k7m2" for each in found) == 1

    # taken out, it is out
    async with client(here.address(shard, "k7m2", password)) as speaking:
        done = here.enrol(shard, "--remove", "k7m2")
        assert done.returncode == 0, done.stderr
        shard.reload()
        with pytest.raises(aiomqtt.MqttError):
            async for _ in speaking.messages:
                pass
    with pytest.raises(aiomqtt.MqttError):
        async with client(here.address(shard, "k7m2", password)):
            pass
    assert "p4x9:" in (shard.folder / "clinic-users").read_text()


async def test_what_cannot_be_enrolled_is_told_in_one_line_and_leaves_nothing(here: Clinic):
    shard = here.shards[0]
    url = here.influxd.url
    before = (shard.folder / "clinic-users").read_bytes()
    for arguments, said in (
        (("front", "b", url), "enrol: 'front' is a user of the clinic's own; take another name\n"),
        (("a/b", "b", url), "enrol: 'a/b' is no name of a hub: letters, digits, - and _\n"),
        (("--remove", "nobody"), f"enrol: {shard.folder}/clinic-users has no 'nobody'\n"),
    ):
        done = await asyncio.to_thread(here.enrol, shard, *arguments)
        assert (done.returncode, done.stderr) == (1, said)
    done = await asyncio.to_thread(here.enrol, shard, "k7m2", "b", "https://127.0.0.1:9")
    assert done.returncode == 1
    assert "cannot be reached" in done.stderr
    assert done.stderr.endswith("enrol: no token: see above\n")
    done = await asyncio.to_thread(here.enrol, shard, "k7m2", "b", url, path="/usr/bin:/bin")
    assert (done.returncode, done.stderr.splitlines()[0].split(" (")[0]) == (
        1,
        "enrol: insole-hub is not installed here",
    )
    assert list(here.homes(shard).iterdir()) == []
    assert (await asyncio.to_thread(here.enrol, shard, "k7m2")).returncode == 2
    assert (shard.folder / "clinic-users").read_bytes() == before
    assert (await asyncio.to_thread(here.enrol, shard, "k7m2", "b", url)).returncode == 0
    again = await asyncio.to_thread(here.enrol, shard, "k7m2", "b", url)
    assert again.stderr.startswith("enrol: 'k7m2' is enrolled already")
