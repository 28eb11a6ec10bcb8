"""The journal of a running hub: on the disk, or in memory while the disk cannot be used."""

import asyncio
import logging
from contextlib import AsyncExitStack
from pathlib import Path

from hub.config import JournalConfig
from hub.errors import DiskError
from hub.journal import Journal, is_possible, is_usable, makeshift_journal, refusal

logger = logging.getLogger(__name__)

MAKESHIFT_MB = 50.0
"""Old days of steps go beyond this, of a journal that lies in memory."""

LOOK_S = 5.0
"""How often is looked whether the disk takes nothing any more, or can be used again."""


async def open_journal(path: Path, config: JournalConfig, held: AsyncExitStack) -> Journal:
    """The journal as configured; one in memory where the disk cannot keep it, so that a fall is told all the same.

    Raises
    ------
    JournalError
        It cannot be used for another reason, or there is no memory either.
    """
    try:
        return await held.enter_async_context(Journal(path, power_safe=config.power_safe, batch_s=config.batch_s))
    except DiskError as error:
        if not path.parent.is_dir():  # nothing was ever kept there: this is a mistake in the set-up
            raise
        logger.error("NOTHING IS KEPT: %s. What happens is told from memory until then", error)
        return await held.enter_async_context(makeshift_journal(path, str(error), batch_s=config.batch_s))


def room_for(journal: Journal, config: JournalConfig) -> JournalConfig:
    """How much may be kept of what: less in memory."""
    if journal.is_kept:
        return config
    return config.model_copy(update={"max_mb": min(config.max_mb, MAKESHIFT_MB)})


async def disk_turned(journal: Journal, path: Path) -> str:
    """Wait until the hub should begin anew, on the disk or in memory; gives the reason, in words."""
    waited, committed_n = False, 0
    while True:
        await asyncio.sleep(LOOK_S)
        if not journal.is_kept:
            if await asyncio.to_thread(is_usable, path):
                return "the disk can be used again, and keeps what was told meanwhile"
            continue
        stats = journal.stats
        waits = stats.pending_n > 0 and stats.committed_n == committed_n
        refused = await asyncio.to_thread(refusal, path.parent) if waits and waited else None
        if refused is not None and await asyncio.to_thread(is_possible, path):
            return f"the disk takes nothing ({refused.strerror}), and who is to be told cannot wait for it"
        waited, committed_n = waits, stats.committed_n
