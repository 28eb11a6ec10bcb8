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
"""What looks on waits so long where an event goes to the disk at once: the journal's thread needs the interpreter."""


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
        self._noted_faults: set[tuple[str, Role, DecodeReason]] = set()

    async def detect(self) -> None:
        """Take what arrives. What is decided of it is on its way to the disk before anybody looks at the rest."""
        while True:
            arrivals = await self._radio.inbox.take()
            results = [self._wearers[arrival.wearer].pipeline.feed(arrival) for arrival in arrivals]
            self._upkeep.taken_s = time.monotonic()
            decided = dict[str, tuple[Event, ...]]()
            for nickname, wearer in self._wearers.items():
                decided[nickname] = wearer.pipeline.decide()
                self._keep(nickname, decided[nickname])
            try:
                if any(event.kind not in STEP_KINDS for events in decided.values() for event in events):
                    await asyncio.sleep(DISK_FIRST_S)
            finally:
                for arrival, result in zip(arrivals, results, strict=True):
                    self._see(arrival, result)
                for nickname, events in decided.items():
                    self._show(nickname, events)

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
        events = tuple(events)
        self._keep(nickname, events)
        self._show(nickname, events)

    async def finish(self) -> None:
        """Take what still waits, and end every wearer's pipeline, recording and calibration."""
        for arrival in await self._radio.inbox.take() if len(self._radio.inbox) else ():
            self._see(arrival, self._wearers[arrival.wearer].pipeline.feed(arrival))
        for nickname, wearer in self._wearers.items():
            self.keep(nickname, wearer.pipeline.finish())
            wearer.keeper.close(self._ticked_s)
            await wearer.keep_calibration()

    def _keep(self, nickname: str, events: Sequence[Event]) -> None:
        """What waits for nothing: the journal, and the cues."""
        if events:
            self._journal.append(nickname, events)
            guided = self._wearers[nickname].pipeline.guide is not None
            self._cues.see(nickname, events, time.time_ns(), is_silent=guided)

    def _show(self, nickname: str, events: Sequence[Event]) -> None:
        """Tell all who look on."""
        if not events:
            return
        wearer = self._wearers[nickname]
        for event in events:
            wearer.tally.push(event, self._journal.wall_time_ns_at(event.time_s))
            wearer.has_learnt |= event.kind is Kind.WALK_END
        wearer.live.see_events(events)
        wearer.keeper.see_events(events)

    def _see(self, arrival: Arrival, result: IntakeResult) -> None:
        """Tell an arrival, and what came of it, to all but the engine."""
        wearer = self._wearers[arrival.wearer]
        wearer.keeper.see(arrival, has_samples=result.valid)
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
