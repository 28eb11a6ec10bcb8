-- Journal, version 1: what happened, when on the wall clock, and how far each destination has got.

-- wall_time_ns = anchors.wall_time_ns + (time_s - anchors.hub_time_s) * 1e9; a new row at each start and each clock step.
CREATE TABLE anchors (
    anchor INTEGER PRIMARY KEY,
    hub_time_s REAL NOT NULL,
    wall_time_ns INTEGER NOT NULL
) STRICT;

-- AUTOINCREMENT: a position is never given twice, so a cursor can never skip an event.
CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    wearer TEXT NOT NULL,
    kind TEXT NOT NULL,
    side TEXT NOT NULL,
    time_s REAL NOT NULL,
    anchor INTEGER NOT NULL REFERENCES anchors (anchor),
    wall_time_ns INTEGER NOT NULL,
    event TEXT NOT NULL CHECK (json_valid(event))
) STRICT;

CREATE INDEX events_of_wearer ON events (wearer, wall_time_ns);

CREATE TABLE cursors (
    destination TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER events_never_go BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
