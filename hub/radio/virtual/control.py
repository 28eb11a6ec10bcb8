"""A socket on which a test tells the air what is to go wrong from now on, and hears what has.

Each line is a JSON object: ``{"address": "C0:00:00:00:00:01", "faults": {"doubled_pct": 20}}``, or ``{}`` to change
nothing. Each is answered by one line, with scenario time and all counts, or with ``error``.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from hub.radio.virtual.air import Air
from hub.radio.virtual.faults import Faults


@dataclass(frozen=True, slots=True)
class Order:
    """What is to go wrong with a device from now on; without an address, nothing changes."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    address: str = ""
    faults: Faults = field(default_factory=Faults)


@asynccontextmanager
async def controlled(air: Air, path: Path) -> AsyncIterator[None]:
    """Take orders at a Unix socket as long as it is entered."""
    connections: set[asyncio.StreamWriter] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(writer)
        try:
            while line := await reader.readline():
                writer.write(json.dumps(obey(air, line)).encode() + b"\n")
                await writer.drain()
        except ConnectionError:
            return
        finally:
            connections.discard(writer)
            writer.close()

    server = await asyncio.start_unix_server(converse, path)  # takes the place of a dead one
    try:
        yield
    finally:
        server.close()
        for writer in connections:
            writer.close()


def obey(air: Air, line: bytes) -> dict[str, object]:
    """Do what a line asks for; the answer."""
    try:
        order = TypeAdapter(Order).validate_json(line)
        if order.address:
            air.change_faults(order.address, order.faults)
    except ValidationError as error:
        first = error.errors()[0]
        return {"error": f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"}
    except KeyError:
        return {"error": f"there is no device {order.address}"}
    return {"now_s": air.now_s(), "counts": air.counts()}
