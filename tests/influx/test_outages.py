"""A real InfluxDB 2 that comes and goes: nothing is lost, each point is there once."""

import asyncio
import json
import re
import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from hub.alert import Alert, Change, Rule, Severity, State, Step
from hub.diary import Aid, AidsChanged, DiaryEntry, Noted
from hub.events import Kind
from hub.influx import Bucket, StatePoints
from hub.journal import DaySummary, Journal
from sensors.layout import Role
from tests.services.influxdb import ADMIN_TOKEN, Influxd

pytestmark = pytest.mark.influx

NOW_NS = time.time_ns() - 3600 * 10**9


@pytest.fixture
async def journal(tmp_path):
    async with Journal(tmp_path / "journal.db") as journal:
        journal.observe_clock(0.0, NOW_NS)
        yield journal


async def taken(journal: Journal) -> None:
    await journal.flush()
    async with asyncio.timeout(120):
        await journal.taken_by("influxdb")


async def test_a_backlog_goes_out_each_point_once(server: Influxd, prepared, journal, writing, event):
    """More than a page, of two wearers, with what belongs into either bucket."""
    address = prepared(server)
    for n in range(1500):
        journal.append("ada", [event(n * 0.5, stride_time_s=n / 7)])
        journal.append("ben", [event(n * 0.5, Kind.TOE_DRAG, duration_s=n / 7)])
    async with writing(address, journal) as writer:
        await taken(journal)
    assert server.count(address.buckets[Bucket.STEPS], "step", "stride_time_s") == 1500
    assert server.count(address.buckets[Bucket.LASTING], "event", "duration_s") == 1500
    assert (writer.stats.written_n, writer.stats.trouble) == (3000, "")


async def test_a_backlog_has_the_aids_of_its_time_and_again_the_same_when_it_is_written_once_more(
    server: Influxd, prepared, tmp_path, writing, event
):
    """The cursors are lost, as with a database that was set up anew: each point takes its own place."""
    address, aids = prepared(server), [AidsChanged((Aid.BRACE,)), AidsChanged((Aid.BRACE, Aid.STICK)), AidsChanged(())]
    path = tmp_path / "again.db"
    async with Journal(path) as journal:
        journal.observe_clock(0.0, NOW_NS)
        for n in range(1200):
            if n % 300 == 0 and n:
                said = aids[n // 300 - 1]
                journal.diary.append(DiaryEntry(f"a{n}", "ada", NOW_NS + n * 10**9, said), float(n))
            journal.append("ada", [event(float(n), stride_time_s=n / 7), event(n + 0.1, Kind.TOE_DRAG, duration_s=0.1)])
        journal.diary.append(DiaryEntry("n1", "ada", NOW_NS, Noted("tired", pain=2.0)), 1200.0)
        async with writing(address, journal):
            await taken(journal)
            await journal.taken_by("influxdb")
    for cursors in ("cursors", "diary_cursors"):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"DELETE FROM {cursors}")
            connection.commit()
    async with Journal(path) as journal, writing(address, journal) as writer:
        await taken(journal)
        async with asyncio.timeout(60):
            while journal.diary.cursor("influxdb") < journal.diary.last:
                await asyncio.sleep(0.01)
        assert writer.stats.written_n == 2404
    for measurement, field, bucket in (
        ("step", "stride_time_s", Bucket.STEPS),
        ("event", "duration_s", Bucket.LASTING),
    ):
        query = f'SELECT count("{field}") AS n FROM "{measurement}" GROUP BY "aid"'
        counts = {row["aid"]: row["n"] for row in server.query(address.buckets[bucket], query)}
        assert counts == {"": 300, "brace": 300, "brace+stick": 300, "none": 300}
    notes = server.query(address.buckets[Bucket.LASTING], 'SELECT "text", "kind", "pain" FROM "note"')
    assert sorted((row["kind"], row["text"], row["pain"]) for row in notes if row["kind"] == "note") == [
        ("note", "tired", 2.0)
    ]
    assert sorted(row["text"] for row in notes if row["kind"] == "aid") == ["brace", "brace+stick", "none"]


