"""The database's points in a backup: as line protocol, which any InfluxDB takes, and which holds no users or tokens.

Loading the client takes a second, which only those pay who have a database.
"""

import json
from pathlib import Path

from hub.backup.archive import DATABASE, Archive
from hub.influx import Bucket, DatabaseAddress

_LINES_N = 5_000


async def save_points(address: DatabaseAddress, folder: Path) -> dict[str, Path]:
    """Every point of each bucket into a file of its own, by the entry's name; each line is a JSON string, since a text
    may go over lines.

    Raises
    ------
    DeliveryError
        The database cannot be read.
    """
    from hub.influx.exporting import lines_of  # noqa: PLC0415

    files: dict[str, Path] = {}
    for bucket in Bucket:
        files[_name(bucket)] = path = folder / f"{bucket.value}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            async for line in lines_of(address, bucket):
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return files


async def load_points(address: DatabaseAddress, archive: Archive) -> tuple[int, int]:
    """Write the points of a backup: how many, and how many of them the database has outlived.

    What is there stays; a point that is there already is written over. So it may be done again where it was cut short.

    Raises
    ------
    DeliveryError
        The database does not take them.
    """
    from hub.influx.database import Database  # noqa: PLC0415

    points_n = outlived_n = 0
    async with Database(address) as database:
        for bucket in Bucket:
            lines: list[str] = []
            for line in archive.text_lines(_name(bucket)) if _name(bucket) in archive.manifest.entries else ():
                lines.append(line)
                if len(lines) == _LINES_N:
                    outlived_n += await database.write(bucket, lines)
                    points_n += len(lines)
                    lines = []
            if lines:
                outlived_n += await database.write(bucket, lines)
                points_n += len(lines)
    return points_n, outlived_n


def _name(bucket: Bucket) -> str:
    return f"{DATABASE}{bucket.value}.jsonl"
