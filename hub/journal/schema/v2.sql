-- Journal, version 2: alerts, with cursors of their own, so that a backlog of steps never keeps an alert waiting.

-- Each row is one change of an alert, and the whole alert as it is after it: the newest row of an alert is its state.
CREATE TABLE alerts (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    alert TEXT NOT NULL,
    wearer TEXT NOT NULL,
    step TEXT NOT NULL,
    wall_time_ns INTEGER NOT NULL,
    change TEXT NOT NULL CHECK (json_valid(change))
) STRICT;

CREATE INDEX alerts_by_alert ON alerts (alert, position);

CREATE TABLE alert_cursors (
    destination TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER alerts_never_change BEFORE UPDATE ON alerts
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER alerts_never_go BEFORE DELETE ON alerts
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- Weeks of walks are looked through at each start.
CREATE INDEX walks_of_wearer ON events (wearer, wall_time_ns) WHERE kind = 'walk_end';

-- What happened before there were alerts raises none.
INSERT INTO cursors SELECT 'alerts', max(position) FROM events HAVING count(*) > 0;
