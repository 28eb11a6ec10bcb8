"""Many homes in one clinic: ``PYTHONPATH=. python benchmarks/clinic_scale.py [--homes 40] [--minutes 3]``.

The shipped files of ``deploy/clinic`` run here: shards, front and database, with TLS, and for each home a Mosquitto of
its own with the shipped bridge. Of each home's hub runs what follows its journal, publisher and database writer; the
events are an engine's, of one walker with foot drop, and every home walks all the time, in real time. Half-way a shard
and the database are killed for some seconds. Then all is counted: every event told at the front and in the database.

What a message, a connection and a point cost is measured, and multiplied to ``--planned`` homes. Needs Mosquitto and
``tests/services/influxd``.
"""

import argparse
import asyncio
import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiomqtt
import numpy as np
from clinic_sizing import STATE_S, WALKED_H_A_DAY, Measured, measured_table, planned_table

from hub.events import STEP_KINDS, Event, Kind, event_id
from hub.gait import GaitEngine
from hub.influx import MEASUREMENTS, Bucket, Writer
from hub.influx.database import Database
from hub.influx.line import line
from hub.influx.points import event_point
from hub.journal import DayTally, Journal
from hub.mqtt import Publisher, wearer_state
from hub.mqtt.fields import STATE_FIELDS
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit
from sensors.walker import render_session
from tests.services.clinic import Clinic, Home, clinic
from tests.services.influxdb import program
from tests.services.mosquitto import until

EVERY_STEP = "+/event/#"
TOLD_AS_SHIPPED = (Kind.TRIP, Kind.FALL)
SETTLE_S = 5.0
AWAY_S = 10.0
PATIENCE_S = 600.0
POINTS_OF_EVENTS = (("insole_steps", "step"), ("insole", "event"), ("insole", "walk"))
WAL_LEFT_BYTES = 100_000
AT_ONCE_N = 5000
DAY_NS = 86_400 * 10**9


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process until now."""

    processor_s: float
    resident_kb: float


def cost(pid: int) -> Cost:
    """As the kernel counts."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    ticks = os.sysconf("SC_CLK_TCK")
    return Cost((int(fields[11]) + int(fields[12])) / ticks, int(fields[21]) * resource.getpagesize() / 1024)


def walked(minutes: float) -> list[Event]:
    """What an engine says of a walker."""
    recording = render_session("foot_drop", minutes, 1, trips=max(1, round(minutes / 2)))
    insole = InsoleSpec(recording.rate_hz, LoadUnit.N, recording.cells)
    sensors = {role: insole if role.is_insole else ShinSpec(recording.rate_hz) for role in recording.values}
    engine = GaitEngine(Session("walk", Wearer("anna", "right"), sensors))
    end_s, events = float(recording.time_s[-1]) + 1.0 / recording.rate_hz, []
    for role, values in recording.values.items():
        events += engine.push(Block(role, recording.time_s, values, end_s))
    return sorted([*events, *engine.finish()], key=lambda event: event.detected_at_s)


@dataclass
class Wearing:
    """One home with its wearer. ``told_ns``: when each event went to the journal."""

    home: Home
    journal: Journal
    publisher: Publisher
    told_ns: dict[str, int] = field(default_factory=dict)

    async def walk(self, events: Sequence[Event]) -> None:
        """Walk for so long as there are events; the day is told each second, as a hub does."""
        name, told_s = self.home.name, 0.0
        tally = DayTally(Wearer(name, "right"))
        for event in events:
            await asyncio.sleep(max(0.0, event.detected_at_s - time.monotonic()))
            own = replace(event, id=event_id(name, event.kind, event.side, event.time_s, event.id))
            self.journal.append(name, [own])
            self.told_ns[own.id] = time.monotonic_ns()
            tally.push(own, self.journal.wall_time_ns_at(own.time_s))
            if event.detected_at_s - told_s >= STATE_S:
                told_s = event.detected_at_s
                now_ns = time.time_ns()
                day = dict.fromkeys(STATE_FIELDS) | tally.summary(now_ns).to_dict()
                self.publisher.set_state(f"insole/{name}/{name}/state", wearer_state(day, now_ns))
        await self.journal.flush()


