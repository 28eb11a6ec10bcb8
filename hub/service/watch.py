"""The watch over all wearers: what arrives from sensors becomes events, while it happens."""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping

from hub.events import Event, Kind
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
        """Take what arrives, and keep what is decided of it."""
        while True:
            for arrival in await self._radio.inbox.take():
                self._take(arrival)
            self._upkeep.taken_s = time.monotonic()
            for nickname, wearer in self._wearers.items():
                self.keep(nickname, wearer.pipeline.decide())

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
        if not events:
            return
        wearer = self._wearers[nickname]
        self._journal.append(nickname, events)
        guided = wearer.pipeline.guide is not None
        self._cues.see(nickname, events, time.time_ns(), is_silent=guided)
        for event in events:
            wearer.tally.push(event, self._journal.wall_time_ns_at(event.time_s))
            wearer.has_learnt |= event.kind is Kind.WALK_END
        wearer.live.see_events(events)
        wearer.keeper.see_events(events)

    async def finish(self) -> None:
        """Take what still waits, and end every wearer's pipeline, recording and calibration."""
        for arrival in await self._radio.inbox.take() if len(self._radio.inbox) else ():
            self._take(arrival)
        for nickname, wearer in self._wearers.items():
            self.keep(nickname, wearer.pipeline.finish())
            wearer.keeper.close(self._ticked_s)
            await wearer.keep_calibration()

    def _take(self, arrival: Arrival) -> None:
        wearer = self._wearers[arrival.wearer]
        result = wearer.pipeline.feed(arrival)
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
