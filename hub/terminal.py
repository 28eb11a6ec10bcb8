"""The live view in a terminal: feet, last steps, counts, links. Drawn from ``hub.live``; plain lines where there is no
terminal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.align import Align
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from hub.events import STEP_KINDS, Event, Kind
from hub.live import Live
from hub.session import InsoleSpec
from sensors.layout import Cell, Role, Side

FOOT_ROWS, FOOT_COLUMNS = 10, 9
LINK_ROWS = 4
COUNT_ROWS = 4
STEPS_LINES = 4
EVENT_ROWS = 12
BORDERS = 2
COLUMNS_APART = 2
FEET_WIDTH = 70
"""Columns from which the feet are drawn."""
QUALITY_WIDTH = 95
"""Columns from which loss and battery of each link are told."""
STREAMING = "streaming"
NOTHING = "-"
SHORT_NAMES = {
    Role.LEFT_INSOLE: "L insole",
    Role.RIGHT_INSOLE: "R insole",
    Role.LEFT_SHIN: "L shin",
    Role.RIGHT_SHIN: "R shin",
}
SHADES = " ·░▒▓█"
STRIKE_MARKS = {"heel": ("h", "green"), "flat": ("f", "yellow"), "toe": ("T", "red"), "unknown": ("?", "dim")}


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One sensor link as a person reads it."""

    role: Role
    state: str
    rate_hz: float
    loss_pct: float
    battery_pct: float | None


def describe(event: Event) -> str:
    """An event in words, without its time."""
    fields = event.fields
    confirmed = fields.get("stage") == "confirmed"
    match event.kind:
        case Kind.TOE_FIRST:
            words = f"toe first: {fields.get('reason')}"
        case Kind.TOE_DRAG if fields.get("duration_s") is None:
            words = "possible toe drag"
        case Kind.TOE_DRAG:
            what = "scuff" if fields.get("scuff") else "toe drag"
            words = f"{what}, {_number(fields.get('duration_s'), '.2f')} s in {fields.get('phase')} swing"
        case Kind.FOOT_SLAP:
            words = f"foot slap, {_number(fields.get('slap_time_ms'), '.0f')} ms after the heel"
        case Kind.COMPENSATION:
            kind = str(fields.get("type")).replace("_", " ")
            words = f"{kind} in {_number(fields.get('share_pct'), '.0f')} % of the last strides"
        case Kind.TRIP if confirmed:
            steps = _number(fields.get("recovery_steps"), ".0f")
            words = f"TRIP, recovery {fields.get('strategy')}, steady after {steps} steps"
        case Kind.TRIP:
            words = f"trip? (candidate at {_number(fields.get('swing_phase_pct'), '.0f')} % of swing)"
        case Kind.WALK_END:
            steps = _number(fields.get("steps"), ".0f")
            words = f"walk ended: {steps} steps, {_number(fields.get('cadence_spm'), '.0f')} per minute"
        case Kind.QUALITY:
            return _quality(event)
        case _:
            words = event.kind.value.replace("_", " ")
    return words if event.side is Side.BOTH else f"{event.side.value} {words}"


def _quality(event: Event) -> str:
    """The reason; with the sensor before it where it does not name it itself."""
    reason = str(event.fields.get("reason"))
    sensor = str(event.fields.get("sensor") or "").replace("_", " ")
    return reason if not sensor or sensor in reason else f"{sensor}: {reason}"


def plain_lines(events: Iterable[Event], start_s: float) -> list[str]:
    """One line per event that a person would want to read, with seconds since the start."""
    return [f"{event.time_s - start_s:8.2f} s  {describe(event)}" for event in events if event.kind not in STEP_KINDS]


def screen(
    live: Live, links: Iterable[LinkLine], start_s: float, footer: str, *, width: int, height: int
) -> RenderableType:
    """The whole picture, in ``width`` columns and at most ``height`` lines, the footer always among them."""
    below = Text(footer, style="dim", no_wrap=True, overflow="ellipsis")
    free = height - footer.count("\n") - 1
    links = list(links)
    parts: list[RenderableType] = []
    aside_lines = max(len(links), LINK_ROWS) + COUNT_ROWS + 2 * BORDERS
    if free >= aside_lines:
        parts.append(_top(live, links, width))
        free -= aside_lines
    if free >= STEPS_LINES:
        parts.append(_steps(live, width))
        free -= STEPS_LINES
    if free > 1:
        lines = plain_lines(list(live.recent)[-min(free - 1, EVENT_ROWS) :], start_s) or ["waiting for the first steps"]
        lines += [""] * (min(free - 1, EVENT_ROWS) - len(lines))
        parts.append(Rule("events", align="left", style="default"))
        parts.append(Text("\n".join(lines), no_wrap=True, overflow="ellipsis"))
    return Group(*parts, below)


