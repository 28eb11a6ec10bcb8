"""One wearer's running parts, and what is kept of them between runs."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from hub.config import Config, WearerConfig
from hub.errors import RecordingError
from hub.gait import KeptCalibration
from hub.gait.guide import Outcome
from hub.journal import DayTally
from hub.live import Live
from hub.packets import Calibrated
from hub.pipeline import Pipeline
from hub.recording.calibration_file import read_calibration, write_calibration
from hub.recording.keeper import Keeper
from hub.recording.raw import RawHeader
from hub.recording.shelf import Shelf
from hub.service.battery import BatteryTrend
from hub.service.battery_file import read_batteries, write_batteries
from hub.service.wear import Wear, WearParams, WearWatch
from sensors.layout import Role

logger = logging.getLogger(__name__)

Kept = TypeVar("Kept")


@dataclass(slots=True)
class WearerAtHome:
    """One wearer's running parts."""

    pipeline: Pipeline
    tally: DayTally
    kept: KeptCalibration
    keeper: Keeper
    wear_watch: WearWatch
    batteries: dict[Role, BatteryTrend]
    calibration_path: Path
    batteries_path: Path
    live: Live = field(default_factory=Live)
    wear: Wear = Wear.UNKNOWN
    has_learnt: bool = False
    """By walking or by a guided calibration, since the calibration was last written down."""

    def finish_guide(self) -> Outcome:
        """End the guided calibration that was begun with ``pipeline.start_guide``, and go on with what it found.

        Raises
        ------
        ValueError : none runs.
        """
        outcome, entry = self.pipeline.finish_guide(datetime.now(UTC), self.tally.wearer.nickname)
        self._go_on_with(entry)
        return outcome

    def drop_guide(self) -> None:
        """Give the guided calibration up, and go on with what was known before it."""
        self._go_on_with(self.pipeline.drop_guide(self.tally.wearer.nickname))

    def _go_on_with(self, entry: Calibrated) -> None:
        """A replay of the recording does the same."""
        self.pipeline.feed(entry)
        self.keeper.see(entry, has_samples=False)
        self.has_learnt = True

    async def keep_calibration(self) -> None:
        """Write down what the walks so far have taught, so that the next run need not learn it again."""
        if not self.has_learnt:
            return
        self.has_learnt = False
        kept = self.pipeline.calibration()
        try:
            await asyncio.to_thread(write_calibration, self.calibration_path, kept, datetime.now(UTC))
        except RecordingError as error:
            logger.warning("%s; the next run will learn anew", error)

    async def see_battery(self, role: Role, charge_pct: float, wall_time_s: float) -> None:
        """Take what a sensor told of its charge, and write it down where it is news."""
        if not self.batteries.setdefault(role, BatteryTrend()).see(wall_time_s, charge_pct):
            return
        try:
            await asyncio.to_thread(write_batteries, self.batteries_path, self.batteries)
        except RecordingError as error:
            logger.warning("%s; days to empty will be unknown after the next start", error)


def at_home(
    config: Config, wearer: WearerConfig, shelf: Shelf, wall_time_ns_at: Callable[[float], int]
) -> WearerAtHome:
    """A wearer's parts, with what is known of them from before."""
    started = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    name = f"{config.hub.name}/{wearer.nickname}/{started}"
    calibration_path = config.hub.state_dir / "calibration" / f"{wearer.nickname}.json"
    batteries_path = config.hub.state_dir / "batteries" / f"{wearer.nickname}.json"
    kept = _read(lambda: read_calibration(calibration_path), KeptCalibration())
    pipeline = Pipeline(name, wearer.wearer(), [device.role for device in wearer.devices], kept)
    header = RawHeader(name, wearer.wearer(), pipeline.expected, kept)
    return WearerAtHome(
        pipeline=pipeline,
        tally=DayTally(wearer.wearer()),
        kept=kept,
        keeper=Keeper(shelf, header, pipeline.calibration, wall_time_ns_at),
        wear_watch=WearWatch(WearParams(config.radio.rest_after_s)),
        batteries=_read(lambda: read_batteries(batteries_path), {}),
        calibration_path=calibration_path,
        batteries_path=batteries_path,
    )


def _read(read: Callable[[], Kept], nothing: Kept) -> Kept:
    """What was kept; nothing, with a warning, where it cannot be read."""
    try:
        return read()
    except RecordingError as error:
        logger.warning("%s", error)
        return nothing
