"""``insole-hub forget`` reaches a real InfluxDB: one wearer's points go, with the token that may only write."""

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from hub.events import Kind
from hub.influx import Bucket, DatabaseAddress, Refused, RefusedFile
from hub.influx.database import Database
from hub.influx.line import line
from hub.influx.points import event_point
from hub.influx.schema import Name
from tests.services.command import insole_hub
from tests.services.influxdb import Influxd

pytestmark = pytest.mark.influx

WEARERS = ("anna", "anna-lena")
NOW_NS = 1_790_000_000 * 10**9


@pytest.fixture
async def kept(server: Influxd, prepared, event, tmp_path: Path) -> DatabaseAddress:
    address = prepared(server)
    refused = RefusedFile(tmp_path / "state" / "influxdb_refused.jsonl")
    refused.path.parent.mkdir()
    async with Database(address) as database:
        for number, wearer in enumerate(WEARERS, 1):
            for bucket, kind in ((Bucket.LASTING, Kind.TOE_FIRST), (Bucket.STEPS, Kind.STEP)):
                happened = event(float(number), kind)
                point = line(event_point("home", wearer, happened, NOW_NS + number * 10**9, number))
                await database.write(bucket, [point])
                refused.add(Refused(bucket, point, "for the test", NOW_NS))
    device = '{ role = "left_shin", type = "witmotion", name = "A" }'
    (tmp_path / "token").write_text(address.token.get_secret_value())
    (tmp_path / "token").chmod(0o600)
    (tmp_path / "hub.toml").write_text(
        f'[hub]\nname = "home"\nstate_dir = "{tmp_path}/state"\n'
        f'[influxdb]\nurl = "{address.url}"\norg = "{address.org}"\nbucket = "{address.buckets[Bucket.LASTING]}"\n'
        f'steps_bucket = "{address.buckets[Bucket.STEPS]}"\ntoken_file = "{tmp_path}/token"\n'
        + "".join(f'[[wearers]]\nnickname = "{wearer}"\ndevices = [{device}]\n' for wearer in WEARERS[1:])
    )
    return address


def forget(tmp_path: Path, *more: str) -> CompletedProcess[str]:
    return insole_hub("forget", "anna", "-c", tmp_path / "hub.toml", *more)


def wearers_of(server: Influxd, address: DatabaseAddress) -> list[set[str]]:
    return [
        {row["wearer"] for row in server.query(address.buckets[bucket], f'SELECT * FROM "{name.value}"')}
        for bucket, name in ((Bucket.LASTING, Name.EVENT), (Bucket.STEPS, Name.STEP))
    ]


async def test_one_wearers_points_go_and_no_other(server: Influxd, kept: DatabaseAddress, tmp_path: Path) -> None:
    shown = forget(tmp_path, "--dry-run")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "2 in" in shown.stdout
    assert wearers_of(server, kept) == [{"anna", "anna-lena"}] * 2
    done = forget(tmp_path, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert wearers_of(server, kept) == [{"anna-lena"}] * 2
    left = (tmp_path / "state" / "influxdb_refused.jsonl").read_text()
    assert left.count("\n") == 2
    assert "wearer=anna " not in left
    assert "wearer=anna," not in left


async def test_a_database_that_is_away_is_told_and_the_rest_is_deleted(kept: DatabaseAddress, tmp_path: Path) -> None:
    config = tmp_path / "hub.toml"
    config.write_text(config.read_text().replace(kept.url, "http://127.0.0.1:9"))
    done = forget(tmp_path, "--yes")
    assert done.returncode == 1
    assert "InfluxDB http://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
    assert "wearer=anna," not in (tmp_path / "state" / "influxdb_refused.jsonl").read_text()
