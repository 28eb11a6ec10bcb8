"""``insole-hub replay``: a recording through the same engine as the live sensors."""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.events import Event, Kind
from hub.recording.session_folder import SessionFolder, blocks, read_session_folder
from hub.session import Block
from hub.terminal import describe, plain_lines
from hub.validation.runner import engine_events
from sensors.layout import Side

PACE_S = 0.1
"""Length of a block where the replay is paced: short enough to look live."""


def replay(
    path: Annotated[Path, typer.Argument(help="A session folder.", metavar="PATH")],
    *,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="One event per line as JSON on stdout, and nothing else there.")
    ] = False,
    speed: Annotated[
        float | None, typer.Option(min=0.01, help="Times real time, 1 is as it happened; default: as fast as it goes.")
    ] = None,
) -> None:
    """Replay a recording through the gait engine.

    The same samples give the same events with the same ids, however they are cut into blocks.
    """
    folder = read_session_folder(path)
    source = blocks(folder) if speed is None else _paced(_short_blocks(folder), speed)
    seen: list[Event] = []
    for events in engine_events(folder.session, source):
        if jsonl:
            _write(event.to_json() for event in events)
        else:
            seen += events
            _write(plain_lines(events, folder.start_s) if speed is not None else ())
    if not jsonl:
        _summary(Console(), folder, seen)


def _write(lines: Iterable[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    if text:
        sys.stdout.write(text)
        sys.stdout.flush()


def _short_blocks(folder: SessionFolder) -> Iterator[Block]:
    slowest_hz = min(spec.rate_hz for spec in folder.session.sensors.values())
    return blocks(folder, max(1, round(PACE_S * slowest_hz)))


def _paced(source: Iterable[Block], speed: float) -> Iterator[Block]:
    """Each block when its last sample would have been there."""
    begun_s, first_s = time.monotonic(), None
    for block in source:
        if len(block.time_s):
            newest_s = float(block.time_s[-1])
            first_s = newest_s if first_s is None else first_s
            time.sleep(max(0.0, begun_s + (newest_s - first_s) / speed - time.monotonic()))
        yield block


def _summary(console: Console, folder: SessionFolder, events: list[Event]) -> None:
    session = folder.session
    sensors = ", ".join(role.value.replace("_", " ") for role in session.sensors)
    console.print(f"[bold]{session.name}[/bold]: {folder.end_s - folder.start_s:.0f} s; {sensors}", highlight=False)
    table = Table(box=None, header_style="dim")
    table.add_column("event")
    for title in ("left", "right", "total"):
        table.add_column(title, justify="right")
    counts = Counter((_name(event), event.side) for event in events if event.kind is not Kind.QUALITY)
    for name in dict.fromkeys(name for name, _ in sorted(counts, key=_order)):
        of_side = [counts[name, side] for side in Side]
        left, right = of_side[0], of_side[1]
        table.add_row(name, str(left or ""), str(right or ""), str(sum(of_side)))
    if counts:
        console.print(table)
    walks = [event.fields.get("duration_s") for event in events if event.kind is Kind.WALK_END]
    minutes = sum(float(length) for length in walks if length is not None) / 60.0
    console.print(f"walking: {minutes:.1f} min in {len(walks)} bout{'s' if len(walks) != 1 else ''}", highlight=False)
    notes = Counter([*session.notes, *(describe(event) for event in events if event.kind is Kind.QUALITY)])
    if notes:
        console.print("notes on the data:")
    for note, n in notes.items():
        console.print(f"  {note}" + (f" ({n} times)" if n > 1 else ""), markup=False, highlight=False)


def _name(event: Event) -> str:
    """Kind, with the stage or strike that tells its events apart."""
    detail = event.fields.get("stage") or event.fields.get("strike") if event.kind is not Kind.STEP else None
    return event.kind.value.replace("_", " ") + (f": {detail}" if detail else "")


def _order(key: tuple[str, Side]) -> tuple[int, str]:
    kinds = [kind.value.replace("_", " ") for kind in Kind]
    return kinds.index(key[0].split(":")[0]), key[0]
