"""Who walks in a recording, and whether thresholds may be tuned on that person. Pure.

Each set of recordings is split by person, never by recording: people sorted by name are taken alternately, the first,
third, fifth ... for tuning, the others for testing.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path


class Half(StrEnum):
    """What a person's recordings are for."""

    TUNING = "tuning"
    TEST = "test"


_PERSON: dict[str, Callable[[str], str]] = {
    "marpino": lambda session: re.sub(r"^(author|disability)_.*", r"\1", session),
    "chen": lambda session: session.split("_")[0],
    "erciyes": lambda session: session.split("_")[-2],
}
"""How a set's session names tell the person; in the other sets each session is somebody else."""


def gets_up(session: Path) -> bool:
    """Whether who falls in a recording of erciyes stands up again at once: two of its ten kinds of fall end so."""
    return session.parent.name == "erciyes" and session.name.split("-")[0] in {"905", "906"}


def person_of(session: Path) -> str:
    """Name of the person in a session folder that lies in the folder of its set."""
    return _PERSON.get(session.parent.name, str)(session.name)


def halves(sessions: Iterable[Path]) -> Mapping[Path, Half]:
    """The half of each session, told by all sessions that lie beside it, whether they are asked for or not."""
    result: dict[Path, Half] = {}
    for folder, members in _by_folder(sessions).items():
        beside = {path for path in folder.iterdir() if path.is_dir()} | set(members)
        people = sorted({person_of(path) for path in beside})
        for session in members:
            result[session] = Half.TEST if people.index(person_of(session)) % 2 else Half.TUNING
    return result


def _by_folder(sessions: Iterable[Path]) -> dict[Path, list[Path]]:
    found: dict[Path, list[Path]] = {}
    for session in sessions:
        found.setdefault(session.parent, []).append(session)
    return found
