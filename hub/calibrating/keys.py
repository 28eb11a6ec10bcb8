"""Keys that are pressed while something is drawn: without Enter and without an echo in a terminal, else by lines."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

try:
    import termios
    import tty
except ImportError:  # no terminal of that kind on this system: no keys
    termios = tty = None  # type: ignore[assignment]

ENTER = "\n"


@asynccontextmanager
async def keys() -> AsyncIterator["asyncio.Queue[str]"]:
    """A queue of the characters that are typed. Without standard input nothing ever comes."""
    pressed: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    descriptor = _standard_input()
    if descriptor is None:
        yield pressed
        return
    before = termios.tcgetattr(descriptor) if os.isatty(descriptor) else None

    def take() -> None:
        typed = os.read(descriptor, 64)
        if not typed:  # its other end is closed
            loop.remove_reader(descriptor)
        for character in typed.decode(errors="replace"):
            pressed.put_nowait(ENTER if character == "\r" else character)

    if before is not None:
        tty.setcbreak(descriptor)
    with suppress(OSError):  # a file cannot be waited for
        loop.add_reader(descriptor, take)
    try:
        yield pressed
    finally:
        loop.remove_reader(descriptor)
        if before is not None:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _standard_input() -> int | None:
    """Its descriptor; None where there is none to wait for."""
    if sys.stdin is None or termios is None:
        return None
    try:
        return sys.stdin.fileno()
    except (OSError, ValueError):  # closed, or something else in its place
        return None
