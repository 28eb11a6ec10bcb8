"""A guided calibration in the terminal: one wearer's sensors over the radio, and nothing else of the hub."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.live import Live as Screen

from hub.calibrating.keys import ENTER, keys
from hub.calibrating.screen import GuideLines, guide_screen
from hub.config import Config, WearerConfig
from hub.errors import CalibrationError, JournalError
from hub.gait import KeptCalibration
from hub.gait.guide import FULL, RE_ZERO, Guide, Outcome, State, Task, View
from hub.gait.names import NAMES
from hub.journal import JOURNAL, locked
from hub.pipeline import Pipeline
from hub.radio import Bluetooth, LinkState, Radio, RadioSettings
from hub.recording.calibration_file import read_calibration, write_calibration
from hub.service.answer import answer
from hub.service.configured import device_spec
from sensors.driver import Action
from sensors.layout import Role

TICK_S = 0.1

AGAIN_S = 6.0
"""A refused exercise begins again by itself after so long."""

SENSORS_S = 60.0
"""How long all sensors are waited for."""

STOPPED = "stopped; the calibration is as it was"


@dataclass(frozen=True, slots=True)
class CalibrateOptions:
    """How it is led.

    Parameters
    ----------
    re_zero : the unloaded values alone.
    seconds : what a stopwatch showed for each timed walk; empty where it is to be asked, or marks are passed.
    plain : lines instead of a picture.
    """

    re_zero: bool = False
    seconds: tuple[float, ...] = ()
    plain: bool = False


async def calibrate(config: Config, wearer: WearerConfig, bluetooth: Bluetooth, options: CalibrateOptions) -> Outcome:
    """Lead a wearer through a calibration and keep what it finds; keep nothing where it is stopped before its end.

    Raises
    ------
    CalibrationError : another hub holds the sensors, a sensor does not send, or the wearer has stopped.
    InsoleHubError : the old calibration cannot be read, or the new one not be kept.
    """
    path = config.hub.state_dir / "calibration" / f"{wearer.nickname}.json"
    with ExitStack() as held:
        _reserve(config.hub.state_dir / JOURNAL, held)
        run = _Run(wearer, bluetooth, config.radio.silence_s, read_calibration(path), options)
        await run.lead()
        outcome, kept = run.finish()
        if kept is not None:
            write_calibration(path, kept, datetime.now(UTC))
    return outcome


def _reserve(journal: Path, held: ExitStack) -> None:
    """Keep other hubs from starting meanwhile, and find out whether one runs."""
    try:
        held.enter_context(locked(journal))
    except JournalError as error:
        if not isinstance(error.__cause__, BlockingIOError):
            raise
        raise CalibrationError(
            f"a hub runs with {journal.parent} and holds the sensors; stop it (systemctl stop insole-hub), "
            "calibrate, and start it again"
        ) from error


class _Run:
    """One calibration: sensors, guide, and what the wearer sees and presses."""

    def __init__(
        self,
        wearer: WearerConfig,
        bluetooth: Bluetooth,
        silence_s: float,
        kept: KeptCalibration,
        options: CalibrateOptions,
    ) -> None:
        self._tasks: Sequence[Task] = RE_ZERO if options.re_zero else FULL
        self._options = options
        self._nickname = wearer.nickname
        self._pipeline = Pipeline("calibration", wearer.wearer(), [device.role for device in wearer.devices], kept)
        specs = [device_spec(wearer, device) for device in wearer.devices]
        self._radio = Radio(bluetooth, specs, RadioSettings(silence_s=silence_s), goodbye=self._goodbye)
        self._again_s: float | None = None
        self._marks_n = 0

    async def lead(self) -> None:
        """Until the guide has ended."""
        try:
            async with asyncio.TaskGroup() as group:
                radio = group.create_task(self._radio.run(), name="radio")
                watches = [group.create_task(self._take(), name="take"), group.create_task(self._tick(), name="tick")]
                try:
                    await self._wait_for_sensors()
                    await self._guide()
                finally:
                    await self._radio.stop()
                    await radio
                    for task in watches:
                        task.cancel()
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None

    def finish(self) -> tuple[Outcome, KeptCalibration | None]:
        """What came of it, and what is to be kept; None: nothing."""
        guide = self._pipeline.guide
        assert guide is not None
        guide.took(self._options.seconds)
        timed = self._options.seconds or self._marks_n or Task.WALK not in self._tasks
        if not timed and sys.stdin is not None and sys.stdin.isatty():
            guide.took(_asked_seconds())
        outcome, entry = self._pipeline.finish_guide(datetime.now(UTC), self._nickname)
        return outcome, KeptCalibration.from_dict(entry.kept) if outcome.calibration.fits else None

    async def _take(self) -> None:
        while True:
            for arrival in await self._radio.inbox.take():
                answer(self._radio, arrival, self._pipeline.feed(arrival))
            self._pipeline.decide()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            if not len(self._radio.inbox):  # what waits there is older than now
                self._pipeline.tick(time.monotonic())

    async def _wait_for_sensors(self) -> None:
        """Until every configured sensor sends."""
        told: dict[Role, LinkState] = {}
        until_s = time.monotonic() + SENSORS_S
        while (missing := self._missing()) and time.monotonic() < until_s:
            for link in self._radio.status():
                if told.get(link.role) is not link.state:
                    told[link.role] = link.state
                    _write(f"{NAMES[link.role]}: {link.state.value.replace('_', ' ')}\n")
            await asyncio.sleep(TICK_S)
        if missing:
            raise CalibrationError(f"no data of the {', '.join(missing)}; `insole-hub scan` shows what is in reach")

    def _missing(self) -> list[str]:
        session = self._pipeline.intake.session
        return [NAMES[role] for role in self._pipeline.expected if session is None or role not in session.sensors]

    async def _guide(self) -> None:
        """Exercise after exercise, shown, with the keys obeyed."""
        async with keys() as pressed, _shown(plain=self._options.plain) as show:
            while True:
                guide = self._pipeline.guide or self._pipeline.start_guide(self._tasks)
                assert guide is not None
                self._obey(guide, pressed)
                self._try_again(guide)
                show(guide.view, max(0.0, (self._again_s or 0.0) - time.monotonic()))
                if guide.state is State.ENDED:
                    return
                await asyncio.sleep(TICK_S)

    def _try_again(self, guide: Guide) -> None:
        """A refused exercise begins anew by itself: nobody need come to the keyboard for it."""
        if guide.state is not State.REFUSED:
            self._again_s = None
        elif self._again_s is None:
            self._again_s = time.monotonic() + AGAIN_S
        elif time.monotonic() >= self._again_s:
            guide.repeat()

    def _obey(self, guide: Guide, pressed: "asyncio.Queue[str]") -> None:
        while not pressed.empty():
            match pressed.get_nowait().lower():
                case "q":
                    raise CalibrationError(STOPPED)
                case "s":
                    guide.skip()
                case key if key == ENTER and guide.state is State.REFUSED:
                    guide.repeat()
                case key if key == ENTER and guide.view.task is Task.WALK:
                    guide.passed_mark(time.monotonic())
                    self._marks_n += 1

    def _goodbye(self, _wearer: str, role: Role) -> tuple[Action, ...]:
        return self._pipeline.intake.farewells().get(role, ())


@asynccontextmanager
async def _shown(*, plain: bool) -> AsyncIterator[Callable[[View, float], None]]:
    """What shows a view: a picture in a terminal, or lines."""
    if plain:
        lines = GuideLines()
        yield lambda view, _again_s: _write("".join(f"{line}\n" for line in lines.news(view)))
        return
    with Screen(console=Console(), auto_refresh=False) as screen:
        yield lambda view, again_s: screen.update(guide_screen(view, again_s), refresh=True)


def _asked_seconds() -> tuple[float, ...]:
    """What the stopwatch showed, asked until it can be read."""
    while True:
        typed = input("Seconds from mark to mark, for each walk of 10 m that was timed (Enter: none): ")
        try:
            return tuple(float(part) for part in typed.replace(",", ".").split())
        except ValueError:
            _write(f"{typed!r} is not seconds; write them like 9.8, or 9.8 10.1 for two walks\n")


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
