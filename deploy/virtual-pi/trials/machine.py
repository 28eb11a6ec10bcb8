"""The machine under the hub: its programs, and what systemd knows of the hub."""

import asyncio

UNIT = "insole-hub"


async def starts() -> tuple[int, int]:
    """The hub's process, and how often systemd has had to start it anew."""
    told = await command("systemctl", "show", UNIT, "--property=MainPID,NRestarts")
    values = dict(line.split("=") for line in told.split())
    return int(values["MainPID"]), int(values["NRestarts"])


async def command(*words: str) -> str:
    """Run a program of the machine; what it says. RuntimeError where it fails."""
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said = (await process.communicate())[0].decode(errors="replace")
    if process.returncode:
        message = f"{' '.join(words)} failed: {said.strip()}"
        raise RuntimeError(message)
    return said
