"""What is told of states: each sensor, each wearer's day, and the counts of everything that can be lost."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Protocol

from hub.alerts.desk import Desk
from hub.cues.player import PlayerStats
from hub.events import Value
from hub.influx import DESTINATION, StatePoints, WriterStats
from hub.intake import IntakeStatus
from hub.journal import DayRecord, DayTally, Journal
from hub.mqtt import (
    HubCounts,
    Publisher,
    SensorCondition,
    SensorCounts,
    SensorState,
    Topics,
    WearerCounts,
    day_over,
    health,
    hub_counts,
    sensor_state,
    wearer_counts,
    wearer_state,
)
from hub.page import PageStats
from hub.pipeline import Pipeline
from hub.radio import LinkState, LinkStatus, Radio
from hub.recording.keeper import Keeper
from hub.recording.shelf import Shelf
from hub.service.battery import BatteryTrend
from hub.service.days import DayKeeper
from hub.service.diary import Diarist
from hub.service.health import Health
from hub.service.upkeep import Upkeep
from hub.service.vibration import VibrationStats
from hub.service.wear import Wear
from sensors.layout import Role

ANYWAY_S = 30.0
"""A state without news is told again after this, with its newest counts."""


POINT_S = 60.0
"""How often the database is told how the sensors are doing; how the hub is, with its counts."""


class Told(Protocol):
    """One wearer, as far as it is told."""

    @property
    def pipeline(self) -> Pipeline:
        """Where the sensors come in."""

    @property
    def tally(self) -> DayTally:
        """The day so far."""

    @property
    def keeper(self) -> Keeper:
        """What is recorded."""

    @property
    def wear(self) -> Wear:
        """Whether the sensors are worn."""

    @property
    def batteries(self) -> Mapping[Role, BatteryTrend]:
        """What the sensors told of their charge."""


class Reporter:
    """Tells states to the publisher when they have news, and now and then anyway."""

    def __init__(
        self,
        topics: Topics,
        publisher: Publisher,
        journal: Journal,
        radio: Radio,
        wearers: Mapping[str, Told],
        *,
        shelf: Shelf,
        upkeep: Upkeep,
        desk: Desk,
        diarist: Diarist,
        days: DayKeeper,
        database: Callable[[], WriterStats],
        page: PageStats,
        cues: PlayerStats,
        vibrations: VibrationStats,
        points: StatePoints | None,
        version: str,
    ) -> None:
        self._topics = topics
        self._publisher = publisher
        self._journal = journal
        self._radio = radio
        self._wearers = wearers
        self._shelf = shelf
        self._upkeep = upkeep
        self._desk = desk
        self._diarist = diarist
        self._keeper_of_days = days
        self._over: dict[str, DayRecord] = {}
        self._database = database
        self._page = page
        self._cues = cues
        self._vibrations = vibrations
        self._points = points
        self._version = version
        self._pointed_s = float("-inf")
        self._health: Health | None = None
        self._told_sensors: dict[str, tuple[tuple[SensorCondition, bool], float]] = {}
        self.sensors: dict[tuple[str, Role], SensorState] = {}
        """Each wearer's sensors at the last look."""
        self.days: dict[str, dict[str, Value | list[str]]] = {}
        """Each wearer's day so far at the last look."""
        self._counted_s = float("-inf")

    def tell(self, now_s: float, wall_time_ns: int) -> None:
        """Look at all states once."""
        self._tell_sensors(now_s, wall_time_ns)
        self._tell_days(wall_time_ns)
        self._tell_health(wall_time_ns)
        if now_s - self._counted_s >= ANYWAY_S:
            self._counted_s = now_s
            self._tell_counts(self._counts(now_s), wall_time_ns)
            for nickname in self._wearers:
                told = wearer_counts(self._counts_of(nickname), wall_time_ns)
                self._publisher.set_state(self._topics.wearer_counts(nickname), told)

    def tell_all(self) -> None:
        """Look at all states a last time, and tell all of them."""
        self._told_sensors.clear()
        self._counted_s = float("-inf")
        self.tell(time.monotonic(), time.time_ns())

    def _tell_sensors(self, now_s: float, wall_time_ns: int) -> None:
        incoming = {name: wearer.pipeline.intake.status(now_s) for name, wearer in self._wearers.items()}
        is_due = now_s - self._pointed_s >= POINT_S
        if is_due:
            self._pointed_s = now_s
        for link in self._radio.status():
            topic = self._topics.sensor(link.wearer, link.role)
            came = incoming[link.wearer][link.role]
            state = self._sensor(link, came, self._wearers[link.wearer], wall_time_ns)
            self.sensors[link.wearer, link.role] = state
            if is_due and self._points is not None:
                self._points.see(link.wearer, link.role, _figures(state), wall_time_ns)
            news, (told, told_s) = (state.condition, state.rate_hz is None), self._told_sensors.get(topic, (None, 0.0))
            if news != told or now_s - told_s >= ANYWAY_S:
                self._told_sensors[topic] = (news, now_s)
                self._publisher.set_state(topic, sensor_state(state, wall_time_ns))

    def _tell_health(self, wall_time_ns: int) -> None:
        if self._upkeep.health != self._health:
            self._health = self._upkeep.health
            told = health(self._health.state.value, self._health.reasons, wall_time_ns)
            self._publisher.set_state(self._topics.health, told)

    def _tell_counts(self, counts: HubCounts, wall_time_ns: int) -> None:
        self._publisher.set_state(self._topics.counts, hub_counts(counts, wall_time_ns))
        if self._points is not None:
            now = self._upkeep.health
            told = {"state": now.state.value, "reasons": "; ".join(now.reasons) or None, "version": self._version}
            self._points.see_hub(asdict(counts) | told, wall_time_ns)

    def _tell_days(self, wall_time_ns: int) -> None:
        for nickname, wearer in self._wearers.items():
            precision = self._desk.precision(nickname)
            low_pct, high_pct = precision.interval_pct
            day: dict[str, Value | list[str]] = {
                **wearer.tally.summary(wall_time_ns).to_dict(),
                "alerts_unanswered": self._desk.unanswered_n(nickname),
                "alerts_labelled": precision.labelled_n,
                "alerts_true_pct": precision.true_pct,
                "alerts_true_low_pct": low_pct,
                "alerts_true_high_pct": high_pct,
                "aids": self._diarist.aids(nickname),
                "exercise": self._diarist.exercise(nickname),
            }
            if day != self.days.get(nickname):
                self.days[nickname] = day
                self._publisher.set_state(self._topics.state(nickname), wearer_state(day, wall_time_ns))
        for nickname, over in self._keeper_of_days.newest.items():
            if over != self._over.get(nickname):
                self._over[nickname] = over
                self._publisher.set_state(self._topics.day(nickname), day_over(over.summary.to_dict(), wall_time_ns))

    def _sensor(self, link: LinkStatus, incoming: IntakeStatus, wearer: Told, wall_time_ns: int) -> SensorState:
        last_s, known = incoming.last_data_s, incoming.rate_hz > 0
        return SensorState(
            condition=condition_of(link, wearer.wear),
            battery_pct=link.facts.battery_pct,
            battery_days=None if (days := _days_to_empty(wearer, link, wall_time_ns)) is None else round(days, 1),
            rate_hz=round(incoming.rate_hz, 1) if known else None,
            loss_pct=round(incoming.loss_pct, 2) if known else None,
            rssi_dbm=link.rssi_dbm,
            drift_ppm=round(incoming.clock.drift_ppm, 1) if known else None,
            jitter_ms=round(incoming.clock.jitter_ms, 1) if known else None,
            last_data_wall_ns=None if last_s is None else self._journal.wall_time_ns_at(last_s),
            note=link.reason or link.note or None,
            counts=SensorCounts(
                connections=link.counts.connections,
                connect_failures=link.counts.connect_failures,
                disconnections=link.counts.disconnections,
                silences=link.counts.silences,
                refusals=link.counts.refusals,
                rejections=link.counts.rejections,
                resubscriptions=link.counts.resubscriptions,
                forgettings=link.counts.forgettings,
                stale_links=link.counts.stale_links,
                pauses=link.counts.pauses,
                rests=link.counts.rests,
                wakes=link.counts.wakes,
                packets=incoming.packets,
                packets_dropped=link.counts.packets_dropped,
                packets_doubled=incoming.duplicates,
                packets_faulty=incoming.faults,
                samples=incoming.samples,
                samples_lost=incoming.lost,
                samples_late=incoming.late,
            ),
        )

    def _counts(self, now_s: float) -> HubCounts:
        journal, broker = self._journal.stats, self._publisher.stats
        recordings = [wearer.keeper.counts for wearer in self._wearers.values()]
        adapter, database, strain = self._radio.adapter(), self._database(), self._upkeep.strain.read(now_s)
        return HubCounts(
            adapter=adapter.name,
            adapter_trouble=adapter.trouble or None,
            scans=adapter.counts.scans,
            scan_restarts=adapter.counts.scan_restarts,
            scan_failures=adapter.counts.scan_failures,
            adapter_power_ons=adapter.counts.power_ons,
            adapter_power_cycles=adapter.counts.power_cycles,
            adapter_usb_resets=adapter.counts.usb_resets,
            adapter_mend_failures=adapter.counts.mend_failures,
            events_kept=journal.committed_n if self._journal.is_kept else 0,
            events_waiting=journal.pending_n + (0 if self._journal.is_kept else journal.committed_n),
            events_dropped=journal.dropped_n,
            events_refused=journal.refused_n,
            journal_failures=journal.failures_n,
            journal_mb=round(journal.used_bytes / 1e6, 1),
            steps_removed=journal.removed_n,
            steps_removed_untold=journal.untold_n,
            disk_written_mb=None if (grown := self._upkeep.written.grown) is None else round(grown / 1e6, 1),
            **{name: None if value is None else round(value, 1) for name, value in asdict(strain).items()},
            mqtt_acknowledged=broker.acknowledged_n,
            mqtt_connections=broker.connects_n,
            mqtt_failures=broker.failures_n,
            mqtt_waiting=self._journal.waiting_n(self._publisher.destination),
            influxdb_written=database.written_n,
            influxdb_failures=database.failures_n,
            influxdb_refused=database.refused_n,
            influxdb_outlived=database.outlived_n,
            influxdb_dropped=0 if self._points is None else self._points.dropped_n,
            influxdb_waiting=None if self._points is None else self._journal.waiting_n(DESTINATION),
            clips_kept=sum(recorded.clips_n for recorded in recordings),
            recording_failures=sum(recorded.failures_n for recorded in recordings),
            clips_removed=self._shelf.clips_removed_n.total(),
            recordings_removed=self._shelf.raw_removed_n.total(),
            commands_obeyed=broker.commands_obeyed_n,
            commands_refused=broker.commands_refused_n,
            commands_dropped=broker.commands_dropped_n,
            page_watchers=self._page.watchers_n,
            page_frames_dropped=self._page.frames_dropped_n,
            page_refused=self._page.refused_n,
            cues_played=self._cues.played_n,
            cues_vibrated=self._vibrations.given_n,
            cues_missed=self._cues.missed_n + self._vibrations.missed_n,
        )

    def _counts_of(self, nickname: str) -> WearerCounts:
        journal, recorded = self._journal.stats, self._wearers[nickname].keeper.counts
        return WearerCounts(
            steps_removed=journal.removed_of.get(nickname, 0),
            steps_removed_untold=journal.untold_of.get(nickname, 0),
            clips_kept=recorded.clips_n,
            clips_removed=self._shelf.clips_removed_n[nickname],
            recordings_removed=self._shelf.raw_removed_n[nickname],
            recording_failures=recorded.failures_n,
            commands_dropped=self._publisher.stats.commands_dropped_of.get(nickname, 0),
        )


