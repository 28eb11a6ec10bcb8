"""What watching browsers get: each frame is made once for all of them, and whoever is slow misses frames.

Only frames are missed, and counted: the present and the layout are whole, so that a newer one makes up for an older.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Never

from hub.page.source import Source
from hub.page.stats import PageStats

FRAME_S = 0.04
"""25 frames per second."""

FRAMES_PER_LOOK = 5
"""The present is looked at with every so-manieth frame."""

FRAME, NOW, LAYOUT, CALIBRATION, CUE = "frame", "now", "layout", "calibration", "cue"


class Watcher:
    """One browser that watches a wearer: the newest of each kind that it has not got yet."""

    def __init__(self, nickname: str, is_allowed: Callable[[], bool], stats: PageStats) -> None:
        self.nickname = nickname
        self.is_over = False
        self._is_allowed = is_allowed
        self._stats = stats
        self._waiting: dict[str, bytes] = {}
        self._news = asyncio.Event()

    def put(self, kind: str, told: bytes) -> None:
        """Something new; an older one of its kind that still waits is missed."""
        if kind == FRAME and kind in self._waiting:
            self._stats.frames_dropped_n += 1
        self._waiting[kind] = told
        self._news.set()

    def end(self) -> None:
        """Nothing more will come."""
        self.is_over = True
        self._news.set()

    def check(self) -> None:
        """End where the device is no longer paired."""
        if not self._is_allowed():
            self.end()

    async def take(self) -> bytes:
        """What has come since, in one piece; empty: it is over."""
        await self._news.wait()
        self._news.clear()
        told, self._waiting = b"".join(self._waiting.values()), {}
        return b"" if self.is_over else told


class Broadcast:
    """Makes what is watched, for as long as somebody watches."""

    def __init__(self, source: Source, stats: PageStats) -> None:
        self._source = source
        self._stats = stats
        self._watchers: set[Watcher] = set()
        self._somebody = asyncio.Event()
        self._told: dict[tuple[str, str], bytes] = {}
        self._news = {LAYOUT: source.layout, NOW: source.now, CALIBRATION: source.calibration}

    @contextmanager
    def watch(self, nickname: str, is_allowed: Callable[[], bool]) -> Iterator[Watcher]:
        """Watch a wearer for as long as it is entered."""
        watcher = Watcher(nickname, is_allowed, self._stats)
        for kind, tell in self._news.items():
            watcher.put(kind, _message(kind, tell(nickname)))
        self._watchers.add(watcher)
        self._stats.watchers_n += 1
        self._somebody.set()
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
            self._stats.watchers_n -= 1

    def end(self) -> None:
        """End for all who watch."""
        for watcher in self._watchers:
            watcher.end()

    async def run(self) -> Never:
        """Tell frames 25 times a second, sounds at once, and the present when it is another, for ever."""
        end_listening = self._source.listen(lambda nickname, cue: self._tell(nickname, CUE, cue))
        try:
            await self._run()
        finally:
            end_listening()

    async def _run(self) -> Never:
        loop = asyncio.get_running_loop()
        frames_n = 0
        while True:
            if not self._watchers:
                self._somebody.clear()
                self._told.clear()
                await self._somebody.wait()
            began_s = loop.time()
            nicknames = {watcher.nickname for watcher in self._watchers}
            for nickname in nicknames:
                self._tell(nickname, FRAME, self._source.frame(nickname))
                if frames_n % FRAMES_PER_LOOK == 0:
                    for kind, tell in self._news.items():
                        self._tell_news(nickname, kind, tell(nickname))
            if frames_n % FRAMES_PER_LOOK == 0:
                for watcher in self._watchers:
                    watcher.check()
            frames_n += 1
            await asyncio.sleep(max(0.0, began_s + FRAME_S - loop.time()))

    def _tell_news(self, nickname: str, kind: str, told: Mapping[str, Any]) -> None:
        message = _message(kind, told)
        if self._told.get((nickname, kind)) != message:
            self._told[nickname, kind] = message
            self._put(nickname, kind, message)

    def _tell(self, nickname: str, kind: str, told: Mapping[str, Any]) -> None:
        self._put(nickname, kind, _message(kind, told))

    def _put(self, nickname: str, kind: str, message: bytes) -> None:
        for watcher in self._watchers:
            if watcher.nickname == nickname:
                watcher.put(kind, message)


def _message(kind: str, told: Mapping[str, Any]) -> bytes:
    """A server-sent event."""
    return f"event: {kind}\ndata: {json.dumps(told, separators=(',', ':'), allow_nan=False)}\n\n".encode()
