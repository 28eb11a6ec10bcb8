"""``insole-hub dashboards``: the dashboards' files, and publishing them into a Grafana."""

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.errors import InsoleHubError

if TYPE_CHECKING:
    from dashboards.publishing.audience import Audience
    from dashboards.publishing.state import Thing

app = typer.Typer(help="Dashboards for Grafana.", no_args_is_help=True)

_File = Annotated[Path, typer.Argument(help="Who may see whom; docs/dashboards.md shows one.", metavar="FILE")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]


@app.callback()
def dashboards() -> None:
    """Dashboards for Grafana."""


@app.command()
def build(folder: Annotated[Path, typer.Argument(help="Where they go.", metavar="FOLDER")]) -> None:
    """Write the dashboards' JSON, for a Grafana that reads files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in _built().items():
            (folder / f"{name}.json").write_text(text, encoding="utf-8")
    except OSError as error:
        raise InsoleHubError(f"{folder}: {error.strerror}; name another folder") from error
    typer.echo(f"{len(_built())} dashboards in {folder}")


@app.command()
def publish(
    file: _File,
    *,
    dry_run: _DryRun = False,
    invite: Annotated[
        bool,
        typer.Option(
            "--invite", help="Have Grafana write to those who are named by e-mail address and are no users yet."
        ),
    ] = False,
) -> None:
    """Make a Grafana show each wearer to the right people: folders, teams, panels, dashboards, alert rules.

    Done again it changes only what is not so. What is not ours is left alone.
    """
    _bring(file, dry_run=dry_run, remove=False, invite=invite)


@app.command()
def remove(file: _File, *, dry_run: _DryRun = False) -> None:
    """Take away what `publish` made for the wearers of the file, and nothing else."""
    _bring(file, dry_run=dry_run, remove=True)


def _bring(file: Path, *, dry_run: bool, remove: bool, invite: bool = False) -> None:
    from dashboards.publishing.audience import load_audience  # noqa: PLC0415 - slow to load
    from dashboards.publishing.state import Action, plan  # noqa: PLC0415
    from dashboards.publishing.wanted import scope, wanted  # noqa: PLC0415

    audience = load_audience(file)
    built = _parsed()
    grafana = _open(audience)
    typer.echo(f"Grafana {grafana.check()} at {audience.url}")
    logins = {} if remove else _logins(audience, grafana, dry_run=dry_run, invite=invite)
    goal: list[Thing] = [] if remove else wanted(audience, built, logins)
    steps = plan(goal, grafana.found(scope(audience, built)))
    for step in steps:
        typer.echo(f"{'would ' if dry_run and step.action is not Action.LEAVE else ''}{step}")
        if not dry_run:
            grafana.do(step)
    done_n = sum(step.action is not Action.LEAVE for step in steps)
    typer.echo(f"{done_n} {'changes to make' if dry_run else 'changes made'}" if done_n else "nothing to change")


def _logins(audience: "Audience", grafana: Any, *, dry_run: bool, invite: bool) -> dict[str, str]:
    """Of everybody who is named; somebody who was invited and has not come yet is in no team."""
    from dashboards.publishing.wanted import people  # noqa: PLC0415

    named = people(audience)
    logins: dict[str, str] = grafana.logins(named)
    unknown = sorted(named - logins.keys())
    if unknown and not invite:
        message = f"{audience.url} has no user {', '.join(unknown)}; --invite has it write to e-mail addresses"
        raise InsoleHubError(f"{message}, or invite them there, with the role Viewer")
    if nobody := [name for name in unknown if "@" not in name]:
        raise InsoleHubError(f"{', '.join(nobody)}: no user, and no e-mail address that could be invited")
    waiting: set[str] = grafana.invited() if unknown else set()
    for name in unknown:
        is_new = name.lower() not in waiting
        typer.echo(f"{'would ' if dry_run and is_new else ''}{'invite' if is_new else 'still waiting for'} {name}")
        if is_new and not dry_run:
            grafana.invite(name)
    if unknown:
        typer.echo("publish again when they have come: until then they see nothing")
    return logins


def _open(audience: "Audience") -> Any:
    from hub.config.password import password_in_file  # noqa: PLC0415

    try:
        from dashboards.publishing.grafana import Grafana  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise InsoleHubError("this needs grafana-client: pip install 'insole-hub[grafana]'") from error
    try:
        token = password_in_file(audience.token_file).get_secret_value()
    except ValueError as error:
        raise InsoleHubError(str(error)) from error
    return Grafana(audience.url, token, None if audience.ca_file is None else str(audience.ca_file))


def _built() -> dict[str, str]:
    folder = files("dashboards") / "built"
    return {
        file.name.removesuffix(".json"): file.read_text(encoding="utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
    }


def _parsed() -> dict[str, dict[str, Any]]:
    return {name: json.loads(text) for name, text in _built().items()}
