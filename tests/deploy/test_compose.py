"""The containers' files: what their first start makes, and the broker with the shipped rights."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import aiomqtt
import pytest

from hub.config import load_config
from tests.deploy.test_deploy import program
from tests.services.ports import free_port

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def broker(first_start: ModuleType, tmp_path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Mosquitto with the shipped configuration and what the first start has made; its port, and all passwords."""
    mosquitto = program("mosquitto")
    assert first_start.main() == 0
    (tmp_path / "data").mkdir()
    port = free_port()
    shipped = (ROOT / "deploy/mosquitto/mosquitto.conf").read_text()
    config = tmp_path / "mosquitto.conf"
    config.write_text(
        shipped.replace("listener 1883", f"listener {port} 127.0.0.1")
        .replace("/mosquitto/config/users", str(tmp_path / "config/mosquitto-users"))
        .replace("/mosquitto/config/acl", str(ROOT / "deploy/mosquitto/acl"))
        .replace("/mosquitto/config/clinic", str(tmp_path / "config/clinic"))
        .replace("/mosquitto/data/", f"{tmp_path}/data/")
        + ("user root\n" if os.getuid() == 0 else "")
    )
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([mosquitto, "-c", str(config)], stdout=log, stderr=log)
    try:
        while True:
            assert process.poll() is None, (tmp_path / "log").read_text()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield port, passwords(tmp_path)
    finally:
        process.kill()
        process.wait()


def passwords(root: Path) -> dict[str, str]:
    return dict(line.split(":", 1) for line in (root / "config/mqtt-passwords").read_text().splitlines())


@pytest.mark.broker
async def test_nobody_comes_in_without_their_password(broker: tuple[int, dict[str, str]]) -> None:
    port, words = broker
    for login in ({}, {"username": "insole", "password": "wrong"}, {"username": "reader", "password": words["insole"]}):
        with pytest.raises(aiomqtt.MqttError):
            async with aiomqtt.Client("127.0.0.1", port, **login):
                pass


@pytest.mark.broker
async def test_everybody_may_say_what_is_theirs_and_nothing_else(broker: tuple[int, dict[str, str]]) -> None:
    port, words = broker
    event, command = "insole/home/anna/event/trip", "insole/home/anna/command/fine"
    device, birth = "homeassistant/device/insole_hub_1/config", "homeassistant/status"
    clients = {
        user: aiomqtt.Client("127.0.0.1", port, username=user, password=words[user], identifier=user) for user in words
    }
    async with clients["insole"] as hub, clients["homeassistant"] as assistant:
        await hub.subscribe("insole/#", qos=1)
        await hub.subscribe("homeassistant/#", qos=1)
        await assistant.subscribe("insole/#", qos=1)
        await assistant.subscribe("homeassistant/#", qos=1)
        async with clients["caregiver"] as caregiver, clients["reader"] as reader:
            everybody = {"insole": hub, "homeassistant": assistant, "caregiver": caregiver, "reader": reader}
            for user, client in everybody.items():
                for topic in (event, command, device, birth):
                    await client.publish(topic, user.encode(), qos=1)
        await hub.publish("insole/last", b"", qos=1)
        heard = set()
        async for message in assistant.messages:
            if message.topic.value == "insole/last":
                break
            heard.add((bytes(message.payload).decode(), message.topic.value))
    assert heard == {
        ("insole", event),
        ("insole", command),
        ("insole", device),
        ("homeassistant", command),
        ("homeassistant", device),
        ("homeassistant", birth),
        ("caregiver", command),
    }


def test_a_first_start_makes_what_the_containers_need_and_a_second_keeps_it(
    first_start: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert first_start.main() == 0
    hub = tmp_path / "config/hub"
    assert {path for path in (tmp_path / "config").iterdir() if path.is_dir()} == {hub, tmp_path / "config/clinic"}
    assert hub.stat().st_mode & 0o777 == 0o700
    files = [path for path in (tmp_path / "config").rglob("*") if path.is_file()]
    made = {path: path.read_text() for path in [*files, tmp_path / ".env"]}
    secret = [path for path in made if path.name not in {"hub.toml", ".env"}]
    assert all(path.stat().st_mode & 0o777 == 0o400 for path in secret)
    assert (tmp_path / "config/hub/hub.toml").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o644, "whoever runs compose reads it"
    assert made[tmp_path / "config/hub/mqtt-password"] == passwords(tmp_path)["insole"]
    first_start.main()
    assert {path: path.read_text() for path in made} == made
    said = capsys.readouterr().out
    assert "made  config/hub/hub.toml" in said
    assert "kept  config/hub/hub.toml" in said
    assert not any(word in said for word in (*passwords(tmp_path).values(), made[tmp_path / "config/grafana-password"]))


def test_files_of_an_earlier_version_move_into_the_hubs_folder(first_start: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    for name in ("hub.toml", "mqtt-password"):
        (tmp_path / "config" / name).write_text(f"of before: {name}")
    first_start.main()
    for name in ("hub.toml", "mqtt-password"):
        assert (tmp_path / "config/hub" / name).read_text() == f"of before: {name}"
        assert not (tmp_path / "config" / name).exists()


def test_two_first_starts_have_nothing_in_common(first_start: ModuleType, tmp_path: Path) -> None:
    first_start.main()
    before = passwords(tmp_path)
    shutil.rmtree(tmp_path / "config")
    first_start.main()
    assert len({*before.values(), *passwords(tmp_path).values()}) == 2 * len(before)


def test_only_root_can_hand_files_to_the_containers(
    first_start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert first_start.main() == 1
    assert "run it with sudo" in capsys.readouterr().err
    assert not (tmp_path / "config").exists()


def test_the_hubs_file_wants_a_wearer_and_nothing_else(first_start: ModuleType, tmp_path: Path) -> None:
    first_start.main()
    text = (tmp_path / "config/hub/hub.toml").read_text().replace("/etc/insole-hub", str(tmp_path / "config/hub"))
    (tmp_path / "token").write_text("t")
    text = text.replace("/run/insole-hub-token", str(tmp_path))
    wearer = '[[wearers]]\nnickname = "anna"\ndevices = [{ role = "left_shin", type = "witmotion", name = "A" }]\n'
    (tmp_path / "hub.toml").write_text(text + wearer)
    config = load_config(tmp_path / "hub.toml")
    assert config.mqtt is not None
    assert config.influxdb is not None
    assert config.mqtt.password() is not None
