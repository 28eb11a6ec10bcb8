"""A bundle for a bug report: what the doctor found, versions, the configuration and the log, all redacted."""

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import distributions, version
from pathlib import Path

from hub.doctor.finding import Finding
from hub.doctor.machine import Machine
from hub.errors import InsoleHubError
from hub.journal import JournalFacts

LOG_LINES_N = 3000


def contents(
    machine: Machine,
    findings: Sequence[Finding],
    config_text: str | None,
    journal: JournalFacts | None,
    log: str | None,
) -> dict[str, str]:
    """Files of the bundle by name, not yet redacted. Events are not among them: they are about somebody's health."""
    files = {
        "findings.json": _json([asdict(finding) for finding in findings]),
        "machine.json": _json(asdict(machine)),
        "versions.txt": f"insole-hub {version('insole-hub')}\n\n{_packages()}",
    }
    if config_text is not None:
        files["hub.toml"] = config_text
    if journal is not None:
        files["journal.json"] = _json(asdict(journal))
    if log is not None:
        files["log.txt"] = log
    return files


def write(path: Path, files: Mapping[str, str], redact: Callable[[str], str]) -> None:
    """Write the files, redacted, into a zip that nobody else on this machine may read.

    Raises
    ------
    InsoleHubError
        The file is there already, or cannot be written.
    """
    try:
        path.touch(mode=0o600, exist_ok=False)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, text in files.items():
                bundle.writestr(name, redact(text))
    except FileExistsError as error:
        message = f"{path} is there already; name another with --output"
        raise InsoleHubError(message) from error
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror or error}; name another with --output"
        raise InsoleHubError(message) from error


def _packages() -> str:
    names = sorted({f"{found.metadata['Name']} {found.version}" for found in distributions()}, key=str.lower)
    return "".join(f"{name}\n" for name in names)


def _json(value: object) -> str:
    return json.dumps(
        value, indent=1, default=lambda other: sorted(other) if isinstance(other, frozenset) else str(other)
    )
