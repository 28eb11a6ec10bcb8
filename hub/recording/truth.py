"""Truth beside a recording: what really happened, row by row in ``truth.csv``."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from pathlib import Path

from hub.errors import RecordingError
from hub.events import Context, Kind
from hub.recording.table import check_header, read_text, write_text
from sensors.layout import Side

COLUMNS = ("time_s", "side", "kind", "value")

WALK = "walk"
NOT_WALKING = "not_walking"
STRIKE_INDEX = "strike_index"
SLIDE = "slide"
"""Value of a fall without a blow: somebody sank to the floor slowly."""
CONTEXTS = tuple(context.value for context in Context if context is not Context.UNKNOWN)
TRUTH_KINDS = (*(kind.value for kind in Kind), WALK, NOT_WALKING, STRIKE_INDEX, *CONTEXTS)
INTERVALS = frozenset({Kind.TOE_DRAG.value, WALK, NOT_WALKING, *CONTEXTS})
"""Kinds whose value is a duration in seconds."""

STRIKES = ("heel", "flat", "toe", "")
ONE_FOOT = frozenset(
    {
        Kind.INITIAL_CONTACT.value,
        Kind.FINAL_CONTACT.value,
        Kind.STEP.value,
        Kind.TOE_FIRST.value,
        Kind.TOE_DRAG.value,
        Kind.FOOT_SLAP.value,
        Kind.TOE_CATCH.value,
        STRIKE_INDEX,
    }
)
"""Kinds that happen to one foot: their side is left or right."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Something that really happened.

    Parameters
    ----------
    time_s : when, or when it began, on the recording's clock.
    side : left or right; both for what belongs to the whole person.
    kind : an event kind, ``walk``, ``not_walking``, ``strike_index``, or a context (``sitting``, ``stairs``, ...).
    value : as written: the strike of an initial contact (empty: not to be judged), the strike index at its time in % of
        foot length, the seconds of an interval.
    """

    time_s: float
    side: Side
    kind: str
    value: str = ""

    @property
    def duration_s(self) -> float:
        """Length of an interval kind; 0 for what has none."""
        return float(self.value) if self.kind in INTERVALS else 0.0

    @property
    def end_s(self) -> float:
        """When an interval kind ended; ``time_s`` for what has no length."""
        return self.time_s + self.duration_s


def read_truth(path: Path) -> tuple[Truth, ...]:
    """Rows of ``truth.csv`` in order of time.

    Raises
    ------
    RecordingError : the first mistake, with line and column.
    """
    lines = read_text(path).splitlines()
    check_header(path, lines[0], COLUMNS)
    rows = [(number, row) for number, row in enumerate(csv.reader(lines[1:]), start=2) if row]
    return tuple(sorted((_truth(path, number, row) for number, row in rows), key=lambda truth: truth.time_s))


def write_truth(path: Path, truth: Iterable[Truth]) -> None:
    """Write ``truth.csv`` in order of time."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for row in sorted(truth, key=lambda truth: truth.time_s):
        rows.writerow((repr(float(row.time_s)), row.side.value, row.kind, row.value))
    write_text(path, text.getvalue())


def _truth(path: Path, line: int, row: list[str]) -> Truth:
    def bad(column: str, message: str) -> RecordingError:
        return RecordingError(path, message, line=line, column=column)

    cells = [cell.strip() for cell in row]
    if len(cells) != len(COLUMNS):
        raise bad(COLUMNS[min(len(cells), len(COLUMNS) - 1)], f"{len(cells)} cells where the header has {len(COLUMNS)}")
    time_text, side, kind, value = cells
    time_s = _finite(time_text)
    if time_s is None:
        raise bad("time_s", f"{time_text!r} is not a finite number of seconds")
    if kind not in TRUTH_KINDS:
        near = get_close_matches(kind, TRUTH_KINDS, 1)
        raise bad("kind", f"unknown kind {kind!r}" + (f"; did you mean {near[0]}?" if near else ""))
    if side not in {"left", "right"} and (side != "both" or kind in ONE_FOOT):
        allowed = "left or right" if kind in ONE_FOOT else "left, right or both"
        raise bad("side", f"{side!r} is no side of {kind}; write {allowed}")
    duration_s = _finite(value) if kind in INTERVALS else 0.0
    if duration_s is None or duration_s < 0:
        raise bad("value", f"{value!r} is no duration; {kind} needs its length in seconds")
    if kind == Kind.INITIAL_CONTACT and value not in STRIKES:
        raise bad("value", f"{value!r} is no strike; write heel, flat, toe, or leave it empty")
    index_pct = _finite(value) if kind == STRIKE_INDEX else 0.0
    if index_pct is None or not 0.0 <= index_pct <= 100.0:
        raise bad("value", f"{value!r} is no strike index; write % of foot length, 0 at the heel to 100")
    return Truth(time_s, Side(side), kind, value)


def _finite(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None
