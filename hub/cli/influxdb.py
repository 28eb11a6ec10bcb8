"""``insole-hub influxdb``: prepares the database."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from hub.config.password import password_in_file
from hub.errors import InsoleHubError
from hub.influx import Bucket, DatabaseAddress

ADMIN_TOKEN = "INSOLE_HUB_INFLUXDB_ADMIN_TOKEN"  # noqa: S105 - the name of a variable

app = typer.Typer(help="The InfluxDB that events are written to.", no_args_is_help=True)


@app.callback()
def influxdb() -> None:
    """The InfluxDB that events are written to."""


@app.command()
def setup(
    *,
    url: Annotated[str, typer.Option(help="Where it is.")] = "http://127.0.0.1:8086",
    org: Annotated[str, typer.Option(help="Its organization.")] = "insole",
    bucket: Annotated[str, typer.Option(help="Bucket of events, walks and alerts.")] = "insole",
    steps_bucket: Annotated[str, typer.Option(help="Bucket of every contact and step.")] = "insole_steps",
    days: Annotated[
        int | None, typer.Option(min=0, max=36500, help="How long events are kept; 0: for ever, as a new bucket does.")
    ] = None,
    steps_days: Annotated[
        int | None, typer.Option(min=0, max=36500, help="How long steps are kept; 0: for ever; a new bucket: 90.")
    ] = None,
    token_file: Annotated[Path, typer.Option(help="Where the hub's token goes.", metavar="FILE")] = Path(
        "influxdb-token"
    ),
    reader_file: Annotated[
        Path | None, typer.Option(help="Where a token for dashboards goes, which may only read.", metavar="FILE")
    ] = None,
    holder: Annotated[
        str, typer.Option(help="Who gets the token, such as one home of many: told in its description.")
    ] = "",
    ca_file: Annotated[Path | None, typer.Option(help="Certificate authority of the database.", metavar="FILE")] = None,
    admin_token_file: Annotated[
        Path | None,
        typer.Option(
            help=f"File with the administrator's token; default: ${ADMIN_TOKEN}, or it is asked for.", metavar="FILE"
        ),
    ] = None,
) -> None:
    """Prepare an InfluxDB 2: buckets, how long they keep, InfluxQL names, and a token that may only write there.

    Done again it changes nothing but what is asked for. The administrator's token is used for this and kept nowhere.
    """
    from hub.influx.provision import Plan, provision  # noqa: PLC0415 - slow to load

    buckets = {Bucket.LASTING: bucket, Bucket.STEPS: steps_bucket}
    if bucket == steps_bucket:
        raise typer.BadParameter("the two buckets need two names", param_hint="--steps-bucket")
    wanted = {name: given for name, given in ((Bucket.LASTING, days), (Bucket.STEPS, steps_days)) if given is not None}
    address = DatabaseAddress(url.rstrip("/"), org, buckets, _admin_token(admin_token_file), ca_file)
    for said in provision(Plan(address, wanted, token_file, reader_file, holder)):
        typer.echo(said)
    typer.echo("\nFor hub.toml:\n")
    typer.echo(_table(address, token_file.resolve()))


def _admin_token(path: Path | None) -> SecretStr:
    if path is not None:
        try:
            return password_in_file(path)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--admin-token-file") from error
    if token := os.environ.get(ADMIN_TOKEN):
        return SecretStr(token)
    if not sys.stdin.isatty():
        raise InsoleHubError(f"an administrator's token is needed: set ${ADMIN_TOKEN} or give --admin-token-file")
    return SecretStr(typer.prompt("Administrator's token", hide_input=True, err=True))


def _table(address: DatabaseAddress, token_file: Path) -> str:
    lines = [
        "[influxdb]",
        f'url = "{address.url}"',
        f'org = "{address.org}"',
        f'bucket = "{address.buckets[Bucket.LASTING]}"',
        f'steps_bucket = "{address.buckets[Bucket.STEPS]}"',
        f'token_file = "{token_file}"',
    ]
    if address.ca_file is not None:
        lines.append(f'ca_file = "{address.ca_file.resolve()}"')
    return "\n".join(lines)
