"""Alert rules in Grafana, a second way beside the hub's own alerts; they also tell when the hub is silent. Pure."""

from typing import Any

from dashboards.influxql import WEARER, Select, count, kind_is
from dashboards.publishing.state import Json, Rule
from hub.events import Kind
from hub.influx.schema import Bucket, Name, Tag

SOURCES = {Bucket.LASTING: "insole-hub", Bucket.STEPS: "insole-hub-steps"}
"""Uids of the data sources, as in ``dashboards.panels``."""

LOOK_BACK_S = 600
"""A trip or fall is found for so long after it; what reaches the database later is not told by Grafana."""

SILENT_S = 3600
"""A hub tells of its sensors each minute; where that has ended for so long, something is wrong."""


_NEVER = 1_000_000_000
"""More points than there can be in an hour."""


def rules(nickname: str, prefix: str, folder_uid: str, receiver: str) -> list[Rule]:
    """One wearer's rules; ``receiver``: the name of the contact point."""
    happened = kind_is(Kind.TRIP.value, Kind.FALL.value), "\"stage\" = 'confirmed'"
    common = {
        "folderUID": folder_uid,
        "labels": {"insole_wearer": nickname},
        "notification_settings": {"receiver": receiver},
    }
    return [
        _rule(
            f"{prefix}-trip",
            f"Trip or fall of {nickname}",
            _of_one(Select(Name.EVENT, (count("confidence", "n"),), happened), nickname, LOOK_BACK_S),
            common,
            says=f"{nickname} has tripped or fallen, by the figures of the hub. Please look.",
            where_none="OK",
        ),
        _rule(
            f"{prefix}-silent",
            f"Nothing heard of {nickname}",
            _of_one(Select(Name.SENSOR, (count("state", "n"),)), nickname, SILENT_S),
            common,
            says=f"The hub of {nickname} has told nothing for an hour: power, network or database. Trips are not told.",
            where_none="Alerting",
        ),
    ]


def _of_one(query: Select, nickname: str, seconds: int) -> dict[str, Any]:
    """A count of one wearer's points in the last seconds."""
    wearer = nickname.replace("\\", "\\\\").replace("'", "\\'")
    text = str(query).replace(WEARER, f"\"{Tag.WEARER.value}\" = '{wearer}'")
    return {
        "refId": "A",
        "datasourceUid": SOURCES[query.bucket],
        "relativeTimeRange": {"from": seconds, "to": 0},
        "model": {"refId": "A", "rawQuery": True, "query": text, "resultFormat": "time_series"},
    }


def _rule(uid: str, title: str, counted: Json, common: Json, *, says: str, where_none: str) -> Rule:
    """Fires where the count is above 0, or, with ``where_none`` Alerting, only where there is none."""
    limit = 0 if where_none == "OK" else _NEVER
    threshold = {"evaluator": {"type": "gt", "params": [limit]}}
    body = {
        **common,
        "uid": uid,
        "title": title,
        "ruleGroup": uid,  # a group for each, so that one that fails holds up no other
        "condition": "C",
        "data": [
            counted,
            _expression("B", {"type": "reduce", "expression": "A", "reducer": "sum"}),
            _expression("C", {"type": "threshold", "expression": "B", "conditions": [threshold]}),
        ],
        "noDataState": where_none,
        "execErrState": "Error",
        "for": "0s",
        "annotations": {"summary": says},
    }
    return Rule(uid, common["folderUID"], body)


def _expression(ref: str, model: dict[str, Any]) -> dict[str, Any]:
    return {
        "refId": ref,
        "datasourceUid": "__expr__",
        "relativeTimeRange": {"from": 0, "to": 0},
        "model": {"refId": ref, **model},
    }
