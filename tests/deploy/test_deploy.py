"""The shipped service files, with the real programs where they can run."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import aiomqtt
import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
PATH = os.environ.get("PATH", "") + ":/usr/sbin"


def program(name: str) -> str:
    found = shutil.which(name, path=PATH)
    if found is None:
        if os.environ.get("INSOLE_HUB_NO_SKIP") == "1":
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture
def broker_port(tmp_path: Path) -> Iterator[int]:
    """Mosquitto with the shipped configuration; only paths and the listener differ."""
    mosquitto = program("mosquitto")
    users = tmp_path / "users"
    users.write_text("insole:hub-password\nreader:reader-password\n")
    subprocess.run([program("mosquitto_passwd"), "-U", str(users)], check=True, capture_output=True)
    assert "hub-password" not in users.read_text()
    (tmp_path / "data").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    shipped = (ROOT / "deploy/mosquitto/mosquitto.conf").read_text()
    config = tmp_path / "mosquitto.conf"
    config.write_text(
        shipped.replace("listener 1883", f"listener {port} 127.0.0.1")
        .replace("/mosquitto/config/users", str(users))
        .replace("/mosquitto/config/acl", str(ROOT / "deploy/mosquitto/acl"))
        .replace("/mosquitto/data/", f"{tmp_path}/data/")
        + ("user root\n" if os.geteuid() == 0 else "")
    )
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([mosquitto, "-c", str(config)], stdout=log, stderr=log)
    try:
        while True:
            assert process.poll() is None, (tmp_path / "log").read_text()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield port
    finally:
        process.kill()
        process.wait()


@pytest.mark.broker
async def test_the_shipped_broker_admits_nobody_without_a_password(broker_port: int) -> None:
    for login in ({}, {"username": "insole", "password": "wrong"}):
        with pytest.raises(aiomqtt.MqttError):
            async with aiomqtt.Client("127.0.0.1", broker_port, **login):
                pass


@pytest.mark.broker
async def test_readers_read_and_only_the_hub_speaks(broker_port: int) -> None:
    hub = aiomqtt.Client("127.0.0.1", broker_port, username="insole", password="hub-password")
    reader = aiomqtt.Client("127.0.0.1", broker_port, username="reader", password="reader-password")
    async with hub, reader:
        await reader.subscribe("insole/#", qos=1)
        await reader.publish("insole/home/anna/event/trip", b"forged", qos=1)
        await hub.publish("elsewhere/x", b"not allowed", qos=1)
        await hub.publish("insole/home/status", b"true", qos=1)
        message = await anext(aiter(reader.messages))
        assert (message.topic.value, message.payload) == ("insole/home/status", b"true")


def test_compose_names_files_that_exist_and_keeps_broker_and_database_local() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    build = compose["services"]["hub"]["build"]
    assert (ROOT / build["context"] / build["dockerfile"]).is_file()
    for service in compose["services"].values():
        assert "no-new-privileges:true" in service["security_opt"]
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            if source.startswith("./deploy"):
                assert (ROOT / source).is_file()
    for name in ("mosquitto", "influxdb"):
        assert all(port.startswith("127.0.0.1:") for port in compose["services"][name]["ports"])
    assert set(compose["services"]["influxdb"]["secrets"]) == set(compose["secrets"])


def test_the_build_context_holds_what_the_dockerfile_copies() -> None:
    admitted = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for line in (ROOT / "deploy/container/Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists()
                assert source in admitted


def test_the_unit_is_one_that_systemd_accepts(tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    unit = tmp_path / "insole-hub.service"
    text = (ROOT / "deploy/systemd/insole-hub.service").read_text()
    unit.write_text(text.replace("/opt/insole-hub/bin/insole-hub", "/bin/true"))
    result = subprocess.run([analyze, "verify", "--man=no", str(unit)], check=False, capture_output=True, text=True)
    assert str(unit) not in result.stderr, result.stderr
