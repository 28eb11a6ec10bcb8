"""What is announced to Home Assistant: complete, readable, said again at its birth, and taken back."""

import asyncio
import json
import os
import re
import subprocess
import time
from pathlib import Path

import aiomqtt
import pytest

from hub.config import Config
from hub.diary import Aid
from hub.events import FIELDS, Event, Kind
from hub.journal import Journal
from hub.mqtt import Publisher, SensorCondition, SensorState, SetAid, Topics, home_assistant, payloads
from hub.mqtt import publisher as publisher_module
from hub.mqtt.commands import parse_command
from hub.mqtt.fields import EVENT_FIELDS, HEALTH_FIELDS, SENSOR_FIELDS, STATE_FIELDS, TIME_FIELDS
from hub.service.announcing import Announcer
from hub.support.backoff import Backoff
from sensors.layout import Role, Side

NOW_NS = 4_102_444_800_000_000_000  # 2100: news to whoever reads this before
BASE = Topics("insole/home")
ROLES = (Role.LEFT_INSOLE, Role.LEFT_SHIN)
CHECK = Path(__file__).parent / "home_assistant_check.py"
DAY = dict.fromkeys(STATE_FIELDS, 0) | {
    "day": "2100-01-01",
    "toe_first_pct": None,
    "alerts_unanswered": 1,
    "aids": ["stick"],
}


def announced(obeys: bool = True) -> dict:
    return json.loads(home_assistant.discovery(BASE, "anna", ROLES, version="1.2", obeys=obeys))


def components(platform: str) -> dict[str, dict]:
    return {name: each for name, each in announced()["cmps"].items() if each["platform"] == platform}


def says(wall_time_ns: int, stage: str = "confirmed") -> dict[str, str]:
    """What stands on each topic."""
    sensor = payloads.sensor_state(SensorState(SensorCondition.STREAMING, 80.0), wall_time_ns)
    said = {
        BASE.status: payloads.online("1.2", wall_time_ns),
        BASE.health: payloads.health("degraded", ["no broker"], wall_time_ns),
        BASE.state("anna"): payloads.wearer_state(DAY, wall_time_ns),
        **{BASE.sensor("anna", role): sensor for role in ROLES},
    }
    for kind in Kind:
        fields = dict.fromkeys(FIELDS[kind]) | ({"stage": stage} if "stage" in FIELDS[kind] else {})
        event = Event(f"{kind.value} 1", kind, Side.LEFT, 1.0, 1.2, 0.9, fields)
        said[BASE.event("anna", kind)] = payloads.event(event, wall_time_ns, 7)
    return {topic: payload.decode() for topic, payload in said.items()}


def test_there_is_one_device_with_stable_ids_of_its_own():
    device, other = announced(), json.loads(home_assistant.discovery(BASE, "bert", ROLES, version="1.3", obeys=True))
    ids = [each["unique_id"] for each in device["cmps"].values() if "unique_id" in each]
    assert len(set(ids)) == len(ids) == len(device["cmps"]) - len(components("device_automation"))
    assert device["dev"]["identifiers"] == ["insole_hub_54d698db33ef"]
    assert not {*ids} & {each.get("unique_id") for each in other["cmps"].values()}
    assert home_assistant.discovery_topic("homeassistant", Topics("insole/home"), "anna") == (
        "homeassistant/device/insole_hub_54d698db33ef/config"
    ), "ids must never change: Home Assistant would make a second device"


def test_a_nickname_of_any_letters_makes_a_topic_that_home_assistant_takes():
    topic = home_assistant.discovery_topic("homeassistant", BASE, "Zoë.ß")
    assert re.fullmatch(r"homeassistant/device/[a-zA-Z0-9_-]+/config", topic)


def test_every_template_reads_a_field_that_its_topic_has():
    known = {BASE.health: HEALTH_FIELDS, BASE.state("anna"): STATE_FIELDS}
    known |= {BASE.sensor("anna", role): SENSOR_FIELDS for role in ROLES}
    known |= {BASE.event("anna", kind): EVENT_FIELDS | FIELDS[kind] for kind in Kind}
    for name, each in announced()["cmps"].items():
        fields = known[each.get("state_topic") or each["topic"]] | TIME_FIELDS if "value_template" in each else {}
        used = re.findall(r"value_json\.(?:get\('(\w+)'\)|(\w+))", each.get("value_template", ""))
        assert {a or b for a, b in used} - {"get"} <= set(fields), name
        assert used or each["platform"] == "button"


