"""Panels as small functions: what each shows, its unit, and in plain words what it is and what it cannot tell."""

from collections.abc import Mapping, Sequence
from math import ceil

from grafana_foundation_sdk.builders import stat, table, text, timeseries
from grafana_foundation_sdk.builders.common import (
    ReduceDataOptions,
    TableFooterOptions,
    TableSortByFieldState,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import FieldColor, ThresholdsConfig
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import (
    BigValueGraphMode,
    GraphDrawStyle,
    LegendDisplayMode,
    LegendPlacement,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
)
from grafana_foundation_sdk.models.dashboard import Panel as PanelModel
from grafana_foundation_sdk.models.text import TextMode

from dashboards.influxql import Query
from hub.influx.schema import Bucket

DATASOURCES = {
    Bucket.LASTING: DataSourceRef(type_val="influxdb", uid="insole-hub"),
    Bucket.STEPS: DataSourceRef(type_val="influxdb", uid="insole-hub-steps"),
}
"""One for each bucket: InfluxQL asks one database at a time. A changed uid would empty every panel."""

BLUE, ORANGE, GREEN, YELLOW, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#F0E442", "#D55E00", "#8C8C8C"
"""Colours that colour-blind people can tell apart (Okabe and Ito 2008)."""

IN_TURN = (BLUE, ORANGE, GREEN, RED, "#56B4E9", "#CC79A7")

PERCENT, MINUTES, SPEED, SECONDS, DEGREES, NUMBER = "percent", "m", "velocityms", "s", "degree", "none"
MILLISECONDS, DAYS, MEGABYTES, CELSIUS = "ms", "d", "decmbytes", "celsius"
"""Units as Grafana names them."""

PHONE_LETTERS = 48
"""Of text in a line on a phone of 360 pixels."""

_LINE_PX, _PADDING_PX = 22, 16
_ROW_PX, _GAP_PX = 30, 8
"""Of Grafana's text and of its grid."""

Panel = Builder[PanelModel]
Steps = Sequence[tuple[float | None, str]]
"""From which value on (None: from the lowest) which colour."""


class InfluxQl(Dataquery, Builder[Dataquery]):
    """A query as Grafana's InfluxDB data source takes it in its InfluxQL mode."""

    def __init__(self, query: Query, ref: str, *, as_table: bool) -> None:
        self._query = query
        self._ref = ref
        self._format = "table" if as_table else "time_series"

    @property
    def text(self) -> str:
        """InfluxQL."""
        return str(self._query)

    def build(self) -> Dataquery:
        """It is built already; Grafana's library asks for a builder."""
        return self

    def to_json(self) -> dict[str, object]:
        """As in a dashboard's JSON."""
        return {
            "refId": self._ref,
            "datasource": DATASOURCES[self._query.bucket].to_json(),
            "rawQuery": True,
            "query": self.text,
            "resultFormat": self._format,
            "alias": "$col",
        }


def number(
    title: str, query: Query, says: str, unit: str, *, steps: Steps = ((None, BLUE),), empty: str = "no data"
) -> Panel:
    """One large number: the newest of the result; ``empty`` is said where there is none."""
    return (
        stat.Panel()
        .title(title)
        .description(says)
        .with_target(InfluxQl(query, "A", as_table=False))
        .datasource(DATASOURCES[query.bucket])
        .unit(unit)
        .decimals(0)
        .no_value(empty)
        .graph_mode(BigValueGraphMode.NONE)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
        .color_scheme(FieldColor().mode(FieldColorModeId.THRESHOLDS))
        .thresholds(_thresholds(steps))
        .height(4)
        .span(4)
    )


def lines(
    title: str,
    queries: Sequence[Query],
    says: str,
    unit: str,
    *,
    decimals: int = 1,
    from_zero: bool = True,
    joined: bool = True,
    dots: bool = True,
    bands: Sequence[Query] = (),
) -> Panel:
    """Values over time; from zero, so that a small change looks small. ``joined`` by lines, or dots alone.

    ``bands`` are dashed lines: within them a difference may be chance.
    """
    drawn = _drawn(title, queries, says, unit, decimals=decimals, width=12, bands=bands)
    drawn = drawn.draw_style(GraphDrawStyle.LINE if joined else GraphDrawStyle.POINTS).line_width(2)
    drawn = drawn.show_points(VisibilityMode.ALWAYS if dots else VisibilityMode.NEVER).point_size(6).span_nulls(joined)
    return drawn.axis_soft_min(0.0) if from_zero else drawn


def bars(title: str, queries: Sequence[Query], says: str, unit: str, *, decimals: int = 0, width: int = 12) -> Panel:
    """Counts over time, from zero."""
    drawn = _drawn(title, queries, says, unit, decimals=decimals, width=width)
    return drawn.draw_style(GraphDrawStyle.BARS).fill_opacity(80).line_width(0).axis_soft_min(0.0).min(0.0)


def listing(
    title: str,
    queries: Query | Sequence[Query],
    says: str,
    units: Mapping[str, str],
    *,
    height: int = 10,
    timed: bool = True,
    most_of: str = "",
    leads_to: tuple[str, str, str] | None = None,
) -> Panel:
    """A table, newest first; ``units`` by name of the column. Rows of several queries about the same make one row.

    ``timed``: each row is of an instant, which is shown; ``most_of``: the column whose highest value comes first.
    ``leads_to``: a column that is a link, the address it leads to, and what is found there.
    """
    asked = queries if isinstance(queries, Sequence) else [queries]
    panel = (
        table.Panel()
        .title(title)
        .description(says)
        .datasource(DATASOURCES[asked[0].bucket])
        .no_value("none in this time")
        .footer(TableFooterOptions().show(False))
        .height(height)
        .span(24)
    )
    for ref, query in zip("ABCDEFGH", asked, strict=False):
        panel = panel.with_target(InfluxQl(query, ref, as_table=True))
    if len(asked) > 1:
        panel = panel.with_transformation(DataTransformerConfig("merge", options={}))
    if most_of:
        panel = panel.sort_by([TableSortByFieldState().display_name(most_of).desc(True)])
    if not timed:
        panel = panel.override_by_name("Time", [DynamicConfigValue("custom.hidden", True)])
    if leads_to:
        column, address, found = leads_to
        link = [{"title": found, "url": address, "targetBlank": True}]
        panel = panel.override_by_name(column, [DynamicConfigValue("links", link)])
    for column, unit in units.items():
        decimals = DynamicConfigValue("decimals", 2 if unit == SPEED else 1)
        panel = panel.override_by_name(column, [DynamicConfigValue("unit", unit), decimals])
    return panel


def words(content: str) -> Panel:
    """What a reader should know, in Markdown; as high as it is on a phone, so that nothing of it is cut there."""
    lines_n = ceil(len(content) / PHONE_LETTERS)
    height = ceil((lines_n * _LINE_PX + _PADDING_PX + _GAP_PX) / (_ROW_PX + _GAP_PX))
    return text.Panel().mode(TextMode.MARKDOWN).content(content).transparent(True).height(height).span(24)


def _drawn(
    title: str,
    queries: Sequence[Query],
    says: str,
    unit: str,
    *,
    decimals: int,
    width: int,
    bands: Sequence[Query] = (),
) -> timeseries.Panel:
    panel = (
        timeseries.Panel()
        .title(title)
        .description(says)
        .datasource(DATASOURCES[queries[0].bucket])
        .unit(unit)
        .decimals(decimals)
        .no_value("no data")
        .legend(
            VizLegendOptions()
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(len(queries) + len(bands) > 1)
        )
        .tooltip(VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
        .height(8)
        .span(width)
    )
    looks = [_colour(IN_TURN[number_ % len(IN_TURN)]) for number_ in range(len(queries))]
    looks += [[*_colour(GREY), *_DASHED]] * len(bands)
    for ref, query, look in zip("ABCDEFGH", [*queries, *bands], looks, strict=False):
        panel = panel.with_target(InfluxQl(query, ref, as_table=False)).override_by_query(ref, look)
    return panel


def _colour(colour: str) -> list[DynamicConfigValue]:
    return [DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})]


_DASHED = [
    DynamicConfigValue("custom.drawStyle", "line"),
    DynamicConfigValue("custom.lineStyle", {"fill": "dash", "dash": [8, 8]}),
    DynamicConfigValue("custom.lineWidth", 1),
    DynamicConfigValue("custom.showPoints", "never"),
]


def _thresholds(steps: Steps) -> ThresholdsConfig:
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps([Threshold(value, colour) for value, colour in steps])