async def test_a_database_that_is_killed_over_and_over_has_each_point_once(
    own_server: Influxd, prepared, journal, writing, event, until
):
    address = prepared(own_server)
    own_server.end(signal.SIGKILL)  # down at the start
    async with writing(address, journal) as writer:
        for kill in range(3):
            for n in range(400):
                journal.append("ada", [event(kill * 400.0 + n, stride_time_s=n / 7)])
            await until(lambda: "nothing listens there; start the database" in writer.stats.trouble)
            before_n = writer.stats.written_n  # while nothing can be written
            await asyncio.to_thread(own_server.start)
            await until(lambda before_n=before_n: writer.stats.written_n > before_n)
            own_server.end(signal.SIGKILL)
            journal.append("ada", [event(5000.0 + kill, stride_time_s=1.0)])
        await asyncio.to_thread(own_server.start)
        await taken(journal)
        assert writer.stats.trouble == ""
        assert writer.stats.failures_n > 3
    assert own_server.count(address.buckets[Bucket.STEPS], "step", "stride_time_s") == 1203


async def test_sensors_are_told_after_an_outage_too(own_server: Influxd, prepared, journal, writing, until):
    address, points = prepared(own_server), StatePoints("home")
    own_server.end(signal.SIGKILL)
    async with writing(address, journal) as writer:
        following = asyncio.create_task(writer.follow_states(points))
        for n in range(3):
            points.see("ada", Role.LEFT_SHIN, {"state": "streaming", "rate_hz": 100.0}, NOW_NS + n)
        await until(lambda: writer.stats.failures_n)
        points.see("ada", Role.LEFT_SHIN, {"state": "lost"}, NOW_NS + 3)
        await asyncio.to_thread(own_server.start)
        await until(lambda: writer.stats.written_n == 4)
        following.cancel()
    rows = own_server.query(address.buckets[Bucket.STEPS], 'SELECT "state", "role", "rate_hz" FROM "sensor"')
    assert [(row["state"], row["role"], row["rate_hz"]) for row in rows] == [
        *[("streaming", "left_shin", 100)] * 3,
        ("lost", "left_shin", None),
    ]


async def test_a_database_that_is_suspended_is_waited_for(
    own_server: Influxd, prepared, journal, writing, event, until, monkeypatch
):
    monkeypatch.setattr("hub.influx.database.ANSWER_S", 0.3)
    address = prepared(own_server)
    own_server.suspend()
    async with writing(address, journal) as writer:
        journal.append("ada", [event(1.0, stride_time_s=1.0)])
        await until(lambda: "no answer within" in writer.stats.trouble)
        own_server.resume()
        await taken(journal)
    assert own_server.count(address.buckets[Bucket.STEPS], "step", "stride_time_s") == 1


async def test_points_that_cannot_be_are_set_aside_and_the_others_are_written(
    server: Influxd, prepared, journal, writing, event, tmp_path, caplog
):
    """Somebody else has written the field as text: the database refuses each point that has it as a number."""
    address = prepared(server)
    writes = f"/api/v2/write?org={address.org}&bucket={address.buckets[Bucket.LASTING]}"
    server.post(writes, f'event,hub=x duration_s="long" {NOW_NS}', ADMIN_TOKEN)
    for n in range(300):
        journal.append("ada", [event(float(n), Kind.TOE_DRAG, **({"duration_s": 0.1} if n in {7, 150, 299} else {}))])
    async with writing(address, journal) as writer:
        await taken(journal)
        assert writer.stats.refused_n == 3
    kept = [json.loads(text) for text in (tmp_path / "refused.jsonl").read_text().splitlines()]
    assert len(kept) == 3
    assert all("duration_s=0.1" in each["line"] and "field type conflict" in each["reason"] for each in kept)
    assert (tmp_path / "refused.jsonl").stat().st_mode & 0o777 == 0o600
    assert "is set aside in" in caplog.text
    assert server.count(address.buckets[Bucket.LASTING], "event", "confidence") == 297


async def test_what_was_refused_is_written_at_a_later_start_once_it_can_be(
    server: Influxd, prepared, journal, writing, event, tmp_path
):
    address = prepared(server)
    lasting = address.buckets[Bucket.LASTING]
    writes = f"/api/v2/write?org={address.org}&bucket={lasting}"
    server.post(writes, f'event duration_s="long" {NOW_NS}', ADMIN_TOKEN)
    journal.append("ada", [event(1.0, Kind.TOE_DRAG, duration_s=0.1)])
    async with writing(address, journal):
        await taken(journal)
    async with writing(address, journal) as writer:  # nobody has mended it
        journal.append("ada", [event(2.0, Kind.TOE_CATCH)])
        await taken(journal)
        assert writer.stats.refused_n == 1
    server.clear(lasting, "event")
    async with writing(address, journal) as writer:
        journal.append("ada", [event(3.0, Kind.TOE_CATCH)])
        await taken(journal)
        assert writer.stats.refused_n == 0
    assert (tmp_path / "refused.jsonl").read_text() == ""
    assert [row["duration_s"] for row in server.query(lasting, 'SELECT duration_s, kind FROM "event"')] == [0.1]


