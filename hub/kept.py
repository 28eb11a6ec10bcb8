"""The files of the state folder that are of one wearer."""

import re
from pathlib import Path

from hub.recording.shelf import CLIPS, RAW

_STAMP = r"-\d{8}T\d{6}(\.\d+)?Z"
"""What follows the nickname in names of recordings: it tells anna from anna-lena."""


def kept_of(state_dir: Path, wearer: str) -> list[Path]:
    """Clips, raw recordings, calibration and batteries of a wearer."""
    own = re.compile(re.escape(wearer) + _STAMP)
    found = [
        path
        for folder in (CLIPS, RAW)
        for path in sorted((state_dir / folder).rglob("*"))
        if path.is_file() and own.match(path.relative_to(state_dir / folder).parts[0])
    ]
    for folder in ("calibration", "batteries"):
        found += [
            path
            for suffix in (".json", ".unreadable", ".new")
            if (path := state_dir / folder / f"{wearer}{suffix}").is_file()
        ]
    return found
