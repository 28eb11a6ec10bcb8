"""The running hub: everything wired together, and the only place that starts tasks."""

import asyncio
import gc
import logging
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from hub.config import Config
from hub.cues.cueing import Cue
from hub.errors import AdapterError, InsoleHubError, PageError
from hub.history.view import PastView
from hub.influx import StatePoints, WriterStats
from hub.journal import JOURNAL, JournalStats, local_day, tally_of_day
from hub.mqtt import AlertSayer, BrokerAddress, Command, Publisher, Topics, local_broker
from hub.page import PageStats, serve
from hub.radio import Bluetooth, BoundNames, Radio, RadioSettings
from hub.recording.shelf import Shelf
from hub.service.announcing import Announcer
from hub.service.at_home import at_home
from hub.service.calibration import Calibrations
from hub.service.caregivers import open_caregivers
from hub.service.commands import Commands
from hub.service.configured import broker_address, device_spec
from hub.service.cues import Cues
from hub.service.database import open_writer
from hub.service.days import DayKeeper
from hub.service.diary import open_diary
from hub.service.health import HealthState
from hub.service.keeping import disk_turned, open_journal, room_for
from hub.service.page_view import PageView, door
from hub.service.reporting import Reporter
from hub.service.settings import HubSettings
from hub.service.upkeep import Upkeep
from hub.service.vibration import Vibrations
from hub.service.watch import Watch
from sensors.driver import Action, Driver
from sensors.layout import Role

logger = logging.getLogger(__name__)

MQTT = "mqtt"
"""The broker's name among the journal's destinations."""

REPORT_S = 1.0
"""How often states are looked at for news."""

FLUSH_S = 2.0
"""How long the end waits for a disk that does not take the last events, before it says so."""

FAREWELL_S = 1.0
"""How long the end waits for the broker to take the last events."""


