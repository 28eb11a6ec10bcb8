"""Import arrows go one way only: sensors <- hub.clock, hub.merge <- hub.gait <- edges <- app <- cli."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

PURE = {"asyncio", "bleak", "bumble", "aiomqtt", "amqtt", "sqlite3", "socket", "logging", "time", "threading"}
VOCABULARY = [
    "hub.session",
    "hub.events",
    "hub.errors",
    "hub.packets",
    "hub.alert",
    "hub.count_fields",
    "hub.day_fields",
    "hub.diary",
    "hub.following",
    "hub.good_step",
    "hub.language",
]
CORE = [*VOCABULARY, "hub.clock", "hub.merge", "hub.intake", "hub.gait", "hub.pipeline"]
EDGES = ["hub.radio", "hub.recording", "hub.journal", "hub.mqtt", "hub.influx", "hub.page", "hub.alerts", "hub.cues"]
PURE_OF_EDGES = [
    *(f"hub.influx.{name}" for name in ("schema", "points", "line")),
    *(f"hub.cues.{name}" for name in ("cueing", "settings", "sound", "vibration")),
    *(
        f"hub.alerts.{name}"
        for name in (
            "contact",
            "desk",
            "due",
            "lifecycle",
            "occurrence",
            "policy",
            "precision",
            "sensor_rules",
            "walking_rules",
            "words",
        )
    ),
]

PURE_SUPPORT = [f"hub.support.{name}" for name in ("allowance", "backoff", "in_flight", "quiet_hours")]

MAY_IMPORT: dict[str, list[str]] = {
    "sensors": [],
    **{module: ["sensors", *VOCABULARY] for module in VOCABULARY},
    "hub.clock": ["sensors", *VOCABULARY],
    "hub.merge": ["sensors", *VOCABULARY],
    "hub.intake": ["sensors", *VOCABULARY, "hub.clock", "hub.merge"],
    "hub.gait": ["sensors", *VOCABULARY, "hub.clock", "hub.merge"],
    "hub.pipeline": ["sensors", *VOCABULARY, "hub.intake", "hub.gait"],
    "hub.config": ["sensors", *VOCABULARY],
    "hub.support": ["hub.errors"],
    **{edge: ["sensors", "hub.config", "hub.support", *CORE] for edge in EDGES},
}
"""What a room may import from the project beside itself. Rooms not listed are wiring and may import all."""

ONLY_IMPORTER = {
    "bleak": "hub.radio",
    "bleak_retry_connector": "hub.radio",
    "bumble": "hub.radio",
    "aiomqtt": "hub.mqtt",
    "paho": "hub.mqtt",
    "amqtt": "hub.mqtt",
    "influxdb_client": "hub.influx",
    "aiohttp": "hub.influx",
    "sqlite3": "hub.journal",
    "mcap": "hub.recording",
    "apprise": "hub.alerts.delivery",
    "typer": "hub.cli",
    "grafana_client": "dashboards.publishing.grafana",
    "requests": "dashboards.publishing.grafana",
    "starlette": "hub.page",
    "uvicorn": "hub.page",
    "tomlkit": "hub.config",
}


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def _inside(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


SOURCES = [path for room in ("sensors", "hub", "dashboards") for path in sorted((ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_arrows(path: Path) -> None:
    module = _module(path)
    for imported in _imports(path):
        for library, owner in ONLY_IMPORTER.items():
            assert not _inside(imported, library) or _inside(module, owner), f"{module} imports {imported}"
        rooms = [room for room in MAY_IMPORT if _inside(module, room)]
        if not rooms or imported.split(".")[0] not in {"sensors", "hub", "dashboards"}:
            continue
        room = max(rooms, key=len)
        allowed = [room, *MAY_IMPORT[room]]
        assert any(_inside(imported, room) for room in allowed), f"{module} imports {imported}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pure_rooms_touch_no_world(path: Path) -> None:
    module = _module(path)
    if any(_inside(module, room) for room in ["sensors", *PURE_SUPPORT, *CORE, *PURE_OF_EDGES]):
        assert not {name.split(".")[0] for name in _imports(path)} & PURE, f"{module} is not pure"


@pytest.mark.parametrize("library", ["scipy", "pandas"])
def test_no_room_imports_what_a_small_computer_cannot_hold(library: str) -> None:
    """scipy.signal alone holds 77 MB resident, half of the hub's budget: the engine's filters are numpy."""
    for path in SOURCES:
        assert not any(_inside(name, library) for name in _imports(path)), path