@dataclass
class Heard:
    """What came to somebody at the front: when each event came first, and how many messages."""

    came_ns: dict[str, int] = field(default_factory=dict)
    messages_n: int = 0

    async def listen(self, place: Clinic) -> None:
        """Listen until cancelled."""
        address = place.address(place.front, "watch", "of the watch")
        assert address.tls is not None
        assert address.password is not None
        async with aiomqtt.Client(
            address.host,
            address.port,
            username=address.username,
            password=address.password.get_secret_value(),
            tls_context=address.tls.context(),
        ) as one:
            await one.subscribe("insole/#", qos=1)
            async for message in one.messages:
                self.messages_n += 1
                if "/event/" in str(message.topic):
                    self.came_ns.setdefault(json.loads(bytes(message.payload))["id"], time.monotonic_ns())


@dataclass(frozen=True, slots=True)
class Reading:
    """What the engines have done until now."""

    at_s: float
    messages_n: int
    points_n: int
    shards: Cost
    front: Cost
    database: Cost


def read(place: Clinic, heard: Heard, writers: Sequence[Writer]) -> Reading:
    """Read it."""
    pids = [process.pid for process in (each.process for each in place.shards) if process is not None]
    assert place.front.process is not None
    assert place.influxd.process is not None
    shards = [cost(pid) for pid in pids]
    return Reading(
        time.monotonic(),
        heard.messages_n,
        sum(writer.stats.written_n for writer in writers),
        Cost(sum(each.processor_s for each in shards), sum(each.resident_kb for each in shards)),
        cost(place.front.process.pid),
        cost(place.influxd.process.pid),
    )


async def misfortune(place: Clinic) -> None:
    """Shard 1 and the database are killed, and come back."""
    say(f"shard 1 and the database are killed for {AWAY_S:g} s")
    kept = place.shards[0].folder / "mosquitto.db"
    kept.unlink(missing_ok=True)
    place.shards[0].save()
    await until(kept.exists)
    await place.shards[0].end(signal.SIGKILL)
    await asyncio.to_thread(place.influxd.end, signal.SIGKILL)
    await asyncio.sleep(AWAY_S)
    await place.shards[0].start()
    await asyncio.to_thread(place.influxd.start)


async def run(given: argparse.Namespace, folder: Path) -> Measured:
    """Enrol, walk, kill, wait, count."""
    homes_n, minutes, shards_n = given.homes, given.minutes, given.shards
    events, let = walked(minutes), (EVERY_STEP,) if given.every_step else ()
    async with AsyncExitStack() as held:
        place = await held.enter_async_context(clinic(folder / "clinic", program(), shards_n=shards_n))
        heard = Heard()
        listening = asyncio.create_task(heard.listen(place))
        empty = read(place, heard, ())
        homes = [
            Home(place, f"h{n}", place.shards[n % shards_n], folder / f"h{n}", let, given.batch_s)
            for n in range(homes_n)
        ]
        wearing, writers = [], []
        for n, home in enumerate(homes, 1):
            await home.enrol()
            broker = home.broker()
            held.push_async_callback(broker.end, signal.SIGKILL)
            await broker.start()
            journal, publisher, writer = await held.enter_async_context(home.hub())
            wearing.append(Wearing(home, journal, publisher))
            writers.append(writer)
            say(f"{n} of {homes_n} homes enrolled")
        start_s = time.monotonic() + 1.0
        for one in wearing:
            one.journal.observe_clock(time.monotonic(), time.time_ns())
        shifted = [
            replace(each, time_s=each.time_s + start_s, detected_at_s=each.detected_at_s + start_s) for each in events
        ]
        walking = asyncio.gather(*(one.walk(shifted) for one in wearing))
        await asyncio.sleep(SETTLE_S)
        say(f"all walk for {minutes:g} minutes")
        began = read(place, heard, writers)
        await asyncio.sleep(minutes * 30.0)
        ended = read(place, heard, writers)
        killed_ns = time.monotonic_ns()
        await misfortune(place)
        await walking
        made = {each for one in wearing for each in one.told_ns}
        kinds = dict.fromkeys(TOLD_AS_SHIPPED)
        to_tell = {
            own
            for one in wearing
            for own, event in zip(one.told_ns, shifted, strict=True)
            if given.every_step or event.kind in kinds
        }
        say("waiting until everything has come")
        with suppress(TimeoutError):  # what is missing is counted below
            await until(
                lambda: (
                    to_tell <= heard.came_ns.keys() and sum(writer.stats.written_n for writer in writers) >= len(made)
                ),
                PATIENCE_S,
            )
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        say("waiting until the database has settled")
        rows_n = sum([await asyncio.to_thread(place.influxd.count, *where, "confidence") for where in POINTS_OF_EVENTS])
        point_bytes = await bytes_of_a_day(place, wearing[0], shifted, minutes)
    told_ns = {each: at_ns for one in wearing for each, at_ns in one.told_ns.items()}
    came_ns = {each: at_ns for each, at_ns in heard.came_ns.items() if at_ns < killed_ns}
    return Measured(
        homes_n=homes_n,
        events_a_min=len(events) / minutes,
        steps_a_min=sum(event.kind in STEP_KINDS for event in events) / minutes,
        messages_hz=(ended.messages_n - began.messages_n) / (ended.at_s - began.at_s),
        points_hz=(ended.points_n - began.points_n) / (ended.at_s - began.at_s),
        shards_us=_us_each(began.shards, ended.shards, ended.messages_n - began.messages_n),
        front_us=_us_each(began.front, ended.front, ended.messages_n - began.messages_n),
        database_us=_us_each(began.database, ended.database, ended.points_n - began.points_n),
        home_kb=(ended.shards.resident_kb - empty.shards.resident_kb) / homes_n,
        point_bytes=point_bytes,
        delays_ms=np.array([(at_ns - told_ns[each]) / 1e6 for each, at_ns in came_ns.items()]),
        to_tell_n=len(to_tell),
        untold_n=len(to_tell - heard.came_ns.keys()),
        made_n=len(made),
        rows_n=rows_n,
    )


