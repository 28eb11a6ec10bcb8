"""``insole-hub doctor``: what is wrong here, and what to do about it?"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hub.doctor.consultation import consult
from hub.doctor.finding import Finding, Level

USUAL_CONFIG = Path("hub.toml")

OptionalConfig = Annotated[
    Path | None, typer.Option("--config", "-c", help="Configuration file; default: hub.toml, if it is here.")
]
Seconds = Annotated[float, typer.Option(min=0, max=120, help="How long to listen for the sensors; 0 not at all.")]

_SIGNS = {Level.OK: "[green]✔[/]", Level.NOTE: "[blue]i[/]", Level.WARNING: "[yellow]![/]", Level.PROBLEM: "[red]✖[/]"}


def doctor(
    *,
    config: OptionalConfig = None,
    seconds: Seconds = 8.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Findings as JSON on stdout, and nothing else there.")
    ] = False,
) -> None:
    """Examine this machine and the configuration: Bluetooth, power, clock, disk, broker, journal, sensors.

    Each problem is named with its cause and its remedy; nothing is changed. Exit code 0: no problem; 1: problems.
    """
    with Console(stderr=True).status("looking around ..."):
        findings = asyncio.run(consult(usual(config), seconds)).findings
    if as_json:
        sys.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=1) + "\n")
    else:
        show(Console(), findings)
    if any(finding.level is Level.PROBLEM for finding in findings):
        raise typer.Exit(1)


def usual(config: Path | None) -> Path | None:
    """The named configuration, or the usual one if it is here."""
    return config or (USUAL_CONFIG if USUAL_CONFIG.exists() else None)


def show(console: Console, findings: Sequence[Finding]) -> None:
    """Findings as a person reads them."""
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column(width=1)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for finding in findings:
        remedy = f"\n→ {finding.remedy}" if finding.remedy else ""
        table.add_row(_SIGNS[finding.level], finding.check, escape(f"{finding.what}{remedy}"))
    console.print(table, highlight=False)
    counts = Counter(finding.level for finding in findings)
    told = [_counted(counts[level], level.value) for level in (Level.PROBLEM, Level.WARNING) if counts[level]]
    console.print(", ".join(told) or "No problem found.", style="bold")


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'s' if n != 1 else ''}"
