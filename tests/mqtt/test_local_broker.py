"""The hub's own broker."""

import asyncio
import gc
import json
import socket

import pytest

from hub.errors import DeliveryError
from hub.journal import Journal
from hub.mqtt import Publisher, Topics, local_broker
from hub.support.backoff import Backoff


async def test_events_and_states_reach_a_reader_and_nothing_is_logged(
    tmp_path, subscriber, running, event, until, caplog
):
    gc.collect()  # what tests before have left is complained of now
    caplog.set_level("WARNING")
    caplog.clear()
    topics = Topics("insole/home")
    async with local_broker() as address, Journal(tmp_path / "journal.db") as journal:
        journal.observe_clock(0.0, 0)
        one = Publisher(address, topics, journal, version="1", backoff=Backoff(0.02, 0.1))
        events = [event(float(n)) for n in range(200)]
        async with subscriber(address) as reader:
            async with running(one):
                one.set_state(topics.state("ada"), b'{"steps":1}')
                journal.append("ada", events)
                await until(lambda: len(reader.events) == 200 and reader.of(topics.state("ada")))
                await until(lambda: journal.cursor("mqtt") == 200)
            await until(lambda: len(reader.of(topics.status)) == 2)
    assert reader.ids == [each.id for each in events]
    assert [json.loads(message.payload)["state"] for message in reader.of(topics.status)] == ["online", "offline"]
    assert caplog.text == ""


async def test_it_listens_on_this_machine_only():
    async with local_broker() as address:
        assert address.host == "127.0.0.1"
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.2", address.port)) != 0


async def test_a_port_that_is_taken_is_one_clear_line():
    async with local_broker() as address:
        with pytest.raises(DeliveryError, match=r"cannot listen on 127\.0\.0\.1:\d+ .*set another broker\.port"):
            async with local_broker(address.port):
                pass


async def test_a_reader_that_vanishes_disturbs_nobody(tmp_path, subscriber, running, event, until):
    async with local_broker() as address, Journal(tmp_path / "journal.db") as journal:
        journal.observe_clock(0.0, 0)
        one = Publisher(address, Topics("insole/home"), journal, version="1", backoff=Backoff(0.02, 0.1))
        async with subscriber(address) as reader, running(one):
            _, writer = await asyncio.open_connection(address.host, address.port)
            writer.write(b"\x10\xff\xff\xff\xff garbage")
            writer.transport.abort()
            journal.append("ada", [event(1.0)])
            await until(lambda: len(reader.events) == 1)
