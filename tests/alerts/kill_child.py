"""A hub without sensors, to be killed: the journal and the alerts of one wearer.

``kill_child.py FOLDER ADDRESS CANCEL_S EVENT...``: each EVENT is the id of a trip that happens at the start.
"""

import asyncio
import sys
import time
from pathlib import Path

from hub.config import Config
from hub.events import Event, Kind
from hub.journal import Journal
from hub.service.caregivers import open_caregivers
from sensors.layout import Side


def config(folder: Path, address: str, cancel_s: float) -> Config:
    (folder / "ben").write_text(address)
    device = {"role": "left_shin", "type": "witmotion", "name": "WT"}
    return Config.model_validate(
        {
            "hub": {"state_dir": folder},
            "wearers": [{"nickname": "anna", "devices": [device]}],
            "alerts": {"cancel_s": cancel_s},
            "contacts": [{"name": "Ben", "url_file": folder / "ben"}],
        }
    )


async def main(folder: Path, address: str, cancel_s: float, trips: list[str]) -> None:
    async with Journal(folder / "journal.db") as journal:
        journal.observe_clock(time.monotonic(), time.time_ns())
        caregivers = await open_caregivers(config(folder, address, cancel_s), journal)
        running = asyncio.create_task(caregivers.run())
        for name in trips:
            now_s = time.monotonic()
            journal.append("anna", [Event(name, Kind.TRIP, Side.LEFT, now_s, now_s, 0.9, {"stage": "confirmed"})])
        await running


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), sys.argv[4:]))
