"""A source that stands still, for tests of the server alone."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from hub.journal.day import DaySummary
from hub.mqtt import COMMANDS
from hub.page import Door, NotDoneError, OutdatedError, PageStats, Role, Visitor, make_code, serve
from hub.page.settings_model import Change, Heard, Settings, SoundTried
from hub.service.page_calibration import shown
from tests.page.still_past import StillPast

FOOT = {"cells": [0, 50, 100], "cop": [0.4, 0.6]}
CUE = {"kind": "good_step", "gain": 0.25, "time_s": 7.4}
CELLS = [{"x": 0.5, "y": y, "region": "heel"} for y in (0.1, 0.5, 0.9)]


class StillSettings:
    """Settings that stand still but for a count of changes."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.began_anew_n = 0

    async def shown(self) -> Settings:
        return Settings(
            version=f"v{len(self.changes)}", trouble="", undo=None, begins_anew=False, wearers=[], contacts=[]
        )

    async def change(self, change: Change) -> Settings:
        if change.version != f"v{len(self.changes)}":
            raise OutdatedError("changed elsewhere")
        self.changes.append(change)
        return (await self.shown()).model_copy(update={"begins_anew": change.name_of == "add_sensor"})

    def begin_anew(self) -> None:
        asyncio.get_running_loop()  # the hub's own sets an event, which a thread may not
        self.began_anew_n += 1

    async def heard(self) -> Heard:
        return Heard(sensors=[])

    async def try_contact(self, name: str) -> str:
        raise NotDoneError(f"nobody who is told is called {name!r}")

    async def try_sound(self, kind: str, volume_pct: float) -> SoundTried:
        return SoundTried(gain=volume_pct / 100, trouble=f"no {kind}")


class Still:
    """Two wearers who stand still; what was asked of them."""

    hub = "home"
    version = "1.2.3"
    wearers: Mapping[str, str] = {"anna": "left", "bo peep": "none"}
    sounds: Mapping[str, bytes] = {"good_step": b"RIFF"}
    history = StillPast()
    commands: Mapping[str, type[BaseModel]] = {command.name: command for command in COMMANDS}

    def __init__(self) -> None:
        self.lives = True
        self.settings = StillSettings()
        self.hears: list[Callable[[str, Mapping[str, Any]], None]] = []
        self.asked: list[tuple[str, BaseModel]] = []

    def listen(self, hear: Callable[[str, Mapping[str, Any]], None]) -> Callable[[], None]:
        self.hears.append(hear)
        return lambda: self.hears.remove(hear)

    def health(self) -> tuple[bool, Mapping[str, Any]]:
        return self.lives, {"state": "ok" if self.lives else "stuck", "reasons": [] if self.lives else ["packets wait"]}

    def layout(self, nickname: str) -> Mapping[str, Any]:
        return {"left": CELLS, "right": []}

    def frame(self, nickname: str) -> Mapping[str, Any]:
        return {"time_s": 7.5, "left": FOOT, "right": None, "shank": {"left": 1.5, "right": None}}

    def now(self, nickname: str) -> Mapping[str, Any]:
        day = DaySummary("2026-01-02", 0).to_dict()
        return {
            "walking": False,
            "context": "standing",
            "flowing": True,
            "kept": True,
            "today": day,
            "steps": [],
            "cues": {"on": "off", "every": 1},
            "aids": None,
            "sensors": [],
            "alerts": [],
        }

    def calibration(self, nickname: str) -> Mapping[str, Any]:
        return shown(None)

    async def days(self, nickname: str, weeks: int) -> Sequence[Mapping[str, Any]]:
        return [DaySummary("2026-01-01", weeks).to_dict()]

    async def obey(self, nickname: str, command: BaseModel) -> str:
        if command.model_dump().get("alert") == "none":
            raise NotDoneError("there is no such alert")
        self.asked.append((nickname, command))
        return "noted"


class Home:
    """A served page, and ways to ask it as a browser does."""

    def __init__(self, port: int, source: Still, stats: PageStats, folder: Path) -> None:
        self.port = port
        self.source = source
        self.stats = stats
        self.folder = folder

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def code(self, role: Role = Role.WEARER, wearer: str = "") -> str:
        return make_code(self.folder, Visitor(role, wearer), datetime.now(UTC))


@asynccontextmanager
async def home(folder: Path, *, paired: bool = False, source: Still | None = None):
    source, stats = source or Still(), PageStats()
    names = ("localhost", "insole.local")
    async with serve(Door(0, names, folder if paired else None), source, stats) as port:
        yield Home(port, source, stats, folder)
