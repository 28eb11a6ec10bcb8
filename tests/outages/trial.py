"""One case of the matrix, run: real servers, a real hub process, an outage, kills, and what was noted of it all."""

import asyncio
import json
import random
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from hub.influx import Bucket
from hub.influx.provision import Plan, provision
from hub.influx.schema import MEASUREMENT_OF, MEASUREMENTS, Name
from tests.outages.cases import AFTER_S, CALM_S, FLAPS_S, OUTAGE_S, WEEK_WALKS_N, Case, Course, Outage
from tests.outages.disk import Disk
from tests.outages.hub_child import WEARERS, Order, Start
from tests.outages.judgement import Evidence, Seen, Stored, decided_from
from tests.outages.relay import Relay, Way
from tests.outages.service import Service
from tests.services import mosquitto
from tests.services.influxdb import ADMIN_TOKEN, Influxd
from tests.services.mosquitto import LOOPBACK, Mosquitto, Reader, until

DRAINED_WITHIN_S = 600.0
"""Only turns a hang into a failure."""

NETWORKS = {
    Outage.NETWORK_SILENT: Way.SILENT,
    Outage.NETWORK_RESET: Way.RESET,
    Outage.NETWORK_SLOW: Way.SLOW,
}
DISKS = {Outage.DISK_FULL, Outage.DISK_SLOW, Outage.DISK_READ_ONLY}


@dataclass(frozen=True, slots=True)
class Times:
    """How long things take, in seconds of the machine; and the minutes that are walked in a week."""

    calm_s: float = CALM_S
    outage_s: float = OUTAGE_S
    flaps_s: tuple[float, ...] = FLAPS_S
    after_s: float = AFTER_S
    week_walks_n: int = WEEK_WALKS_N
    real_time: bool = False


async def run(case: Case, folder: Path, influxd: Influxd, walks: Path, times: Times, seed: int) -> Evidence:
    """From the hub's first start until everything has been told and written."""
    async with _site(case, folder, influxd, walks, times) as site:
        trial = _Trial(case, site, times, random.Random(f"{case.name} {seed}"))
        async with asyncio.TaskGroup() as group:
            await trial.course(group)
            await trial.drain()
        return await asyncio.to_thread(site.evidence, trial.away_ns)


@dataclass
class _Site:
    """The servers, the network, the disk and the hub of one case."""

    broker: Mosquitto
    influxd: Influxd
    databases: dict[Bucket, str]
    relays: list[Relay]
    witness: Relay
    disk: Disk
    reader: Reader
    hub: Service
    journal: Path
    decided: Path
    cursors: list[tuple[int, int, int]] = field(default_factory=list)

    def last_and_cursors(self) -> tuple[int, int, int]:
        """Last position in the journal, and how far MQTT and InfluxDB are."""
        with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{self.journal}?mode=ro", uri=True)) as journal:
            ((last,),) = journal.execute("SELECT coalesce(max(position), 0) FROM events").fetchall()
            at = dict(journal.execute("SELECT destination, position FROM cursors"))
            return last, at.get("mqtt", 0), at.get("influxdb", 0)
        return 0, 0, 0

    async def watch_cursors(self) -> None:
        """Note them, now and then."""
        while True:
            await asyncio.sleep(0.1)
            self.cursors.append((time.monotonic_ns(), *(await asyncio.to_thread(self.last_and_cursors))[1:]))

    def evidence(self, away_ns: list[tuple[int, int]]) -> Evidence:
        """All that was noted, once the hub has ended."""
        with closing(sqlite3.connect(f"file:{self.journal}?mode=ro", uri=True)) as journal:
            rows = journal.execute("SELECT position, id, wearer, wall_time_ns, event FROM events ORDER BY position")
            stored = [Stored(*row[:4], json.loads(row[4])) for row in rows]
        seen = [
            Seen(came_ns, topic.split("/")[2], json.loads(payload))
            for came_ns, (topic, payload, _) in zip(self.reader.came_ns, self.reader.messages, strict=True)
            if "/event/" in topic
        ]
        points = {
            name: self.influxd.query(self.databases[MEASUREMENTS[name].bucket], f'SELECT * FROM "{name}"')
            for name in set(MEASUREMENT_OF.values())
        }
        health = [json.loads(payload) for topic, payload, _ in self.reader.messages if topic.endswith("/health")]
        hub_points = self.influxd.query(self.databases[Bucket.STEPS], f'SELECT * FROM "{Name.HUB}"')
        decided = decided_from(self.decided.read_text())
        taken = frozenset(id_ for each in self.witness.witnesses or () for id_ in each.acknowledged)
        return Evidence(
            decided, stored, seen, points, self.cursors, away_ns, self.hub.kills_n, hub_points, health, taken
        )


