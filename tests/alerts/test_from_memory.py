"""What was told while the disk could not be used is told nobody again, and goes on when it can."""

import asyncio
import time

from hub.events import Event, Kind
from hub.journal import Journal, makeshift_journal
from hub.mqtt import Acknowledge
from hub.service.caregivers import EVENTS, open_caregivers
from sensors.layout import Side
from tests.alerts.kill_child import config
from tests.alerts.service import Service
from tests.services.mosquitto import until


async def test_a_contact_is_told_from_memory_and_not_again_from_the_disk(tmp_path):
    path = tmp_path / "journal.db"
    with Service() as service:
        settings = config(tmp_path, service.address, 0.0)
        async with makeshift_journal(path, "the disk is full") as journal:
            journal.observe_clock(time.monotonic(), time.time_ns())
            caregivers = await open_caregivers(settings, journal)
            running = asyncio.create_task(caregivers.run())
            now_s = time.monotonic()
            journal.append("anna", [Event("trip-1", Kind.TRIP, Side.LEFT, now_s, now_s, 0.9, {"stage": "confirmed"})])
            await until(lambda: any(alert.told for alert in caregivers.desk.of_wearer("anna")))
            await journal.flush()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        async with Journal(path) as journal:
            journal.observe_clock(time.monotonic(), time.time_ns())
            caregivers = await open_caregivers(settings, journal)
            running = asyncio.create_task(caregivers.run())
            await until(
                lambda: journal.cursor(EVENTS) == 1 and journal.alerts.cursor("contacts") == journal.alerts.last
            )
            assert await caregivers.obey("anna", Acknowledge(by="Ben")) == "noted"
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        assert [each["title"] for each in service.got] == ["anna: trip"]
