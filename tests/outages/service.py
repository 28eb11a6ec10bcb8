"""A hub process that is started anew whenever it ends, as systemd does it."""

import asyncio
import multiprocessing
import signal
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from tests.outages.disk import Disk
from tests.outages.hub_child import CLEAR_ERROR, Order, Start, be_a_hub

RESTART_S = 0.5

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.outages.trial", "hub.influx.database"])


class Service:
    """What systemd is to a hub: starts it anew whenever it ends, until it is to end."""

    def __init__(self, start: Start, disk: Disk) -> None:
        self.order = start.order
        self.disk_fault = ""
        self.kills_n = 0
        self.walked_n = 0
        """How many of a week's walks were walked."""
        self.process: BaseProcess | None = None
        self._start, self._disk = start, disk
        self._pipe: Connection | None = None
        self._ending = False

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None and self.process.is_alive() else None

    async def run(self) -> None:
        """Start it, and again whenever it ends."""
        loop, run = asyncio.get_running_loop(), 0
        while not self._ending:
            run += 1
            self._pipe, theirs = _processes.Pipe()
            start = replace(self._start, run=run, disk=self.disk_fault, order=self._rest_of_the_order())
            self._disk.hub_begins()
            self.process = _processes.Process(target=be_a_hub, args=(start, theirs), daemon=True)
            await asyncio.to_thread(self.process.start)
            theirs.close()
            self._disk.hub_began(self.process.pid)
            ended = asyncio.Event()
            loop.add_reader(self._pipe.fileno(), self._hear, self._pipe)
            loop.add_reader(self.process.sentinel, ended.set)
            await ended.wait()
            loop.remove_reader(self.process.sentinel)
            loop.remove_reader(self._pipe.fileno())
            self.process.join()
            code = self.process.exitcode
            assert code in {0, CLEAR_ERROR, -signal.SIGKILL}, f"the hub has broken down: {self._start.log.read_text()}"
            if not self._ending:
                await asyncio.sleep(RESTART_S)

    def give(self, order: Order) -> None:
        """Have the walkers do something else."""
        self.order = order
        self._say(order)

    def set_disk(self, fault: str) -> None:
        """Have the journal's connection find the disk so."""
        self.disk_fault = fault
        self._say(("disk", fault))

    def kill(self) -> None:
        if self.process is not None and self.process.is_alive():
            self.process.kill()
            self.kills_n += 1

    def end(self) -> None:
        self._ending = True
        self._say("stop")

    def _say(self, what: object) -> None:
        with suppress(OSError, AttributeError):  # it has just been killed; the next one is told at its start
            self._pipe.send(what)

    def _hear(self, pipe: Connection) -> None:
        try:
            self.walked_n = max(self.walked_n, pipe.recv())
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(pipe.fileno())

    def _rest_of_the_order(self) -> Order:
        return replace(self.order, walk=self.walked_n) if self.order.what == "week" else self.order
