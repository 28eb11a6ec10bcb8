"""Everything the hub keeps of one wearer in one zip file, with a page that explains it."""

import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from hub.errors import ExportError
from hub.export.export import export_tables
from hub.export.tables import TABLES
from hub.journal import Reader
from hub.kept import kept_of

_INTRODUCTION = """\
# What Insole Hub keeps of {wearer}

Made by `insole-hub export --archive`. An aid, not a medical device: its figures may be wrong.

- `tables/*.csv`: UTF-8 with commas and a header line; empty where a value is not known. Units stand at the ends of
  names: `_s` seconds, `_ms` milliseconds, `_ns` nanoseconds, `_min` minutes, `_pct` percent, `_m` metres, `_mps` metres
  per second, `_deg` degrees, `_dps` degrees per second, `_spm` steps per minute. Contacts and steps are of the last
  `journal.steps_days` days.
- `clips/`, `recordings/`: what the sensors sent, as MCAP, which `insole-hub replay` takes and other tools open.
- `calibration/`, `batteries/`: what was learnt of the wearer and of the sensors' batteries, as JSON.
"""


def write_archive(
    reader: Reader, state_dir: Path, wearer: str, path: Path, progress: Callable[[str], object] = lambda _: None
) -> dict[str, int]:
    """Write the archive; how many rows each table has, and how many other files there are.

    Raises
    ------
    ExportError
        It cannot be written.
    """
    if path.exists():
        raise ExportError(f"{path} is there already; choose another name")
    beside = path.with_name(path.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            counts = export_tables(
                reader, wearer, Path(folder), "csv", progress=lambda n: progress(f"{n} rows of the journal")
            )
            with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("README.md", readme(wearer))
                for file in sorted(Path(folder).iterdir()):
                    archive.write(file, f"tables/{file.name}")
                files = kept_of(state_dir, wearer)
                for file in files:
                    progress(file.name)
                    stored = zipfile.ZIP_STORED if file.suffix == ".mcap" else zipfile.ZIP_DEFLATED
                    archive.write(file, file.relative_to(state_dir), stored)
        beside.rename(path)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)
    return {**counts, "other files": len(files)}


def readme(wearer: str) -> str:
    """The page that explains every column."""
    return "\n".join([_INTRODUCTION.format(wearer=wearer), *_columns()]) + "\n"


def _columns() -> Iterator[str]:
    for table in TABLES:
        yield f"## `{table.name}.csv`\n\n{table.meaning[0].upper()}{table.meaning[1:]}.\n"
        yield "| column | type | meaning |"
        yield "|---|---|---|"
        for name, each in table.columns.items():
            yield f"| `{name}` | {each.type} | {each.meaning} |"
        yield ""