def _us_each(began: Cost, ended: Cost, n: int) -> float:
    return 1e6 * (ended.processor_s - began.processor_s) / max(1, n)


async def bytes_of_a_day(place: Clinic, one: Wearing, events: Sequence[Event], minutes: float) -> float:
    """What a point takes on the disk, from a day of one wearer: yesterday's walk, again and again."""
    before_bytes = await settled_bytes(place)
    noon_ns = (time.time_ns() // DAY_NS - 1) * DAY_NS + DAY_NS // 2
    points = []
    for walk in range(round(WALKED_H_A_DAY * 60.0 / minutes)):
        for event in events:
            at_ns = noon_ns + round((event.time_s - events[0].time_s + walk * minutes * 60.0) * 1e9)
            own = replace(event, id=event_id(one.home.name, event.kind, event.side, event.time_s, str(walk)))
            points.append(event_point(one.home.name, one.home.name, own, at_ns, len(points)))
    async with Database(one.home.database()) as database:
        for bucket in Bucket:
            lines = [line(point) for point in points if MEASUREMENTS[point.measurement].bucket is bucket]
            for first in range(0, len(lines), AT_ONCE_N):
                await database.write(bucket, lines[first : first + AT_ONCE_N])
    return (await settled_bytes(place) - before_bytes) / len(points)


async def settled_bytes(place: Clinic) -> int:
    """Of the database's files, once it has put all into them: it does when nobody has written for a while."""
    engine = place.influxd.folder / "engine"
    await until(lambda: _size(engine / "wal") <= WAL_LEFT_BYTES, PATIENCE_S)
    return _size(engine / "data", "*.tsm")


def _size(folder: Path, pattern: str = "*") -> int:
    return sum(path.stat().st_size for path in folder.rglob(pattern) if path.is_file())


def say(what: str) -> None:
    """Progress, on the error stream."""
    sys.stderr.write(f"\r\033[K{what} ..." if sys.stderr.isatty() else f"{what}\n")
    sys.stderr.flush()


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--homes", type=int, default=40, help="that run here (default 40)")
    options.add_argument("--minutes", type=float, default=3.0, help="that they walk (default 3)")
    options.add_argument("--shards", type=int, default=2, help="brokers that homes connect to (default 2)")
    options.add_argument("--planned", type=int, default=10_000, help="homes to plan for (default 10000)")
    options.add_argument("--batch-s", type=float, default=10.0, help="influxdb.batch_s of the homes (default 10)")
    options.add_argument("--every-step", action="store_true", help="homes tell the clinic's broker every step as well")
    given = options.parse_args()
    os.environ["INFLUXD_STORAGE_CACHE_SNAPSHOT_WRITE_COLD_DURATION"] = "5s"
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(run(given, Path(folder)))
    print(measured_table(found))
    print(planned_table(found, given.planned))
    if found.untold_n or found.rows_n != found.made_n:
        sys.exit("something is missing")


if __name__ == "__main__":
    main()
