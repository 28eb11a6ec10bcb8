"""The configured InfluxDB of a running hub."""

from contextlib import AsyncExitStack
from functools import partial

from hub.config import Config
from hub.influx import REFUSED, RefusedFile, Writer
from hub.journal import Journal
from hub.service.backlog import batches
from hub.service.configured import database_address


async def open_writer(config: Config, journal: Journal, held: AsyncExitStack) -> Writer | None:
    """What writes there; None without a database, or while the journal lies in memory."""
    if config.influxdb is None or not journal.is_kept:  # places in memory pass: points would double
        return None
    from hub.influx.database import Database  # noqa: PLC0415 - large; see there

    database = await held.enter_async_context(Database(database_address(config.influxdb)))
    refused = RefusedFile(config.hub.state_dir / REFUSED)
    backlog = partial(batches, journal.path, config.hub.name)
    return Writer(database, config.hub.name, refused, batch_s=config.influxdb.batch_s, backlog=backlog)
