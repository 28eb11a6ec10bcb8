"""The publisher with a real Mosquitto."""

import asyncio
import json
import re
import signal

import pytest

from hub.events import STEP_KINDS, Kind
from hub.journal import Journal
from hub.mqtt import Publisher, SensorCondition, SensorState, Topics, sensor_state, wearer_state
from hub.mqtt import publisher as publisher_module
from hub.mqtt.fields import STATE_FIELDS
from hub.support.backoff import Backoff
from sensors.layout import Role

pytestmark = pytest.mark.broker

TOPICS = Topics("insole/home")
WALL_NS = 1_767_225_600_000_000_000
DAY = dict.fromkeys(STATE_FIELDS) | {"day": "2026-01-01"} | dict.fromkeys(["steps", "drags", "walking_min"], 0)


@pytest.fixture
async def journal(tmp_path):
    async with Journal(tmp_path / "journal.db") as journal:
        journal.observe_clock(0.0, WALL_NS)
        yield journal


@pytest.fixture
def publisher(mosquitto, journal):
    def publisher(address=None):
        backoff = Backoff(0.02, 0.2)
        return Publisher(address or mosquitto.address, TOPICS, journal, version="1.2.3", backoff=backoff)

    return publisher


async def test_events_arrive_once_in_order_within_their_haste_with_qos_1_wall_time_and_position(
    mosquitto, journal, publisher, subscriber, running, event, until
):
    await mosquitto.start()
    kinds = (Kind.TOE_DRAG, Kind.STEP, Kind.INITIAL_CONTACT, Kind.FOOT_SLAP, Kind.FINAL_CONTACT)
    events = [event(0.25 * n, kinds[n % len(kinds)], duration_s=0.1 * n) for n in range(500)]
    async with subscriber(mosquitto.address) as reader, running(publisher()):
        for each in events:
            journal.append("ada", [each])
            await asyncio.sleep(0)
        await until(lambda: len(reader.events) >= 500)
        await until(lambda: journal.cursor("mqtt") == 500)
    for may_wait in (True, False):
        came = [each["id"] for each in reader.events if (each["kind"] in STEP_KINDS) is may_wait]
        assert came == [each.id for each in events if (each.kind in STEP_KINDS) is may_wait]
    in_order = sorted(reader.events, key=lambda each: each["position"])
    assert [each["id"] for each in in_order] == [each.id for each in events]
    expected = events[7].to_dict() | {
        "position": 8,
        "wall_time": "2026-01-01T00:00:01.750000Z",
        "wall_time_ns": WALL_NS + 1_750_000_000,
    }
    assert expected in reader.events
    messages = reader.of("insole/home/ada/event/#")
    assert {message.qos for message in messages} == {1}
    assert all(str(message.topic).endswith(json.loads(message.payload)["kind"]) for message in messages)


async def test_what_was_committed_with_steps_does_not_wait_behind_them(
    mosquitto, journal, publisher, subscriber, running, event, until
):
    await mosquitto.start()
    steps = [event(0.1 * n, Kind.STEP) for n in range(40)]
    trip = event(4.0, Kind.TRIP, stage="confirmed")
    journal.append("ada", [*steps, trip])
    await journal.flush()
    async with subscriber(mosquitto.address) as reader, running(publisher()):
        await until(lambda: len(reader.events) >= 41)
        await until(lambda: journal.cursor("mqtt") == 41)
    assert reader.ids == [trip.id, *(each.id for each in steps)]
    assert [each["position"] for each in reader.events] == [41, *range(1, 41)]


async def test_what_lies_in_memory_only_has_no_position(
    mosquitto, journal, publisher, subscriber, running, event, until
):
    await mosquitto.start()
    journal.disk_trouble = "the disk is full"
    journal.append("ada", [event(1.0, Kind.TRIP, stage="confirmed")])
    async with subscriber(mosquitto.address) as reader, running(publisher()):
        await until(lambda: reader.events)
    assert [each["position"] for each in reader.events] == [None]


async def test_a_broker_that_is_down_at_start_gets_everything_later(
    mosquitto, journal, publisher, subscriber, running, event, until, caplog
):
    await mosquitto.start()
    async with subscriber(mosquitto.address) as reader:
        await mosquitto.end()
        one = publisher()
        async with running(one):
            journal.append("ada", [event(float(n)) for n in range(50)])
            await until(lambda: one.stats.failures_n >= 3)
            assert "nothing listens there; start the broker" in one.stats.trouble
            await mosquitto.start()
            await until(lambda: len(set(reader.ids)) == 50)
            assert one.stats.trouble == ""
    assert caplog.text.count("nothing listens there") == 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
