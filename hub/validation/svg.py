"""A few lines of SVG: time series with marks, and histograms. Pure text, no library."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, MARGIN_L, MARGIN_R = 900, 74, 14
_PANEL, _GAP, _TOP, _BOTTOM = 110, 16, 44, 34

BLUE, ORANGE, GREY, RED, GREEN = "#1f6fb4", "#d9731a", "#8a8f98", "#c62f2f", "#2c8a4b"


@dataclass(frozen=True, slots=True)
class Line:
    """A curve of one panel: ascending x and its y."""

    x: Sequence[float]
    y: Sequence[float]
    colour: str
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A vertical line from ``x``; an interval where ``to_x`` is given. Truth stands at the top, detections below."""

    x: float
    colour: str
    label: str
    to_x: float | None = None
    detected: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes; ``title`` names the quantity and its unit."""

    title: str
    lines: Sequence[Line]
    marks: Sequence[Mark] = ()


def time_series(title: str, panels: Sequence[Panel], x_range: tuple[float, float]) -> str:
    """Panels under one another on one time axis in seconds."""
    height = _TOP + len(panels) * (_PANEL + _GAP) + _BOTTOM
    parts = [_text(MARGIN_L, 20, title, size=15, weight="bold")]
    legend: dict[str, str] = {}
    for index, panel in enumerate(panels):
        top = _TOP + index * (_PANEL + _GAP)
        parts += _panel(panel, top, x_range)
        legend |= {mark.label: mark.colour for mark in panel.marks}
    parts += _axis(x_range, height - _BOTTOM - _GAP + 2, "s")
    parts += _legend(legend, 36)
    return _svg(height, parts)


def _panel(panel: Panel, top: float, x_range: tuple[float, float]) -> list[str]:
    values = [y for line in panel.lines for y in line.y]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = 0.08 * (high - low) or 1.0
    low, high = low - room, high + room
    width = WIDTH - MARGIN_L - MARGIN_R
    parts = [f'<rect x="{MARGIN_L}" y="{top}" width="{width}" height="{_PANEL}" fill="#fff" stroke="#ccd"/>']

    def place(x: float, y: float) -> str:
        return f"{_x(x, x_range):.1f},{top + _PANEL * (high - y) / (high - low):.1f}"

    for mark in panel.marks:
        parts += _mark(mark, top, x_range)
    if low < 0.0 < high:
        zero = top + _PANEL * high / (high - low)
        parts.append(
            f'<line x1="{MARGIN_L}" x2="{WIDTH - MARGIN_R}" y1="{zero:.1f}" y2="{zero:.1f}" stroke="#e4e6ec"/>'
        )
    for line in panel.lines:
        points = " ".join(place(x, y) for x, y in zip(line.x, line.y, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{line.colour}" stroke-width="1.4"/>')
    parts.append(_text(MARGIN_L + 6, top + 14, panel.title, size=11, colour="#445"))
    labels = [(line.label, line.colour) for line in panel.lines if line.label]
    x = WIDTH - MARGIN_R - 8.0
    for label, colour in reversed(labels):
        parts.append(_text(x, top + 14, label, size=11, colour=colour, anchor="end"))
        x -= 7.0 * len(label) + 14
    for value in (low + room, high - room):
        y = top + _PANEL * (high - value) / (high - low)
        parts.append(_text(MARGIN_L - 6, y + 4, f"{value:.3g}", size=10, colour="#667", anchor="end"))
    return parts


def _mark(mark: Mark, top: float, x_range: tuple[float, float]) -> list[str]:
    """Truth: the upper half; a detection: the lower half."""
    x = _x(mark.x, x_range)
    half = _PANEL / 2
    y = top + half if mark.detected else top
    if mark.to_x is not None:
        end = _x(mark.to_x, x_range)
        width = max(end - x, 1.5)
        return [
            f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{half}" fill="{mark.colour}" fill-opacity="0.22"/>'
        ]
    dash = ' stroke-dasharray="4 3"' if mark.detected else ""
    return [f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{y + half}" stroke="{mark.colour}" stroke-width="2"{dash}/>']


@dataclass(frozen=True, slots=True)
class Histogram:
    """Differences in ms, in bins of ``bin_ms``."""

    title: str
    values_ms: Sequence[float]
    bin_ms: float
    range_ms: tuple[float, float]


def histograms(title: str, items: Sequence[Histogram], columns: int = 3) -> str:
    """Small histograms in rows. Values beyond the range stand in the outermost bins."""
    rows = -(-len(items) // columns)
    cell_w, cell_h = WIDTH / columns, 170
    parts = [_text(16, 22, title, size=15, weight="bold")]
    for index, item in enumerate(items):
        left, top = cell_w * (index % columns) + 16, 40 + cell_h * (index // columns)
        parts += _histogram(item, left, top, cell_w - 32, cell_h - 50)
    return _svg(40 + rows * cell_h, parts)


def _histogram(item: Histogram, left: float, top: float, width: float, height: float) -> list[str]:
    low, high = item.range_ms
    bins_n = max(round((high - low) / item.bin_ms), 1)
    counts = [0] * bins_n
    for value in item.values_ms:
        counts[min(max(int((value - low) / item.bin_ms), 0), bins_n - 1)] += 1
    most = max(counts) or 1
    bar = width / bins_n
    parts = [
        f'<rect x="{left + n * bar:.1f}" y="{top + 16 + height * (1 - count / most):.1f}" '
        f'width="{max(bar - 0.6, 0.6):.1f}" height="{height * count / most:.1f}" fill="{BLUE}"/>'
        for n, count in enumerate(counts)
        if count
    ]
    base = top + 16 + height
    parts.append(f'<line x1="{left}" x2="{left + width}" y1="{base:.1f}" y2="{base:.1f}" stroke="#889"/>')
    parts.append(_text(left, top + 10, f"{item.title}, n = {len(item.values_ms)}", size=11, colour="#334"))
    for part in (0.0, 0.5, 1.0):
        value = low + part * (high - low)
        anchor = {0.0: "start", 0.5: "middle", 1.0: "end"}[part]
        parts.append(_text(left + part * width, base + 14, f"{value:g} ms", size=10, colour="#667", anchor=anchor))
    if low < 0.0 < high:
        zero = left + width * -low / (high - low)
        parts.append(f'<line x1="{zero:.1f}" x2="{zero:.1f}" y1="{top + 16}" y2="{base:.1f}" stroke="{RED}"/>')
    return parts


_TICKS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)


def _axis(x_range: tuple[float, float], y: float, unit: str) -> list[str]:
    span = x_range[1] - x_range[0]
    step = next((s for s in _TICKS_S if span / s <= 12), 600.0)
    first = -(-x_range[0] // step) * step
    ticks = [first + n * step for n in range(int((x_range[1] - first) / step) + 1)]
    return [
        _text(_x(tick, x_range), y + 12, f"{tick:g} {unit}", size=10, colour="#667", anchor="middle") for tick in ticks
    ]


def _legend(labels: dict[str, str], y: float) -> list[str]:
    parts: list[str] = []
    x = float(MARGIN_L)
    for label, colour in labels.items():
        parts.append(f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{colour}"/>')
        parts.append(_text(x + 14, y, label, size=11, colour="#334"))
        x += 26 + 6.4 * len(label)
    return parts


def _x(value: float, x_range: tuple[float, float]) -> float:
    return MARGIN_L + (WIDTH - MARGIN_L - MARGIN_R) * (value - x_range[0]) / (x_range[1] - x_range[0])


def _text(
    x: float, y: float, text: str, *, size: int, colour: str = "#111", anchor: str = "start", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )


def _svg(height: float, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" font-family="sans-serif">'
    )
    return "\n".join((head, f'<rect width="{WIDTH}" height="{height:.0f}" fill="#fafbfc"/>', *parts, "</svg>\n"))
