"""What arrives goes to the journal first, and then to all who look on: in order, and nothing twice or never."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from hub.app import Hub
from hub.demo import AFFECTED, DEVICES, WEARER, DemoOptions, demo_config
from hub.events import STEP_KINDS, Event
from hub.intake import IntakeResult
from hub.journal import Journal
from hub.packets import Arrival
from hub.pipeline import Pipeline
from hub.radio import Bluetooth
from hub.service.strain import StrainMeter
from hub.service.watch import Watch
from hub.session import Block, Wearer
from sensors.walker import Walker, demo_script

ROUND_N = 6
"""Arrivals that come together."""


@pytest.fixture(scope="module")
def walk(air, device) -> Sequence[Arrival]:
    """What arrives while the demo's person walks."""
    world = air([device(one.role, one.device_key) for one in DEVICES])
    world.body = Walker(demo_script(), start_s=world.start_s, chunk_s=4)
    pipeline = Pipeline("walk", Wearer(WEARER, AFFECTED.value), [one.role for one in DEVICES])
    arrivals: list[Arrival] = []

    def take(arrival: Arrival) -> IntakeResult:
        arrivals.append(replace(arrival, wearer=WEARER))
        return pipeline.feed(arrival)

    world.run(15.0, take)
    return arrivals


class Home:
    """A hub's own parts around a watch, and notes of who was told what."""

    def __init__(self, folder: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
        hub = Hub(demo_config(DemoOptions(port=0, page_port=0, state_dir=folder)), Bluetooth.system("hci0"))
        self.journal = journal
        self.inbox, self.wearer = hub.radio.inbox, hub.wearers[WEARER]
        upkeep = SimpleNamespace(taken_s=0.0, strain=StrainMeter(folder))
        self.watch = Watch(
            hub.wearers,
            hub.radio,
            journal,
            cues=hub.cues,
            vibrations=hub.vibrations,
            upkeep=upkeep,
        )
        self.notes: list[str] = []
        append, see_block, see_events = journal.append, self.wearer.live.see_block, self.wearer.live.see_events

        def noting_append(nickname: str, events: Iterable[Event]) -> None:
            kept = tuple(events)
            self.notes += ["urgent" if event.kind not in STEP_KINDS else "step" for event in kept]
            append(nickname, kept)

        def noting_block(live: object, block: Block) -> None:
            self.notes.append("seen")
            see_block(block)

        def noting_events(live: object, events: Iterable[Event]) -> None:
            told = tuple(events)
            self.notes += ["told"] * len(told)
            see_events(told)

        monkeypatch.setattr(journal, "append", noting_append)
        monkeypatch.setattr(type(self.wearer.live), "see_block", noting_block)
        monkeypatch.setattr(type(self.wearer.live), "see_events", noting_events)

    def come(self, arrivals: Iterable[Arrival]) -> None:
        for arrival in arrivals:
            assert self.inbox.put(arrival)


async def until_urgent(home: Home, walk: Sequence[Arrival]) -> int:
    """Let arrivals come, and stop right after an urgent event has gone to the journal; gives how many have come."""
    for first in range(0, len(walk), ROUND_N):
        home.notes.clear()
        home.come(walk[first : first + ROUND_N])
        while len(home.inbox):
            await asyncio.sleep(0)
        if "urgent" in home.notes:
            return first + ROUND_N
        while "seen" not in home.notes and home.notes:
            await asyncio.sleep(0)
    raise AssertionError("nobody had an urgent event")


@pytest.fixture
async def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Home]:
    async with Journal(tmp_path / "journal.db") as journal:
        journal.observe_clock(0.0, 1_700_000_000_000_000_000)
        yield Home(tmp_path, journal, monkeypatch)


async def test_an_urgent_event_is_with_the_journal_before_others_are_told_even_of_its_packet(
    home: Home, walk: Sequence[Arrival]
) -> None:
    detecting = asyncio.create_task(home.watch.detect())
    await until_urgent(home, walk)
    assert set(home.notes) <= {"urgent", "step"}
    async with asyncio.timeout(10):
        while home.notes.count("told") < home.notes.count("urgent") + home.notes.count("step"):
            await asyncio.sleep(0.001)
    assert home.notes.index("seen") < home.notes.index("told")
    detecting.cancel()


async def test_who_ends_between_the_journal_and_the_others_tells_the_others_too(
    home: Home, walk: Sequence[Arrival]
) -> None:
    detecting = asyncio.create_task(home.watch.detect())
    come_n = await until_urgent(home, walk)
    detecting.cancel()
    home.come(walk[come_n : come_n + ROUND_N])
    await home.watch.finish()
    with suppress(asyncio.CancelledError):
        await detecting
    await home.journal.flush()
    assert sum(home.wearer.live.counts.values()) == home.journal.stats.committed_n > 0