async def test_a_broker_that_goes_in_the_middle_and_comes_back_costs_nothing(
    mosquitto, journal, publisher, subscriber, running, event, until, how
):
    mosquitto.settings += "\nautosave_on_changes true\nautosave_interval 1"  # the reader's session survives a kill
    await mosquitto.start()
    events = [event(float(n)) for n in range(600)]
    told_before = 0
    one = publisher()
    async with subscriber(mosquitto.address) as reader, running(one):
        for n, each in enumerate(events):
            journal.append("ada", [each])
            await asyncio.sleep(0.001)
            if n in {150, 400}:
                await until(lambda: one.stats.connected)
                await mosquitto.end(how)
                await until(lambda: not one.stats.connected)  # the last acknowledgements have been read
                told_before = journal.cursor("mqtt")
            if n in {250, 500}:
                await mosquitto.start()
        await until(lambda: journal.cursor("mqtt") == 600)
        await until(lambda: reader.ids and reader.ids[-1] == events[-1].id)
    missing = {each.id for each in events} - set(reader.ids)
    # what the broker acknowledged and then lost with its memory is beyond a publisher's reach
    assert missing <= ({each.id for each in events[:told_before]} if how is signal.SIGKILL else set())
    first_seen = list(dict.fromkeys(reader.ids))
    assert first_seen == [each.id for each in events if each.id not in missing]


async def test_a_stalled_broker_is_left_and_found_again(
    mosquitto, journal, publisher, subscriber, running, event, until, monkeypatch
):
    monkeypatch.setattr(publisher_module, "ANSWER_S", 0.3)
    await mosquitto.start()
    one = publisher()
    async with subscriber(mosquitto.address) as reader, running(one):
        await until(lambda: one.stats.connected)
        mosquitto.suspend()
        journal.append("ada", [event(float(n)) for n in range(300)])
        await until(lambda: one.stats.failures_n >= 2)
        assert "it is stalled" in one.stats.trouble
        assert journal.cursor("mqtt") == 0
        mosquitto.resume()
        await until(lambda: len(set(reader.ids)) == 300)
        await until(lambda: journal.cursor("mqtt") == 300)


async def test_a_stalled_broker_does_not_hold_up_the_end(
    mosquitto, journal, publisher, running, event, until, monkeypatch
):
    monkeypatch.setattr(publisher_module, "FAREWELL_S", 0.1)
    await mosquitto.start()
    one = publisher()
    async with asyncio.timeout(publisher_module.ANSWER_S):
        async with running(one):
            await until(lambda: one.stats.connected)
            mosquitto.suspend()
            one.set_state(TOPICS.state("ada"), b'"' + b"x" * 2**24 + b'"')  # more than the sockets hold
            journal.append("ada", [event(1.0)])
            await until(lambda: one.stats.in_flight_n)


async def test_status_is_retained_online_then_offline(mosquitto, publisher, subscriber, running, until):
    await mosquitto.start()
    async with subscriber(mosquitto.address, "first") as early:
        async with running(publisher()):
            await until(lambda: early.of(TOPICS.status))
            async with subscriber(mosquitto.address, "second") as late:
                await until(lambda: late.of(TOPICS.status))
                (message,) = late.of(TOPICS.status)
                assert message.retain
                assert json.loads(message.payload) | {"state": "online", "version": "1.2.3"} == json.loads(
                    message.payload
                )
        await until(lambda: len(early.of(TOPICS.status)) == 2)
        assert early.of(TOPICS.status)[1].payload == b'{"state":"offline"}'
    async with subscriber(mosquitto.address, "third") as later:
        await until(lambda: later.of(TOPICS.status))
        assert later.of(TOPICS.status)[0].payload == b'{"state":"offline"}'


async def test_states_are_retained_newest_only_and_come_back_after_the_broker_forgot(
    mosquitto, publisher, subscriber, running, until
):
    await mosquitto.start()
    one = publisher()
    state, sensor = TOPICS.state("ada"), TOPICS.sensor("ada", Role.LEFT_SHIN)
    one.set_state(state, wearer_state(DAY | {"steps": 1}, WALL_NS))
    async with running(one):
        await until(lambda: one.stats.connected)
        one.set_state(state, wearer_state(DAY | {"steps": 2}, WALL_NS))
        one.set_state(sensor, sensor_state(SensorState(SensorCondition.STREAMING, rate_hz=100.0), WALL_NS))
        async with subscriber(mosquitto.address, "first") as reader:
            await until(lambda: reader.of(sensor))
            await until(lambda: json.loads(reader.of(state)[-1].payload)["steps"] == 2)
        await mosquitto.end()
        (mosquitto.folder / "mosquitto.db").unlink()
        one.set_state(state, wearer_state(DAY | {"steps": 3}, WALL_NS))
        await mosquitto.start()
        await until(lambda: one.stats.connects_n == 2)
        async with subscriber(mosquitto.address, "second") as reader:
            await until(lambda: reader.of(sensor) and reader.of(state) and reader.of(TOPICS.status))
            assert json.loads(reader.of(state)[-1].payload)["steps"] == 3
            one.set_state(sensor, b"")
            await until(lambda: reader.of(sensor)[-1].payload == b"")
        async with subscriber(mosquitto.address, "third") as reader:
            await until(lambda: reader.of(state))
            assert not reader.of(sensor)


