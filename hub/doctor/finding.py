"""What a check has found."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"  # worth knowing, nothing to do now
    WARNING = "warning"  # works, but not well
    PROBLEM = "problem"  # does not work


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's answer.

    Parameters
    ----------
    check : what was looked at, in a word or two.
    level : how bad it is.
    what : what was found; of a problem, its cause.
    remedy : what to do; empty where nothing is to be done.
    """

    check: str
    level: Level
    what: str
    remedy: str = ""


def ok(check: str, what: str) -> Finding:
    """All is well."""
    return Finding(check, Level.OK, what)


def note(check: str, what: str, remedy: str = "") -> Finding:
    """Worth knowing."""
    return Finding(check, Level.NOTE, what, remedy)


def warning(check: str, what: str, remedy: str) -> Finding:
    """Works, but not well."""
    return Finding(check, Level.WARNING, what, remedy)


def problem(check: str, what: str, remedy: str) -> Finding:
    """Does not work."""
    return Finding(check, Level.PROBLEM, what, remedy)
