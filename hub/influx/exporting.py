"""Everything in a bucket as line protocol, read by InfluxQL, which 1.8, 2 and 3 speak. Needs a token that may read.

Loading this takes a second: import it where it is needed.
"""

import json
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp

from hub.errors import DeliveryError
from hub.influx.address import DatabaseAddress
from hub.influx.line import tag_text, text_value
from hub.influx.schema import Bucket

_CHUNK_N = 5_000
_SILENT_S = 120.0
_WHOLE = frozenset({"integer", "unsigned"})


async def lines_of(address: DatabaseAddress, bucket: Bucket) -> AsyncIterator[str]:
    """Every point of a bucket as a line; written anew they give the same points, whatever was there.

    Raises
    ------
    DeliveryError
        It cannot be read, and what to do.
    """
    headers = {"Authorization": f"Token {address.token.get_secret_value()}"} if address.token else {}
    limits = aiohttp.ClientTimeout(total=None, sock_connect=30.0, sock_read=_SILENT_S)
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=limits) as session:
            for measurement, kinds in (await _fields(session, address, bucket)).items():
                asked = f'SELECT * FROM "{_in_quotes(measurement)}" GROUP BY *'  # noqa: S608 - in quotes
                async for series in _series(session, address, bucket, asked):
                    for line in _lines(series, kinds):
                        yield line
    except (aiohttp.ClientError, OSError) as error:
        told = str(error) or type(error).__name__
        raise DeliveryError(str(address), f"cannot be read: {told}; is it running, is influxdb.url right?") from error


async def _fields(
    session: aiohttp.ClientSession, address: DatabaseAddress, bucket: Bucket
) -> dict[str, dict[str, str]]:
    """Of each measurement the kind of each field; a field of two kinds cannot be told from the answers."""
    fields: dict[str, dict[str, str]] = {}
    async for series in _series(session, address, bucket, "SHOW FIELD KEYS"):
        kinds = fields.setdefault(series["name"], {})
        for name, kind in series["values"]:
            if kinds.setdefault(name, kind) != kind:
                message = f"{series['name']}.{name} holds values of two kinds; copy the database by its own tools"
                raise DeliveryError(str(address), message)
    return fields


async def _series(
    session: aiohttp.ClientSession, address: DatabaseAddress, bucket: Bucket, query: str
) -> AsyncIterator[dict[str, Any]]:
    database, _, policy = address.buckets[bucket].partition("/")
    asked = {"db": database, "q": query, "epoch": "ns", "chunked": "true", "chunk_size": str(_CHUNK_N)}
    if policy:
        asked["rp"] = policy
    trusted = True if address.ca_file is None else ssl.create_default_context(cafile=address.ca_file)
    async with session.get(f"{address.url}/query", params=asked, ssl=trusted, allow_redirects=False) as answer:
        if answer.status != 200:
            raise DeliveryError(str(address), _refusal(answer.status, address.buckets[bucket]))
        rest = b""
        async for piece in answer.content.iter_any():
            *whole, rest = (rest + piece).split(b"\n")
            for each in whole:
                for series in _series_in(address, each):
                    yield series
        for series in _series_in(address, rest):
            yield series


def _series_in(address: DatabaseAddress, chunk: bytes) -> list[dict[str, Any]]:
    if not chunk.strip():
        return []
    answer = json.loads(chunk)
    for result in (answer, *answer.get("results", ())):
        if said := result.get("error"):
            remedy = "; name a token that may read, as `insole-hub influxdb setup --reader-file` makes one"
            raise DeliveryError(str(address), f"it does not answer: {said}{remedy if 'not found' in said else ''}")
    return [series for result in answer.get("results", ()) for series in result.get("series", ())]


def _lines(series: Mapping[str, Any], kinds: Mapping[str, str]) -> list[str]:
    tags = "".join(
        f",{tag_text(key)}={tag_text(value)}" for key, value in sorted(series.get("tags", {}).items()) if value
    )
    names = series["columns"][1:]  # the first is the time
    lines = []
    for time_ns, *values in series["values"]:
        fields = ",".join(
            f"{tag_text(name)}={_value(value, kinds[name])}"
            for name, value in zip(names, values, strict=True)
            if value is not None
        )
        lines.append(f"{tag_text(series['name'])}{tags} {fields} {time_ns}")
    return lines


def _value(value: Any, kind: str) -> str:
    if kind == "float":
        return repr(float(value))
    if kind in _WHOLE:
        return f"{value}{'i' if kind == 'integer' else 'u'}"
    return text_value(value) if kind == "string" else str(value).lower()


def _refusal(status: int, bucket: str) -> str:
    if status in {401, 403}:
        return f"the token may not read {bucket!r}; `insole-hub influxdb setup --reader-file` makes one that may"
    return f"it does not answer as an InfluxDB does ({status}); check influxdb.url"


def _in_quotes(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')
