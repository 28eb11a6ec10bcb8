"""The hub as its own page sees it: taken from what is told on MQTT and from the live view; nothing is counted twice."""

import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from pydantic import BaseModel

from hub.alert import Alert
from hub.alerts.desk import Desk
from hub.alerts.policy import NS, TREATMENTS
from hub.config import Config
from hub.cues.cueing import Cue
from hub.cues.settings import CueKind, CueSettings
from hub.cues.sound import gain, wav
from hub.day_fields import DAY_FIELDS
from hub.events import Value
from hub.history.view import PastView, layout_of
from hub.journal import Journal
from hub.live import Live
from hub.mqtt import COMMANDS, Command, CommandError, SensorState, iso
from hub.page import FOLDER, Door, NotDoneError
from hub.pipeline import Pipeline
from hub.service.calibration import Calibrations
from hub.service.cues import Cues
from hub.service.page_calibration import shown
from hub.service.reporting import Reporter
from hub.service.settings import HubSettings
from sensors.layout import Role, Side

SHOWN_STEPS = 30

STALE_S = 1.0
"""A sensor's newest sample is no longer the present after this."""

TO_LABEL_S = 24 * 3600.0
"""A trip or fall is asked about for so long: was it one?"""

FEET = (Side.LEFT, Side.RIGHT)


def door(config: Config) -> Door:
    """Where the page is reached."""
    paired = config.hub.state_dir / FOLDER
    if config.page.mode == "proxy":
        return Door(config.page.port, ("localhost", *config.page.names), paired, here_only=True)
    if config.page.mode != "lan":
        return Door(config.page.port, ("localhost", *config.page.names), here_only=True)
    machine = socket.gethostname()
    names = ("localhost", "insole.local", machine, f"{machine}.local", *config.page.names)
    return Door(config.page.port, names, paired)


class Shown(Protocol):
    """One wearer, as far as the page shows them."""

    @property
    def live(self) -> Live:
        """The present."""

    @property
    def pipeline(self) -> Pipeline:
        """What is known of this moment."""


