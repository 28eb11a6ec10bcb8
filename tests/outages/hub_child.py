"""The real hub, in a process that may be killed. Only where samples come from differs: walkers, ten times as fast.

The engine decides on the hub's own loop and hands its events to where the hub hands them. What was decided, and how
late, is noted in a file (of another disk) before the journal gets it.
"""

import asyncio
import json
import logging
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner

import hub.app
from hub.config import Config
from hub.errors import InsoleHubError
from hub.events import Event
from hub.gait import GaitEngine
from hub.journal import Journal
from hub.journal.database import is_commit
from hub.radio import Bluetooth
from hub.service.watch import Watch
from hub.session import Block, InsoleSpec, Session, ShinSpec
from hub.support.backoff import Backoff
from sensors.layout import LoadUnit, Role
from sensors.walker import EIGHT_CELLS, render_session
from tests.outages.cases import SPEED

WEARERS = ("ada", "ben")
ROLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE, Role.RIGHT_SHIN)
RATE_HZ, WALK_S, BLOCK_N = 100.0, 60.0, 10
WEEK_S = 7 * 86_400.0
SLOW_COMMIT_S = 0.3
PENDING_FEW_N = 1000
CLEAR_ERROR = 3
"""Exit code of a hub that has said why it ends."""

PATIENCE = {
    "hub.influx.writer": ("CLOSED_S",),
    "hub.influx.database": ("ANSWER_S",),
    "hub.mqtt.publisher": ("ANSWER_S",),
    "hub.journal.writer": ("CURSOR_DELAY_S", "RETRY_S"),
    "hub.service.keeping": ("LOOK_S",),
}
"""What is divided by ``SPEED``, beside all growing pauses."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the walkers do: walk on, walk a week's walks from ``walk`` until ``until``, or rest."""

    what: str
    walk: int = 0
    until: int = 0
    patient: bool = True
    """A week's walks wait for the disk, as they would if they took a week."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a hub begins with.

    Parameters
    ----------
    disk : what is wrong with the disk, for its journal.
    real_time : other work on this machine does not take the hub's processor, for figures.
    """

    settings: dict[str, Any]
    run: int
    walks: Path
    decided: Path
    log: Path
    disk: str
    order: Order
    real_time: bool


def render_walks(path: Path, seconds: float = WALK_S) -> None:
    """A walk of each wearer, with trips, for all hubs."""
    made = {}
    for seed, wearer in enumerate(WEARERS, start=1):
        recording = render_session("foot_drop", seconds / 60.0, seed, rate_hz=RATE_HZ, trips=1)
        made |= {f"{wearer} {role.value}": recording.values[role] for role in ROLES}
    np.savez(path, **made)


def be_a_hub(start: Start, orders: Connection) -> None:
    """Run as the service does, until the order "stop"; ``CLEAR_ERROR`` and a line in the log where it cannot."""
    logging.basicConfig(filename=start.log, format="%(asctime)s %(name)s: %(message)s", force=True)
    if start.real_time:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(20))
    _be_hasty()
    FaultyDisk.fault = start.disk
    try:
        asyncio.run(_run(start, orders))
    except InsoleHubError as error:
        logging.getLogger(__name__).error("the hub ends: %s", error)
        sys.exit(CLEAR_ERROR)
    except BaseException:
        logging.getLogger(__name__).exception("the hub breaks down")
        raise


async def _run(start: Start, orders: Connection) -> None:
    walked = WalkedHub(start, orders)
    with (
        patch("hub.service.keeping.Journal", partial(Journal, factory=FaultyDisk)),
        patch.object(Watch, "detect", lambda _: walked.walk_as_ordered()),
    ):
        await walked.run()


class FaultyDisk(sqlite3.Connection):
    """The journal's writing connection, on a disk with a fault."""

    fault = ""

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        """Run a statement."""
        if is_commit(self, sql) and FaultyDisk.fault == "slow":
            time.sleep(SLOW_COMMIT_S)
        if not self.in_transaction:
            super().execute(f"PRAGMA query_only = {'ON' if FaultyDisk.fault == 'read-only' else 'OFF'}")
        return super().execute(sql, *parameters)


