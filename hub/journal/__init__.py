"""The journal: SQLite, append-only; an event is on disk before any destination is told of it."""

from hub.journal.alert_log import AlertLog
from hub.journal.database import locked
from hub.journal.inspection import JournalFacts, look_at
from hub.journal.journal import Journal, JournalStats
from hub.journal.record import AlertRecord, Anchor, Record
from hub.journal.summary import DaySummary, DayTally, tally_of_day

__all__ = [
    "AlertLog",
    "AlertRecord",
    "Anchor",
    "DaySummary",
    "DayTally",
    "Journal",
    "JournalFacts",
    "JournalStats",
    "Record",
    "locked",
    "look_at",
    "tally_of_day",
]