CONDITIONS = {
    LinkState.STREAMING: SensorCondition.STREAMING,
    LinkState.SLEEPING: SensorCondition.SLEEPING,
    LinkState.PAUSED: SensorCondition.PAUSED,
}


def _figures(state: SensorState) -> dict[str, Value]:
    """As the database has them."""
    return {
        "state": state.condition.value,
        "battery_pct": state.battery_pct,
        "battery_days": state.battery_days,
        "rate_hz": state.rate_hz,
        "loss_pct": state.loss_pct,
        "rssi_dbm": state.rssi_dbm,
        "jitter_ms": state.jitter_ms,
        "drift_ppm": state.drift_ppm,
        "connections": state.counts.connections,
        "samples": state.counts.samples,
        "samples_lost": state.counts.samples_lost,
    }


def _days_to_empty(wearer: Told, link: LinkStatus, wall_time_ns: int) -> float | None:
    trend = wearer.batteries.get(link.role)
    return None if trend is None else trend.days_to_empty(wall_time_ns / 1e9)


def condition_of(link: LinkStatus, wear: Wear) -> SensorCondition:
    """A lost or held sensor stays so until it sends again, however often it is searched for meanwhile."""
    if link.state is LinkState.STREAMING and wear in {Wear.NOT_WORN, Wear.TO_REST}:
        return SensorCondition.NOT_WORN
    if link.held:
        return SensorCondition.HELD_ELSEWHERE
    return CONDITIONS.get(link.state) or (SensorCondition.LOST if link.reason else SensorCondition.CONNECTING)