class PageView:
    """What the page shows; see ``hub.page.Source``."""

    commands: Mapping[str, type[BaseModel]] = {command.name: command for command in COMMANDS}

    def __init__(
        self,
        hub: str,
        version: str,
        wearers: Mapping[str, Shown],
        sides: Mapping[str, str],
        *,
        reporter: Reporter,
        desk: Desk,
        journal: Journal,
        health: Callable[[], tuple[bool, Mapping[str, Any]]],
        cues: Cues,
        calibrations: Calibrations,
        settings: HubSettings,
        history: PastView,
        obey: Callable[[str, Command], Awaitable[str]],
    ) -> None:
        self.hub = hub
        self.version = version
        self.wearers = sides
        self.health = health
        self.settings = settings
        self.history = history
        self._shown = wearers
        self._reporter = reporter
        self._desk = desk
        self._journal = journal
        self._cues = cues
        self._calibrations = calibrations
        self._obey = obey
        self.sounds = {kind.value: wav(kind) for kind in CueKind}

    def layout(self, nickname: str) -> Mapping[str, Any]:
        """Where the cells lie."""
        return layout_of(self._shown[nickname].live.session)

    def frame(self, nickname: str) -> Mapping[str, Any]:
        """This moment."""
        shown, now_s = self._shown[nickname], time.monotonic()
        fresh = {role for role, newest_s in shown.live.newest_s.items() if now_s - newest_s < STALE_S}
        pitches = {side.value: _pitch(shown.pipeline, side.shin, fresh) for side in FEET}
        return {
            "time_s": round(now_s, 3),
            **{side.value: _foot(shown.live, side.insole, fresh) for side in FEET},
            "shank": pitches,
        }

    def now(self, nickname: str) -> Mapping[str, Any]:
        """The present."""
        shown, day = self._shown[nickname], self._reporter.days.get(nickname)
        sensors = {role: state for (wearer, role), state in self._reporter.sensors.items() if wearer == nickname}
        return {
            "walking": shown.live.walking,
            "context": shown.pipeline.context.value,
            "flowing": any(state.rate_hz for state in sensors.values()),
            "kept": self._journal.is_kept,
            "today": None if day is None else {name: day[name] for name in DAY_FIELDS},
            "steps": [
                {"side": step.side.value, "strike": step.strike, "drag": step.drag, "trip": step.trip}
                for step in list(shown.live.steps)[-SHOWN_STEPS:]
            ],
            "cues": _cues(self._cues.cueing[nickname].settings),
            "aids": None if day is None else day["aids"],
            "sensors": [_sensor(role, state) for role, state in sensors.items()],
            "alerts": [_alert(alert) for alert in self._to_answer(nickname)],
        }

    def calibration(self, nickname: str) -> Mapping[str, Any]:
        """Where a guided calibration stands."""
        return shown(self._calibrations.progress(nickname, time.monotonic()))

    def listen(self, hear: Callable[[str, Mapping[str, Any]], None]) -> Callable[[], None]:
        """Tell sounds in the instant at which they are due."""
        return self._cues.listen(lambda nickname, cue: hear(nickname, _cue(cue)))

    async def days(self, nickname: str, weeks: int) -> Sequence[Mapping[str, Value]]:
        """The days of the last weeks that are over."""
        first = (datetime.now(UTC).astimezone() - timedelta(weeks=weeks)).date().isoformat()
        return [record.summary.to_dict() for record in await self._journal.days.of_wearer(nickname, first)]

    async def obey(self, nickname: str, command: BaseModel) -> str:
        """Carry a command out, as one that came over MQTT."""
        assert isinstance(command, Command)
        try:
            return await self._obey(nickname, command)
        except CommandError as error:
            raise NotDoneError(str(error)) from error

    def _to_answer(self, nickname: str) -> list[Alert]:
        """Open alerts, and trips and falls of late that nobody has labelled; the newest first."""
        since_ns = time.time_ns() - int(TO_LABEL_S) * NS
        alerts = [
            alert
            for alert in self._desk.of_wearer(nickname)
            if not alert.state.is_over
            or (TREATMENTS[alert.rule].escalates and alert.label is None and alert.opened_ns > since_ns)
        ]
        return sorted(alerts, key=lambda alert: alert.opened_ns, reverse=True)


def _foot(live: Live, role: Role, fresh: set[Role]) -> dict[str, Any] | None:
    if role not in fresh:
        return None
    cop = live.centre_of_pressure(role)
    return {
        "cells": [round(100 * load) for load in live.pressure(role)],
        "cop": None if cop is None else [round(part, 3) for part in cop],
    }


def _pitch(pipeline: Pipeline, role: Role, fresh: set[Role]) -> float | None:
    pitch_deg = pipeline.shank_pitch_deg(role) if role in fresh else None
    return None if pitch_deg is None else round(pitch_deg, 1)


def _cue(cue: Cue) -> dict[str, Any]:
    return {"kind": cue.kind.value, "gain": round(gain(cue.volume_pct), 3), "time_s": round(cue.time_s, 3)}


def _cues(settings: CueSettings) -> dict[str, Any]:
    """What sounds; an insole that only vibrates is nothing to a page."""
    return {"on": "off" if settings.sounding is None else settings.sounding.value, "every": settings.every_n}


def _sensor(role: Role, state: SensorState) -> dict[str, Any]:
    return {
        "role": role.value,
        "state": state.condition.value,
        "battery_pct": state.battery_pct,
        "battery_days": state.battery_days,
        "rate_hz": state.rate_hz,
        "loss_pct": state.loss_pct,
        "note": state.note,
    }


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "rule": alert.rule.value,
        "severity": alert.severity.value,
        "state": alert.state.value,
        "what": alert.what,
        "happened": iso(alert.happened_ns),
        "count": alert.count,
        "told": list(alert.told),
        "answered_by": alert.answered_by,
        "can_be_fine": not alert.state.is_over and TREATMENTS[alert.rule].escalates,
    }
