"""The files of the state folder that are of one wearer."""

from pathlib import Path

from hub.recording.owner import owner_of
from hub.recording.shelf import CLIPS, RAW


def kept_of(state_dir: Path, wearer: str) -> list[Path]:
    """Clips, raw recordings, calibration and batteries of a wearer."""
    found = [
        path
        for folder in (CLIPS, RAW)
        for path in sorted((state_dir / folder).rglob("*"))
        if path.is_file() and owner_of(path.relative_to(state_dir / folder).parts[0]) == wearer
    ]
    for folder in ("calibration", "batteries"):
        found += [
            path
            for suffix in (".json", ".unreadable", ".new")
            if (path := state_dir / folder / f"{wearer}{suffix}").is_file()
        ]
    return found
