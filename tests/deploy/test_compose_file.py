"""The compose file as a real Docker Compose client reads it, with all choices of parts; no engine runs it here."""

import json
import re
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from tests.deploy.test_listening import table
from tests.services.compose import PARTS, ROOT, as_is, rendered

MB = 2**20
ON_THE_HOST = {"hub", "caddy"}
"""They use the host's network: for BlueZ and the page, and to reach the page."""


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, Any]:
    """With all parts."""
    return rendered(tmp_path, *PARTS)


@pytest.fixture
def services(whole: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = whole["services"]
    return found


def test_every_choice_of_parts_runs_those_parts(whole: dict[str, Any], tmp_path: Path) -> None:
    part_of = {name: service["profiles"] for name, service in whole["services"].items()}
    assert set(map(tuple, part_of.values())) == {(part,) for part in PARTS}
    usual = [part for part in PARTS if part != "proxy"]  # for which nobody waits
    for some_n in range(len(PARTS)):
        for parts in combinations(usual, some_n):
            chosen = rendered(tmp_path, *parts).get("services", {})
            assert set(chosen) == {name for name, (part,) in part_of.items() if part in parts}
            for name, service in chosen.items():
                for other, how in service.get("depends_on", {}).items():
                    assert other in chosen or how["required"] is False, f"{name} waits for {other} for ever"


def test_what_a_first_start_has_made_is_what_the_containers_are_given(first_start: ModuleType, tmp_path: Path) -> None:
    assert first_start.main() == 0
    (tmp_path / "docker-compose.yml").write_bytes((ROOT / "docker-compose.yml").read_bytes())
    whole = as_is(tmp_path)
    parts = {part for service in whole["services"].values() for part in service["profiles"]}
    assert parts == {*PARTS} - {"proxy"}  # nothing is opened to the outside unless somebody asks for it
    given = [Path(secret["file"]) for secret in whole["secrets"].values()]
    given += [
        Path(volume["source"])
        for service in whole["services"].values()
        for volume in service["volumes"]
        if volume["type"] == "bind"
    ]
    for path in given:
        if path.is_relative_to(tmp_path / "config"):
            assert path.exists()
        elif path.is_relative_to(tmp_path):
            assert (ROOT / path.relative_to(tmp_path)).exists()
        else:
            assert path == Path("/run/dbus/system_bus_socket")
    secret = [
        path.read_text() for path in (tmp_path / "config").rglob("*") if path.is_file() and path.suffix != ".toml"
    ]
    words = {word for text in secret for word in re.split(r"[:\n]", text) if len(word) > len("homeassistant")}
    assert len(words) > len(secret)
    assert not any(word in json.dumps(whole) for word in words)


def test_a_service_may_do_no_more_than_it_must(services: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    for name, service in services.items():
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["cap_drop"] == ["ALL"], name
        assert not service.get("privileged"), name
        assert service["logging"] == {"driver": "local", "options": {"max-size": "10m", "max-file": "3"}}, name
        assert "build" in service or re.fullmatch(r"[\w/-]+:\d+\.\d+\.\d+", service["image"]), name
        for key, value in (service.get("environment") or {}).items():
            assert key.endswith("_FILE") or not re.search("PASSWORD|TOKEN", key), f"{key}: {value}"
        for volume in service["volumes"]:
            if volume["type"] == "bind" and Path(volume["source"]).is_relative_to(tmp_path):
                is_own = Path(volume["source"]).is_relative_to(tmp_path / "config")  # of this installation
                assert is_own or volume["read_only"], volume["target"]
    (settings,) = (volume for volume in services["hub"]["volumes"] if volume["target"] == "/etc/insole-hub")
    assert not settings.get("read_only"), "the page's settings are written there"


def test_what_listens_is_what_the_page_says(services: dict[str, dict[str, Any]]) -> None:
    published = {
        (port["host_ip"], f"{port['protocol']} {port['published']}", port["target"])
        for service in services.values()
        for port in service.get("ports", ())
    }
    told = {(address, port, int(port.split()[1])) for name, (port, address) in table().items() if "of compose" in name}
    assert published == told
    assert {name for name, service in services.items() if service.get("network_mode") == "host"} == ON_THE_HOST
    assert all(service.get("network_mode") in {None, "host"} for service in services.values())


def test_what_stays_running_is_watched_and_leaves_room_on_a_small_computer(services: dict[str, dict[str, Any]]) -> None:
    running = {name: service for name, service in services.items() if service["restart"] != "no"}
    dockerfile = (ROOT / "deploy/container/Dockerfile").read_text()
    for name, service in running.items():
        watch = service.get("healthcheck", {})
        assert watch.get("test") if "image" in service else "HEALTHCHECK" in dockerfile and not watch, name
    limits_mb = {name: int(service["mem_limit"]) / MB for name, service in services.items()}
    usual = [limit_mb for name, limit_mb in limits_mb.items() if name in running and name != "caddy"]
    assert sum(usual) <= 1536  # of 2 GB, with the system's own
    assert limits_mb["influxdb-setup"] <= limits_mb["hub"]  # which waits for it


def test_the_settings_of_the_machine_reach_the_containers(tmp_path: Path) -> None:
    by_itself = rendered(tmp_path, "hub", "grafana")["services"]
    assert by_itself["hub"]["group_add"] == ["112"]
    assert by_itself["grafana"]["environment"]["INSOLE_INFLUXDB_URL"] == "http://influxdb:8086"
    elsewhere = "https://influx.clinic.example:8086"
    told = rendered(tmp_path, "hub", "grafana", BLUETOOTH_GID="117", INSOLE_INFLUXDB_URL=elsewhere)["services"]
    assert told["hub"]["group_add"] == ["117"]
    assert told["grafana"]["environment"]["INSOLE_INFLUXDB_URL"] == elsewhere


def test_grafana_finds_its_token_and_dashboards_where_they_are_put(
    services: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    grafana = {volume["source"]: volume["target"] for volume in services["grafana"]["volumes"]}
    provisioning = ROOT / "deploy/grafana/provisioning"
    sources = (provisioning / "datasources/insole-hub.yaml").read_text()
    assert f"$__file{{{grafana['grafana-token']}/token}}" in sources
    boards = yaml.safe_load((provisioning / "dashboards/insole-hub.yaml").read_text())
    folder = grafana[str(tmp_path / "dashboards/built")]
    assert [one["options"]["path"] for one in boards["providers"]] == [folder]
    home = Path(services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert (str(home.parent), (ROOT / "dashboards/built" / home.name).is_file()) == (folder, True)
