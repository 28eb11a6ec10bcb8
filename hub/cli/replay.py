"""``insole-hub replay``: a recording through the same engine as the live sensors."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.errors import RecordingError
from hub.events import Event, Kind
from hub.playback import Playback, open_recording
from hub.recording.runs import run_files
from hub.recording.session_toml import FILE_NAME
from hub.terminal import plain_lines
from sensors.layout import Side


def replay(
    path: Annotated[
        Path, typer.Argument(help="A session folder, a raw recording (.mcap), or the folder of a run.", metavar="PATH")
    ],
    *,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="One event per line as JSON on stdout, and nothing else there.")
    ] = False,
    speed: Annotated[
        float | None, typer.Option(min=0.01, help="Times real time, 1 is as it happened; default: as fast as it goes.")
    ] = None,
) -> None:
    """Replay a recording through the same way as live sensors.

    The same samples give the same events with the same ids, however they are cut into blocks and however fast they go.
    """
    _refuse_folder_of_many(path)
    recording = open_recording(path)
    seen: list[Event] = []
    for events in recording.events(speed):
        if jsonl:
            _write(event.to_json() for event in events)
        else:
            seen += events
            _write(plain_lines(events, recording.start_s) if speed is not None else ())
    if not jsonl:
        _summary(Console(), recording, seen)


def _refuse_folder_of_many(path: Path) -> None:
    """Raise ``RecordingError`` for a folder that is no recording and has some below it."""
    if not path.is_dir() or (path / FILE_NAME).exists() or run_files(path):
        return
    held = sorted(file.parent for depth in ("*", "*/*") for file in path.glob(f"{depth}/{FILE_NAME}"))
    held += sorted(path.glob("*.mcap")) + sorted(folder for folder in path.iterdir() if run_files(folder))
    if held:
        number = f"{len(held)} recording{'s' if len(held) != 1 else ''}"
        raise RecordingError(path, f"is no session folder; it holds {number}: name one, such as {held[0]}")


def _write(lines: Iterable[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    if text:
        sys.stdout.write(text)
        sys.stdout.flush()


def _summary(console: Console, recording: Playback, events: list[Event]) -> None:
    roles = recording.session.sensors if recording.session else ()
    sensors = ", ".join(role.value.replace("_", " ") for role in roles) or "no sensor gave samples"
    duration_s = recording.end_s - recording.start_s
    console.print(f"[bold]{recording.name}[/bold]: {duration_s:.0f} s; {sensors}", highlight=False)
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
    notes = Counter([*recording.notes, *(_note(event) for event in events if event.kind is Kind.QUALITY)])
    if notes:
        console.print("notes on the data:")
    for note, n in notes.items():
        console.print(f"  {note}" + (f" ({n} times)" if n > 1 else ""), markup=False, highlight=False, soft_wrap=True)


def _note(event: Event) -> str:
    return f"{str(event.fields.get('issue')).replace('_', ' ')}: {event.fields.get('reason')}"


def _name(event: Event) -> str:
    """Kind, with the stage or strike that tells its events apart."""
    detail = event.fields.get("stage") or event.fields.get("strike") if event.kind is not Kind.STEP else None
    return event.kind.value.replace("_", " ") + (f": {detail}" if detail else "")


def _order(key: tuple[str, Side]) -> tuple[int, str]:
    kinds = [kind.value.replace("_", " ") for kind in Kind]
    return kinds.index(key[0].split(":")[0]), key[0]