def _top(live: Live, links: list[LinkLine], width: int) -> RenderableType:
    """Links and counts, beside the feet where there is room."""
    aside = Group(_links(links, with_quality=width >= QUALITY_WIDTH), _counts(live))
    if width < FEET_WIDTH:
        return aside
    top = Table.grid()
    top.add_row(_foot(live, Role.LEFT_INSOLE, "left"), _foot(live, Role.RIGHT_INSOLE, "right"), aside)
    return top


def _number(value: object, spec: str) -> str:
    return format(value, spec) if isinstance(value, int | float) else "?"


def _foot(live: Live, role: Role, title: str) -> Panel:
    spec = live.session.sensors.get(role) if live.session else None
    pressure = live.pressure(role)
    if not isinstance(spec, InsoleSpec) or not pressure:
        body: RenderableType = Align.center("no insole\n" + "\n" * (FOOT_ROWS - 2))
    else:
        body = Text("\n".join(foot_rows(spec.cells, pressure, role.side)))
    return Panel(body, title=title, width=FOOT_COLUMNS * 2 + 4)


def foot_rows(cells: tuple[Cell, ...], pressure: tuple[float, ...], side: Side) -> list[str]:
    """The foot from above, toes up: every cell as a shade at its place."""
    grid = [[" "] * FOOT_COLUMNS for _ in range(FOOT_ROWS)]
    for cell, load in zip(cells, pressure, strict=True):
        across = cell.x if side is Side.RIGHT else 1.0 - cell.x
        row = min(int((1.0 - cell.y) * FOOT_ROWS), FOOT_ROWS - 1)
        column = min(int(across * FOOT_COLUMNS), FOOT_COLUMNS - 1)
        shade = SHADES[max(1, min(round(load * (len(SHADES) - 1)), len(SHADES) - 1))]
        grid[row][column] = max(grid[row][column], shade, key=SHADES.index)
    return ["".join(character * 2 for character in row) for row in grid]


def _steps(live: Live, width: int) -> Panel:
    """As many of the last steps as fit."""
    rows = {Side.LEFT: Text("L "), Side.RIGHT: Text("R ")}
    fit_n = max((width - 6) // 2, 0)
    for step in list(live.steps)[max(len(live.steps) - fit_n, 0) :]:
        mark, colour = STRIKE_MARKS.get(step.strike, STRIKE_MARKS["unknown"])
        cell = mark + ("!" if step.trip else "~" if step.drag else " ")
        for side, row in rows.items():
            row.append(cell if side is step.side else "· ", style=colour if side is step.side else "dim")
    body = Text("\n", no_wrap=True).join(rows.values())
    state = "walking" if live.walking else "not walking"
    key = Text("h heel  f flat  T toe first  ~ drag  ! trip", style="dim")
    return Panel(
        body, title=f"last steps ({state})", title_align="left", subtitle=key, subtitle_align="left", padding=(0, 1)
    )


def _counts(live: Live) -> Panel:
    counts = live.counts
    rows = [
        (f"{counts['initial_contact']} steps", ""),
        (f"{counts['strike heel']} heel first", f"{counts['toe_drag']} drags"),
        (f"{counts['strike flat']} flat", f"{counts['toe_catch']} toe catches"),
        (f"{counts['toe_first']} toe first", f"{counts['trip confirmed']} trips"),
    ]
    return _aside("counts", _aligned(rows), COUNT_ROWS)


def _links(links: list[LinkLine], *, with_quality: bool) -> Panel:
    """One row for each link; what it delivers is told while it streams."""
    rows = []
    for link in links:
        streams = link.state == STREAMING
        state = link.state.replace("_", " ").removesuffix(" for data")
        row: list[str | Text] = [
            SHORT_NAMES[link.role],
            Text(state, style="green" if streams else "yellow"),
            f"{link.rate_hz:.0f} Hz" if streams else NOTHING,
        ]
        if with_quality:
            row.append(f"{link.loss_pct:.1f} % lost" if streams else NOTHING)
            row.append("" if link.battery_pct is None else f"{link.battery_pct:.0f} %")
        rows.append(row)
    return _aside("links", _aligned(rows), max(len(links), LINK_ROWS))


def _aligned(rows: Sequence[Sequence[str | Text]]) -> Text:
    """Rows with their columns below one another. Drawn twice a second: rich's own table costs four times as much."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        line = Text()
        for cell, width in zip(row, widths, strict=True):
            line.append(cell).append(" " * (width - len(cell) + COLUMNS_APART))
        line.rstrip()
        lines.append(line)
    return Text("\n", no_wrap=True, overflow="ellipsis").join(lines)


def _aside(title: str, body: Text, rows: int) -> Panel:
    return Panel(body, title=title, title_align="left", height=rows + BORDERS, padding=(0, 1))
