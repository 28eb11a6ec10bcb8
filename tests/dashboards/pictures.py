"""Pictures of the dashboards, drawn from their queries' real answers: ``python -m tests.dashboards.pictures``.

Grafana itself is not here; what is drawn is what it is given, in its places, with its units and colours. Two wearers'
90 days are made up (``tests/dashboards/months.py``).
"""

import json
import signal
import sys
import textwrap
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import matplotlib as mpl
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dashboards.build import all_dashboards, as_json
from hub.influx.provision import Plan, provision
from tests.dashboards.filled import HUB, asked, fill, merged
from tests.dashboards.household import diary, states
from tests.dashboards.months import END, months
from tests.services.influxdb import ADMIN_TOKEN, Influxd, program

PICTURES = Path(__file__).parents[2] / "docs" / "dashboards"
Rows = list[dict[str, Any]]
Ask = Callable[[str, str], Rows]
"""Uid of a data source and InfluxQL to the answer's rows."""

_WIDE, _NARROW = 14.88, 5.6
"""Inches of a screen on a desk and of a phone: 1,040 and 390 pixels."""

_INCH_PER_ROW = 0.36
_INCH_PER_CELL = 2.1
"""Grafana lets no column of a table be narrower; what does not fit is reached by swiping."""

_LETTERS_PER_INCH = 12.5
_UNITS = {
    "percent": " %",
    "velocityms": " m/s",
    "s": " s",
    "m": " min",
    "d": " d",
    "degree": "°",
    "ms": " ms",
    "lengthm": " m",
    "decmbytes": " MB",
    "celsius": " °C",
    "ppm": " ppm",
}
_MOST_ROWS = 14
_MARKS = {("line", "always"): "o-", ("line", "never"): "-", ("points", "always"): "o"}


def on_a_phone(dashboard: Mapping[str, Any]) -> dict[str, Any]:
    """The same as Grafana has it on a narrow screen: in the order of reading, one under the other."""
    panels, y = [], 0
    for panel in sorted(dashboard["panels"], key=lambda panel: (panel["gridPos"]["y"], panel["gridPos"]["x"])):
        panels.append({**panel, "gridPos": {**panel["gridPos"], "x": 0, "y": y, "w": 24}})
        y += panel["gridPos"]["h"]
    return {**dashboard, "panels": panels}


def draw(dashboard: Mapping[str, Any], ask: Ask, path: Path, width_in: float = _WIDE) -> None:
    """One dashboard as a PNG."""
    rows = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in dashboard["panels"])
    mpl.rcParams.update({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False})
    figure = Figure(figsize=(width_in, rows * _INCH_PER_ROW + 0.5), facecolor="#f4f5f7")
    figure.text(0.01, 1.0 - 0.3 / figure.get_figheight(), dashboard["title"], fontsize=15, weight="bold")
    grid = figure.add_gridspec(rows, 24, left=0.02, right=0.99, bottom=0.02, top=1.0 - 0.6 / figure.get_figheight())
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        place = grid[at["y"] : at["y"] + at["h"], at["x"] : at["x"] + at["w"]]
        room = place.subgridspec(100, 100)[12:84, (5 if width_in > _NARROW else 12) : 97]
        axes = figure.add_subplot(room)
        axes.set_facecolor("white")
        _DRAWN[panel["type"]](axes, panel, ask)
    figure.savefig(path, dpi=70)


def _answers(panel: Mapping[str, Any], ask: Ask) -> list[list[dict[str, Any]]]:
    return [ask(target["datasource"]["uid"], target["query"]) for target in panel["targets"]]


def _curves(axes: Axes, panel: Mapping[str, Any], ask: Ask) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    style = defaults["custom"]["drawStyle"]
    answers = _answers(panel, ask)
    for number, (rows, override) in enumerate(zip(answers, panel["fieldConfig"]["overrides"], strict=True)):
        look = {each["id"]: each["value"] for each in override["properties"]}
        colour, is_dashed = look["color"]["fixedColor"], "custom.lineStyle" in look
        for name in rows[0].keys() - {"time"} if rows else ():
            points = [(dates.date2num(_time(row["time"])), row[name]) for row in rows if row[name] is not None]
            when, values = [at for at, _ in points], [value for _, value in points]
            if is_dashed:
                axes.plot(when, values, "--", color=colour, linewidth=1.0)
            elif style == "bars":
                width = min((b - a for a, b in pairwise(when)), default=1.0) / (len(answers) + 0.5)
                axes.bar([at + number * width for at in when], values, width, color=colour, label=name)
            else:
                axes.plot(
                    when,
                    values,
                    _MARKS[style, defaults["custom"].get("showPoints", "always")],
                    color=colour,
                    label=name,
                    markersize=4,
                    linewidth=1.5,
                )
    if "axisSoftMin" in defaults["custom"]:
        axes.update_datalim([(axes.get_xlim()[0], 0.0)], updatex=False)
        axes.autoscale_view()
    _title(axes, panel)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(axes.xaxis.get_major_locator()))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}{_UNITS.get(defaults['unit'], '')}")
    axes.grid(axis="y", color="#e4e6ec")
    if not any(answers):
        _say(axes, defaults["noValue"])
    elif len(answers) > 1:
        axes.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=4 if _inches(axes) > _NARROW else 2, frameon=False
        )


