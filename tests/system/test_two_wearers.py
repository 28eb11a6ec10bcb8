"""One hub, two wearers: one whose sensors made a storm of steps and trips, and one who walked a little, long ago."""

import asyncio
import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import aiomqtt
import pytest

from hub.app import Hub
from hub.demo import DemoOptions, demo_config
from hub.events import Event, Kind, event_id
from hub.journal import JOURNAL, Journal, writer
from hub.radio.virtual.process import air_process
from hub.radio.virtual.scenario import Scenario
from hub.service import days, reporting, upkeep
from sensors.layout import Side

DAY_S = 86_400.0


def steps(wearer: str, first_s: float, n: int) -> list[Event]:
    times_s = [first_s + k for k in range(n)]
    return [
        Event(event_id(wearer, Kind.STEP, Side.LEFT, t), Kind.STEP, Side.LEFT, t, t, 0.9, {"stride_time_s": 1.0})
        for t in times_s
    ]


async def fill(state_dir: Path) -> None:
    """A week ago quiet walked; the day before yesterday the sensors of loud went mad."""
    now_ns = time.time_ns()
    async with Journal(state_dir / JOURNAL, power_safe=False) as journal:
        journal.observe_clock(7 * DAY_S, now_ns)
        journal.append("quiet", steps("quiet", 0.0, 500))
        journal.append("loud", steps("loud", 5 * DAY_S, 4000))
        await journal.flush()
    (state_dir / "clips").mkdir()
    for wearer, n in (("quiet", 3), ("loud", 40)):
        for k in range(n):
            path = state_dir / f"clips/{wearer}-20260101T0000{k:02d}Z-trip-{wearer}{k}.mcap"
            path.write_bytes(bytes(300_000))
            os.utime(path, (k, k) if wearer == "quiet" else (1000 + k, 1000 + k))


def kept_steps(state_dir: Path) -> dict[str, int]:
    with closing(sqlite3.connect(state_dir / JOURNAL)) as journal:
        return dict(journal.execute("SELECT wearer, count(*) FROM events WHERE kind = 'step' GROUP BY wearer"))


async def test_what_one_wearers_sensors_storm_with_costs_the_other_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "TIDY_S", 0.0)
    monkeypatch.setattr(reporting, "ANYWAY_S", 0.0)
    monkeypatch.setattr(days, "LOOK_S", 0.1)
    monkeypatch.setattr(writer, "THIN_PAUSE_S", 0.0)
    await fill(tmp_path)
    config = demo_config(DemoOptions(port=0, state_dir=tmp_path))
    (wearer,) = config.wearers
    room_mb = 0.6 * (tmp_path / JOURNAL).stat().st_size / 1e6
    config = config.model_copy(
        update={
            "wearers": (wearer.model_copy(update={"nickname": "loud"}),),  # quiet has been taken out of hub.toml
            "journal": config.journal.model_copy(update={"max_mb": room_mb}),
            "recording": config.recording.model_copy(update={"clips_max_mb": 3.0}),
        }
    )
    async with air_process(Scenario(())) as air, asyncio.timeout(60):
        hub = Hub(config, air.bluetooth)
        running = asyncio.create_task(hub.run())
        await hub.started.wait()
        async with aiomqtt.Client("127.0.0.1", hub.broker.port) as phone:
            await phone.subscribe(hub.topics.wearer_counts("loud"))
            async for message in phone.messages:
                told = json.loads(message.payload)
                if told["steps_removed"] and hub.journal_stats.used_bytes <= room_mb * 1e6:
                    break
        hub.stop()
        await running
    kept = kept_steps(tmp_path)
    assert kept["quiet"] == 500
    assert kept["loud"] == 4000 - hub.journal_stats.removed_of["loud"] < 3500
    assert 0 < told["steps_removed"] <= hub.journal_stats.removed_of["loud"]
    assert told["clips_removed"] == hub.shelf.clips_removed_n["loud"] == 33
    assert len(list((tmp_path / "clips").glob("quiet-*"))) == 3
    assert hub.shelf.made_way_until("quiet") is None
