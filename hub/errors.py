"""The hub's errors, split by what the caller does next.

InsoleHubError
├─ ConfigError(problems)        stop at start; every problem listed at once
├─ CalibrationError             stop; says what keeps a guided calibration from being made
├─ RecordingError(path, ...)    stop; names file, line and column
├─ LinkError(device)            transient: back off, log once
├─ DeliveryError(destination)   transient: keep the cursor, retry
│  └─ RejectedError             permanent: park the record, count it
├─ ExportError                  stop; says what cannot be written or is missing
├─ BackupError                  stop; the backup or the state folder is as it was
├─ PageError                    go on without the page
├─ AdapterError                 stop the hub with an exit code of its own; started anew it may find the adapter well
└─ JournalError                 stop the hub; the service manager acts on the exit code
   └─ DiskError                 at start: go on with a makeshift journal in memory, and say so
"""

from dataclasses import dataclass
from pathlib import Path


class InsoleHubError(Exception):
    """Base of the hub's errors; never raised itself. Its text is one line that a user can act on."""


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One mistake in a configuration: where, what, and how to mend it."""

    key_path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """One line."""
        return f"{self.key_path}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class ConfigError(InsoleHubError):
    """A configuration that cannot be used, with all of its problems."""

    def __init__(self, source: str, problems: tuple[ConfigProblem, ...]) -> None:
        super().__init__(f"{source}: {len(problems)} problem{'s' if len(problems) != 1 else ''}")
        self.source = source
        self.problems = problems


class CalibrationError(InsoleHubError):
    """A guided calibration that cannot be made."""


class RecordingError(InsoleHubError):
    """A recording that cannot be read; says in which file, line and column."""

    def __init__(self, path: Path, message: str, *, line: int | None = None, column: str | None = None) -> None:
        where = f"{path}" + (f", line {line}" if line is not None else "") + (f", column {column}" if column else "")
        super().__init__(f"{where}: {message}")
        self.path = path
        self.line = line
        self.column = column


class LinkError(InsoleHubError):
    """A Bluetooth link that could not be made, set up or kept."""

    def __init__(self, device: str, message: str) -> None:
        super().__init__(f"{device}: {message}")
        self.device = device
        self.why = message


class AdapterError(InsoleHubError):
    """The Bluetooth adapter does not go, and nothing that the hub can do has helped."""


class DeliveryError(InsoleHubError):
    """A destination that did not take a record now."""

    def __init__(self, destination: str, message: str) -> None:
        super().__init__(f"{destination}: {message}")
        self.destination = destination


class RejectedError(DeliveryError):
    """A destination that will never take this record."""


class ExportError(InsoleHubError):
    """Tables or an archive that cannot be written."""


class BackupError(InsoleHubError):
    """A backup that cannot be made, is none, is damaged, or may not be restored."""


class PageError(InsoleHubError):
    """The hub's own HTTP server cannot be had."""


class JournalError(InsoleHubError):
    """The journal cannot be read or written."""


class DiskError(JournalError):
    """The disk cannot keep a journal now: it is full, read-only, or fails."""
