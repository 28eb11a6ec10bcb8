-- Journal, version 4: the diary, which is what people say; and with each event the aids that were on when it happened.

CREATE TABLE diary (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    wearer TEXT NOT NULL,
    kind TEXT NOT NULL,
    wall_time_ns INTEGER NOT NULL,
    entry TEXT NOT NULL CHECK (json_valid(entry))
) STRICT;

CREATE INDEX diary_of_wearer ON diary (wearer, kind, position);

CREATE TABLE diary_cursors (
    destination TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER diary_never_changes BEFORE UPDATE ON diary
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER diary_never_goes BEFORE DELETE ON diary
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- Such as 'brace+stick', or 'none'; null: nobody had said by then. Kept here, so that it never changes afterwards.
ALTER TABLE events ADD COLUMN aids TEXT;
