-- Journal, version 3: days that are over; and steps that are old may go, while everything else stays.

-- One row per wearer and local day. A day that is counted anew and differs takes a new position, so followers see it.
CREATE TABLE days (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    wearer TEXT NOT NULL,
    day TEXT NOT NULL,
    start_ns INTEGER NOT NULL,
    summary TEXT NOT NULL CHECK (json_valid(summary)),
    UNIQUE (wearer, day)
) STRICT;

CREATE TABLE day_cursors (
    destination TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Up to this position old steps are gone.
CREATE TABLE thinned (position INTEGER NOT NULL) STRICT;
INSERT INTO thinned VALUES (0);

-- Tells whether a log that lies beside the file is its own: each log begins with a commit that touches this.
CREATE TABLE identity (id TEXT NOT NULL, logs INTEGER NOT NULL) STRICT;
INSERT INTO identity VALUES (lower(hex(randomblob(16))), 0);

DROP TRIGGER events_never_go;

CREATE TRIGGER only_steps_go BEFORE DELETE ON events
WHEN OLD.kind NOT IN ('initial_contact', 'final_contact', 'step')
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: of events only steps may go'); END;
