"""``insole-hub influxdb setup`` and what the doctor says, against a real InfluxDB 2."""

import asyncio
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from hub.cli.commands import app
from hub.cli.influxdb import ADMIN_TOKEN as VARIABLE
from hub.config import InfluxdbConfig
from hub.errors import InsoleHubError
from hub.influx import Bucket
from hub.influx.database import Database
from hub.influx.errors import ClosedError
from hub.influx.probe import database_trouble
from hub.influx.provision import Plan, provision
from tests.services.influxdb import ADMIN_TOKEN, ORG, Influxd

pytestmark = pytest.mark.influx
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def setup(server: Influxd, tmp_path: Path):
    def setup(name: str, *more: str, token: str | None = ADMIN_TOKEN) -> Result:
        command = ["influxdb", "setup", "--url", server.url, "--org", ORG, "--bucket", name]
        command += ["--steps-bucket", f"{name}_steps", "--token-file", str(tmp_path / "token"), *more]
        return CliRunner().invoke(app, command, env={VARIABLE: token})

    return setup


def test_one_command_prepares_everything_and_again_changes_nothing(setup, server: Influxd, tmp_path: Path):
    first = setup("first_time", "--reader-file", str(tmp_path / "reader"))
    assert first.exit_code == 0, first.output
    assert "bucket first_time: made, keeps for ever\nInfluxQL database first_time: made" in first.output
    assert "bucket first_time_steps: made, keeps 90 days\nInfluxQL database first_time_steps: made" in first.output
    token, reader = ((tmp_path / name).read_text() for name in ("token", "reader"))
    again = setup("first_time", "--reader-file", str(tmp_path / "reader"))
    assert "made" not in again.output
    assert "new token" not in again.output
    assert [(tmp_path / name).read_text() for name in ("token", "reader")] == [token, reader]
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("token", "reader")} == {0o600}
    for secret in (token.strip(), reader.strip(), ADMIN_TOKEN):
        assert secret not in first.output + again.output


def test_what_it_prints_is_the_table_for_hub_toml(setup, tmp_path: Path):
    _, _, table = setup("for_toml").output.partition("For hub.toml:\n")
    config = InfluxdbConfig.model_validate(tomllib.loads(table)["influxdb"])
    assert (config.bucket, config.steps_bucket) == ("for_toml", "for_toml_steps")
    assert config.token().get_secret_value() == (tmp_path / "token").read_text().strip()


def test_the_hubs_token_may_write_there_and_do_nothing_else(setup, server: Influxd, tmp_path: Path):
    setup("least", "--reader-file", str(tmp_path / "reader"))
    token, reader = ((tmp_path / name).read_text().strip() for name in ("token", "reader"))
    address = server.address(token, "least", "least_steps")

    async def write(address) -> None:
        async with Database(address) as database:
            await database.write(Bucket.LASTING, ["event,hub=home x=1 1"])

    asyncio.run(write(address))
    with pytest.raises(ClosedError, match="may not write"):
        asyncio.run(write(replace(address, buckets={Bucket.LASTING: "first"})))
    with pytest.raises(AssertionError, match="database not found"):
        server.query("least", "SELECT * FROM event", token)
    assert len(server.query("least", "SELECT * FROM event", reader)) == 1
    with pytest.raises(ClosedError, match="may not write"):
        asyncio.run(write(server.address(reader, "least", "least_steps")))
    with pytest.raises(InsoleHubError, match=r"may do everything|no organization"):
        list(provision(Plan(replace(address, buckets={Bucket.LASTING: "more"}), {}, tmp_path / "other")))


def test_the_containers_prepare_the_database_by_themselves(server: Influxd, tmp_path: Path):
    """The compose file's own command; only places differ, and whose the files are."""
    (tmp_path / "admin").write_text(ADMIN_TOKEN)
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    (command,) = compose["services"]["influxdb-setup"]["command"]
    command, *ownership = command.split(";")
    for place, here in {
        "/opt/insole-hub/bin": str(Path(sys.executable).parent),
        "http://influxdb:8086": server.url,
        "/run/secrets/influxdb-admin-token": str(tmp_path / "admin"),
        "/tokens/hub/token": str(tmp_path / "hub"),
        "/tokens/grafana/token": str(tmp_path / "grafana"),
    }.items():
        assert place in command
        command = command.replace(place, here)
    subprocess.run(["sh", "-ec", command], check=True, capture_output=True)
    server.query("insole", "SHOW MEASUREMENTS", (tmp_path / "grafana").read_text().strip())
    assert asyncio.run(database_trouble(server.address((tmp_path / "hub").read_text().strip()))) is None
    assert [line.split()[0] for line in ownership] == ["chown", "chown"]


def test_how_long_points_are_kept_changes_only_when_asked(setup):
    setup("kept", "--steps-days", "30")
    assert "bucket kept_steps: is there, keeps 30 days" in setup("kept").output
    assert "bucket kept_steps: keeps 180 days now, not 30 days" in setup("kept", "--steps-days", "180").output
    assert "bucket kept_steps: is there, keeps 180 days" in setup("kept").output


def test_a_token_that_no_longer_works_is_replaced(setup, tmp_path: Path):
    setup("stale")
    (tmp_path / "token").write_text("of a database that is gone\n".replace(" ", "-"))
    assert "a new token that may write" in setup("stale").output


def test_a_file_that_holds_something_else_is_left_alone(setup, tmp_path: Path):
    (tmp_path / "token").write_text("my shopping list\n")
    refused = setup("listed")
    assert isinstance(refused.exception, InsoleHubError)
    assert "holds something else than a token" in str(refused.exception)
    assert (tmp_path / "token").read_text() == "my shopping list\n"


@pytest.mark.parametrize(
    ("more", "token", "said"),
    [
        (("--org", "nobody"), ADMIN_TOKEN, "there is no organization 'nobody'; known: insole"),
        ((), "wrong", "does not accept the administrator's token"),
        (("--url", "http://127.0.0.1:1"), ADMIN_TOKEN, "cannot be reached"),
        ((), None, VARIABLE),
    ],
)
def test_what_is_wrong_is_told_in_one_line(setup, more, token, said):
    result = setup("wrong", *more, token=token)
    assert isinstance(result.exception, InsoleHubError), result.output
    assert said in str(result.exception)
    assert "\n" not in str(result.exception)


async def test_a_probe_tells_whether_the_hub_may_write_and_writes_nothing(server: Influxd, prepared):
    address = await asyncio.to_thread(prepared, server)
    assert await database_trouble(address) is None
    assert server.query(address.buckets[Bucket.LASTING], "SHOW MEASUREMENTS") == []
    assert "token" in str(await database_trouble(replace(address, token=SecretStr("wrong"))))
    assert "nothing listens there" in str(await database_trouble(replace(address, url="http://127.0.0.1:1")))
    elsewhere = replace(address, buckets={**address.buckets, Bucket.STEPS: "nowhere"})
    assert "nowhere" in str(await database_trouble(elsewhere))
