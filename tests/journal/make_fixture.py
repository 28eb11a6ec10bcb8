"""Write a journal file of each version, as that version wrote it: ``python tests/journal/make_fixture.py``.

Kept apart from the code under test, which will one day write a newer version; the files must stay readable then.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"
SCHEMA = HERE.parent.parent / "hub" / "journal" / "schema"
VERSIONS = (1, 2, 3, 4)

EVENTS = [
    {"id": "a1", "kind": "walk_start", "side": "both", "time_s": 10.25, "detected_at_s": 13.5, "confidence": 1.0},
    {"id": "a2", "kind": "initial_contact", "side": "left", "time_s": 13.1, "detected_at_s": 13.2, "confidence": 0.9}
    | {"strike": "toe", "strike_index_pct": 71.5, "lead_ms": 62.0},
    {"id": "a3", "kind": "toe_drag", "side": "left", "time_s": 14.0, "detected_at_s": 14.3, "confidence": 0.7}
    | {"duration_s": 0.125, "impulse": 3.1, "phase": "mid", "scuff": False},
]


ALERT = {"id": "t1", "wearer": "ada", "rule": "trip", "severity": "medium", "what": "a trip of the left foot"}
ALERT |= {"happened_ns": 1767225620000000000, "opened_ns": 1767225621000000000, "confidence": 0.9}
MESSAGE = {"contact": "Ben", "stage": "round 1", "round": 1, "at_ns": 1767225637000000000}
CHANGES = [
    {"step": "opened", "at_ns": 1767225621000000000, "alert": ALERT},
    {"step": "trying", "at_ns": 1767225636000000000, "alert": ALERT | {"messages": [MESSAGE]}, "message": MESSAGE},
    {"step": "told", "at_ns": 1767225637000000000}
    | {"alert": ALERT | {"state": "notified", "messages": [MESSAGE | {"state": "told"}]}},
]

DAY = {"day": "2026-01-01", "steps": 1, "judged_steps": 1, "toe_first_pct": 100.0, "drags": 1}

AIDS = {"aids": ["brace", "stick"], "name": "", "kind": "aid"}
ENTRY = {"id": "d1", "wearer": "ada", "at_ns": 1767225600000000000, "what": AIDS}


def write(version: int, target: Path) -> None:
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        for step in range(1, version + 1):
            connection.executescript((SCHEMA / f"v{step}.sql").read_text())
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("INSERT INTO anchors VALUES (1, 0.0, 1767225600000000000)")
        for event in EVENTS:
            wall_time_ns = 1767225600000000000 + round(event["time_s"] * 1e9)
            row = {"id": event["id"], "wearer": "ada", "kind": event["kind"], "side": event["side"]}
            row |= {"time_s": event["time_s"], "anchor": 1, "wall_time_ns": wall_time_ns, "event": json.dumps(event)}
            row |= {"aids": "brace+stick"} if version >= 4 else {}
            connection.execute(
                f"INSERT INTO events ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
                tuple(row.values()),
            )
        connection.execute("INSERT INTO cursors VALUES ('mqtt', 1)")
        if version >= 2:
            connection.executemany(
                "INSERT INTO alerts (alert, wearer, step, wall_time_ns, change) VALUES ('t1', 'ada', ?, ?, ?)",
                [(change["step"], change["at_ns"], json.dumps(change)) for change in CHANGES],
            )
            connection.execute("INSERT INTO alert_cursors VALUES ('contacts', 2)")
        if version >= 3:
            connection.execute("UPDATE identity SET id = 'saved'")
            day = ("ada", DAY["day"], 1767225600000000000, json.dumps(DAY))
            connection.execute("INSERT INTO days (wearer, day, start_ns, summary) VALUES (?, ?, ?, ?)", day)
            connection.execute("INSERT INTO day_cursors VALUES ('influx', 1)")
        if version >= 4:
            row = ("d1", "ada", "aid", ENTRY["at_ns"], json.dumps(ENTRY))
            connection.execute("INSERT INTO diary (id, wearer, kind, wall_time_ns, entry) VALUES (?, ?, ?, ?, ?)", row)
            connection.execute("INSERT INTO diary_cursors VALUES ('influx', 1)")


if __name__ == "__main__":
    FIXTURES.mkdir(exist_ok=True)
    for version in VERSIONS:
        write(version, FIXTURES / f"v{version}.db")
