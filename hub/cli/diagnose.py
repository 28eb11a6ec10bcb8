"""``insole-hub diagnose``: a bundle for a bug report."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.doctor import OptionalConfig, Seconds, usual
from hub.doctor import bundle
from hub.doctor.consultation import consult
from hub.doctor.machine import run_program
from hub.doctor.redaction import redactor_for


def diagnose(
    *,
    config: OptionalConfig = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The zip file to write.")] = None,
    seconds: Seconds = 0.0,
) -> None:
    """Write a bundle for a bug report: the doctor's findings, versions, the configuration and the log of the service.

    Bluetooth and network addresses, names, users and secrets are replaced; events are not in it. Look through it before
    you send it: it is a plain zip of text files.
    """
    path = usual(config)
    with Console(stderr=True).status("looking around ..."):
        consultation = asyncio.run(consult(path, seconds))
        log = run_program(("journalctl", "--unit=insole-hub", f"--lines={bundle.LOG_LINES_N}", "--no-pager", "--quiet"))
    files = bundle.contents(
        consultation.machine,
        consultation.findings,
        path.read_text(encoding="utf-8", errors="replace") if path is not None and path.is_file() else None,
        consultation.journal,
        log,
    )
    written = output or Path(f"insole-hub-diagnosis-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip")
    bundle.write(written, files, redactor_for(consultation.config))
    typer.echo(f"{written}: {', '.join(files)}")
    typer.echo("Addresses, names and secrets are replaced. Look through it before you send it.")