async def test_no_event_is_ever_retained_and_no_payload_holds_a_device_address(
    mosquitto, journal, publisher, subscriber, running, event, until
):
    await mosquitto.start()
    one = publisher()
    async with subscriber(mosquitto.address, "early") as early, running(one):
        one.set_state(TOPICS.state("ada"), wearer_state(DAY, WALL_NS))
        one.set_state(TOPICS.sensor("ada", Role.LEFT_INSOLE), sensor_state(SensorState(SensorCondition.LOST), WALL_NS))
        journal.append("ada", [event(float(n), kind) for n, kind in enumerate(Kind)])
        await until(lambda: len(early.events) == len(Kind))
        async with subscriber(mosquitto.address, "late") as late:
            await until(lambda: len(late.messages) == 3)
            assert late.events == []
    assert not any(message.retain for message in early.of("+/+/+/event/#"))
    address = re.compile(rb"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}")
    assert not any(address.search(message.payload) for message in early.messages + late.messages)


async def test_a_backlog_goes_out_many_at_a_time_and_the_cursor_never_passes_an_open_one(
    mosquitto, journal, publisher, subscriber, running, event, until
):
    await mosquitto.start()
    journal.append("ada", [event(float(n)) for n in range(1500)])
    await journal.flush()
    one = publisher()
    most_in_flight = 0
    async with subscriber(mosquitto.address) as reader, running(one):

        def drained() -> bool:
            nonlocal most_in_flight
            most_in_flight = max(most_in_flight, one.stats.in_flight_n)
            assert journal.cursor("mqtt") + one.stats.in_flight_n <= 1500
            return journal.cursor("mqtt") == 1500

        await until(drained)
        await until(lambda: len(reader.ids) >= 1500)
    assert len(set(reader.ids)) == 1500
    assert 10 < most_in_flight <= 2 * publisher_module.WINDOW_N  # those under way, and the next


async def test_a_damaged_journal_ends_the_publisher_with_its_error(mosquitto, journal, publisher, until):
    await mosquitto.start()
    one = publisher()
    task = asyncio.create_task(one.run())
    await until(lambda: one.stats.connected)
    await journal.__aexit__(None, None, None)
    with pytest.raises(ExceptionGroup, match="unhandled errors"):
        await task


async def test_what_was_said_is_with_the_broker_before_the_offline_status(
    mosquitto, publisher, subscriber, running, until
):
    await mosquitto.start()
    one = publisher()
    topics = [TOPICS.state(f"ada{n}") for n in range(50)]
    async with subscriber(mosquitto.address) as reader:
        async with running(one):
            await until(lambda: one.stats.connected)
            for topic in topics:
                one.set_state(topic, b"old")
            await asyncio.sleep(0)  # the first is on its way
            for topic in topics:
                one.set_state(topic, b"last")
            await one.said()
        await until(lambda: len(reader.of(TOPICS.status)) == 2)
    offline = next(n for n, message in enumerate(reader.messages) if message.payload == b'{"state":"offline"}')
    told = {str(message.topic): message.payload for message in reader.messages[:offline]}
    assert {topic: told.get(topic) for topic in topics} == dict.fromkeys(topics, b"last")


async def test_nobody_waits_for_a_broker_that_is_not_there_or_goes(mosquitto, publisher, running, until, monkeypatch):
    monkeypatch.setattr(publisher_module, "ANSWER_S", 0.3)
    await mosquitto.start()
    one = publisher()
    one.set_state(TOPICS.state("ada"), b"1")
    await one.said()
    async with running(one):
        await until(lambda: one.stats.connected)
        await one.said()
        mosquitto.suspend()
        one.set_state(TOPICS.state("ada"), b"2")
        waiting = asyncio.create_task(one.said())
        await asyncio.sleep(0)
        assert not waiting.done()
        await until(waiting.done)
        assert not one.stats.connected
        mosquitto.resume()