@asynccontextmanager
async def _site(case: Case, folder: Path, influxd: Influxd, walks: Path, times: Times) -> AsyncIterator[_Site]:
    async with AsyncExitStack() as held:
        (folder / "mosquitto").mkdir(parents=True)
        broker = Mosquitto(mosquitto.program(), folder / "mosquitto", "allow_anonymous true\nmax_inflight_messages 0")
        await broker.start()
        held.push_async_callback(broker.end, signal.SIGKILL)
        reader = Reader(broker.port)
        held.callback(reader.start().loop_stop)
        broker.process.send_signal(signal.SIGUSR1)  # it writes down that there is a reader, and knows it when killed
        await until((folder / "mosquitto" / "mosquitto.db").exists)
        address = influxd.address(ADMIN_TOKEN, f"{folder.name}-lasting", f"{folder.name}-steps")
        await asyncio.to_thread(lambda: list(provision(Plan(address, {Bucket.STEPS: 0}, folder / "token"))))
        ports, relays = [broker.port, influxd.port], []
        if case.outage in NETWORKS:
            relays = [await held.enter_async_context(Relay(port).listening()) for port in ports]
            ports = [relay.port for relay in relays]
        witness = Relay(ports[0], witnessed=True)
        await held.enter_async_context(witness.listening())
        disk = held.enter_context(Disk(folder / "disk").mounted())
        state, decided = folder / "disk" / "hub", folder / "decided.jsonl"
        decided.touch()
        state.mkdir()  # the installation makes it, before any disk fails
        settings = {
            "hub": {"name": "outages", "state_dir": state},
            "page": {"mode": "off"},
            "mqtt": {"host": LOOPBACK, "port": witness.port},
            "influxdb": {
                "url": f"http://{LOOPBACK}:{ports[1]}",
                "bucket": address.buckets[Bucket.LASTING],
                "steps_bucket": address.buckets[Bucket.STEPS],
                "token_file": folder / "token",
                "batch_s": 0.1,
            },
            "journal": {"batch_s": 0.1},
            "wearers": [
                {
                    "nickname": wearer,
                    "affected_side": "right",
                    "devices": [{"role": "right_shin", "type": "witmotion", "address": f"C0:00:00:00:00:0{number}"}],
                }
                for number, wearer in enumerate(WEARERS)
            ],
        }
        start = Start(settings, 0, walks, decided, folder / "hub.log", "", Order("on"), times.real_time)
        hub = Service(start, disk)
        held.callback(hub.kill)
        journal = state / "journal.db"
        yield _Site(broker, influxd, dict(address.buckets), relays, witness, disk, reader, hub, journal, decided)


