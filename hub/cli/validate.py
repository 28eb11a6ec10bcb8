"""``insole-hub validate``: how well does the engine do on recordings whose truth is known?"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from hub.errors import InsoleHubError
from hub.recording.session_folder import TRUTH_FILE
from hub.validation.people import Half, halves
from hub.validation.runner import Run, RunOptions, Sensors, find_sessions, run
from hub.validation.score import Score, pooled
from hub.validation.tables import (
    LEGEND,
    RATE_HEADER,
    STEP_HEADER,
    STRIKE_HEADER,
    TIMING_HEADER,
    Row,
    rate_rows,
    step_rows,
    strike_rows,
    timing_rows,
)


def validate(
    folders: Annotated[
        list[Path], typer.Argument(help="Session folders, or folders with session folders below.", metavar="FOLDER...")
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout, with every session.")] = False,
    hide: Annotated[
        list[Sensors] | None, typer.Option(help="Judge without these sensors; may be given more than once.")
    ] = None,
    warm: Annotated[
        bool,
        typer.Option(
            "--warm", help="Start with what a first pass over the same recording has learnt, as on a second day."
        ),
    ] = False,
    people: Annotated[
        Half | None,
        typer.Option(help="Only the people of one half of each set: for tuning thresholds, or for testing."),
    ] = None,
    within: Annotated[
        float, typer.Option(min=0.001, max=0.5, help="Contacts pair with the truth within so many seconds.")
    ] = RunOptions().within_s,
    each: Annotated[bool, typer.Option("--each", help="A table for each session too.")] = False,
    block_size: Annotated[
        int | None, typer.Option(min=1, help="Samples per block; default: whole streams. Changes speed, not events.")
    ] = None,
) -> None:
    """Replay recordings against their truth, per set and pooled.

    Sensitivity (recall), precision, timing error, latency, false alarms per hour and per 1000 steps, strikes. Truth
    and detections are paired one to one: contacts within 50 ms or what --within says, toe-first and drags per step,
    trips within 0.5 s, falls from 1 s before to 5 s after. Where the truth was made from the insoles themselves
    (gaitpdb, marpino, chen), contacts are not judged in places where the raw cells contradict it; they are counted.
    """
    options = RunOptions(frozenset(hide or ()), warm, block_size, within)
    runs: dict[Path, Run] = {}
    sessions = find_sessions(folders)
    if people:
        half = halves(sessions)
        sessions = [path for path in sessions if half[path] is people]
    errors = Console(stderr=True)
    for path in track(sessions, "replaying", console=errors, transient=True, disable=not errors.is_terminal):
        done = run(path, options)
        if done is not None:
            runs[path] = done
    if not sessions:
        raise InsoleHubError(f"none of these sessions is of a person in the {people} half: nothing to judge")
    if not runs:
        raise InsoleHubError(f"no sensor is left after --hide in any of {len(sessions)} sessions: nothing to judge")
    scores = {path: done.score for path, done in runs.items()}
    doubts_n = sum(len(done.doubts) for done in runs.values())
    sets = _by_set(scores)
    total = pooled("all", list(scores.values()))
    if as_json:
        report = {
            "options": {"hide": sorted(hide or ()), "warm": warm, "people": people, "block_size": block_size},
            "skipped_sessions": len(sessions) - len(scores),
            "doubts": doubts_n,
            "sessions": [{"path": str(path), **score.to_dict()} for path, score in scores.items()],
            "sets": [score.to_dict() for score in sets],
            "pooled": total.to_dict(),
        }
        sys.stdout.write(json.dumps(report, indent=2, allow_nan=False) + "\n")
        return
    console = Console()
    without_truth = [path for path in scores if not (path / TRUTH_FILE).exists()]
    if len(without_truth) == len(scores):
        _tell_no_truth(console, without_truth)
        return
    for score in scores.values() if each else ():
        _show(console, score)
    for score in sets:
        _show(console, score)
    if len(sets) != 1:
        _show(console, total)
    console.print(LEGEND, style="dim", highlight=False)
    if doubts_n:
        places = f"{doubts_n} place{'s' if doubts_n != 1 else ''}"
        console.print(f"Contacts are not judged in {places} where the raw cells contradict the truth.")
    if len(scores) < len(sessions):
        skipped = len(sessions) - len(scores)
        console.print(f"{skipped} session{'s' if skipped != 1 else ''} skipped: no sensor left after --hide.")
    _tell_no_truth(console, without_truth)


def _tell_no_truth(console: Console, paths: list[Path]) -> None:
    for path in paths:
        text = f"{path}: no truth ({TRUTH_FILE}): nothing to judge; `insole-hub replay` tells what is detected"
        console.print(text, markup=False, highlight=False, soft_wrap=True)


def _by_set(scores: dict[Path, Score]) -> list[Score]:
    """Sessions that lie in the same folder, pooled under its name."""
    sets: dict[Path, list[Score]] = {}
    for path, score in scores.items():
        sets.setdefault(path.resolve().parent, []).append(score)
    return [pooled(folder.name, members) for folder, members in sets.items()]


def _show(console: Console, score: Score) -> None:
    minutes = 60.0 * score.hours
    number = f"{score.sessions_n} session{'s' if score.sessions_n != 1 else ''}"
    console.print(f"[bold]{score.name}[/bold]: {number}, {minutes:.1f} min, {score.steps_n} steps", highlight=False)
    if not score.tallies:
        console.print("  nothing true and nothing detected")
    if score.tallies:
        console.print(_table(RATE_HEADER, rate_rows(score)))
    if timing := timing_rows(score):
        console.print(_table(TIMING_HEADER, timing))
    if score.step_errors:
        console.print(_table(STEP_HEADER, step_rows(score)))
    if score.strikes:
        console.print(_table(STRIKE_HEADER, strike_rows(score)))
    if score.not_walking_h:
        where = f"{60.0 * score.not_walking_h:.1f} min of not walking"
        console.print(f"  {score.not_walking_contacts_n} initial contacts in {where}", highlight=False)
    console.print()


def _table(header: Row, rows: Iterable[Row]) -> Table:
    table = Table(box=None, header_style="dim", padding=(0, 1, 0, 0))
    for n, title in enumerate(header):
        table.add_column(title, justify="left" if n == 0 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table