class WalkedHub(hub.app.Hub):
    """A hub whose wearers walk as ordered."""

    def __init__(self, start: Start, orders: Connection) -> None:
        super().__init__(Config.model_validate(start.settings), Bluetooth({"backend": Elsewhere}))
        self._start, self._orders, self._order = start, orders, start.order
        self._ordered = asyncio.Event()
        self._decided = os.open(start.decided, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        walks = np.load(start.walks)
        self._walks = {name: {role: walks[f"{name} {role.value}"] for role in ROLES} for name in WEARERS}
        self._next_s = 0.0

    async def run(self) -> None:
        """Run, and note when everything decided is in safety, or was to be."""
        try:
            await super().run()
        finally:
            if self.started.is_set():
                self._note({"run": self._start.run, "ended": True, "dropped_n": self.journal_stats.dropped_n})

    async def walk_as_ordered(self) -> None:
        """In place of what comes from sensors."""
        asyncio.get_running_loop().add_reader(self._orders.fileno(), self._take_order)
        number = 0
        while True:
            match self._order:
                case Order("on"):
                    number += 1
                    self._next_s = max(self._next_s, time.monotonic())
                    await self._walk(f"on {number}", self._next_s, paced=True)
                    self._next_s += WALK_S
                case Order("week", walk, until) as order if walk < until:
                    begin_s = time.monotonic() - WEEK_S * (1.0 - walk / until)
                    await self._walk(f"week {walk}", begin_s, paced=False)
                    while order.patient and self._journal.stats.pending_n > PENDING_FEW_N:
                        await asyncio.sleep(0.01)
                    if self._order is order:
                        self._order = Order("week", walk + 1, until, order.patient)
                    self._orders.send(walk + 1)
                case _:
                    self._ordered.clear()
                    await self._ordered.wait()

    async def _walk(self, name: str, begin_s: float, *, paced: bool) -> None:
        order = self._order
        insole = InsoleSpec(RATE_HZ, LoadUnit.N, EIGHT_CELLS)
        specs = {role: insole if role.is_insole else ShinSpec(RATE_HZ) for role in ROLES}
        engines = {
            wearer.nickname: GaitEngine(
                Session(f"run {self._start.run} {name} {wearer.nickname}", wearer.wearer(), specs)
            )
            for wearer in self.config.wearers
        }
        began_s = time.monotonic()
        samples_n = len(self._walks[WEARERS[0]][ROLES[0]])
        for first in range(0, samples_n, BLOCK_N):
            due_s = began_s + (first + BLOCK_N) / RATE_HZ / SPEED
            if paced:
                await asyncio.sleep(max(0.0, due_s - time.monotonic()))
                if self._order is not order:
                    break
            elif first % (50 * BLOCK_N) == 0:
                await asyncio.sleep(0)
            time_s = begin_s + np.arange(first, min(first + BLOCK_N, samples_n)) / RATE_HZ
            for nickname, engine in engines.items():
                events: list[Event] = []
                for role in ROLES:
                    values = self._walks[nickname][role][first : first + BLOCK_N]
                    events += engine.push(Block(role, time_s, values, float(time_s[-1]) + 0.5 / RATE_HZ))
                self._decide(nickname, events, due_s if paced else None)
        for nickname, engine in engines.items():
            self._decide(nickname, engine.finish(), None)

    def _decide(self, nickname: str, events: list[Event], due_s: float | None) -> None:
        if not events:
            return
        now_s = time.monotonic()
        late_ms = None if due_s is None else (now_s - due_s) * 1e3
        ids, dropped_n = [event.id for event in events], self.journal_stats.dropped_n
        self._note(
            {"run": self._start.run, "ids": ids, "late_ms": late_ms, "at_ns": int(now_s * 1e9), "dropped_n": dropped_n}
        )
        self.watch.keep(nickname, events)

    def _note(self, what: dict[str, Any]) -> None:
        os.write(self._decided, (json.dumps(what) + "\n").encode())

    def _take_order(self) -> None:
        try:
            said = self._orders.recv()
        except EOFError:
            said = "stop"
        match said:
            case Order():
                self._order = said
                self._ordered.set()
            case ("disk", fault):
                FaultyDisk.fault = fault
            case _:
                asyncio.get_running_loop().remove_reader(self._orders.fileno())
                self.stop()


class Elsewhere(BaseBleakScanner):
    """Hears a stranger now and then, and never a sensor of ours: the adapter is well."""

    def __init__(
        self, detection_callback: Callable[..., Any] | None, service_uuids: list[str] | None, *_: Any, **__: Any
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._timer: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        self.seen_devices = {}
        self._hear()

    async def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _hear(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(0.5, self._hear)
        said = AdvertisementData("a stranger", {}, {}, [], None, -90, ())
        device = self.create_or_update_device("00", "C0:00:00:00:00:99", "a stranger", None, said)
        self.call_detection_callbacks(device, said)


def _be_hasty() -> None:
    for module, names in PATIENCE.items():
        for name in names:
            usual = getattr(import_module(module), name)
            hasty = tuple(each / SPEED for each in usual) if isinstance(usual, tuple) else usual / SPEED
            patch(f"{module}.{name}", hasty).start()
    patch("hub.mqtt.publisher.KEEPALIVE_S", 2).start()  # a whole number, and this the least that a broker keeps to
    next_s = Backoff.next_s
    patch.object(Backoff, "next_s", lambda self: next_s(self) / SPEED).start()
