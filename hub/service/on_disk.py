"""What somebody said is on the disk before they are told so."""

import asyncio

from hub.journal import Journal

DURABLE_S = 5.0
"""How long an answer waits for the disk before whoever gave it is told that it may be lost."""


async def on_disk(journal: Journal) -> str:
    """Wait for the disk; in words, whether it has taken everything.

    Raises
    ------
    JournalError
        It never will.
    """
    try:
        async with asyncio.timeout(DURABLE_S):
            await journal.flush()
    except TimeoutError:
        return "noted, but the disk does not take it yet: it is lost if the hub ends now"
    return "noted" if journal.is_kept else "noted in memory only, since the disk cannot be used: a power cut takes it"
