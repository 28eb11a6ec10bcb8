"""The containers' files: what their first start makes, the broker with the shipped rights, and the compose file."""

import importlib.util
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import aiomqtt
import pytest
import yaml

from hub.config import load_config
from tests.deploy.test_deploy import program

ROOT = Path(__file__).parent.parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]


@pytest.fixture
def first_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, for a repository in ``tmp_path``; files stay with this user."""
    spec = importlib.util.spec_from_file_location("first_start", ROOT / "deploy/container/first_start.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "fchown", lambda *_: None)
    return module


@pytest.fixture
def broker(first_start: ModuleType, tmp_path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Mosquitto with the shipped configuration and what the first start has made; its port, and all passwords."""
    mosquitto = program("mosquitto")
    assert first_start.main() == 0
    (tmp_path / "data").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
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
    assert [path for path in (tmp_path / "config").iterdir() if path.is_dir()] == [tmp_path / "config/clinic"]
    files = [path for path in (tmp_path / "config").iterdir() if path.is_file()]
    made = {path: path.read_text() for path in [*files, tmp_path / ".env"]}
    needed = [volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]]
    needed += [secret["file"] for secret in COMPOSE["secrets"].values()]
    assert {tmp_path / name for name in needed if name.startswith("./config")} <= {*made, tmp_path / "config/clinic"}
    secret = [path for path in made if path.name not in {"hub.toml", ".env"}]
    assert all(path.stat().st_mode & 0o777 == 0o400 for path in secret)
    assert (tmp_path / "config/hub.toml").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o644, "whoever runs compose reads it"
    assert made[tmp_path / "config/mqtt-password"] == passwords(tmp_path)["insole"]
    first_start.main()
    assert {path: path.read_text() for path in made} == made
    said = capsys.readouterr().out
    assert "made  config/hub.toml" in said
    assert "kept  config/hub.toml" in said
    assert not any(word in said for word in (*passwords(tmp_path).values(), made[tmp_path / "config/grafana-password"]))


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
    text = (tmp_path / "config/hub.toml").read_text().replace("/etc/insole-hub", str(tmp_path / "config"))
    (tmp_path / "token").write_text("t")
    text = text.replace("/run/insole-hub-token", str(tmp_path))
    wearer = '[[wearers]]\nnickname = "anna"\ndevices = [{ role = "left_shin", type = "witmotion", name = "A" }]\n'
    (tmp_path / "hub.toml").write_text(text + wearer)
    config = load_config(tmp_path / "hub.toml")
    assert config.mqtt is not None
    assert config.influxdb is not None
    assert config.mqtt.password() is not None


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]
    assert not service.get("privileged")
    assert service["logging"]["options"]["max-size"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert "build" in service or re.fullmatch(r"[\w/-]+:\d+\.\d+\.\d+", service["image"])
    for key, value in service.get("environment", {}).items():
        assert key.endswith("_FILE") or not re.search("PASSWORD|TOKEN", key), f"{key}: {value}"
    for volume in service["volumes"]:
        source = volume.split(":")[0]
        if source.startswith("./") and not source.startswith("./config/"):
            assert (ROOT / source).exists()
        elif not source.startswith(("./", "/")):
            assert source in COMPOSE["volumes"]
    assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])


def test_what_stays_running_is_watched_and_leaves_room_on_a_small_computer() -> None:
    running = {name: service for name, service in SERVICES.items() if service["restart"] != "no"}
    dockerfile = (ROOT / "deploy/container/Dockerfile").read_text()
    assert all("healthcheck" in service or "HEALTHCHECK" in dockerfile for service in running.values())
    assert all("healthcheck" in service for service in running.values() if "image" in service)
    usual = [service for service in running.values() if service["profiles"] != ["proxy"]]
    limits_mb = [int(service["mem_limit"].removesuffix("m")) for service in usual]
    assert sum(limits_mb) <= 1536  # of 2 GB, with the system's own


def test_each_part_can_be_left_out(first_start: ModuleType, tmp_path: Path) -> None:
    first_start.main()
    parts = re.search("COMPOSE_PROFILES=(.*)", (tmp_path / ".env").read_text())
    assert parts is not None
    known = {profile for service in SERVICES.values() for profile in service["profiles"]}
    assert known - {"proxy"} == set(parts[1].split(","))  # nothing is opened to the outside unless somebody asks for it
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            same_part = SERVICES[other]["profiles"] == service["profiles"]
            assert same_part or how.get("required") is False


def test_grafana_finds_its_token_and_dashboards_where_they_are_put() -> None:
    grafana = dict(volume.rsplit(":", 2)[:2] for volume in SERVICES["grafana"]["volumes"] if volume.count(":") == 2)
    sources = (ROOT / "deploy/grafana/provisioning/datasources/insole-hub.yaml").read_text()
    assert f"$__file{{{grafana['grafana-token']}/token}}" in sources
    boards = yaml.safe_load((ROOT / "deploy/grafana/provisioning/dashboards/insole-hub.yaml").read_text())
    folder = grafana["./dashboards/built"]
    assert [one["options"]["path"] for one in boards["providers"]] == [folder]
    home = Path(SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert (str(home.parent), (ROOT / "dashboards/built" / home.name).is_file()) == (folder, True)
