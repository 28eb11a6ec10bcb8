"""Commands over a real Mosquitto: obeyed once, refused with the reason, never too many."""

import asyncio
import json
import subprocess
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import aiomqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from hub.config import MqttConfig
from hub.mqtt import BrokerAddress, Command, CommandError, PauseRadio, Publisher, ResumeRadio, Topics
from hub.mqtt.commands import COMMANDS, MOST_BYTES, parse_command
from hub.mqtt.publisher import COMMANDS_AT_ONCE_N, WAITING_COMMANDS_N
from hub.support.allowance import Allowance
from hub.support.backoff import Backoff

TOPICS = Topics("insole/home")


class Nothing:
    """A journal without events."""

    async def follow_pages(self, destination: str, *, first: bool = False) -> AsyncGenerator[object, None]:
        await asyncio.Event().wait()
        yield None

    def advance(self, destination: str, position: int) -> None:
        raise AssertionError


class Obedient:
    def __init__(self) -> None:
        self.got: list[tuple[str, Command]] = []

    async def __call__(self, wearer: str, command: Command) -> str:
        if wearer not in {"anna", "ben"}:
            raise CommandError("nobody of that name", wearer, command.name)
        self.got.append((wearer, command))
        return "done"


@asynccontextmanager
async def obeying(mosquitto, running, until, obedient):
    if mosquitto.process is None:
        await mosquitto.start()
    publisher = Publisher(
        mosquitto.address,
        TOPICS,
        Nothing(),
        version="0",
        obey=obedient,
        wearers=("anna", "ben"),
        backoff=Backoff(0.01, 0.05),
    )
    async with running(publisher):
        await until(lambda: publisher.stats.connected)
        yield publisher


