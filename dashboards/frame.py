"""What all dashboards share: whom they show, links to the others, and marks on the time axis."""

from collections.abc import Iterable

from grafana_foundation_sdk.builders.dashboard import (
    CustomVariable,
    Dashboard,
    DashboardLink,
    QueryVariable,
    TextBoxVariable,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import (
    AnnotationQuery,
    DashboardCursorSync,
    DashboardLinkType,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from dashboards.influxql import WEARER, Select, field, kind_is
from dashboards.panels import BLUE, DATASOURCES, GREEN, GREY, RED, YELLOW, Panel
from hub.events import Context, Kind
from hub.influx.schema import Bucket, Name, Tag
from sensors.layout import Side

TAG = "insole-hub"
LASTING = DATASOURCES[Bucket.LASTING]


class Marks(Builder[AnnotationQuery]):
    """Instants marked on every panel, from InfluxQL, which the library's own type does not know."""

    class _Model(AnnotationQuery):
        def __init__(self, name: str, colour: str, query: Select, text_column: str) -> None:
            super().__init__(name=name, datasource=LASTING, enable=True, icon_color=colour)
            self._query, self._text_column = query, text_column

        def to_json(self) -> dict[str, object]:
            return {**super().to_json(), "query": str(self._query), "textColumn": self._text_column, "rawQuery": True}

    def __init__(self, name: str, colour: str, query: Select, text_column: str) -> None:
        self._model = self._Model(name, colour, query, text_column)
        self.query = query

    def build(self) -> AnnotationQuery:
        """The model."""
        return self._model


TRIPS = Marks(
    "Trips",
    RED,
    Select(
        Name.EVENT,
        (field("strategy", "how"),),
        (kind_is(Kind.TRIP.value), "\"stage\" = 'confirmed'"),
    ),
    "how",
)
"""Each confirmed trip."""

CALIBRATIONS = Marks(
    "Sensors",
    BLUE,
    Select(
        Name.EVENT,
        (field("reason", "what"),),
        (kind_is(Kind.QUALITY.value), "(\"issue\" = 're_zero' OR \"issue\" = 're_fit' OR \"issue\" = 'strap_slipped')"),
    ),
    "what",
)
"""Where a change of the figures may be one of the sensors."""


AIDS = Marks(
    "Aids",
    GREEN,
    Select(Name.NOTE, (field("text", "aids"),), (kind_is("aid"),)),
    "aids",
)
"""From when on somebody walked with which aids."""

NOTES = Marks(
    "Notes",
    GREY,
    Select(Name.NOTE, (field("text", "said"), field("tags", "words")), (kind_is("note"),)),
    "said",
)
"""What somebody noted in the diary."""

RECALIBRATIONS = Marks(
    "Calibrations",
    YELLOW,
    Select(Name.NOTE, (field("text", "found"),), (kind_is("calibration"),)),
    "found",
)
"""From when on a new calibration is used."""


def page_variable() -> TextBoxVariable:
    """Where the hub's own page is for whoever looks: another address at home than from afar."""
    here = "http://insole.local:8330"
    return (
        TextBoxVariable("page").label("Hub's page").default_value(here).current(VariableOption(text=here, value=here))
    )


_ALL = VariableOption(selected=True, text="All", value="$__all")


def wearer_variable(*, several: bool) -> QueryVariable:
    """Whom a dashboard shows."""
    return (
        QueryVariable("wearer")
        .label("Wearer")
        .datasource(LASTING)
        .query(f'SHOW TAG VALUES FROM "{Name.DAY.value}" WITH KEY = "{Tag.WEARER.value}"')
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(several)
        .include_all(several)
        .current(_ALL if several else VariableOption())
    )


def hub_variable() -> QueryVariable:
    """The hub of whom a dashboard shows; a choice only where somebody has had several."""
    return (
        QueryVariable("hub")
        .label("Hub")
        .datasource(LASTING)
        .query(f'SHOW TAG VALUES FROM "{Name.DAY.value}" WITH KEY = "{Tag.HUB.value}" WHERE {WEARER}')
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
    )


def _side() -> CustomVariable:
    return CustomVariable("side").label("Foot").values(f"{Side.LEFT.value},{Side.RIGHT.value}")


def _aid() -> QueryVariable:
    values = f'SHOW TAG VALUES FROM "{Name.WALK.value}" WITH KEY = "{Tag.AID.value}" WHERE {WEARER}'
    by_time = VariableRefresh.ON_TIME_RANGE_CHANGED
    return QueryVariable("aid").label("Aid").datasource(LASTING).query(values).refresh(by_time)


def _context() -> CustomVariable:
    return CustomVariable("context").label("While").values(",".join(context.value for context in Context))


def choices() -> list[CustomVariable | QueryVariable]:
    """Foot, aids and context, all of them at first; queries take them by ``influxql.SIDE``, ``AID`` and ``CONTEXT``."""
    return [each.multi(True).include_all(True).all_value(".*").current(_ALL) for each in (_side(), _aid(), _context())]


def framed(
    uid: str,
    title: str,
    says: str,
    panels: Iterable[Panel],
    *,
    since: str,
    refresh: str = "",
    several: bool = False,
    hub: bool = False,
    chosen: bool = False,
    page: bool = False,
    marks: Iterable[Marks] = (),
) -> Dashboard:
    """A dashboard of panels, which flow into rows of their own.

    Parameters
    ----------
    uid : never changes: links and bookmarks point to it.
    since : the time that it opens with, such as ``now-90d``, up to now.
    hub : whether it also shows how the wearer's hub does.
    chosen : whether foot, aids and context can be chosen.
    page : whether it leads to the hub's own page.
    """
    dashboard = (
        Dashboard(title)
        .uid(f"insole-{uid}")
        .description(says)
        .tags([TAG])
        .timezone("browser")
        .week_start("monday")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .time(since, "now")
        .refresh(refresh)
        .with_variable(wearer_variable(several=several))
        .link(
            DashboardLink("Insole Hub")
            .type(DashboardLinkType.DASHBOARDS)
            .tags([TAG])
            .include_vars(True)
            .as_dropdown(True)
        )
    )
    if hub:
        dashboard = dashboard.with_variable(hub_variable())
    for choice in choices() if chosen else ():
        dashboard = dashboard.with_variable(choice)
    if page:
        dashboard = dashboard.with_variable(page_variable())
    for mark in marks:
        dashboard = dashboard.annotation(mark)
    for panel in panels:
        dashboard = dashboard.with_panel(panel)
    return dashboard