class _Trial:
    """The course of one case. ``away_ns``: from when to when something failed."""

    def __init__(self, case: Case, site: _Site, times: Times, chance: random.Random) -> None:
        self.away_ns: list[tuple[int, int]] = []
        self._case, self._site, self._times, self._chance = case, site, times, chance
        self._tasks: list[asyncio.Task[None]] = []

    async def course(self, group: asyncio.TaskGroup) -> None:
        """From the start until all has been well again for a while."""
        times = self._times
        match self._case.course:
            case Course.AT_START:
                async with self._outage():
                    self._begin(group)
                    if (
                        self._case.outage is not Outage.DISK_FULL or self._site.disk.is_own
                    ):  # else no file may grow at all
                        await self._walking()
                    await self._pass(times.outage_s)
            case Course.MIDDLE:
                await self._walk_calmly(group)
                async with self._outage():
                    await self._pass(times.outage_s)
            case Course.FLAPS:
                await self._walk_calmly(group)
                for away_s, back_s in zip(times.flaps_s[::2], times.flaps_s[1::2], strict=True):
                    async with self._outage():
                        await self._pass(away_s)
                    await asyncio.sleep(back_s)
            case Course.WEEK:
                await self._walk_calmly(group)
                async with self._outage():
                    await self._walk_a_week()
        await self._walking()
        await self._pass(times.after_s)

    async def drain(self) -> None:
        """Until all is told and written, as far as it ever will be; then the hub ends in good order."""
        site = self._site
        site.hub.give(Order("rest"))
        if self._case.kills:
            await self._pass(self._times.after_s)
        with suppress(TimeoutError):  # the judgement says what is missing
            async with asyncio.timeout(DRAINED_WITHIN_S):
                before = -1
                while not (
                    before == (last := (now := await asyncio.to_thread(site.last_and_cursors))[0])
                    and set(now) == {last}
                ):
                    before = last
                    await asyncio.sleep(0.5)
        site.hub.end()
        watching, running = self._tasks
        await running
        watching.cancel()
        came_n = -1
        while came_n != (came_n := len(site.reader.messages)):  # what the broker has taken is still on its way
            await asyncio.sleep(1.0)

    async def _walk_calmly(self, group: asyncio.TaskGroup) -> None:
        """The hub begins, and nothing is wrong."""
        self._begin(group)
        await self._walking()
        await self._pass(self._times.calm_s)

    async def _walking(self) -> None:
        """A hub runs, and decides on what comes from now on."""
        noted_bytes = self._site.decided.stat().st_size
        await until(lambda: self._site.decided.stat().st_size > noted_bytes, DRAINED_WITHIN_S)

    def _begin(self, group: asyncio.TaskGroup) -> None:
        self._tasks = [group.create_task(each) for each in (self._site.watch_cursors(), self._site.hub.run())]

    async def _pass(self, seconds: float) -> None:
        """Let time pass, with a kill in it at a random moment."""
        before_s = self._chance.uniform(0.0, seconds) if self._case.kills else 0.0
        await asyncio.sleep(before_s)
        if self._case.kills:
            self._site.hub.kill()
        await asyncio.sleep(seconds - before_s)

    async def _walk_a_week(self) -> None:
        hub, walks_n = self._site.hub, self._times.week_walks_n
        of_disk = self._case.outage in DISKS
        hub.give(Order("week", 0, walks_n, patient=not of_disk))
        await self._pass(self._times.calm_s)
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAINED_WITHIN_S):
                while hub.walked_n < walks_n:
                    await asyncio.sleep(0.05)
        hub.give(Order("on"))
        await asyncio.sleep(self._times.calm_s)

    @asynccontextmanager
    async def _outage(self) -> AsyncIterator[None]:
        began_ns = time.monotonic_ns()
        await self._fail()
        yield
        await self._mend()
        self.away_ns.append((began_ns, time.monotonic_ns()))

    async def _fail(self) -> None:
        site = self._site
        match self._case.outage:
            case Outage.BROKER_KILLED:
                await site.broker.end(signal.SIGKILL)
            case Outage.BROKER_STANDS:
                site.broker.suspend()
            case Outage.DATABASE_KILLED:
                await asyncio.to_thread(site.influxd.end, signal.SIGKILL)
            case Outage.DATABASE_STANDS:
                site.influxd.suspend()
            case Outage.DISK_FULL:
                await asyncio.to_thread(site.disk.fill, site.hub.pid)
            case Outage.DISK_SLOW:
                site.hub.set_disk("slow")
            case Outage.DISK_READ_ONLY:
                site.disk.is_read_only = True
                site.hub.set_disk("read-only")
            case network:
                for relay in site.relays:
                    relay.go(NETWORKS[network])

    async def _mend(self) -> None:
        site = self._site
        match self._case.outage:
            case Outage.BROKER_KILLED:
                await site.broker.start()
            case Outage.BROKER_STANDS:
                site.broker.resume()
            case Outage.DATABASE_KILLED:
                await asyncio.to_thread(site.influxd.start)
            case Outage.DATABASE_STANDS:
                site.influxd.resume()
            case Outage.DISK_FULL:
                site.disk.free(site.hub.pid)
            case Outage.DISK_SLOW | Outage.DISK_READ_ONLY:
                site.disk.let_write()
                site.hub.set_disk("")
            case _:
                for relay in site.relays:
                    relay.go(Way.OPEN)
