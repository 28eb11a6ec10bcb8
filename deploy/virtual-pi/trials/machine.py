"""The machine under the hub: its programs, and what systemd knows of the hub."""

import asyncio

UNIT = "insole-hub"
ANSWER_S = 60.0


async def starts() -> tuple[int, int]:
    """The hub's process, and how often systemd has had to start it anew."""
    told = await command("systemctl", "show", UNIT, "--property=MainPID,NRestarts")
    values = dict(line.split("=") for line in told.split())
    return int(values["MainPID"]), int(values["NRestarts"])


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
