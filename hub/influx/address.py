"""Where the database is, and how to get in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from hub.influx.schema import Bucket


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """An InfluxDB server and the key to it; the token shows in no text or log.

    Parameters
    ----------
    org : its organization (2.x); other versions take no notice of it.
    buckets : name of each bucket; on 1.x a database, or ``database/retention policy``; on 3 a database.
    token : of 1.x ``user:password``; None where it asks for none.
    """

    url: str
    org: str
    buckets: Mapping[Bucket, str]
    token: SecretStr | None = None
    ca_file: Path | None = None

    def __str__(self) -> str:
        return f"InfluxDB {self.url}"
