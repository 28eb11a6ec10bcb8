"""A real InfluxDB 1.8: users in place of tokens, databases in place of buckets. Its values: ``test_round_trip.py``."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from hub.events import Kind
from hub.influx import Bucket, DatabaseAddress
from hub.influx.database import Database
from hub.influx.errors import ClosedError
from hub.influx.exporting import lines_of
from hub.influx.probe import database_trouble
from hub.journal import Journal
from tests.influx.test_outages import NOW_NS, taken
from tests.services.influxdb import Influxd1

pytestmark = pytest.mark.influx


@pytest.fixture
def address(server_1: Influxd1, prepared_1) -> DatabaseAddress:
    return prepared_1(server_1)


async def test_a_journal_goes_out_each_point_once_and_what_cannot_be_is_set_aside(
    server_1: Influxd1, address: DatabaseAddress, tmp_path, writing, event
):
    """Points that are too old for a bucket, and one of a field that somebody else has made a text, are among them."""
    lasting, steps = address.buckets[Bucket.LASTING], address.buckets[Bucket.STEPS]
    writes = f"/api/v2/write?bucket={lasting}"
    server_1.post(writes, f'event,hub=x duration_s="long" {NOW_NS}', server_1.administrator)
    async with Journal(tmp_path / "journal.db") as journal:
        journal.observe_clock(0.0, NOW_NS - 100 * 86_400 * 10**9)
        journal.append("ada", [event(1.0, stride_time_s=1.0), event(1.0, Kind.TOE_CATCH)])
        await journal.flush()
        journal.observe_clock(10.0, NOW_NS)
        for n in range(10, 700):
            drag = {"duration_s": 0.1} if n == 300 else {}
            journal.append("ada", [event(float(n), stride_time_s=n / 7), event(n + 0.1, Kind.TOE_DRAG, **drag)])
        async with writing(address, journal) as writer:
            await taken(journal)
            assert (writer.stats.outlived_n, writer.stats.refused_n, writer.stats.trouble) == (1, 1, "")
    assert "field type conflict" in (tmp_path / "refused.jsonl").read_text()
    assert server_1.count(steps, "step", "stride_time_s") == 690
    assert server_1.count(lasting, "event", "confidence") == 690
    reader = replace(address, token=SecretStr(server_1.administrator))
    assert len([each async for each in lines_of(reader, Bucket.STEPS)]) == 690


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"token": SecretStr("ada:wrong")}, "does not accept the token, or user and password"),
        ({"token": None}, "does not accept the token, or user and password"),
        ({"buckets": {Bucket.LASTING: "nowhere"}}, "it has no 'nowhere', database not found"),
        ({"buckets": {Bucket.LASTING: "others"}}, "the token or user may not write to 'others'"),
    ],
)
async def test_who_is_not_let_in_is_told_why(
    server_1: Influxd1, address: DatabaseAddress, change: dict, said: str
) -> None:
    server_1.say("CREATE DATABASE others")
    assert await database_trouble(address) is None
    if "buckets" in change:
        change = {"buckets": {**address.buckets, **change["buckets"]}}
    trouble = await database_trouble(replace(address, **change))
    assert said in str(trouble)
    assert "secret" not in str(trouble)


async def test_a_retention_policy_is_named_beside_its_database(server_1: Influxd1, address: DatabaseAddress) -> None:
    lasting = address.buckets[Bucket.LASTING]
    policed = replace(address, buckets={**address.buckets, Bucket.LASTING: f"{lasting}/years"})
    assert f"it has no '{lasting}/years', retention policy not found" in str(await database_trouble(policed))
    server_1.say(f"CREATE RETENTION POLICY years ON {lasting} DURATION 520w REPLICATION 1")
    assert await database_trouble(policed) is None
    async with Database(policed) as database:
        assert await database.write(Bucket.LASTING, [f"event x=1 {NOW_NS}"]) == 0
    assert server_1.query(lasting, 'SELECT x FROM "years"."event"') == [{"time": NOW_NS, "x": 1}]


async def test_a_wearers_points_are_deleted_by_what_the_hub_says_to_say_there(
    server_1: Influxd1, address: DatabaseAddress
) -> None:
    lasting = address.buckets[Bucket.LASTING]
    async with Database(address) as database:
        await database.write(Bucket.LASTING, [f"event,wearer={name} x=1 {NOW_NS}" for name in ("anna", "anna-lena")])
        with pytest.raises(ClosedError, match=r"only 2\.x deletes") as caught:
            await database.erase(Bucket.LASTING, "anna")
    said = str(caught.value)
    statement = said[said.index("DELETE") : said.index(f" in {lasting!r}")]
    server_1.say(statement, database=lasting)
    assert [row["wearer"] for row in server_1.query(lasting, "SELECT * FROM event")] == ["anna-lena"]
