"""Whether a database lets the hub in."""

from hub.errors import DeliveryError, RejectedError
from hub.influx.address import DatabaseAddress
from hub.influx.database import Database
from hub.influx.schema import Bucket


async def database_trouble(address: DatabaseAddress) -> str | None:
    """What keeps the hub from writing, with what to do about it; None where nothing does. Writes nothing."""
    async with Database(address) as database:
        for bucket in Bucket:
            try:
                await database.write(bucket, [])
            except RejectedError:
                continue  # it let us in, and says that nothing is no point
            except DeliveryError as error:
                return str(error)
    return None
