"""The recordings of people, apart for those whom thresholds were tuned on and those whom they are tested on."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hub.validation.people import Half, gets_up, halves, person_of
from hub.validation.runner import find_sessions
from hub.validation.score import Measure, Score, Spread, Tally, pooled
from hub.validation.tables import NOTHING, Row, markdown, mean_error, proportion

_SPLIT = """### The two halves

People of each set, sorted by name, are taken alternately: the first, third, ... for tuning, the others for testing
(`insole-hub validate FOLDER --people tuning|test`). In gaitpdb a session is a person; in marpino `author_*` is one
person and `disability_*` another, in chen all is one person, in erciyes there are `F1`, `F2`, `M1` and `M2`.
Thresholds of the first version of the detectors had been chosen looking at all of them; since the split the test half
was looked at for these figures, and before and after two changes (edges of the load, window of the stride's speed:
`docs/methods.md`).
"""
_FALLS = """Acted falls of healthy adults, ankle IMU at 25 Hz. Late: from the true time to the confirmation. In two of
the ten kinds of fall people stand up again within seconds: a fall is confirmed for those who stay down, and these
need not be.
"""
_FALSE = """False alarms of people without foot drop. The hub is told that both ankles are weak, so that it looks for
drags and slaps on both feet, and the rule that a sound foot says it is the ground is off. Nothing tells whether a drag
or a slap was none: all count as false here, and toe-first contacts whose truth is not known too. The last column has
the rates of the seven kinds in turn.
"""
HEADER: Row = (
    "recordings",
    "half",
    "people",
    "initial contacts found %",
    "right %",
    "error ms ± SD",
    "final contacts found %",
    "right %",
    "error ms ± SD",
)
FALL_HEADER: Row = ("recordings", "half", "people", "falls", "candidates %", "confirmed %", "false", "late s", "95 %")
FALSE_HEADER: Row = (
    "recordings",
    "half",
    "steps",
    "trip candidates",
    "trips",
    "toe catches",
    "falls",
    "toe drags",
    "foot slaps",
    "toes first",
    "per 1000 steps",
)

Scores = Mapping[str, Score]
"""By the name of the session."""


def part(folder: Path, scores: Scores, half: Half) -> tuple[int, Score]:
    """How many people a half has, and their recordings together."""
    sessions = find_sessions([folder])
    of = halves(sessions)
    members = [path for path in sessions if of[path] is half and path.name in scores]
    people = {person_of(path) for path in members}
    return len(people), pooled(f"{folder.name} {half.value}", [scores[path.name] for path in members])


def contact_rows(name: str, folder: Path, scores: Scores) -> list[Row]:
    """Contacts of both halves."""
    rows: list[Row] = []
    for half in Half:
        people_n, score = part(folder, scores, half)
        cells: list[str] = []
        for measure in (Measure.INITIAL_CONTACT, Measure.FINAL_CONTACT):
            tally = score.tallies.get(measure, Tally())
            cells += [proportion(tally.recall), proportion(tally.precision), mean_error(Spread.of(tally.error_s))]
        if people_n:
            rows.append((name, half.value, str(people_n), *cells))
    return rows


def fall_rows(name: str, folder: Path, scores: Scores) -> list[Row]:
    """Falls of both halves, apart for those who stay down."""
    down = {session: score for session, score in scores.items() if not gets_up(folder / session)}
    up = {session: score for session, score in scores.items() if session not in down}
    return [*_fall_rows(f"{name}, stays down", folder, down), *_fall_rows(f"{name}, gets up again", folder, up)]


def _fall_rows(name: str, folder: Path, scores: Scores) -> list[Row]:
    rows: list[Row] = []
    for half in Half:
        people_n, score = part(folder, scores, half)
        candidate, fall = (score.tallies.get(m, Tally()) for m in (Measure.FALL_CANDIDATE, Measure.FALL))
        late = Spread.of(fall.late_s)
        row = (
            name,
            half.value,
            str(people_n),
            str(fall.truth_n),
            proportion(candidate.recall),
            proportion(fall.recall),
        )
        lates = (f"{late.median_ms / 1000:.1f}", f"{late.p95_ms / 1000:.1f}") if late else (NOTHING, NOTHING)
        rows.append((*row, str(fall.false_n), *lates))
    return rows


def false_rows(name: str, folder: Path, scores: Scores) -> list[Row]:
    """What people who walk without foot drop were said to do: nothing of it is known to be true."""
    return [(name, half.value, *_false_cells(score)) for half in Half for n, score in [part(folder, scores, half)] if n]


def _false_cells(score: Score) -> tuple[str, ...]:
    kinds = (
        Measure.TRIP_CANDIDATE,
        Measure.TRIP,
        Measure.TOE_CATCH,
        Measure.FALL,
        Measure.TOE_DRAG,
        Measure.FOOT_SLAP,
        Measure.TOE_FIRST,
    )
    tallies = [score.tallies.get(kind, Tally()) for kind in kinds]
    told = [tally.false_n + tally.unjudged_n for tally in tallies]
    rates = ", ".join(f"{1000.0 * n / score.steps_n:.1f}" for n in told) if score.steps_n else NOTHING
    return (str(score.steps_n), *map(str, told), rates)


def halves_section(
    contacts: Sequence[tuple[str, Path, Scores]],
    falls: Sequence[tuple[str, Path, Scores]],
    walking: Sequence[tuple[str, Path, Scores]],
) -> str:
    """All three tables, each of (title, folder of the set, its scores)."""

    def table(
        header: Row, rows_of: Callable[[str, Path, Scores], list[Row]], sets: Sequence[tuple[str, Path, Scores]]
    ) -> str:
        return markdown(header, [row for item in sets for row in rows_of(*item)], text_columns=2) + "\n"

    parts = (
        _SPLIT,
        table(HEADER, contact_rows, contacts),
        _FALLS,
        table(FALL_HEADER, fall_rows, falls),
        _FALSE,
        table(FALSE_HEADER, false_rows, walking),
    )
    return "\n".join(parts)


def people_lines(folders: Sequence[Path]) -> str:
    """Names of the people in each half."""
    lines: list[str] = []
    for folder in folders:
        sessions = find_sessions([folder])
        of = halves(sessions)
        for half in Half:
            names = sorted({person_of(path) for path in sessions if of[path] is half})
            if names:
                lines.append(f"**{folder.name}, {half.value}** ({len(names)}): {', '.join(names)}.\n")
    return "\n".join(lines)