async def test_points_older_than_the_bucket_keeps_are_counted_and_hold_nothing_up(
    server: Influxd, prepared, tmp_path, writing, event
):
    address = prepared(server)
    async with Journal(tmp_path / "journal.db") as journal:
        journal.observe_clock(0.0, NOW_NS - 100 * 86_400 * 10**9)
        journal.append("ada", [event(1.0, stride_time_s=1.0), event(1.0, Kind.TOE_DRAG, duration_s=0.1)])
        await journal.flush()
        journal.observe_clock(10.0, NOW_NS)
        journal.append("ada", [event(11.0, stride_time_s=1.0)])
        async with writing(address, journal) as writer:
            await taken(journal)
            assert (writer.stats.outlived_n, writer.stats.refused_n, writer.stats.trouble) == (1, 0, "")
    assert server.count(address.buckets[Bucket.STEPS], "step", "stride_time_s") == 1
    assert server.count(address.buckets[Bucket.LASTING], "event", "duration_s") == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"token": "none such"}, "it does not accept the token"),
        ({"org": "nobody"}, "check influxdb.org"),
        ({"buckets": {Bucket.LASTING: "first", Bucket.STEPS: "first"}}, "it has no 'first'|may not write to 'first'"),
        ({"url": "/nowhere"}, "does not answer as an InfluxDB"),
    ],
)
async def test_who_is_not_let_in_is_told_what_to_do_and_gets_in_once_it_is_mended(
    server: Influxd, prepared, journal, writing, event, until, wrong, said
):
    address = prepared(server)
    change = dict(wrong)
    if "token" in change:
        change["token"] = SecretStr(change["token"])
    if "url" in change:
        change["url"] = address.url + change["url"]
    journal.append("ada", [event(1.0, stride_time_s=1.0)])
    async with writing(replace(address, **change), journal) as writer:
        await until(lambda: writer.stats.failures_n > 1)
        assert re.search(said, writer.stats.trouble)
        assert writer.stats.refused_n == 0
        assert address.token.get_secret_value() not in writer.stats.trouble
    assert journal.cursor("influxdb") == 0
    async with writing(address, journal):
        await taken(journal)
    assert server.count(address.buckets[Bucket.STEPS], "step", "stride_time_s") == 1


async def test_an_alert_is_one_point_that_tells_its_newest_state(server: Influxd, prepared, journal, writing, until):
    address = prepared(server)
    opened = Alert("a1", "ada", Rule.TRIP, Severity.HIGH, "a trip", NOW_NS, NOW_NS)
    async with writing(address, journal) as writer:
        for n, state in enumerate((State.OPEN, State.NOTIFIED, State.ACKNOWLEDGED)):
            journal.alerts.append([Change(Step.OPENED, NOW_NS + n, replace(opened, state=state))])
            await journal.flush()
            await until(lambda n=n: journal.alerts.cursor("influxdb") == n + 1)
        assert writer.stats.written_n >= 1
    rows = server.query(address.buckets[Bucket.LASTING], 'SELECT id, state FROM "alert"')
    assert [(row["id"], row["state"]) for row in rows] == [("a1", "acknowledged")]


async def test_a_day_is_one_point_that_is_written_again_when_it_was_counted_anew(
    server: Influxd, prepared, journal, writing, until
):
    address = prepared(server)
    async with writing(address, journal):
        for position, steps in enumerate((4000, 4100), 1):
            journal.days.put("ada", NOW_NS, DaySummary("2026-11-27", steps))
            await until(lambda position=position: journal.days.cursor("influxdb") == position)
    rows = server.query(address.buckets[Bucket.LASTING], 'SELECT day, steps FROM "day"')
    noon_ns = int(datetime(2026, 11, 27, 12, tzinfo=UTC).timestamp()) * 10**9
    assert [(row["time"], row["day"], row["steps"]) for row in rows] == [(noon_ns, "2026-11-27", 4100)]