def _number(axes: Axes, panel: Mapping[str, Any], ask: Ask) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    _title(axes, panel)
    axes.axis("off")
    rows = [row for answer in _answers(panel, ask) for row in answer]
    known = [value for row in rows for name, value in row.items() if name != "time" and value is not None]
    if not known:
        _say(axes, defaults["noValue"])
        return
    colour = defaults["thresholds"]["steps"][0]["color"]
    for step in defaults["thresholds"]["steps"][1:]:
        colour = step["color"] if known[-1] >= step["value"] else colour
    text = f"{known[-1]:.0f}{_UNITS.get(defaults['unit'], '')}"
    axes.text(0.5, 0.4, text, fontsize=22, color=colour, ha="center", va="center", transform=axes.transAxes)


def _table(axes: Axes, panel: Mapping[str, Any], ask: Ask) -> None:
    _title(axes, panel)
    axes.axis("off")
    looks = {
        each["matcher"]["options"]: {one["id"]: one["value"] for one in each["properties"]}
        for each in panel["fieldConfig"]["overrides"]
    }
    first, *others = _answers(panel, ask)
    answer = merged([first, *others]) if others else first
    for by in reversed(panel["options"].get("sortBy", [])):
        answer.sort(key=lambda row: row[by["displayName"]], reverse=by["desc"])
    if not answer:
        _say(axes, panel["fieldConfig"]["defaults"]["noValue"])
        return
    names = [name for name in answer[0] if name != "time" or "Time" not in looks]
    if (hidden_n := len(names) - int(_inches(axes) / _INCH_PER_CELL)) > 0 and _inches(axes) < _NARROW:
        names = names[:-hidden_n]
        axes.text(1.0, 1.05, f"{hidden_n} more by swiping", color="#778", ha="right", transform=axes.transAxes)
    rows = [[_cell(name, row[name], looks.get(name, {})) for name in names] for row in answer]
    most = min(_MOST_ROWS, int(panel["gridPos"]["h"] * 1.4))
    shown = axes.table(rows[:most], colLabels=names, loc="upper center", cellLoc="left", edges="horizontal")
    shown.auto_set_font_size(False)
    shown.set_fontsize(8)


def _cell(name: str, value: Any, look: Mapping[str, Any]) -> str:
    if name == "time":
        return _time(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float | int) and not isinstance(value, bool):
        text = f"{value:.{look.get('decimals', 1)}f}"
        return text.removesuffix(".0") + _UNITS.get(look.get("unit", ""), "")
    return "" if value is None else textwrap.shorten(str(value), 44, placeholder=" ...")


def _words(axes: Axes, panel: Mapping[str, Any], _ask: Ask) -> None:
    axes.axis("off")
    text = panel["options"]["content"].replace("**", "").replace("*", "").replace("`", "")
    axes.text(
        0.0,
        1.0,
        textwrap.fill(text, int(_LETTERS_PER_INCH * _inches(axes))),
        fontsize=9,
        va="top",
        transform=axes.transAxes,
    )


def _inches(axes: Axes) -> float:
    figure = axes.get_figure()
    assert figure is not None
    return float(axes.get_window_extent().width / figure.dpi)


def _title(axes: Axes, panel: Mapping[str, Any]) -> None:
    axes.set_title(panel["title"], loc="left", fontsize=10, weight="bold", color="#223")


def _say(axes: Axes, text: str) -> None:
    axes.text(0.5, 0.5, text, color="#778", fontsize=12, ha="center", va="center", transform=axes.transAxes)


def _time(time_ns: int) -> datetime:
    return datetime.fromtimestamp(time_ns / 1e9, UTC)


_DRAWN: Mapping[str, Callable[[Axes, Mapping[str, Any], Ask], None]] = {
    "timeseries": _curves,
    "stat": _number,
    "table": _table,
    "text": _words,
}


_SHOWN_DAYS = {"progress": 89, "walks": 1, "today": 1, "trips": 30, "quality": 30, "clinic": 7}
"""Of the time that each opens with; steps older than 90 days are not kept."""


def main() -> None:
    """Fill a server, ask it, draw."""
    with TemporaryDirectory() as folder:
        server = Influxd(program(), Path(folder))
        server.start()
        try:
            address = server.address(ADMIN_TOKEN)
            list(provision(Plan(address, {}, Path(folder) / "token")))
            token = (Path(folder) / "token").read_text().strip()
            filled = fill(
                server, dict(address.buckets), token, list(months(89)), list(diary(89)), states(HUB, 89, every_s=600)
            )
            for builder in all_dashboards():
                dashboard = json.loads(as_json(builder))
                name = dashboard["uid"].removeprefix("insole-")
                since = END - timedelta(days=_SHOWN_DAYS[name])
                wearers = ["anna", "bert"] if name == "clinic" else ["anna"]

                def ask(uid: str, query: str, wearers: list[str] = wearers, since: datetime = since) -> Rows:
                    return filled.ask(uid, asked(query, wearers, since, END))

                path = PICTURES / f"{name}.png"
                path.parent.mkdir(exist_ok=True)
                draw(dashboard, ask, path)
                draw(on_a_phone(dashboard), ask, path.with_stem(f"{name}-phone"), _NARROW)
                sys.stdout.write(f"{path}\n")
        finally:
            server.end(signal.SIGKILL)


if __name__ == "__main__":
    main()
