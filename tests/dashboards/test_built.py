"""What Grafana is given: complete, fresh, explained, and made of names that the hub writes."""

import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboards.build import BUILT, all_dashboards, as_json
from dashboards.influxql import Select, field
from dashboards.nested import WeightedMean
from dashboards.panels import DATASOURCES
from hub.influx.schema import MEASUREMENTS, Name, Tag

DASHBOARDS: list[dict[str, Any]] = [json.loads(as_json(each)) for each in all_dashboards()]
NAMES = [each["uid"] for each in DASHBOARDS]


def panels() -> Iterator[Any]:
    for dashboard in DASHBOARDS:
        for panel in dashboard["panels"]:
            if panel["type"] != "text":
                yield pytest.param(panel, id=f"{dashboard['uid']}-{panel['title']}")


def test_what_is_committed_is_what_is_built() -> None:
    """Mend it with ``python -m dashboards.build``."""
    built = {path.name: path.read_text(encoding="utf-8") for path in BUILT.iterdir()}
    assert built == {
        f"{json.loads(text)['uid'].removeprefix('insole-')}.json": text for text in map(as_json, all_dashboards())
    }


def test_addresses_of_dashboards_never_change() -> None:
    assert [f"insole-{name}" for name in ("progress", "walks", "today", "trips", "quality", "clinic")] == NAMES


@pytest.mark.parametrize("panel", [*panels()])
def test_a_panel_says_what_it_is_and_takes_its_data_from_where_it_lies(panel: dict[str, Any]) -> None:
    assert len(panel["description"]) > 20
    assert panel["description"].endswith(".")
    if panel["type"] != "table":
        assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["fieldConfig"]["defaults"]["noValue"]
    uids = {source.uid for source in DATASOURCES.values()}
    for target in panel["targets"]:
        assert target["datasource"]["uid"] in uids
        assert target["rawQuery"]


@pytest.mark.parametrize("panel", [*panels()])
def test_a_query_names_what_the_hub_writes(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        query = target["query"]
        measurement = MEASUREMENTS[Name(re.search(r'FROM "(\w+)"', query)[1])]
        assert target["datasource"]["uid"] == DATASOURCES[measurement.bucket].uid
        called = set(re.findall(r'AS "([^"]+)"', query))
        named = set(re.findall(r'"(\w+)"', query)) - called - {measurement.name.value}
        assert named <= {*measurement.fields, *measurement.tags}
        for kind in re.findall(r"\"kind\" = '(\w+)'", query):
            assert kind in measurement.kinds


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=NAMES)
def test_panels_fill_rows_and_do_not_overlap(dashboard: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        taken |= cells
    assert max(x for x, _ in taken) == 23


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=NAMES)
def test_no_word_is_cut_off_on_a_phone(dashboard: dict[str, Any]) -> None:
    """Lines of 48 letters and 22 pixels, in rows of 38 pixels."""
    for panel in dashboard["panels"]:
        if panel["type"] == "text":
            lines = textwrap.wrap(panel["options"]["content"].replace("*", ""), 48)
            assert 22 * len(lines) <= 38 * panel["gridPos"]["h"] - 16


def test_a_name_that_the_hub_does_not_write_is_refused() -> None:
    with pytest.raises(ValueError, match="day has no toes"):
        Select(Name.DAY, (field("toes", "toes"),))
    with pytest.raises(ValueError, match="walk has no side"):
        Select(Name.WALK, (field("steps", "steps"),), by=(Tag.SIDE,))
    with pytest.raises(ValueError, match="day has no miles"):
        WeightedMean(Name.DAY, "toe_first_pct", "toes first", "miles")


def test_a_trip_leads_to_its_clip_on_the_hubs_page() -> None:
    dashboard = next(each for each in DASHBOARDS if each["uid"] == "insole-trips")
    links = [
        value["url"]
        for panel in dashboard["panels"]
        for override in panel.get("fieldConfig", {}).get("overrides", [])
        for each in override["properties"]
        if each["id"] == "links"
        for value in each["value"]
    ]
    page = (Path(__file__).parents[2] / "hub/page/static/incidents.js").read_text()
    assert links == ["${page}/#history/incident/${__value.raw}"]
    assert "`#history/incident/${encodeURIComponent(incident.id)}`" in page, "the page's own address of it"
    assert "page" in {each["name"] for each in dashboard["templating"]["list"]}