class Hub:
    """One hub. ``run`` returns after ``stop``, with everything on disk.

    Parameters
    ----------
    config : what to connect and where to tell it.
    bluetooth : this machine's adapter, or a virtual one.
    path : of the file that ``config`` was read from, for the page's settings; None: there is none.
    """

    def __init__(self, config: Config, bluetooth: Bluetooth, path: Path | None = None) -> None:
        self.config = config
        self.path = path
        self.begins_anew = False
        """Whether another one is to take its place when ``run`` has returned, for its file has changed."""
        self.broker: BrokerAddress | None = None
        """Where events are published; known once the hub has started."""
        self.journal_path = config.hub.state_dir / JOURNAL
        self.topics = Topics(config.topic_base)
        self.started = asyncio.Event()
        self.publisher: Publisher | None = None
        self.page_port: int | None = None
        """Where the page is; None where nothing serves."""
        self.page_stats = PageStats()
        self.cues = Cues(config, self._vibrate)
        self.shelf = Shelf(config.hub.state_dir, config.recording.raw_max_mb, config.recording.clips_max_mb)
        self.wearers = {
            wearer.nickname: at_home(config, wearer, self.shelf, self._wall_time_ns_at) for wearer in config.wearers
        }
        self.radio = Radio(
            bluetooth,
            [device_spec(wearer, device) for wearer in config.wearers for device in wearer.devices],
            RadioSettings(silence_s=config.radio.silence_s),
            goodbye=self._goodbye,
            names=BoundNames(config.hub.state_dir / "bound_names.json"),
        )
        self.vibrations = Vibrations(config, self.radio, self._driver_of)
        self._stopping = asyncio.Event()

    @property
    def journal_stats(self) -> JournalStats:
        """What the journal has counted."""
        return self._journal.stats

    @property
    def stopping(self) -> bool:
        """Whether the end has been asked for."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Have ``run`` end in good order."""
        self.begins_anew = False
        self._stopping.set()

    def begin_anew(self) -> None:
        """Have ``run`` end in good order, and another hub take its place; unless the end was asked for already."""
        self.begins_anew = not self.stopping
        self._stopping.set()

    def stop_on_signals(self) -> None:
        """End in good order when the service manager or Ctrl-C asks for it."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.stop)

    async def run(self) -> None:
        """Run until ``stop``.

        Raises
        ------
        AdapterError
            The radio gave up; everything was closed in good order.
        InsoleHubError
            The journal or the hub's own broker cannot be used.
        """
        os.umask(0o077)  # what the hub writes is about somebody's health: nobody else on this machine may read it
        try:
            async with AsyncExitStack() as held:
                self.broker = await self._open_broker(held)
                self._journal = await open_journal(self.journal_path, self.config.journal, held)
                await self._observe_clock()
                self._start_recording(held)
                self._writer = await open_writer(self.config, self._journal, held)
                self._state_points = None if self._writer is None else StatePoints(self.config.hub.name)
                await self._run_tasks()
        except BaseExceptionGroup as group:
            raise _first_of_ours(group) from None
        if self.radio.gave_up:
            raise AdapterError(self.radio.gave_up)

    async def _run_tasks(self) -> None:
        assert self.broker is not None
        self._caregivers = await open_caregivers(self.config, self._journal)
        self._diarist = await open_diary(self._journal, self._caregivers.desk.alert_of)
        days = DayKeeper(self._journal, (wearer.wearer() for wearer in self.config.wearers))
        ours, obeys = version("insole-hub"), self.config.mqtt is None or self.config.mqtt.obeys
        announcer = await asyncio.to_thread(Announcer, self.config, self.topics, self.broker, version=ours, obeys=obeys)
        self.publisher = Publisher(
            self.broker,
            self.topics,
            self._journal,
            version=ours,
            destination=MQTT,
            obey=self._obey if obeys else None,
            wearers=self.wearers,
            alerts=AlertSayer(self._journal.alerts, self.topics, self._caregivers.desk.busy),
            birth_topic=announcer.birth_topic,
        )
        self._upkeep = Upkeep(
            self.wearers,
            self.radio,
            self._journal,
            self.publisher,
            shelf=self.shelf,
            caregivers=self._caregivers,
            keep=room_for(self._journal, self.config.journal),
            database=self._database_stats,
        )
        self.watch = Watch(
            self.wearers,
            self.radio,
            self._journal,
            cues=self.cues,
            vibrations=self.vibrations,
            upkeep=self._upkeep,
        )
        self._calibrations = Calibrations(self.wearers, self.topics, self.publisher, self._diarist.calibrated)
        self._commands = Commands(
            self.wearers,
            self.radio,
            caregivers=self._caregivers,
            diarist=self._diarist,
            calibrations=self._calibrations,
        )
        self._reporter = Reporter(
            self.topics,
            self.publisher,
            self._journal,
            self.radio,
            self.wearers,
            shelf=self.shelf,
            upkeep=self._upkeep,
            days=days,
            database=self._database_stats,
            desk=self._caregivers.desk,
            diarist=self._diarist,
            page=self.page_stats,
            cues=self.cues.stats,
            vibrations=self.vibrations.stats,
            points=self._state_points,
            version=ours,
        )
        async with self._page(ours), asyncio.TaskGroup() as group:
            publishing = group.create_task(self.publisher.run(), name="mqtt")
            radio = group.create_task(self.radio.run(), name="radio")
            radio.add_done_callback(lambda _: self._stopping.set())
            watches = [
                group.create_task(self.watch.detect(), name="detect"),
                group.create_task(self.watch.tick(), name="tick"),
                group.create_task(self._report(), name="report"),
                group.create_task(self._caregivers.run(), name="alerts"),
                group.create_task(self.cues.run(), name="cues"),
                group.create_task(days.run(), name="days"),
                group.create_task(self._journal.check(), name="journal-check"),
                group.create_task(announcer.run(self.publisher), name="announce"),
                group.create_task(self._watch_disk(), name="disk"),
            ]
            if self._writer is not None and self._state_points is not None:
                watches += [
                    group.create_task(self._writer.follow_events(self._journal), name="influxdb-events"),
                    group.create_task(self._writer.follow_alerts(self._journal.alerts), name="influxdb-alerts"),
                    group.create_task(self._writer.follow_days(self._journal.days), name="influxdb-days"),
                    group.create_task(self._writer.follow_diary(self._journal.diary), name="influxdb-diary"),
                    group.create_task(self._writer.follow_states(self._state_points), name="influxdb-states"),
                ]
            _settle_memory()
            self.started.set()
            self._upkeep.begin()
            await asyncio.sleep(0)  # let each task begin: one that was never begun cannot end in good order
            await self._stopping.wait()
            self._upkeep.end(begins_anew=self.begins_anew)
            await self.radio.stop()
            await radio
            for task in watches:
                task.cancel()
            await self._drain()
            await self._tell_the_last()
            await _ended(publishing)

    async def _watch_disk(self) -> None:
        logger.warning("the hub begins anew: %s", await disk_turned(self._journal, self.journal_path))
        self.begin_anew()

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(REPORT_S)
            await self._observe_clock()
            await self._upkeep.look(time.monotonic(), time.time())
            self._calibrations.look(time.monotonic(), time.time_ns())
            self._reporter.tell(time.monotonic(), time.time_ns())

    async def _observe_clock(self) -> None:
        if self._journal.observe_clock(time.monotonic(), time.time_ns()):
            await self._recount_today()  # another wall time may be another day

    async def _recount_today(self) -> None:
        await self._journal.flush()
        for wearer in self.wearers.values():
            today = local_day(time.time_ns(), None)
            wearer.tally = await tally_of_day(wearer.tally.wearer, self._journal.history, today)

    async def _drain(self) -> None:
        self._calibrations.stop_all(time.monotonic(), time.time_ns())
        await self.watch.finish()
        self._reporter.tell_all()

    async def _tell_the_last(self) -> None:
        assert self.publisher is not None
        with suppress(TimeoutError):  # closing the journal waits once more, and says what is lost
            async with asyncio.timeout(FLUSH_S):
                await self._journal.flush()
        with suppress(TimeoutError):  # what is left is told after the next start
            async with asyncio.timeout(FAREWELL_S):
                await self._journal.taken_by(MQTT)
                await self.publisher.said()

    def _vibrate(self, nickname: str, cue: Cue) -> None:
        self.vibrations.give(nickname, cue.kind, cue.side)

    def _driver_of(self, nickname: str, role: Role) -> Driver | None:
        return self.wearers[nickname].pipeline.intake.driver(role)

    def _goodbye(self, nickname: str, role: Role) -> tuple[Action, ...]:
        return self.wearers[nickname].pipeline.intake.farewells().get(role, ())

    @asynccontextmanager
    async def _page(self, ours: str) -> AsyncIterator[None]:
        """Serve the page where that can be; a hub without it still watches."""
        view = PageView(
            self.config.hub.name,
            ours,
            self.wearers,
            {wearer.nickname: wearer.affected_side for wearer in self.config.wearers},
            reporter=self._reporter,
            desk=self._caregivers.desk,
            journal=self._journal,
            health=self._health,
            cues=self.cues,
            calibrations=self._calibrations,
            settings=HubSettings(
                self.path,
                self.config,
                use=self._use,
                begin_anew=self.begin_anew,
                hear=self.radio.hear,
                sound=self.cues.try_sound,
            ),
            history=PastView(
                self._journal,
                self.shelf,
                {wearer.nickname: wearer.wearer() for wearer in self.config.wearers},
                self._caregivers.desk.of_wearer,
            ),
            obey=self._obey,
        )
        async with AsyncExitStack() as held:
            if self.config.page.mode != "off":
                try:
                    self.page_port = await held.enter_async_context(serve(door(self.config), view, self.page_stats))
                except PageError as error:
                    logger.warning("%s; going on without", error)
            yield

    def _use(self, config: Config) -> None:
        """Take what can change while the hub runs."""
        self._caregivers.use(config.contacts)
        self.cues.use(config)
        self.vibrations.use(config)

    def _health(self) -> tuple[bool, dict[str, object]]:
        health = self._upkeep.health
        return health.state is not HealthState.STUCK, {"state": health.state.value, "reasons": list(health.reasons)}

    async def _obey(self, nickname: str, command: Command) -> str:
        return await self._commands.obey(nickname, command)

    def _wall_time_ns_at(self, time_s: float) -> int:
        return self._journal.wall_time_ns_at(time_s)

    def _start_recording(self, held: AsyncExitStack) -> None:
        for wearer in self.wearers.values():
            held.callback(wearer.keeper.close, None)
            if self.config.recording.raw and self._journal.is_kept:
                logger.info("recording to %s", wearer.keeper.start_run())

    async def _open_broker(self, held: AsyncExitStack) -> BrokerAddress:
        if self.config.mqtt is None:
            return await held.enter_async_context(local_broker(self.config.broker.port))
        return broker_address(self.config.mqtt)

    def _database_stats(self) -> WriterStats:
        return WriterStats() if self._writer is None else self._writer.stats


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel until it has ended: a library may lose a cancellation that meets an answer."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=2 * FAREWELL_S)


def _settle_memory() -> None:
    """Spare the garbage collector what start-up made, which stays: looking through it stops the hub for 0.1 s."""
    gc.unfreeze()  # of a hub whose place this one takes
    gc.collect()
    gc.freeze()


def _first_of_ours(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The hub's own error in a group, for one clear line; the group itself where something unforeseen is in it."""
    ours, others = group.split(InsoleHubError)
    if ours is None or others is not None:
        return group
    error: BaseException = ours
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
