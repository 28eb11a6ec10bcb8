import asyncio
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from hub.events import Event, Kind, Value, event_id
from hub.journal import Journal, Record
from sensors.layout import Side

MakeEvent = Callable[..., Event]


def _event(time_s: float, kind: Kind = Kind.INITIAL_CONTACT, side: Side = Side.LEFT, **fields: Value) -> Event:
    return Event(event_id("test", kind, side, time_s), kind, side, time_s, time_s + 0.05, 0.9, fields)


@pytest.fixture
def event() -> MakeEvent:
    return _event


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


@pytest.fixture
def take() -> Callable[..., Any]:
    """The next ``n`` records of a destination."""

    async def take(journal: Journal, destination: str, n: int) -> list[Record]:
        records: list[Record] = []
        async with asyncio.timeout(30), aclosing(journal.follow(destination)) as following:
            async for record in following:
                records.append(record)
                if len(records) == n:
                    break
        return records

    return take
