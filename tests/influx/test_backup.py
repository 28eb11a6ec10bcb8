"""The points of a real InfluxDB 2 in a backup: saved, wiped, restored, and every query answers the same."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from hub.cli.commands import app
from hub.errors import DeliveryError, InsoleHubError
from hub.influx import Bucket, DatabaseAddress
from hub.influx.database import Database
from tests.services.influxdb import ADMIN_TOKEN, Influxd

pytestmark = pytest.mark.influx

NOW_NS = 1_790_000_000 * 10**9
LINES = {
    Bucket.LASTING: [
        r'event,hub=home,kind=trip,wearer=anna id="a",confidence=0.9,recovered=true 1790000000000000001',
        r'event,hub=home,kind=trip,wearer=anna\ b\,c\=d id="b",confidence=0.30000000000000004 1790000000000000002',
        'note,hub=home,wearer=anna text="two\nlines, a \\"quote\\", a \\\\ and Füße" 1790000001000000000',
        "sensor,hub=home,role=left_insole lost=3i,rate_hz=100 1790000002000000000",
        "walk,wearer=anna speed_m_s=1e-300,steps=5 1767225600000000000",
    ],
    Bucket.STEPS: [
        f"step,side=left,wearer=anna stride_time_s={1 + k / 7!r},toe_first={str(k % 3 == 0).lower()} {NOW_NS + k}"
        for k in range(12_000)
    ],
}


@pytest.fixture
async def filled(server: Influxd, prepared) -> DatabaseAddress:
    address = prepared(server)
    async with Database(address) as database:
        for bucket, lines in LINES.items():
            await database.write(bucket, lines)
    return address


@pytest.fixture
def home(filled: DatabaseAddress, tmp_path: Path) -> Path:
    (tmp_path / "token").write_text(filled.token.get_secret_value())
    (tmp_path / "reader").write_text(ADMIN_TOKEN)
    (tmp_path / "state").mkdir()
    (tmp_path / "hub.toml").write_text(
        f'[hub]\nstate_dir = "{tmp_path}/state"\n'
        f'[influxdb]\nurl = "{filled.url}"\norg = "{filled.org}"\nbucket = "{filled.buckets[Bucket.LASTING]}"\n'
        f'steps_bucket = "{filled.buckets[Bucket.STEPS]}"\ntoken_file = "{tmp_path}/token"\n'
        '[[wearers]]\nnickname = "anna"\ndevices = [{ role = "left_shin", type = "witmotion", name = "A" }]\n'
    )
    return tmp_path


def command(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "-c", str(home / "hub.toml")])


def everything(server: Influxd, address: DatabaseAddress) -> list[list[dict[str, object]]]:
    return [
        server.query(address.buckets[bucket], query)
        for bucket, measurements in ((Bucket.LASTING, ("event", "note", "sensor", "walk")), (Bucket.STEPS, ("step",)))
        for name in measurements
        for query in (f'SELECT * FROM "{name}" GROUP BY *', f'SHOW FIELD KEYS FROM "{name}"')
    ]


def test_backup_wipe_restore_gives_identical_answers(server: Influxd, filled: DatabaseAddress, home: Path) -> None:
    before = everything(server, filled)
    done = command(home, "backup", str(home / "hub.zip"), "--reader-token-file", str(home / "reader"))
    assert done.exit_code == 0, done.output
    for bucket, measurements in ((Bucket.LASTING, ("event", "note", "sensor", "walk")), (Bucket.STEPS, ("step",))):
        for name in measurements:
            server.clear(filled.buckets[bucket], name)
    assert not any(rows for rows in everything(server, filled)[::2])
    for _ in range(2):  # done again it changes nothing
        done = command(home, "restore", str(home / "hub.zip"), "--database")
        assert done.exit_code == 0, done.output
        assert "12005 points were written" in done.output
        assert everything(server, filled) == before
    assert (sum(len(rows) for rows in before[::2])) == 12_005


def test_without_a_token_that_reads_it_is_said_that_the_points_are_left_out(home: Path) -> None:
    done = command(home, "backup", str(home / "hub.zip"))
    assert "The InfluxDB's points are not in it" in done.output
    failed = command(home, "restore", str(home / "hub.zip"), "--database").exception
    assert isinstance(failed, InsoleHubError)
    assert "holds no points" in str(failed)


def test_a_token_that_may_not_read_is_told_and_leaves_no_file(home: Path) -> None:
    failed = command(home, "backup", str(home / "hub.zip"), "--reader-token-file", str(home / "token")).exception
    assert isinstance(failed, DeliveryError)
    assert "--reader-file" in str(failed)
    assert not list(home.glob("hub.zip*"))
    assert not list((home / "state").iterdir())


def test_a_database_that_is_not_there_is_told(filled: DatabaseAddress, home: Path) -> None:
    text = (home / "hub.toml").read_text().replace(filled.url, "http://127.0.0.1:9")
    (home / "hub.toml").write_text(text)
    failed = command(home, "backup", str(home / "hub.zip"), "--reader-token-file", str(home / "reader")).exception
    assert isinstance(failed, DeliveryError)
    assert "is it running" in str(failed)


async def test_a_field_of_two_kinds_is_refused(server: Influxd, filled: DatabaseAddress) -> None:
    from hub.influx.exporting import lines_of  # noqa: PLC0415

    week_ns = 8 * 86_400 * 10**9  # another shard may hold another kind
    async with Database(filled) as database:
        await database.write(Bucket.LASTING, ["mixed x=1 1790000000000000000"])
        await database.write(Bucket.LASTING, [f"mixed x=1i {1790000000000000000 - week_ns}"])
    address = replace(filled, token=SecretStr(ADMIN_TOKEN))
    with pytest.raises(DeliveryError, match="two kinds"):
        [line async for line in lines_of(address, Bucket.LASTING)]
    server.clear(filled.buckets[Bucket.LASTING], "mixed")
