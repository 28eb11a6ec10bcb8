"""What is looked after once a second: sensors that are not worn, batteries, calibrations, recordings, and health."""

import asyncio
import logging
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from hub.config import JournalConfig
from hub.errors import RecordingError
from hub.influx import WriterStats
from hub.journal import Journal, set_aside
from hub.mqtt import Publisher
from hub.radio import LinkState, LinkStatus, Radio
from hub.recording.shelf import Shelf
from hub.service.at_home import WearerAtHome
from hub.service.caregivers import Caregivers
from hub.service.health import Health, HealthState, Signs, judge
from hub.service.strain import StrainMeter
from hub.service.systemd import ServiceManager
from hub.service.wear import Wear
from hub.service.written import DAY_S, DayWindow, written_bytes
from sensors.layout import Role

logger = logging.getLogger(__name__)

TIDY_S = 60.0
"""How often recordings and the journal are looked through for what must make way."""

JOURNAL_SPARE_BYTES = 64_000_000
"""Old steps make way while the disk has less left than this, after recordings have: so the journal grows no more."""


class Upkeep:
    """Looks after a running hub. ``health`` is as of the last look."""

    def __init__(
        self,
        wearers: Mapping[str, WearerAtHome],
        radio: Radio,
        journal: Journal,
        publisher: Publisher,
        *,
        shelf: Shelf,
        caregivers: Caregivers,
        keep: JournalConfig,
        database: Callable[[], WriterStats],
    ) -> None:
        self.health = Health(HealthState.DEGRADED, ("the hub has just started",))
        self.taken_s = time.monotonic()
        """When arrivals were last taken in; whoever takes them notes it here."""
        self._wearers = wearers
        self._radio = radio
        self._journal = journal
        self._publisher = publisher
        self._shelf = shelf
        self._caregivers = caregivers
        self._keep = keep
        self.written = DayWindow()
        """Bytes written to the disk."""
        self.strain = StrainMeter(shelf.state_dir)
        self._database = database
        self._manager = ServiceManager()
        self._asleep: set[tuple[str, Role]] = set()
        self._journal_failures_n = 0
        self._tidy_next_s = 0.0
        self._set_aside: tuple[Path, ...] = ()

    def begin(self) -> None:
        """The hub has started."""
        self._manager.ready()

    def end(self, *, begins_anew: bool) -> None:
        """The hub is about to stop; of one that begins anew the service manager is told nothing: it would end it."""
        if not begins_anew:
            self._manager.stopping()

    async def look(self, now_s: float, wall_time_s: float) -> None:
        """Look at everything once."""
        links = self._radio.status()
        self._look_at_wear(links, now_s)
        self._look_at_health(links, now_s)
        for link in links:
            if link.facts.battery_pct is not None:
                await self._wearers[link.wearer].see_battery(link.role, link.facts.battery_pct, wall_time_s)
        for nickname, wearer in self._wearers.items():
            self._caregivers.look(nickname, [link for link in links if link.wearer == nickname], wearer.wear)
            await wearer.keep_calibration()
        await self._tidy(now_s, wall_time_s)

    def _look_at_wear(self, links: tuple[LinkStatus, ...], now_s: float) -> None:
        """Let sensors rest that are not worn; who wakes is looked at together with the wearer's others."""
        asleep = {(link.wearer, link.role) for link in links if link.state is LinkState.SLEEPING}
        for nickname in {whose for whose, _ in self._asleep - asleep}:
            for _, role in {one for one in asleep if one[0] == nickname}:
                self._radio.wake(role, wearer=nickname)
        self._asleep = asleep
        for nickname, wearer in self._wearers.items():
            own = [link for link in links if link.wearer == nickname]
            streaming = [link.role for link in own if link.state is LinkState.STREAMING]
            wearer.wear = wearer.wear_watch.see(now_s, wearer.pipeline.context) if streaming else Wear.UNKNOWN
            if wearer.wear is Wear.WORN:
                for role in streaming:
                    self._radio.worn(role, wearer=nickname)
            elif wearer.wear is Wear.TO_REST:
                logger.info("%s: not worn; the sensors are let go to spare their batteries", nickname)
                wearer.wear_watch.rests()
                for role in streaming:
                    self._radio.rest(role, wearer=nickname)

    def _look_at_health(self, links: tuple[LinkStatus, ...], now_s: float) -> None:
        journal = self._journal.stats
        if not journal.pending_n:
            self._journal_failures_n = journal.failures_n
        finder, database = self._radio.finder, self._database()
        signs = Signs(
            now_s,
            links,
            waiting_n=len(self._radio.inbox),
            taken_s=self.taken_s,
            scanner_moved_s=finder.moved_s,
            scanner_trouble=finder.trouble,
            disk_trouble=self._journal.disk_trouble,
            journal_waiting_n=journal.pending_n,
            journal_trouble=journal.failures_n > self._journal_failures_n,
            journal_overfull=journal.is_overfull,
            journals_damaged=tuple(path.name for path in self._set_aside),
            broker_trouble=self._publisher.stats.trouble,
            database_trouble=database.trouble,
            refused_n=database.refused_n,
        )
        before, self.health = self.health, judge(signs)
        if self.health.state is HealthState.STUCK:
            if before.state is not HealthState.STUCK:
                logger.error("stuck: %s", "; ".join(self.health.reasons))
        else:
            self._manager.alive()
        streaming_n = sum(link.state is LinkState.STREAMING for link in links)
        told = "; ".join(self.health.reasons) or f"{streaming_n} of {len(links)} sensors stream, the others rest"
        self._manager.status(f"{self.health.state.value}: {told}")

    async def _tidy(self, now_s: float, wall_time_s: float) -> None:
        """Make room where recordings and old steps take more than they may: recordings first."""
        if now_s < self._tidy_next_s:
            return
        self._tidy_next_s = now_s + TIDY_S
        in_use = {path for wearer in self._wearers.values() if (path := wearer.keeper.in_use) is not None}
        try:
            await asyncio.to_thread(self._shelf.tidy, in_use)
        except RecordingError as error:
            logger.warning("%s", error)
        since_ns = int((wall_time_s - self._keep.steps_days * DAY_S) * 1e9)
        disk_bytes = await asyncio.to_thread(self._journal_disk_bytes)
        self._journal.make_room(since_ns, self._keep.max_mb * 1e6, disk_bytes)
        self._set_aside = await asyncio.to_thread(set_aside, self._journal.path)
        if (bytes_n := await asyncio.to_thread(written_bytes)) is not None:
            self.written.see(now_s, bytes_n)

    def _journal_disk_bytes(self) -> float:
        file = self._journal.path
        return file.stat().st_size + shutil.disk_usage(file.parent).free - JOURNAL_SPARE_BYTES