async def flood(port: int, topics: Iterable[str]) -> None:
    """Publish an empty payload, QoS 0, on each topic, as fast as the broker takes them: clients are too slow."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\x10\x11\x00\x04MQTT\x04\x02\x00\x3c\x00\x05flood")
    assert (await reader.readexactly(4))[3] == 0
    for topic in topics:
        name = len(topic).to_bytes(2, "big") + topic.encode()
        writer.write(bytes([0x30, len(name)]) + name)
    writer.write(b"\xc0\x00")  # the broker answers when it has taken all
    await reader.readexactly(2)
    writer.write(b"\xe0\x00")
    writer.close()
    await writer.wait_closed()


@pytest.mark.broker
async def test_a_command_is_obeyed_and_answered(mosquitto, running, until, subscriber) -> None:
    obedient = Obedient()
    async with obeying(mosquitto, running, until, obedient) as publisher, subscriber(mosquitto.address) as reader:
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as phone:
            await phone.publish(TOPICS.command("anna", "pause_radio"), b'{"minutes": 5}', 1)
            await phone.publish(TOPICS.command("anna", "resume_radio"), b"", 1)
            await until(lambda: len(reader.of("+/+/+/answer/+")) == 2)
        assert obedient.got == [("anna", PauseRadio(minutes=5)), ("anna", ResumeRadio())]
        first = reader.of("insole/home/anna/answer/pause_radio")[0]
        assert json.loads(first.payload)["obeyed"] is True
        assert not first.retain
        assert publisher.stats.commands_obeyed_n == 2


@pytest.mark.broker
async def test_commands_are_heard_again_after_the_broker_was_away(mosquitto, running, until) -> None:
    obedient = Obedient()
    async with obeying(mosquitto, running, until, obedient) as publisher:
        await mosquitto.end()
        await until(lambda: not publisher.stats.connected)
        await mosquitto.start()
        await until(lambda: publisher.stats.connected)
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as phone:
            while not obedient.got:  # the hub connects before it subscribes
                await phone.publish(TOPICS.command("anna", "resume_radio"), b"", 1)
                await asyncio.sleep(0.05)


@pytest.mark.broker
async def test_wrong_commands_are_refused_with_the_reason(mosquitto, running, until, subscriber) -> None:
    obedient = Obedient()
    wrong = [
        ("anna", "dance", b"", "no command 'dance'"),
        ("anna", "pause_radio", b'{"minutes": -1}', "minutes"),
        ("anna", "pause_radio", b'{"hours": 1}', "hours"),
        ("anna", "pause_radio", b"\xff\x00", "JSON"),
        ("anna", "pause_radio", b"[]", ""),
        ("anna", "pause_radio", b" " * 5000, "too long"),
        ("bert", "pause_radio", b"", "nobody of that name"),
    ]
    async with obeying(mosquitto, running, until, obedient) as publisher, subscriber(mosquitto.address) as reader:
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as phone:
            for wearer, name, payload, _ in wrong:
                await phone.publish(TOPICS.command(wearer, name), payload, 1)
            await until(lambda: len(reader.of("+/+/+/answer/+")) == len(wrong))
        answers = [json.loads(message.payload) for message in reader.of("+/+/+/answer/+")]
        for answer, (_, _, _, words) in zip(answers, wrong, strict=True):
            assert answer["obeyed"] is False
            assert words in answer["message"]
        assert obedient.got == []
        assert publisher.stats.commands_refused_n == len(wrong)


@pytest.mark.broker
async def test_a_retained_command_and_a_storm_of_them_are_dropped_and_counted(mosquitto, running, until) -> None:
    obedient, storm_n = Obedient(), 10_000
    await mosquitto.start()
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as phone:
        await phone.publish(TOPICS.command("anna", "pause_radio"), b"{}", 1, retain=True)
    async with obeying(mosquitto, running, until, obedient) as publisher:
        await until(lambda: publisher.stats.commands_dropped_n == 1)
        assert obedient.got == []
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as phone:
            await flood(mosquitto.port, [TOPICS.command("anna", "resume_radio")] * storm_n)
            await until(lambda: publisher.stats.commands_dropped_n + publisher.stats.commands_obeyed_n >= storm_n + 1)
            assert len(obedient.got) < storm_n / 10
            while ("anna", PauseRadio()) not in obedient.got:  # who waits is heard again
                await phone.publish(TOPICS.command("anna", "pause_radio"), b"", 1)
                await asyncio.sleep(0.05)
        stats = publisher.stats
        assert stats.connected
        assert stats.failures_n == 0


@pytest.mark.broker
async def test_a_flood_of_commands_for_one_wearer_or_for_nobody_keeps_none_of_anothers_out(
    mosquitto, running, until
) -> None:
    obedient, flood_n, wanted = Obedient(), 4_000, [PauseRadio(minutes=minutes) for minutes in range(1, 11)]
    async with obeying(mosquitto, running, until, obedient) as publisher:
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as phone:
            for n, command in enumerate(wanted):
                names = ["anna", f"nobody{n}"] * (flood_n // 20)
                await flood(mosquitto.port, [TOPICS.command(name, "resume_radio") for name in names])
                await phone.publish(TOPICS.command("ben", "pause_radio"), command.model_dump_json().encode(), 0)
            await until(lambda: publisher.stats.commands_dropped_n > 0.9 * flood_n)
            await until(lambda: len([each for each in obedient.got if each[0] == "ben"]) == len(wanted))
        assert [command for wearer, command in obedient.got if wearer == "ben"] == wanted
        assert publisher.stats.commands_dropped_of.keys() == {"anna", ""}
        assert publisher.stats.failures_n == 0


def test_a_flood_of_birth_messages_keeps_no_command_out() -> None:
    nowhere = BrokerAddress("127.0.0.1", 1)
    publisher = Publisher(nowhere, TOPICS, Nothing(), version="1", wearers=("anna",), birth_topic="home/status")
    waiting = publisher._waiting()(maxsize=WAITING_COMMANDS_N)
    for topic in ["home/status"] * (2 * WAITING_COMMANDS_N) + [TOPICS.command("anna", "resume_radio")]:
        waiting.put_nowait(aiomqtt.Message(topic, b"online", 0, False, 0, None))
    assert waiting.qsize() == COMMANDS_AT_ONCE_N + 1
    assert publisher.stats.commands_dropped_n == 0


@pytest.mark.broker
async def test_a_hub_that_obeys_nobody_does_not_listen(mosquitto, running, until) -> None:
    async with obeying(mosquitto, running, until, None) as publisher:
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as phone:
            await phone.publish(TOPICS.command("anna", "pause_radio"), b"", 1)
            publisher.set_state(TOPICS.counts, b"{}")
            await publisher.said()
        assert publisher.stats.commands_refused_n == publisher.stats.commands_dropped_n == 0


@given(payload=st.binary(max_size=MOST_BYTES + 10), name=st.text(max_size=10), wearer=st.text(max_size=10))
def test_whatever_comes_is_a_command_or_a_command_error(payload: bytes, name: str, wearer: str) -> None:
    levels = [level.replace("/", "") for level in (wearer, name)]
    for last in (levels[1], *(kind.name for kind in COMMANDS)):
        topic, refused = f"insole/home/{levels[0]}/command/{last}", None
        try:
            found, command = parse_command(TOPICS, topic, payload)
            assert (found, command.name) == (levels[0], last)
        except CommandError as error:
            refused = error
        if refused is not None:
            assert "\n" not in str(refused)
            assert (refused.wearer, refused.name) == (levels[0], last)


@given(st.lists(st.floats(0.0, 5.0), max_size=200))
def test_no_second_has_more_than_is_allowed(gaps: list[float]) -> None:
    allowance, now_s, taken = Allowance(5.0, 20), 0.0, []
    for gap in gaps:
        now_s += gap
        if allowance.take(now_s):
            taken.append(now_s)
    for place, at_s in enumerate(taken):
        within = [t for t in taken[place:] if t <= at_s + 1.0]
        assert len(within) <= 26


@pytest.mark.broker
async def test_what_was_asked_while_the_hub_was_away_is_not_done_late(mosquitto, running, until, subscriber) -> None:
    obedient = Obedient()
    async with obeying(mosquitto, running, until, obedient):
        pass
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as phone:
        await phone.publish(TOPICS.command("anna", "pause_radio"), b"", 1)
        async with obeying(mosquitto, running, until, obedient):
            while ("anna", ResumeRadio()) not in obedient.got:  # the hub connects before it subscribes
                await phone.publish(TOPICS.command("anna", "resume_radio"), b"", 1)
                await asyncio.sleep(0.05)
    assert ("anna", PauseRadio()) not in obedient.got


ACL = """
user hub
topic readwrite insole/home/#
user owner
topic write insole/home/anna/command/#
topic read insole/home/#
user reader
topic read insole/home/#
"""


@pytest.mark.broker
async def test_only_who_the_broker_lets_is_obeyed(mosquitto, running, until) -> None:
    """Users with rights of their own; the hub knows none of them and need not."""
    users, secret = mosquitto.folder / "users", "open-sesame"
    users.write_text("".join(f"{name}:{secret}\n" for name in ("hub", "owner", "reader")))
    await asyncio.to_thread(subprocess.run, ["mosquitto_passwd", "-U", str(users)], check=True, capture_output=True)
    (mosquitto.folder / "acl").write_text(ACL)
    mosquitto.settings = f"allow_anonymous false\npassword_file {users}\nacl_file {mosquitto.folder}/acl"
    await mosquitto.start()
    obedient = Obedient()
    address = replace(mosquitto.address, username="hub", password=SecretStr(secret))
    publisher = Publisher(address, TOPICS, Nothing(), version="0", obey=obedient, backoff=Backoff(0.01, 0.05))

    def as_user(name: str, password: str = secret) -> aiomqtt.Client:
        return aiomqtt.Client("127.0.0.1", mosquitto.port, username=name, password=password)

    async with running(publisher):
        await until(lambda: publisher.stats.connected)
        for stranger in (as_user("owner", "wrong"), aiomqtt.Client("127.0.0.1", mosquitto.port)):
            with pytest.raises(aiomqtt.MqttError):
                async with stranger:
                    pass
        async with as_user("owner") as owner:
            for user, wearer in (("reader", "anna"), ("reader", "bert"), ("owner", "bert")):
                with suppress(aiomqtt.MqttError):  # the broker may hang up on who does what is denied
                    async with as_user(user) as denied:
                        await denied.publish(TOPICS.command(wearer, "pause_radio"), b"", 1)
            while not obedient.got:  # the hub connects before it subscribes
                await owner.publish(TOPICS.command("anna", "resume_radio"), b"", 1)
                await asyncio.sleep(0.05)
            await owner.publish(TOPICS.command("anna", "pause_radio"), b"x" * (MOST_BYTES + 1), 1)
            await owner.publish(TOPICS.command("anna", "pause_radio"), b"{", 1)
            await until(lambda: publisher.stats.commands_refused_n == 2)
        assert {command for _, command in obedient.got} == {ResumeRadio()}, "nobody else's, and none for another wearer"
        assert publisher.stats.connected


@pytest.mark.parametrize(
    ("login", "obeys"),
    [
        ({}, False),
        ({"commands": True}, True),
        ({"username": "hub", "password_file": "secret"}, True),
        ({"username": "hub", "password_file": "secret", "commands": False}, False),
    ],
)
def test_commands_are_obeyed_only_where_the_hub_logs_in_or_the_owner_says_so(tmp_path, login, obeys) -> None:
    (tmp_path / "secret").write_text("open-sesame")
    if "password_file" in login:
        login = login | {"password_file": tmp_path / "secret"}
    assert MqttConfig.model_validate({"host": "127.0.0.1", **login}).obeys is obeys
