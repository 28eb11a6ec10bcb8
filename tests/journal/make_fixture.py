"""Write a journal file of version 1, as that version wrote it: ``python tests/journal/make_fixture.py``.

Kept apart from the code under test, which will one day write a newer version; the file must stay readable then.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE / "fixtures" / "v1.db"
SCHEMA = HERE.parent.parent / "hub" / "journal" / "schema" / "v1.sql"

EVENTS = [
    {"id": "a1", "kind": "walk_start", "side": "both", "time_s": 10.25, "detected_at_s": 13.5, "confidence": 1.0},
    {"id": "a2", "kind": "initial_contact", "side": "left", "time_s": 13.1, "detected_at_s": 13.2, "confidence": 0.9}
    | {"strike": "toe", "strike_index_pct": 71.5, "lead_ms": 62.0},
    {"id": "a3", "kind": "toe_drag", "side": "left", "time_s": 14.0, "detected_at_s": 14.3, "confidence": 0.7}
    | {"duration_s": 0.125, "impulse": 3.1, "phase": "mid", "scuff": False},
]


def main() -> None:
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.unlink(missing_ok=True)
    with closing(sqlite3.connect(TARGET, isolation_level=None)) as connection:
        connection.executescript(SCHEMA.read_text())
        connection.execute("PRAGMA user_version = 1")
        connection.execute("INSERT INTO anchors VALUES (1, 0.0, 1767225600000000000)")
        for event in EVENTS:
            wall_time_ns = 1767225600000000000 + round(event["time_s"] * 1e9)
            connection.execute(
                "INSERT INTO events (id, wearer, kind, side, time_s, anchor, wall_time_ns, event)"
                " VALUES (?, 'ada', ?, ?, ?, 1, ?, ?)",
                (event["id"], event["kind"], event["side"], event["time_s"], wall_time_ns, json.dumps(event)),
            )
        connection.execute("INSERT INTO cursors VALUES ('mqtt', 1)")


if __name__ == "__main__":
    main()
