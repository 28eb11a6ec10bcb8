"""The watch over all wearers: what arrives from sensors becomes events, while it happens."""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping, Sequence

from hub.events import STEP_KINDS, Event, Kind
from hub.intake import IntakeResult
from hub.journal import Journal
from hub.packets import Arrival
from hub.radio import Radio
from hub.service.answer import answer
from hub.service.at_home import WearerAtHome
from hub.service.cues import Cues
from hub.service.upkeep import Upkeep
from hub.service.vibration import Vibrations
from sensors.errors import DecodeError, DecodeReason
from sensors.layout import Role

logger = logging.getLogger(__name__)

TICK_S = 0.1
"""How often silence is looked at while nothing arrives."""

DISK_FIRST_S = 0.002
"""Who looks on waits so long where an event goes to the disk at once: the journal's thread needs the interpreter."""


class Watch:
    """``detect`` and ``tick`` run beside each other until they are cancelled; ``finish`` then takes what is left."""

    def __init__(
        self,
        wearers: Mapping[str, WearerAtHome],
        radio: Radio,
        journal: Journal,
        *,
        cues: Cues,
        vibrations: Vibrations,
        upkeep: Upkeep,
    ) -> None:
        self._wearers = wearers
        self._radio = radio
        self._journal = journal
        self._cues = cues
        self._vibrations = vibrations
        self._upkeep = upkeep
        self._ticked_s: float | None = None
        self._unseen: list[tuple[Arrival, IntakeResult]] = []
        self._untold: list[tuple[str, Sequence[Event]]] = []
        self._noted_faults: set[tuple[str, Role, DecodeReason]] = set()

    async def detect(self) -> None:
        """Take what arrives. An event that goes to the disk at once is on its way before anybody else is told."""
        while True:
            for arrival in await self._radio.inbox.take():
                self._take(arrival)
            self._upkeep.taken_s = time.monotonic()
            for nickname, wearer in self._wearers.items():
                self._enter(nickname, wearer.pipeline.decide())
            if any(event.kind not in STEP_KINDS for _, events in self._untold for event in events):
                await asyncio.sleep(DISK_FIRST_S)
            self._tell()

    async def tick(self) -> None:
        """Keep what silence decides."""
        while True:
            due_s = time.monotonic() + TICK_S
            await asyncio.sleep(TICK_S)
            self._upkeep.strain.see_wake(due_s, time.monotonic())
            if len(self._radio.inbox):  # what waits there is older than now
                continue
            self._ticked_s = time.monotonic()
            for nickname, wearer in self._wearers.items():
                self.keep(nickname, wearer.pipeline.tick(self._ticked_s))
                wearer.keeper.tick(self._ticked_s)

    def keep(self, nickname: str, events: Iterable[Event]) -> None:
        """Tell a wearer's events to the journal, the cues and all who look on."""
        self._enter(nickname, tuple(events))
        self._tell()

    async def finish(self) -> None:
        """Take what still waits, and end every wearer's pipeline, recording and calibration."""
        for arrival in await self._radio.inbox.take() if len(self._radio.inbox) else ():
            self._take(arrival)
        for nickname, wearer in self._wearers.items():
            self.keep(nickname, wearer.pipeline.finish())
            wearer.keeper.close(self._ticked_s)
            await wearer.keep_calibration()

    def _take(self, arrival: Arrival) -> None:
        """Tell the engine, and the recording, which holds all that was fed in its order."""
        wearer = self._wearers[arrival.wearer]
        result = wearer.pipeline.feed(arrival)
        wearer.keeper.see(arrival, has_samples=result.valid)
        self._unseen.append((arrival, result))

    def _enter(self, nickname: str, events: Sequence[Event]) -> None:
        """Enter events into the journal, and tell the cues: neither waits for anything."""
        if events:
            self._journal.append(nickname, events)
            guided = self._wearers[nickname].pipeline.guide is not None
            self._cues.see(nickname, events, time.time_ns(), is_silent=guided)
            self._untold.append((nickname, events))

    def _tell(self) -> None:
        """Tell all others what has been taken and kept since."""
        unseen, self._unseen = self._unseen, []
        untold, self._untold = self._untold, []
        for arrival, result in unseen:
            self._see(arrival, result)
        for nickname, events in untold:
            wearer = self._wearers[nickname]
            for event in events:
                wearer.tally.push(event, self._journal.wall_time_ns_at(event.time_s))
                wearer.has_learnt |= event.kind is Kind.WALK_END
            wearer.live.see_events(events)
            wearer.keeper.see_events(events)

    def _see(self, arrival: Arrival, result: IntakeResult) -> None:
        wearer = self._wearers[arrival.wearer]
        answer(self._radio, arrival, result)
        self._vibrations.see(arrival, has_samples=result.valid)
        if result.session is not None:
            wearer.live.begin(result.session)
        for block in result.blocks:
            wearer.live.see_block(block)
        for fault in result.faults:
            self._note_fault(arrival, fault)

    def _note_fault(self, arrival: Arrival, fault: DecodeError) -> None:
        """Say the first of each kind; all are counted, and the counts are published."""
        key = (arrival.wearer, arrival.role, fault.reason)
        level = logging.DEBUG if key in self._noted_faults else logging.WARNING
        self._noted_faults.add(key)
        logger.log(level, "%s %s: bytes left out, %s", arrival.wearer, arrival.role.value, fault)
