"""``python -m hub.validation.report``: writes ``docs/validation.md`` from the recordings and from the walker.

``INSOLE_HUB_RECORDINGS`` names the folder with the recordings; default ``../shared/data`` beside the project.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

from hub.errors import InsoleHubError
from hub.validation.by_half import Scores, halves_section, people_lines
from hub.validation.cases import PUBLISHED, RECORDED, WALKERS, Figures
from hub.validation.evidence.found import read_evidence
from hub.validation.evidence.page import evidence_section
from hub.validation.evidence.store import fingerprint
from hub.validation.evidence.summary import DOCUMENT as EVIDENCE
from hub.validation.evidence.trials import Group
from hub.validation.human_targets import human_targets_section
from hub.validation.people import Half
from hub.validation.pictures import pictures_section, write_pictures
from hub.validation.replayed import finals_in_doubt_of, order_of, scores_of
from hub.validation.runner import RunOptions
from hub.validation.score import Measure, Score, pooled
from hub.validation.tables import (
    LEGEND,
    RATE_HEADER,
    STEP_HEADER,
    STRIKE_HEADER,
    TIMING_HEADER,
    Row,
    markdown,
    proportion,
    rate_rows,
    step_rows,
    strike_rows,
    timing_rows,
)
from hub.validation.targets import targets_section

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "validation.md"


def recordings_folder() -> Path:
    """Where the real recordings are, whether or not they are there."""
    return Path(os.environ.get("INSOLE_HUB_RECORDINGS") or ROOT.parent / "shared" / "data")


INTRODUCTION = """# Validation

Written by `make validate` (`python -m hub.validation.report`); the command beside each table prints that table alone.
`$INSOLE_HUB_RECORDINGS` is the folder with the recordings. The test walkers' results come from `make evidence`.

**What this shows and what not.** The recordings are of people without foot drop: of healthy adults, of people with
Parkinson's disease, and of one with a brace. They show contacts, timing, strikes of ordinary gait, acted falls, and
false alarms. Toe drags, slaps, trips, compensations, and the toe-first contacts of a dropping foot are judged on the
simulated person only, whom the authors of the detectors wrote too: passing there is necessary and no evidence about
people. How well the hub detects on people with foot drop is not known.

**Who.** The people of each set of recordings are split into a half for tuning and a half for testing; figures of both
stand side by side, names at the end. Test walkers are drawn from another population than those tuned on, with seeds of
their own. Those of this page (from 1,100,101 on) were played for the first time after the last change to what is
detected, and once more, with the same detections, since double support is left out where a foot slid. Those used until
then had been judged before detectors were changed: from 101 on several times, from 500,101 on twice, from 700,101 and
from 900,101 on once. Those from 700,101 on showed a fault that is mended: one person of 28 whose falls were missed from
the second on, since lying after the first had been taken for upright.

**How it is judged.** Truth and detections are paired one to one, as many as possible and then as close as possible:
contacts within 50 ms; toe-first contacts by step; drags and slaps at most once per step; trips within 0.5 s on the same
side; falls from 1 s before to 5 s after; compensations by run of strides. Contacts outside the true walks, legs without
a sensor or without a reference, strikes that the reference could not tell, and contacts where raw cells contradict it
are *not judged*.
"""


def recorded_section(root: Path) -> tuple[str, Figures]:
    """Tables of all recorded cases, and the figures in them."""
    parts, figures = ["## People\n", _halves(root)], Figures()
    for case in RECORDED:
        _say(case.title)
        scores = scores_of(root, case)
        members = [score for name, score in scores.items() if fnmatch(name, case.pattern)]
        figures[case.key] = pooled(case.key, members)
        parts.append(_part(case.title, case.note, case.command, figures[case.key]) + _worst(members))
    return "\n".join(parts), figures


def published_section(figures: Figures) -> str:
    """Published figures and ours, side by side."""
    rows = [(row.what, row.source, row.published, row.where_here, row.here(figures)) for row in PUBLISHED]
    return (
        "## Beside published figures\n\nNot the same people, sensors or references: the rows say whether the order of "
        "magnitude is right, not who is better.\n\n"
        + markdown(
            ("what", "source", "published", "measured here on", "here, both halves together"), rows, text_columns=5
        )
        + "\n"
    )


def people_section(root: Path) -> str:
    """Names of all people whose recordings were used."""
    folders = [root / name for name in dict.fromkeys(case.folder for case in RECORDED)]
    return "## People in each half\n\n" + people_lines(folders)


CONTACT_SETS = ("gaitpdb", "marpino", "chen")
"""Recordings whose truth has contacts."""


def _halves(root: Path) -> str:
    """Tables of the two halves."""
    cases = {case.key: case for case in RECORDED}

    def scored(*keys: str, both_weak: bool = False) -> list[tuple[str, Path, Scores]]:
        wanted = [cases[key] for key in keys]
        wanted = [replace(case, options=replace(case.options, both_weak=both_weak)) for case in wanted]
        return [(case.title, root / case.folder, scores_of(root, case)) for case in wanted]

    contacts = [case.key for case in RECORDED if case.folder in CONTACT_SETS and case.pattern == "*"]
    rows = [
        (title, half.value, proportion(order_of(folder, RunOptions(), half)))
        for title, folder, _ in scored("gaitpdb", "marpino")
        for half in Half
    ]
    header = ("recordings", "half", "order as in the raw cells %")
    return (
        halves_section(scored(*contacts), scored("erciyes"), scored("gaitpdb", "marpino", "chen", both_weak=True))
        + "\nOrder of heel and forefoot beside a reading of the raw cells at a third of the detector's level, outside "
        "the flat band (`hub/validation/strike_reading.py`):\n\n"
        + markdown(header, rows, text_columns=2)
        + "\n\n"
        + _doubts(scored("gaitpdb", "marpino", "chen"))
    )


def _doubts(sets: Iterable[tuple[str, Path, Scores]]) -> str:
    rows = [
        (title, half.value, str(doubts.n), str(doubts.k))
        for title, folder, _ in sets
        for half in Half
        for doubts in [finals_in_doubt_of(folder, RunOptions(), half)]
        if doubts.n
    ]
    header = ("recordings", "half", "not judged", "with a final contact told")
    return (
        "Where the raw cells contradict the truth that was made from them, contacts are not judged: swings in the "
        "middle of a listed stance, in which all cells together bear less than 5 % of its peak, the truth's own limit, "
        "for 50 ms or more (not asked of two cells, between which much of the weight is borne); and final contacts at "
        "which a foot keeps more than half of its load "
        "(`hub/validation/reference.py`):\n\n" + markdown(header, rows, text_columns=2) + "\n"
    )


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
    """The whole page; its pictures are written on the way."""
    people, figures = recorded_section(root)
    evidence = read_evidence(EVIDENCE) if EVIDENCE.exists() else None
    write_pictures(EVIDENCE.parent, evidence)
    if evidence:
        figures[WALKERS] = evidence.of(Group.TRIPS)
    parts = [
        INTRODUCTION,
        f"{LEGEND}\n",
        targets_section(evidence) if evidence else "",
        human_targets_section(root),
        published_section(figures),
        people,
        evidence_section(evidence, stale=evidence.code != fingerprint()) if evidence else "",
        pictures_section(EVIDENCE.parent, DOCUMENT),
        people_section(root),
    ]
    return "\n".join(part for part in parts if part)


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
