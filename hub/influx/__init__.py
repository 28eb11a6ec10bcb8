"""InfluxDB: the schema of what is written, the writer that follows the journal, and the set-up of a server."""

from hub.influx.address import DatabaseAddress
from hub.influx.batch import Batch
from hub.influx.refused import REFUSED, Refused, RefusedFile
from hub.influx.schema import MEASUREMENTS, Bucket, Measurement, Name, Tag
from hub.influx.state_points import StatePoints
from hub.influx.writer import DESTINATION, Writer, WriterStats

__all__ = [
    "DESTINATION",
    "MEASUREMENTS",
    "REFUSED",
    "Batch",
    "Bucket",
    "DatabaseAddress",
    "Measurement",
    "Name",
    "Refused",
    "RefusedFile",
    "StatePoints",
    "Tag",
    "Writer",
    "WriterStats",
]
