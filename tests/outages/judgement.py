"""What became of every event of a run: pure, from what was noted on all sides."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.events import COMMON_FIELDS, STEP_KINDS, Kind
from hub.influx.points import TIE_NS
from hub.influx.schema import MEASUREMENT_OF, MEASUREMENTS, Name

NS = 10**9

LOST, DISORDERED = "on disk and never told", "first told out of order"
MISSING, EXTRA, WRONG = "points missing", "points too many", "points with wrong fields"


@dataclass(frozen=True, slots=True)
class Decided:
    """A line of the hub's note: events that the engine decided at one instant, or, where ``ended``, its orderly end.

    ``dropped_n``: how many events the journal had dropped by then, by its own count.
    """

    run: int
    ids: tuple[str, ...] = ()
    late_ms: float | None = None
    at_ns: int = 0
    dropped_n: int = 0
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of the journal."""

    position: int
    id: str
    wearer: str
    wall_time_ns: int
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of an event, as the reader got it."""

    came_ns: int
    wearer: str
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was noted of a run.

    Parameters
    ----------
    points : rows of each measurement that holds events.
    cursors : (when, position taken by MQTT, by InfluxDB).
    away_ns : (from, to) of each outage.
    hub_points : rows that tell how the hub was.
    health : what it said of its health.
    acknowledged : ids of the events that the broker has acknowledged, as a witness between hub and broker heard it.
    """

    decided: Sequence[Decided]
    stored: Sequence[Stored]
    seen: Sequence[Seen]
    points: Mapping[Name, Sequence[Mapping[str, Any]]]
    cursors: Sequence[tuple[int, int, int]]
    away_ns: Sequence[tuple[int, int]]
    kills_n: int = 0
    hub_points: Sequence[Mapping[str, Any]] = ()
    health: Sequence[Mapping[str, Any]] = ()
    acknowledged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Latencies:
    """From a sample's arrival to its events' being decided and handed to the journal, ms."""

    n: int
    p50_ms: float
    p99_ms: float

    def __str__(self) -> str:
        """For a table."""
        return f"{self.p50_ms:.1f} / {self.p99_ms:.1f}" if self.n else "-"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the events. ``faults`` are counts of what must not be, by their names.

    ``forgotten_n`` are those that a killed broker had acknowledged and never gave to the reader.
    ``dropped_n`` are those that the journal has counted as dropped because too many waited for the disk;
    ``cut_n`` those that a kill, or a hub that could not begin, found in memory only: nobody was told of them.
    """

    events_n: int
    repeated_n: int
    forgotten_n: int
    dropped_n: int
    cut_n: int
    points_n: int
    kills_n: int
    told_after_s: float
    written_after_s: float
    before: Latencies
    during: Latencies
    draining: Latencies
    faults: Mapping[str, int]

    @property
    def wrong(self) -> dict[str, int]:
        """What is wrong; empty where nothing is."""
        return {what: n for what, n in self.faults.items() if n}


def judge(evidence: Evidence) -> Verdict:
    """What became of every event, and how late it was decided."""
    stored = {each.id: each for each in evidence.stored}
    seen_n = Counter(each.event["id"] for each in evidence.seen)
    dropped_n, cut_n, holes_n = _kept(evidence.decided, stored.keys())
    untold = stored.keys() - seen_n.keys()
    wrong_points, points_n = _points(evidence)
    told_s, written_s, caught_up_ns = _caught_up(evidence, stored)
    faults = {
        "nothing happened": int(not stored),
        LOST: len(untold - evidence.acknowledged),
        "told and not on disk": len(seen_n.keys() - stored.keys()),
        "told otherwise than it is on disk": _changed(evidence.seen, stored),
        DISORDERED: _disordered(evidence),
        "decided and in no journal, without a kill or a count": holes_n,
        "on disk and never decided": len(stored.keys() - {id_ for each in evidence.decided for id_ in each.ids}),
        **wrong_points,
    }
    first_ns, last_ns = evidence.away_ns[0][0], evidence.away_ns[-1][1]
    return Verdict(
        events_n=len(stored),
        repeated_n=sum(seen_n.values()) - len(seen_n),
        forgotten_n=len(untold & evidence.acknowledged),
        dropped_n=dropped_n,
        cut_n=cut_n,
        points_n=points_n,
        kills_n=evidence.kills_n,
        told_after_s=told_s,
        written_after_s=written_s,
        before=_latencies(evidence.decided, [(0, first_ns)]),
        during=_latencies(evidence.decided, evidence.away_ns),
        draining=_latencies(evidence.decided, [(last_ns, caught_up_ns)]),
        faults=faults,
    )


def _kept(decided: Sequence[Decided], on_disk: Any) -> tuple[int, int, int]:
    """How many were dropped with a count, cut off by an end, and are missing without either."""
    dropped_n = cut_n = holes_n = 0
    for run in sorted({each.run for each in decided}):
        notes = [each for each in decided if each.run == run]
        ids = [id_ for each in notes for id_ in each.ids]
        run_dropped_n = max(each.dropped_n for each in notes)
        missing_n = sum(id_ not in on_disk for id_ in ids)
        if not notes[-1].ended:  # what waits for the disk at a kill is gone: it is the newest
            while ids and ids[-1] not in on_disk:
                ids.pop()
            cut_n += missing_n - (missing_n := sum(id_ not in on_disk for id_ in ids))
        dropped_n += min(missing_n, run_dropped_n)
        holes_n += max(0, missing_n - run_dropped_n)
    return dropped_n, cut_n, holes_n


def _changed(seen: Sequence[Seen], stored: Mapping[str, Stored]) -> int:
    return sum(
        any(each.event.get(name) != value for name, value in row.event.items())
        or each.wearer != row.wearer
        or each.event.get("position") not in {None, row.position}
        for each in seen
        if (row := stored.get(each.event["id"])) is not None
    )


def _disordered(evidence: Evidence) -> int:
    """First sights that come before one of an earlier position, of the same wearer and the same haste.

    What is urgent may overtake contacts and steps, which have waited to be written together. What was told from memory
    has no position yet, and says so.
    """
    position = {each.id: each.position for each in evidence.stored}
    newest: dict[tuple[str, bool], int] = {}
    placed = [each for each in evidence.seen if each.event.get("position", 0) is not None]
    first = {each.event["id"]: each for each in reversed(placed)}
    disordered_n = 0
    for id_ in dict.fromkeys(each.event["id"] for each in placed):
        stream = first[id_].wearer, Kind(first[id_].event["kind"]) in STEP_KINDS
        at = position.get(id_, 0)
        disordered_n += at < newest.get(stream, 0)
        newest[stream] = max(at, newest.get(stream, 0))
    return disordered_n


def _points(evidence: Evidence) -> tuple[dict[str, int], int]:
    """Faults of the points, and how many there are. A point is known by wearer and time, which its position parts."""
    expected: dict[Name, dict[tuple[str, int], dict[str, Any]]] = {name: {} for name in evidence.points}
    for each in evidence.stored:
        name = MEASUREMENT_OF[Kind(each.event["kind"])]
        at_ns = each.wall_time_ns // TIE_NS * TIE_NS + each.position % TIE_NS
        expected[name][each.wearer, at_ns] = _fields(name, each.event)
    missing_n = extra_n = wrong_n = points_n = 0
    for name, rows in evidence.points.items():
        found = {(row["wearer"], row["time"]): row for row in rows}
        points_n += len(rows)
        missing_n += len(expected[name].keys() - found.keys())
        extra_n += len(rows) - len(found) + len(found.keys() - expected[name].keys())
        for key in found.keys() & expected[name].keys():
            has = {field: value for field, value in found[key].items() if value is not None}
            wrong_n += {
                field: has[field] for field in has.keys() & (MEASUREMENTS[name].fields.keys() | {"kind", "side"})
            } != expected[name][key]
    return {MISSING: missing_n, EXTRA: extra_n, WRONG: wrong_n}, points_n


def _fields(name: Name, event: Mapping[str, Any]) -> dict[str, Any]:
    """What a row must hold, from the event as the journal has it."""
    known = {**event, "detected_after_s": event["detected_at_s"] - event["time_s"]}
    names = MEASUREMENTS[name].fields.keys() | {
        tag.value for tag in MEASUREMENTS[name].tags if tag.value in COMMON_FIELDS
    }
    return {field: known[field] for field in names if known.get(field) is not None}


def _caught_up(evidence: Evidence, stored: Mapping[str, Stored]) -> tuple[float, float, int]:
    """After which time from the outage's end all that was decided before it had been told, and written; and when."""
    back_ns = evidence.away_ns[-1][1]
    due = {id_ for each in evidence.decided if each.at_ns <= back_ns for id_ in each.ids if id_ in stored}
    until = max((stored[id_].position for id_ in due), default=0)
    first_ns: dict[str, int] = {}
    for each in evidence.seen:
        first_ns.setdefault(each.event["id"], each.came_ns)
    told_ns = max((first_ns[id_] for id_ in due if id_ in first_ns), default=back_ns)
    written_ns = next((at_ns for at_ns, _, influx in evidence.cursors if influx >= until), evidence.cursors[-1][0])
    return (
        max(0, told_ns - back_ns) / NS,
        max(0, written_ns - back_ns) / NS,
        max(back_ns, told_ns, written_ns),
    )


def _latencies(decided: Sequence[Decided], spans: Sequence[tuple[int, int]]) -> Latencies:
    late_ms = sorted(
        each.late_ms
        for each in decided
        if each.late_ms is not None and any(begin <= each.at_ns < end for begin, end in spans)
    )
    if not late_ms:
        return Latencies(0, 0.0, 0.0)
    return Latencies(len(late_ms), late_ms[len(late_ms) // 2], late_ms[min(len(late_ms) - 1, int(len(late_ms) * 0.99))])


def decided_from(text: str) -> list[Decided]:
    """The hub's note; a last line that a kill has cut off is none."""
    lines = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
    return [Decided(**{**line, "ids": tuple(line.get("ids", ()))}) for line in lines]