def test_what_matters_is_there():
    assert {f"{role.value}_battery" for role in ROLES} <= set(components("sensor"))
    assert {"steps", "toe_first_pct", "drags", "hub"} <= set(components("sensor"))
    assert {"alert", "left_shin_connected"} <= set(components("binary_sensor"))
    assert {"trip", "fall", "toe_drag"} <= set(components("event"))
    assert {each["type"] for each in components("device_automation").values()} == {"trip", "fall"}
    assert announced()["availability_mode"] == "all"


def test_buttons_are_commands_that_the_hub_knows_and_only_there_where_it_obeys():
    pressed = components("button")
    for each in pressed.values():
        wearer, _ = parse_command(BASE, each["command_topic"], each["payload_press"].encode())
        assert wearer == "anna"
    given = set(announced()["cmps"]) - set(announced(obeys=False)["cmps"])
    assert given == {*pressed, *components("switch")}
    assert {"press_fine", "press_acknowledge", "press_aid"} <= given


def test_each_aid_is_a_switch_that_puts_it_on_and_off_and_shows_what_is_on():
    switches = components("switch")
    assert set(switches) == {f"aid_{aid.value}" for aid in Aid}
    for aid in Aid:
        each = switches[f"aid_{aid.value}"]
        for payload, on in ((each["payload_on"], True), (each["payload_off"], False)):
            _, command = parse_command(BASE, each["command_topic"], payload.encode())
            assert command == SetAid(aid=aid.value, on=on)
        assert each["state_topic"] == BASE.state("anna")
        assert f"'{aid.value}' in (value_json.aids or [])" in each["value_template"]


@pytest.mark.parametrize(("stage", "age_s"), [("confirmed", 0.0), ("candidate", 0.0), ("confirmed", 700.0)])
def test_home_assistants_own_code_takes_it_and_shows_what_is_meant(stage, age_s):
    """Needs INSOLE_HUB_HOME_ASSISTANT, the Python of an environment with Home Assistant: ``make home-assistant``."""
    python = os.environ.get("INSOLE_HUB_HOME_ASSISTANT")
    if python is None:
        pytest.skip("no Home Assistant here: make home-assistant")
    at_ns = NOW_NS if age_s == 0.0 else time.time_ns() - int(age_s * 1e9)
    topic = home_assistant.discovery_topic("homeassistant", BASE, "anna")
    given = {"topic": topic, "payload": announced(), "says": says(at_ns, stage)}
    done = subprocess.run(
        [python, str(CHECK)], input=json.dumps(given), capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)["shown"]
    assert (shown["steps"], shown["toe_first_pct"], shown["alert"]) == ("0", "None", "ON")
    assert (shown["left_shin_battery"], shown["left_shin_connected"], shown["hub"]) == ("80.0", "ON", "degraded")
    assert (shown["aid_stick"], shown["aid_brace"]) == ("ON", "OFF")
    is_news = stage == "confirmed" and not age_s
    for kind in (Kind.TRIP, Kind.FALL):
        assert shown[f"{kind.value}_trigger"] == (kind.value if is_news else "")
        assert bool(shown[kind.value]) == is_news
    assert (json.loads(shown["toe_drag"])["event_type"] == "toe_drag") if not age_s else shown["toe_drag"] == ""
    if is_news:
        told = json.loads(shown["trip"])
        assert (told["event_type"], told["id"], told["side"]) == ("trip", "trip 1", "left")


def configured(state_dir, mosquitto, *nicknames: str, enabled: bool = True) -> Config:
    device = {"role": "left_shin", "type": "witmotion", "name": "WT"}
    return Config.model_validate(
        {
            "hub": {"name": "home", "state_dir": state_dir},
            "mqtt": {"host": "127.0.0.1", "port": mosquitto.port, "home_assistant": {"enabled": enabled}},
            "wearers": [{"nickname": nickname, "devices": [device]} for nickname in nicknames],
        }
    )


@pytest.fixture
def hub(mosquitto, running, tmp_path, until):
    """What a hub of this configuration leaves at the broker, once it has taken back what it must."""

    async def run(config: Config, during=None) -> None:
        async with Journal(tmp_path / "journal.db") as journal:
            topics = Topics(config.topic_base)
            announcer = Announcer(config, topics, mosquitto.address, version="1", obeys=True)
            one = Publisher(
                mosquitto.address,
                topics,
                journal,
                version="1",
                backoff=Backoff(0.01, 0.05),
                birth_topic=announcer.birth_topic,
            )
            for wearer in config.wearers:
                one.set_state(topics.state(wearer.nickname), b'{"steps":1}')
            async with running(one), asyncio.timeout(30):
                await announcer.run(one)
                await until(lambda: one.stats.connected)
                if during is not None:
                    await during(one)
                await one.said()

    return run


