"""A picture of each exercise of the guided calibration; ``python -m hub.calibrating.pictures`` renews those of the docs
and of the page."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from hub.calibrating.screen import TITLES
from hub.gait.guide import FULL, Task

Point = tuple[float, float]
Line = Sequence[Point]

WIDTH, HEIGHT, FLOOR = 150, 170, 140
BODY, ACTIVE, THING, HINT = "#3a4252", "#d9731a", "#b3b9c5", "#1f6fb4"
"""Of the person, the leg or foot that is meant, furniture, and arrows. Orange and blue are told apart by anybody."""

_SHEET = Path(__file__).parents[2] / "docs" / "calibration" / "exercises.svg"
_LINES = Path(__file__).parents[1] / "page" / "static" / "exercises.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """A stick figure: limbs, the one that is meant, furniture, and arrows that show the way."""

    head: Point
    body: Sequence[Line]
    active: Sequence[Line]
    things: Sequence[Line] = ()
    ways: Sequence[Line] = ()
    seen: str = ""


_CHAIR = (((36, 60), (36, 104), (76, 104)), ((40, 104), (40, FLOOR)), ((72, 104), (72, FLOOR)))
_TABLE = (((98, 88), (138, 88)), ((132, 88), (132, FLOOR)))
_SEATED = (((52, 52), (54, 98)), ((53, 62), (70, 86)))

_LIFTED = Figure(
    (52, 38),
    (*_SEATED, ((54, 98), (88, 100), (88, FLOOR - 2), (102, FLOOR - 2))),
    (((54, 98), (90, 92), (100, 122), (113, 118)),),
    _CHAIR,
    (((124, 134), (124, 112)),),
)
_SWUNG = Figure(
    (52, 24),
    (((52, 38), (54, 84)), ((53, 48), (72, 70)), ((54, 84), (84, 86), (84, FLOOR - 2), (96, FLOOR - 2))),
    (((54, 84), (88, 80), (116, 100), (124, 92)), ((88, 80), (78, 112), (88, 118))),
    (((34, 90), (72, 90)), ((38, 90), (38, FLOOR)), ((68, 90), (68, FLOOR))),
    (((88, 124), (104, 122), (118, 112)), ((104, 122), (88, 124))),
)
_STOOD = Figure(
    (75, 34),
    (((75, 48), (75, 92)), ((75, 56), (62, 88)), ((75, 56), (88, 88))),
    (((75, 92), (66, FLOOR - 2)), ((75, 92), (84, FLOOR - 2))),
    seen="seen from behind",
)


def _leant(way: float) -> Figure:
    """From behind: left is left."""
    hip, neck = (75 + 8 * way, 92.0), (75 + 18 * way, 49.0)
    near, far = (75 + 9 * way, FLOOR - 2.0), (75 - 9 * way, FLOOR - 2.0)
    arms = ((neck, (neck[0] + 15, 86.0)), (neck, (neck[0] - 13, 86.0)))
    return Figure(
        (75 + 22 * way, 35.0),
        ((neck, hip), *arms, (hip, far)),
        ((hip, near),),
        ways=(((75 - 8 * way, 20.0), (75 + 40 * way, 20.0)),),
        seen="seen from behind",
    )


_HEELS_UP = Figure(
    (70, 26),
    (((70, 40), (70, 84)), ((70, 50), (86, 70), (102, 86)), ((70, 84), (68, 124))),
    (((68, 124), (74, FLOOR - 6), (84, FLOOR - 2)),),
    _TABLE,
    (((50, 134), (50, 112)),),
)
_TOES_UP = Figure(
    (66, 32),
    (((66, 46), (64, 90)), ((66, 56), (84, 74), (102, 86)), ((64, 90), (66, FLOOR - 4))),
    (((66, FLOOR - 4), (84, FLOOR - 14)),),
    _TABLE,
    (((92, 136), (92, 118)),),
)
_WALKED = Figure(
    (70, 28),
    (((70, 42), (70, 86)), ((70, 50), (84, 68), (92, 82)), ((70, 50), (56, 68), (52, 84))),
    (((70, 86), (86, 112), (96, FLOOR - 4), (106, FLOOR - 8)), ((70, 86), (62, 112), (44, FLOOR - 8), (52, FLOOR - 2))),
    (((20, FLOOR - 6), (20, FLOOR + 8)), ((130, FLOOR - 6), (130, FLOOR + 8))),
    (((100, 60), (126, 60)),),
)

FIGURES = {
    Task.LIFT_LEFT: _LIFTED,
    Task.LIFT_RIGHT: _LIFTED,
    Task.STAND: _STOOD,
    Task.LEAN_LEFT: _leant(-1.0),
    Task.LEAN_RIGHT: _leant(1.0),
    Task.HEEL_RAISES: _HEELS_UP,
    Task.TOE_RAISES: _TOES_UP,
    Task.SWING_LEFT: _SWUNG,
    Task.SWING_RIGHT: _SWUNG,
    Task.WALK: _WALKED,
}


def picture(task: Task) -> str:
    """One exercise as a drawing of its own."""
    return _svg(WIDTH, HEIGHT, _drawn(task))


def sheet(columns: int = 5) -> str:
    """All exercises with number and title, in their order."""
    parts, cell_w, cell_h = [], WIDTH + 20, HEIGHT + 34
    rows = -(-len(FULL) // columns)
    for number, task in enumerate(FULL):
        x, y = number % columns * cell_w + 10, number // columns * cell_h + 10
        title = _text(WIDTH / 2, HEIGHT + 14, f"{number + 1}. {TITLES[task]}", 13)
        parts.append(f'<g transform="translate({x},{y})">{"".join(_drawn(task))}{title}</g>')
    return _svg(columns * cell_w, rows * cell_h + 10, parts)


def lines() -> str:
    """The figures as JSON, for the page to draw in its own colours and language."""
    return json.dumps({task.value: asdict(figure) for task, figure in FIGURES.items()}, separators=(",", ":")) + "\n"


def _drawn(task: Task) -> list[str]:
    figure = FIGURES[task]
    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#fff" stroke="#dfe3ea"/>', _line(_FLOOR, THING, 2)]
    parts += [_line(line, THING, 4) for line in figure.things]
    parts += [_line(line, BODY, 6) for line in figure.body]
    parts.append(f'<circle cx="{figure.head[0]}" cy="{figure.head[1]}" r="11" fill="{BODY}"/>')
    parts += [_line(line, ACTIVE, 7) for line in figure.active]
    parts += [_line(line, HINT, 3, arrow=True) for line in figure.ways]
    if task.side.value in {"left", "right"} and not figure.seen:
        parts.append(_text(WIDTH - 8, 22, f"{task.side.value} foot", 13, anchor="end", colour=ACTIVE))
    if figure.seen:
        parts.append(_text(WIDTH / 2, HEIGHT - 10, figure.seen, 11, colour="#667"))
    if task is Task.WALK:
        parts.append(_text(WIDTH / 2, HEIGHT - 8, "10 m between two marks", 11, colour="#667"))
    return parts


_FLOOR: Line = ((8, FLOOR), (WIDTH - 8, FLOOR))


def _line(points: Line, colour: str, width: float, *, arrow: bool = False) -> str:
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    end = ' marker-end="url(#way)"' if arrow else ""
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
        f'stroke-linecap="round" stroke-linejoin="round"{end}/>'
    )


def _text(x: float, y: float, text: str, size: int, *, anchor: str = "middle", colour: str = "#222") -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">{text}</text>'


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" font-family="sans-serif">'
    )
    arrow = (
        '<defs><marker id="way" viewBox="0 0 10 10" refX="5" refY="5" markerWidth="4" markerHeight="4" '
        f'orient="auto-start-reverse"><path d="M0,0 L10,5 L0,10 z" fill="{HINT}"/></marker></defs>'
    )
    return "\n".join((head, arrow, *parts, "</svg>\n"))


if __name__ == "__main__":
    _SHEET.write_text(sheet(), encoding="utf-8")
    _LINES.write_text(lines(), encoding="utf-8")
