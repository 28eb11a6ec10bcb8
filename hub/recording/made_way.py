"""Up to when each wearer's clips have made way: theirs go oldest first, so whatever is missing from before did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hub.support.state_file import read_state, set_aside, unreadable, write_state

MADE_WAY = "clips_made_way.json"
"""Its name in the state folder."""


@dataclass(frozen=True, slots=True)
class _Noted:
    everybody: datetime | None = None
    """Noted by earlier versions, which had one room for all: true of each wearer."""
    wearers: Mapping[str, datetime] = field(default_factory=dict)


def made_way_until(state_dir: Path, wearer: str) -> datetime | None:
    """When the newest of a wearer's trips and falls happened whose clips have made way; None: none has.

    Raises
    ------
    RecordingError : the note of it cannot be read.
    """
    noted = _read(state_dir / MADE_WAY)
    known = [at for at in (noted.everybody, noted.wearers.get(wearer)) if at is not None]
    return max(known, default=None)


def note_made_way(state_dir: Path, until: Mapping[str, datetime]) -> None:
    """Note that these wearers' clips have made way up to then; what was noted of later stays.

    Raises
    ------
    RecordingError : the note cannot be read or written.
    """
    noted = _read(state_dir / MADE_WAY)
    later = {wearer: at for wearer, at in until.items() if wearer not in noted.wearers or at > noted.wearers[wearer]}
    if later:
        _write(state_dir / MADE_WAY, _Noted(noted.everybody, {**noted.wearers, **later}))


def is_noted(state_dir: Path, wearer: str) -> bool:
    """Whether the note names a wearer, or one that could not be read may.

    Raises
    ------
    RecordingError : it cannot be read.
    """
    return unreadable(state_dir / MADE_WAY).exists() or wearer in _read(state_dir / MADE_WAY).wearers


def forget_made_way(state_dir: Path, wearer: str) -> None:
    """Take a wearer out of the note, and away what could not be read of an earlier one.

    Raises
    ------
    RecordingError : it cannot be read or written.
    """
    unreadable(state_dir / MADE_WAY).unlink(missing_ok=True)
    noted = _read(state_dir / MADE_WAY)
    if wearer in noted.wearers:
        others = {name: at for name, at in noted.wearers.items() if name != wearer}
        _write(state_dir / MADE_WAY, _Noted(noted.everybody, others))


def _read(path: Path) -> _Noted:
    state = read_state(path)
    if state is None:
        return _Noted()
    try:
        until, wearers = state.get("until"), state.get("wearers", {})
        return _Noted(
            None if until is None else datetime.fromisoformat(until),
            {str(name): datetime.fromisoformat(at) for name, at in wearers.items()},
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise set_aside(path, error) from error


def _write(path: Path, noted: _Noted) -> None:
    wearers = {name: at.isoformat() for name, at in noted.wearers.items()}
    everybody = {} if noted.everybody is None else {"until": noted.everybody.isoformat()}
    write_state(path, {**everybody, "wearers": wearers})
