"""Caregivers' own services, through apprise. The only place that imports it.

Each message is sent by a process of its own: apprise holds 35 MB once it has sent something, and a service that hangs
can be ended only with the process that waits for it. Addresses hold secrets: they go through a pipe, never into
arguments or logs.
"""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import asdict, dataclass

from pydantic import SecretStr

from hub.alerts.words import Letter

PATIENCE_S = 60.0
"""A service that has not taken a message by then is taken for down: some seconds of it are a small computer's start."""

_UNKNOWN_ADDRESS = 3
_NOT_TAKEN = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message: ``trouble`` in words, empty where it was taken; ``hopeless``: it never will be."""

    trouble: str = ""
    hopeless: bool = False


async def send(address: SecretStr, letter: Letter, patience_s: float = PATIENCE_S) -> Outcome:
    """Hand a message to the service at an apprise address, such as ``ntfys://ntfy.sh/topic``."""
    try:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub.alerts.delivery", stdin=PIPE, stdout=PIPE, stderr=DEVNULL
        )
    except OSError as error:
        return Outcome(f"no process for sending can be had: {error.strerror}")
    job = json.dumps({"address": address.get_secret_value(), **asdict(letter)}).encode()
    try:
        async with asyncio.timeout(patience_s):
            said, _ = await child.communicate(job)
    except TimeoutError:
        return Outcome(f"no answer within {patience_s:.0f} s")
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode == 0:
        return Outcome()
    text = " ".join(said.decode(errors="replace").split()) or f"sending ended with code {child.returncode}"
    return Outcome(text.replace(address.get_secret_value(), "(address)"), hopeless=child.returncode == _UNKNOWN_ADDRESS)


def _send_now(job: dict[str, str]) -> tuple[int, str]:
    from apprise import Apprise, LogCapture, NotifyFormat, NotifyType, logging  # noqa: PLC0415 - slow and large: only for who sends

    service = Apprise.instantiate(job["address"], suppress_exceptions=True)
    if service is None:
        return _UNKNOWN_ADDRESS, "the address is none that apprise knows; see github.com/caronc/apprise"
    messenger = Apprise()
    messenger.add(service)
    kind = NotifyType.WARNING if job["is_urgent"] else NotifyType.INFO
    with LogCapture(level=logging.WARNING, fmt="%(message)s") as said:
        taken = messenger.notify(job["body"], job["title"], notify_type=kind, body_format=NotifyFormat.TEXT)
        words = said.getvalue()
    return (0, "") if taken else (_NOT_TAKEN, words or "the service did not take it")


def main() -> int:
    """Send what stands on standard input; the exit code says whether it was taken, standard output why not."""
    code, words = _send_now(json.load(sys.stdin))
    sys.stdout.write(words)
    return code


if __name__ == "__main__":
    sys.exit(main())
