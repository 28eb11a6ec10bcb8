"""What the doctor tries out: the configuration, the journal, the broker, sensors on the virtual air."""

import asyncio
import signal
import sqlite3
from dataclasses import replace
from pathlib import Path

import aiomqtt
import pytest

from hub.config import Config, load_config
from hub.config.cues import CuesConfig, SoundConfig
from hub.cues.settings import CueKind
from hub.cues.sound import samples
from hub.doctor import trials
from hub.doctor.finding import Finding, Level
from hub.events import Event, Kind
from hub.journal import Journal, look_at
from hub.mqtt import SensorCondition, SensorState, Topics, sensor_state
from hub.radio import Bluetooth
from hub.radio.virtual.process import air_process
from hub.radio.virtual.scenario import Scenario, ScenarioDevice
from sensors.layout import Role, Side
from tests.services.alsa import DEVICE, written_device
from tests.services.mosquitto import Mosquitto
from tests.services.mosquitto import program as mosquitto_program
from tests.services.ports import free_port

SHIN = "C0:FF:EE:00:00:03"
TEXT = f"""
[[wearers]]
nickname = "anna"
[[wearers.devices]]
role = "left_shin"
type = "witmotion"
address = "{SHIN}"
[[wearers.devices]]
role = "left_insole"
type = "orphe_insole"
address = "C0:FF:EE:00:00:01"
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "hub.toml"
    path.write_text(TEXT)
    return load_config(path)


def test_each_mistake_of_a_configuration_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(TEXT.replace("witmotion", "witmotoin").replace("left_insole", "left_shoe"))
    config, findings = trials.configuration(path)
    assert config is None
    assert [finding.level for finding in findings] == [Level.PROBLEM] * 2
    assert "wearers[1].devices[1].type" in findings[0].what
    assert "witmotion" in findings[0].remedy


def test_a_missing_configuration_is_a_problem(tmp_path: Path) -> None:
    _, (finding,) = trials.configuration(tmp_path / "hub.toml")
    assert (finding.level, "cannot be read" in finding.what) == (Level.PROBLEM, True)


async def test_a_broker_that_is_not_there_is_named_with_what_to_do(config: Config) -> None:
    port = free_port()
    mqtt = {"host": "127.0.0.1", "port": port}
    finding = await trials.broker(Config.model_validate({**config.model_dump(), "mqtt": mqtt}))
    assert finding.level is Level.PROBLEM
    assert "nothing listens there" in finding.what
    assert "start the broker" in finding.remedy


async def test_without_a_broker_the_hub_has_its_own(config: Config) -> None:
    assert (await trials.broker(config)).level is Level.OK


async def test_a_journal_in_use_is_seen_with_its_backlog(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    assert (look_at(path).bytes_n, look_at(path).held) == (None, False)
    async with Journal(path) as journal:
        journal.observe_clock(0.0, 1_700_000_000_000_000_000)
        steps = [Event(f"e{n}", Kind.TOE_CATCH, Side.LEFT, float(n), n + 0.1, 1.0, {}) for n in range(5)]
        journal.append("anna", steps)
        journal.advance("mqtt", 2)
        await journal.flush()
        while look_at(path).backlog == ():  # the cursor follows with the next commit
            await asyncio.sleep(0.01)
        facts = look_at(path)
        assert (facts.held, facts.events_n, facts.backlog) == (True, 5, (("mqtt", 3),))
        assert facts.newest_ns == 1_700_000_004_000_000_000
    findings = list(trials.journal(facts))
    assert [finding.level for finding in findings] == [Level.OK, Level.WARNING]
    assert "3 events wait for mqtt" in findings[1].what
    assert look_at(path).held is False


def test_a_damaged_journal_is_a_problem_and_one_set_aside_is_told(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"no database at all, but as long as one might be" * 100)
    (tmp_path / "journal.damaged-20261121T083000.000000Z.db").touch()
    aside, damage = trials.journal(look_at(path))
    assert (aside.level, damage.level) == (Level.WARNING, Level.PROBLEM)
    assert "damaged" in damage.what


def test_a_journal_of_another_program_is_a_problem(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "journal.db") as other:
        other.execute("CREATE TABLE songs (title)")
    (finding,) = trials.journal(look_at(tmp_path / "journal.db"))
    assert finding.level is Level.PROBLEM


async def test_sensors_on_the_air_are_heard_and_others_missed(config: Config) -> None:
    async with air_process(Scenario((ScenarioDevice(Role.LEFT_SHIN, "witmotion", SHIN),))) as air:
        findings = await trials.sensors(config, air.bluetooth, 1.5)
    assert [finding.level for finding in findings] == [Level.OK, Level.OK, Level.WARNING]
    assert "anna left shin is heard" in findings[1].what
    assert "anna left insole is not heard" in findings[2].what


async def test_bluetooth_that_is_not_there_is_a_problem(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus")
    (finding,) = await trials.sensors(config, Bluetooth.system(), 0.1)
    assert finding.level is Level.PROBLEM
    assert "no D-Bus system bus" in finding.what
    assert "systemctl start dbus" in finding.remedy


async def test_a_sound_that_is_wanted_is_played_or_it_is_said_why_not(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = written_device(tmp_path, monkeypatch)
    assert await trials.sound(config) == []
    wanted = config.wearers[0].model_copy(update={"cues": CuesConfig(on="good_step")})
    asked = config.model_copy(update={"wearers": (wanted,), "sound": SoundConfig(device=DEVICE)})
    (finding,) = await trials.sound(asked)
    assert finding.level is Level.OK
    assert played()[0].startswith(samples(CueKind.GOOD_STEP, 40.0))
    (finding,) = await trials.sound(asked.model_copy(update={"sound": SoundConfig(device="nonsense")}))
    assert finding.level is Level.PROBLEM
    assert "'nonsense' cannot be had" in finding.what
    assert "aplay -L" in finding.remedy
    assert await trials.sound(asked.model_copy(update={"sound": SoundConfig(device="none")})) == []
    felt = wanted.model_copy(update={"cues": CuesConfig(on="good_step", by=("vibration",))})
    assert await trials.sound(asked.model_copy(update={"wearers": (felt,)})) == []


@pytest.mark.broker
async def test_a_running_hub_is_asked_how_its_sensors_do(config: Config, tmp_path: Path) -> None:
    broker = Mosquitto(mosquitto_program(), tmp_path)
    await broker.start()
    try:
        mqtt = {"host": "127.0.0.1", "port": broker.port}
        config = Config.model_validate({**config.model_dump(), "mqtt": mqtt})
        topics = Topics(config.topic_base)

        async def said(shin: SensorState, insole: SensorState | None = None) -> list[Finding]:
            async with aiomqtt.Client("127.0.0.1", broker.port) as hub:
                for role, state in ((Role.LEFT_SHIN, shin), (Role.LEFT_INSOLE, insole)):
                    payload = b"" if state is None else sensor_state(state, 1)
                    await hub.publish(topics.sensor("anna", role), payload, 1, retain=True)
            return await trials.sensors_of_running_hub(config)

        streams = SensorState(SensorCondition.STREAMING, rate_hz=100.0, loss_pct=0.2, drift_ppm=40.0)
        shin, insole = await said(streams)
        assert (shin.level, shin.what) == (Level.OK, "anna left shin streams")
        assert (insole.level, "says nothing of anna left insole" in insole.what) == (Level.WARNING, True)
        async with aiomqtt.Client("127.0.0.1", broker.port) as stranger:
            for payload in (b"{", b"[]", b'{"state": 7}'):
                await stranger.publish(topics.sensor("anna", Role.LEFT_SHIN), payload, 1, retain=True)
                shin, _ = await trials.sensors_of_running_hub(config)
                assert "says nothing of anna left shin" in shin.what
        shin, insole = await said(replace(streams, drift_ppm=-12_000.0), replace(streams, loss_pct=7.0))
        assert (shin.level, "off by -1.2 %" in shin.what) == (Level.WARNING, True)
        assert (insole.level, "loses 7 %" in insole.what) == (Level.WARNING, True)
        shin, insole = await said(
            SensorState(SensorCondition.LOST, note="not heard"), SensorState(SensorCondition.NOT_WORN)
        )
        assert (shin.level, shin.what) == (Level.WARNING, "anna left shin is lost: not heard")
        assert (insole.level, insole.what) == (Level.NOTE, "anna left insole is not worn")
    finally:
        await broker.end(signal.SIGKILL)
    (away,) = await trials.sensors_of_running_hub(config)
    assert (away.level, "nothing listens there" in away.what) == (Level.WARNING, True)
