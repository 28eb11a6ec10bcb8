"""This machine's loudspeaker: ALSA's own player ``aplay``, in a process of its own that nobody waits for.

One player stands ready with the device open, waiting for samples on its standard input; it plays one sound and ends,
and the next one is started. So a sound begins without a program's start, every kind of device is opened and drained as
it wants to be, and a device that hangs hangs alone.
"""

import asyncio
import logging
import os
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass
from typing import Never

from hub.cues.sound import RATE_HZ
from hub.support.backoff import Backoff

logger = logging.getLogger(__name__)

PROGRAM = "aplay"

PLAYS_S = 5.0
"""A sound of a quarter of a second that has not been played by then hangs."""

AGAIN_S, LONGEST_PAUSE_S = 1.0, 60.0

_REMEDIES = {
    "No such file or directory": "set sound.device to one that `aplay -L` lists, or to none",
    "Device or resource busy": "another program holds it; end that, or set sound.device to `default`",
    "Permission denied": "add the hub's user to the group audio",
}


@dataclass(slots=True)
class PlayerStats:
    """Counts since the hub started."""

    played_n: int = 0
    missed_n: int = 0
    """Sounds that no player stood ready for, or that it could not play."""


class Player:
    """Plays one sound at a time. ``trouble``: why it cannot, in one line; empty where it can."""

    def __init__(self, device: str) -> None:
        self.stats = PlayerStats()
        self.trouble = ""
        self._device = device
        self._ready: Process | None = None
        self._used = asyncio.Event()

    @property
    def is_ready(self) -> bool:
        """Whether a player stands ready."""
        return self._ready is not None and self._ready.returncode is None

    def play(self, sound: bytes) -> bool:
        """Hand samples to the player that stands ready, and wait for nothing. False: none does."""
        ready, self._ready = self._ready, None
        if ready is None or ready.returncode is not None:
            self.stats.missed_n += 1
            return False
        assert ready.stdin is not None
        ready.stdin.write(sound)  # at once: a pipe holds more than that
        ready.stdin.close()
        self._used.set()
        return True

    async def run(self) -> Never:
        """Keep a player ready, for ever."""
        backoff = Backoff(AGAIN_S, LONGEST_PAUSE_S)
        while True:
            self._used.clear()
            trouble = await self._stand_ready()
            if trouble and trouble != self.trouble:
                logger.warning("no sound can be played: %s", trouble)
            self.trouble = trouble
            if trouble:
                await asyncio.sleep(backoff.next_s())
            else:
                backoff.reset()

    async def _stand_ready(self) -> str:
        """Have one player ready until it has played; what kept it from that."""
        try:
            child = await _start(self._device)
        except OSError as error:
            return _not_started(error)
        self._ready = child
        ending = asyncio.create_task(_ended(child), name="sound")
        using = asyncio.create_task(self._used.wait(), name="sound-used")
        try:
            await asyncio.wait({ending, using}, return_when=asyncio.FIRST_COMPLETED)
            _, hangs = await asyncio.wait({ending}, timeout=PLAYS_S)
            trouble = f"{PROGRAM} did not end on {self._device!r}" if hangs else _told(self._device, ending.result())
        finally:
            self._ready = None
            using.cancel()
            await _kill(child, ending)
        if self._used.is_set():
            self.stats.played_n += not trouble
            self.stats.missed_n += bool(trouble)
        return trouble


async def sound_trouble(device: str, sound: bytes) -> str:
    """Play a sound once; what keeps it from being heard, or nothing."""
    try:
        child = await _start(device)
    except OSError as error:
        return _not_started(error)
    assert child.stdin is not None
    child.stdin.write(sound)
    child.stdin.close()
    ending = asyncio.create_task(_ended(child))
    try:
        _, hangs = await asyncio.wait({ending}, timeout=PLAYS_S)
        return f"{PROGRAM} did not end on {device!r}" if hangs else _told(device, ending.result())
    finally:
        await _kill(child, ending)


async def _start(device: str) -> Process:
    return await asyncio.create_subprocess_exec(
        PROGRAM,
        *("--quiet", "--file-type=raw", "--format=S16_LE", f"--rate={RATE_HZ}", "--channels=1"),
        *(f"--device={device}", "--start-delay=1"),  # microseconds: begin before the device's buffer is full
        stdin=PIPE,
        stdout=DEVNULL,
        stderr=PIPE,
        env={**os.environ, "LC_ALL": "C"},
    )


async def _ended(child: Process) -> tuple[int, str]:
    """Exit code and last line of a player that has ended."""
    assert child.stderr is not None
    said = (await child.stderr.read()).decode(errors="replace").strip()
    return await child.wait(), said.rpartition("\n")[2]


async def _kill(child: Process, ending: asyncio.Task[tuple[int, str]]) -> None:
    if child.returncode is None:
        child.kill()
    await asyncio.wait({ending})


def _not_started(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{PROGRAM} is not there; `sudo apt install alsa-utils`, or set sound.device to none"
    return f"{PROGRAM} cannot be started: {error.strerror}"


def _told(device: str, ended: tuple[int, str]) -> str:
    """What the end of a player says; nothing where it has played."""
    code, said = ended
    if code == 0:
        return ""
    why = said.rpartition("error: ")[2] or f"{PROGRAM} ended with code {code}"
    remedy = next((remedy for sign, remedy in _REMEDIES.items() if sign in why), f"`aplay -D {device}` tells more")
    return f"the sound device {device!r} cannot be had ({why}); {remedy}"
