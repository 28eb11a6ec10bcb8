"""A hub without sensors, to be killed: journals made-up events in small bursts and publishes them.

``kill_child.py JOURNAL PORT RUN``: RUN is the namespace of the ids; "drain" makes one last event and ends when all are
published.
"""

import asyncio
import random
import sys
from pathlib import Path

from hub.events import Event, Kind, event_id
from hub.journal import Journal
from hub.mqtt import BrokerAddress, Publisher, Topics
from hub.support.backoff import Backoff
from sensors.layout import Side


async def main(path: Path, port: int, run: str) -> None:
    async with Journal(path) as journal:
        journal.observe_clock(0.0, 0)
        publisher = Publisher(
            BrokerAddress("127.0.0.1", port), Topics("insole/home"), journal, version="1", backoff=Backoff(0.01, 0.1)
        )
        publishing = asyncio.create_task(publisher.run())
        if run == "drain":
            journal.append("ada", [make_event(run, 0)])
            await journal.flush()
            await journal.taken_by("mqtt")
        else:
            await make_events(journal, run)
        publishing.cancel()
        await asyncio.gather(publishing, return_exceptions=True)


async def make_events(journal: Journal, run: str) -> None:
    chance = random.Random(run)
    n = 0
    while True:
        burst = chance.choice([1, 1, 2, 3, 20])
        journal.append("ada", [make_event(run, n + k) for k in range(burst)])
        n += burst
        await asyncio.sleep(chance.uniform(0.0, 0.01))


def make_event(run: str, n: int) -> Event:
    time_s = float(n)
    fields = {"stride_time_s": n / 7}
    return Event(event_id(run, Kind.STEP, Side.LEFT, time_s), Kind.STEP, Side.LEFT, time_s, time_s, 1.0, fields)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
