"""The machine under the hub: its programs, and what systemd knows of the hub."""

import asyncio
from pathlib import Path
from typing import NamedTuple

UNIT = "insole-hub"
ANSWER_S = 60.0


class Starts(NamedTuple):
    """The hub's process, and how often systemd has had to start it anew."""

    pid: int
    restarts: int


async def starts() -> Starts:
    """What systemd says of the hub now."""
    told = await command("systemctl", "show", UNIT, "--property=MainPID,NRestarts")
    values = dict(line.split("=") for line in told.split())
    return Starts(int(values["MainPID"]), int(values["NRestarts"]))


def block_bluetooth(*, blocked: bool) -> None:
    """What the program rfkill does."""
    for kind in Path("/sys/class/rfkill").glob("*/type"):
        if kind.read_text().strip() == "bluetooth":
            kind.with_name("soft").write_text(str(int(blocked)))


async def exposure() -> str:
    """What systemd makes of the shipped unit's sandbox: from 0 (safe) to 10."""
    told = await command("systemd-analyze", "security", "--no-pager", UNIT)
    return told.strip().rpartition(": ")[2].split()[0]


async def command(*words: str) -> str:
    """Run a program of the machine; what it says. RuntimeError where it fails or does not end."""
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(ANSWER_S):
            said = (await process.communicate())[0].decode(errors="replace")
    except TimeoutError:
        process.kill()
        message = f"{' '.join(words)} did not end within {ANSWER_S:g} s"
        raise RuntimeError(message) from None
    if process.returncode:
        message = f"{' '.join(words)} failed: {said.strip()}"
        raise RuntimeError(message)
    return said
