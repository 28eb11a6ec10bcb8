"""The live stream: what comes, how fast, and what a slow browser costs."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.page import Role, broadcast, stream
from hub.page.broadcast import Broadcast
from hub.page.pairing import exchange
from hub.page.stats import PageStats
from tests.page.asking import get
from tests.page.still import CUE, Still, home

PATH = "/api/wearers/anna/stream"


async def opened(port: int, cookie: str = "") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    writer.write(f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert b"200 OK" in head
    assert b"text/event-stream" in head
    return reader, writer


async def heard(reader: asyncio.StreamReader) -> tuple[str, Any]:
    kind = ""
    while True:
        line = (await reader.readline()).decode().strip()
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            return kind, json.loads(line.removeprefix("data: "))


async def test_layout_and_present_come_first_and_then_frames_and_only_news(tmp_path: Path) -> None:
    async with asyncio.timeout(20), home(tmp_path) as at:
        reader, writer = await opened(at.port)
        told = [await heard(reader) for _ in range(35)]
        assert [kind for kind, _ in told[:3]] == ["layout", "now", "calibration"]
        assert [kind for kind, _ in told].count("frame") >= 25
        assert told[-1] == ("frame", at.source.frame("anna"))
        assert at.stats.watchers_n == 1
        writer.close()
        while at.stats.watchers_n:
            await asyncio.sleep(0.01)


async def test_a_sound_is_told_in_its_own_instant_to_those_who_watch_that_wearer(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(broadcast, "FRAME_S", 3600.0)
    async with asyncio.timeout(20), home(tmp_path) as at:
        reader, writer = await opened(at.port)
        while (await heard(reader))[0] != "frame":
            pass  # no other comes for an hour
        for nickname in ("bo peep", "anna"):
            at.source.hears[0](nickname, CUE | {"gain": len(nickname)})
        while (told := await heard(reader))[0] != "cue":
            assert told[0] != "frame"
        assert told[1] == CUE | {"gain": 4}
        writer.close()
    assert at.source.hears == []


async def test_a_frame_is_made_once_for_all_who_watch(tmp_path: Path) -> None:
    made_n = 0

    class Counting(Still):
        def frame(self, nickname: str) -> Any:
            nonlocal made_n
            made_n += 1
            return super().frame(nickname)

    async with asyncio.timeout(30), home(tmp_path, source=Counting()) as at:
        streams = [await opened(at.port) for _ in range(20)]
        begun_n = made_n
        counts = await asyncio.gather(*(frames_in(reader, 20) for reader, _ in streams))
        assert counts == [20] * 20
        assert made_n - begun_n < 60
        for _, writer in streams:
            writer.close()
    assert made_n


async def frames_in(reader: asyncio.StreamReader, most_n: int) -> int:
    frames_n = 0
    while frames_n < most_n:
        frames_n += (await heard(reader))[0] == "frame"
    return frames_n


async def test_a_slow_browser_misses_frames_and_nobody_else_does(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(broadcast, "FRAME_S", 0.001)
    wide = {"left": {"cells": [50] * 5000, "cop": None}, "right": None, "shank": {"left": None, "right": None}}
    source = Still()
    source.frame = lambda nickname: wide  # type: ignore[method-assign]
    async with asyncio.timeout(60), home(tmp_path, source=source) as at:
        slow, slow_writer = await opened(at.port)
        slow_writer.transport.pause_reading()
        quick, quick_writer = await opened(at.port)
        while at.stats.frames_dropped_n < 50:
            assert await frames_in(quick, 1) == 1
        slow_writer.transport.resume_reading()
        kinds = [await heard(slow) for _ in range(3)]
        assert kinds[0][0] == "layout"
        slow_writer.close()
        quick_writer.close()


async def test_a_browser_that_takes_nothing_at_all_is_given_up(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("hub.page.connections.STUCK_S", 0.1)
    monkeypatch.setattr(broadcast, "FRAME_S", 0.001)
    source = Still()
    source.frame = lambda nickname: {"left": "x" * 100_000}  # type: ignore[method-assign,return-value]
    async with asyncio.timeout(30), home(tmp_path, source=source) as at:
        _, writer = await opened(at.port)
        writer.transport.pause_reading()
        while not at.stats.refused["stuck"] or at.stats.watchers_n:
            await asyncio.sleep(0.01)
        writer.close()


async def test_what_is_news_is_never_missed() -> None:
    stats = PageStats()
    source = Still()
    with Broadcast(source, stats).watch("anna", lambda: True) as watcher:
        await watcher.take()
        for n in range(3):
            watcher.put("frame", b"f%d" % n)
            watcher.put("now", b"n%d" % n)
        assert await watcher.take() == b"f2n2"
        assert stats.frames_dropped_n == 2


async def test_too_many_watchers_are_told_so(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(stream, "MOST_WATCHERS", 1)
    async with asyncio.timeout(20), home(tmp_path) as at:
        _, writer = await opened(at.port)
        status, told, _ = await get(at.port, PATH)
        assert (status, told["error"]) == (503, "watchers")
        writer.close()


async def test_a_device_that_is_forgotten_sees_no_more(tmp_path: Path) -> None:
    async with asyncio.timeout(20), home(tmp_path, paired=True) as at:
        cookie = exchange(at.folder, at.code(Role.CAREGIVER), "", datetime.now(UTC))
        assert cookie is not None
        reader, writer = await opened(at.port, f"insole_hub={cookie}")
        await heard(reader)
        (tmp_path / f"device-{cookie.partition('.')[0]}.json").unlink()
        while await reader.read(65536):
            pass
        assert at.stats.watchers_n == 0
        writer.close()


async def test_the_end_of_the_hub_ends_the_streams(tmp_path: Path) -> None:
    async with asyncio.timeout(20):
        async with home(tmp_path) as at:
            reader, writer = await opened(at.port)
        while await reader.read(65536):
            pass
        writer.close()
        assert at.stats.watchers_n == 0
