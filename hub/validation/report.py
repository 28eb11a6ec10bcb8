"""``python -m hub.validation.report``: writes ``docs/validation.md`` from the recordings and from the walker.

``INSOLE_HUB_RECORDINGS`` names the folder with the recordings; default ``../shared/data`` beside the project.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from hub.errors import InsoleHubError
from hub.validation.cases import PUBLISHED, RECORDED, SIMULATED, Figures
from hub.validation.runner import RunOptions, compare, events_of, find_sessions, score_folder
from hub.validation.score import Measure, Score, pooled
from hub.validation.simulated import TRIP_HEADER, simulate, trip_rows
from hub.validation.tables import (
    LEGEND,
    RATE_HEADER,
    STEP_HEADER,
    STRIKE_HEADER,
    TIMING_HEADER,
    Row,
    markdown,
    rate_rows,
    step_rows,
    strike_rows,
    timing_rows,
)

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "validation.md"


def recordings_folder() -> Path:
    """Where the real recordings are, whether or not they are there."""
    return Path(os.environ.get("INSOLE_HUB_RECORDINGS") or ROOT.parent / "shared" / "data")


INTRODUCTION = """# Validation

Written by `make validate` (`python -m hub.validation.report`); the command beside each table prints that table alone.
`$INSOLE_HUB_RECORDINGS` is the folder with the recordings.

**What this shows and what not.** The recordings are of people without foot drop: of healthy adults, and of people with
Parkinson's disease. They show contacts, timing, strikes of ordinary gait, and false alarms. Toe drags, trips, and the
toe-first contacts of a dropping foot are judged on the simulated person only, whom the authors of the detectors wrote
too: passing there is necessary and no evidence about people. How well the hub detects on people with foot drop is not
known.

**Who.** All recordings here are the development set: the detectors were made looking at these people. Other people of
the same sets are held out and appear in no figure of this page. The sessions are listed at the end.

**How it is judged.** Truth and detections are paired one to one, as many as possible and then as close as possible:
contacts within 50 ms; toe-first contacts by step; drags at most once per step; trips within 0.5 s on the same side;
falls from 1 s before to 5 s after. Contacts outside the true walks, legs without a sensor or without a reference, and
strikes that the reference could not tell are *not judged*.
"""


SIMULATED_INTRODUCTION = """## The simulated person

`docs/walker.md` says what is modelled. The seeds of these tables are kept for them: tuning uses others. The same people
wrote the walker and the detectors, so these figures bound what to expect of people from above. Trips are full arrests
of the foot unless the title says otherwise. There is no detector of foot slap yet.
"""


def recorded_section(root: Path) -> tuple[str, Figures]:
    """Tables of all recorded cases, and the figures in them."""
    parts, figures = ["## People\n"], Figures()
    for case in RECORDED:
        _say(case.title)
        scores = _scores(root / case.folder, case.options)
        members = [score for name, score in scores.items() if fnmatch(name, case.pattern)]
        figures[case.key] = pooled(case.key, members)
        parts.append(_part(case.title, case.note, case.command, figures[case.key]) + _worst(members))
    return "\n".join(parts), figures


def simulated_section() -> tuple[str, Figures]:
    """Tables of all simulated cases, and the figures in them."""
    parts, figures = [SIMULATED_INTRODUCTION], Figures()
    for case in SIMULATED:
        _say(case.title)
        simulations = [simulate(options) for options in case.options]
        runs = [(simulation, events_of(simulation.folder, RunOptions())) for simulation in simulations]
        figures[case.key] = pooled(case.key, [compare(simulation.folder, events) for simulation, events in runs])
        parts.append(_part(case.title, case.note, case.command, figures[case.key]))
        if trips := trip_rows(runs):
            parts.append(f"Trips by the part of the swing they hit:\n\n{markdown(TRIP_HEADER, trips)}\n")
    return "\n".join(parts), figures


def published_section(figures: Figures) -> str:
    """Published figures and ours, side by side."""
    rows = [(row.what, row.source, row.published, row.where_here, row.here(figures)) for row in PUBLISHED]
    return (
        "## Beside published figures\n\nNot the same people, sensors or references: the rows say whether the order of "
        "magnitude is right, not who is better.\n\n"
        + markdown(("what", "source", "published", "measured here on", "here"), rows, text_columns=5)
        + "\n"
    )


def sessions_section(root: Path) -> str:
    """Names of all sessions that were used."""
    lines = ["## Sessions used\n"]
    for folder in dict.fromkeys(case.folder for case in RECORDED):
        names = [path.name for path in find_sessions([root / folder])]
        lines.append(f"**{folder}** ({len(names)}): {', '.join(names)}.\n")
    return "\n".join(lines)


@cache
def _scores(folder: Path, options: RunOptions) -> dict[str, Score]:
    """Scores of all sessions of a set by the name of their folder."""
    scores = ((path.name, score_folder(path, options)) for path in find_sessions([folder]))
    return {name: score for name, score in scores if score is not None}


def _part(title: str, note: str, command: str, score: Score) -> str:
    number = f"{score.sessions_n} session{'s' if score.sessions_n != 1 else ''}"
    head = f"{number}, {60 * score.hours:.1f} min, {score.steps_n} steps. {note}".strip()
    tables: list[tuple[Row, Sequence[Row]]] = [
        (RATE_HEADER, rate_rows(score)),
        (TIMING_HEADER, timing_rows(score)),
        (STEP_HEADER, step_rows(score)),
        (STRIKE_HEADER, strike_rows(score)),
    ]
    body = "\n\n".join(markdown(header, rows) for header, rows in tables if rows)
    still = ""
    if score.not_walking_h:
        still = (
            f"\n\n{score.not_walking_contacts_n} initial contacts in {60 * score.not_walking_h:.1f} min of not walking."
        )
    return f"### {title}\n\n{head}\n\n`{command}`\n\n{body or 'Nothing detected.'}{still}\n"


def _say(doing: str) -> None:
    """Progress, where somebody is watching."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{doing} ...\n")


def _worst(members: Iterable[Score]) -> str:
    """The session with the lowest recall of initial contacts: an average hides it."""

    def recall(score: Score) -> float:
        return score.tallies[Measure.INITIAL_CONTACT].recall.value or 0.0

    judged = [s for s in members if Measure.INITIAL_CONTACT in s.tallies and s.tallies[Measure.INITIAL_CONTACT].truth_n]
    if not judged:
        return ""
    lowest = min(judged, key=recall)
    tally = lowest.tallies[Measure.INITIAL_CONTACT]
    return f"\nLowest recall of initial contacts in one session: {tally.found_n} of {tally.truth_n} ({lowest.name}).\n"


def document(root: Path) -> str:
    """The whole page."""
    people, figures = recorded_section(root)
    simulation, simulated = simulated_section()
    beside = published_section({**figures, **simulated})
    return "\n".join((INTRODUCTION, f"{LEGEND}\n", beside, people, simulation, sessions_section(root)))


def main() -> int:
    """Write the page; 1 and one line on stderr where the recordings cannot be read."""
    try:
        DOCUMENT.write_text(document(recordings_folder()), encoding="utf-8")
    except InsoleHubError as error:
        sys.stderr.write(f"hub.validation.report: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