async def retained(mosquitto, subscriber, until) -> set[str]:
    async with subscriber(mosquitto.address, f"reader {os.urandom(4).hex()}") as reader:
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as last:
            await last.publish("last", b"x", 1)
        await until(lambda: reader.of("last"))  # what is retained comes before it
        return {str(message.topic) for message in reader.messages if message.retain}


@pytest.mark.broker
async def test_who_is_renamed_or_gone_is_taken_back_even_by_a_later_run(mosquitto, hub, tmp_path, subscriber, until):
    await mosquitto.start()
    of = {name: home_assistant.discovery_topic("homeassistant", BASE, name) for name in ("anna", "bert", "carl")}
    await hub(configured(tmp_path, mosquitto, "anna", "bert"))
    assert await retained(mosquitto, subscriber, until) >= {of["anna"], of["bert"], BASE.state("anna")}
    await hub(configured(tmp_path, mosquitto, "carl", "bert"))
    there = await retained(mosquitto, subscriber, until)
    assert there >= {of["bert"], of["carl"], BASE.state("carl")}
    assert not there & {of["anna"], BASE.state("anna")}
    await hub(configured(tmp_path, mosquitto, "carl", "bert", enabled=False))
    there = await retained(mosquitto, subscriber, until)
    assert there >= {BASE.state("carl"), BASE.state("bert")}
    assert not there & set(of.values())


@pytest.mark.broker
async def test_a_rename_while_the_broker_is_away_is_taken_back_when_it_comes(
    mosquitto, hub, tmp_path, subscriber, until
):
    await mosquitto.start()
    await hub(configured(tmp_path, mosquitto, "anna"))
    await mosquitto.end()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await hub(configured(tmp_path, mosquitto, "bert"))
    await mosquitto.start()
    await hub(configured(tmp_path, mosquitto, "bert"))
    there = await retained(mosquitto, subscriber, until)
    assert BASE.state("anna") not in there
    assert home_assistant.discovery_topic("homeassistant", BASE, "anna") not in there


@pytest.mark.broker
async def test_everything_is_said_again_when_home_assistant_starts(
    mosquitto, hub, tmp_path, subscriber, until, monkeypatch
):
    monkeypatch.setattr(publisher_module, "BIRTH_WAIT_S", 0.01)
    await mosquitto.start()
    topic = home_assistant.discovery_topic("homeassistant", BASE, "anna")
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as one, subscriber(mosquitto.address) as reader:
        await one.publish("homeassistant/status", b"online", 1, retain=True)  # an old one: everything is new anyway

        async def start_it(publisher) -> None:
            await until(lambda: reader.of(topic))
            await one.publish("homeassistant/status", b"offline", 1)
            await publisher.said()
            assert len(reader.of(topic)) == 1
            await one.publish("homeassistant/status", b"online", 1)
            await until(lambda: len(reader.of(topic)) == 2 and len(reader.of(BASE.state("anna"))) == 2)
            assert reader.of(topic)[0].payload == reader.of(topic)[1].payload != b""

        await hub(configured(tmp_path, mosquitto, "anna"), start_it)


def test_what_another_broker_was_told_is_no_business_of_this_one(tmp_path, mosquitto):
    mosquitto.port = 1883
    Announcer(configured(tmp_path, mosquitto, "anna"), BASE, mosquitto.address, version="1", obeys=True)
    mosquitto.port = 1884
    there = Announcer(configured(tmp_path, mosquitto, "bert"), BASE, mosquitto.address, version="1", obeys=True)
    assert there._kept.stale == ()
    again = Announcer(configured(tmp_path, mosquitto, "carl"), BASE, mosquitto.address, version="1", obeys=True)
    assert BASE.state("bert") in again._kept.stale


def test_a_memory_that_cannot_be_read_is_set_aside(tmp_path, mosquitto, caplog):
    (tmp_path / "kept_topics.json").write_text("{")
    mosquitto.port = 1883
    Announcer(configured(tmp_path, mosquitto, "anna"), BASE, mosquitto.address, version="1", obeys=True)
    assert "kept_topics" in caplog.text
    assert json.loads((tmp_path / "kept_topics.json").read_text())["broker"] == "MQTT broker 127.0.0.1:1883"
