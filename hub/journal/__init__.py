"""The journal: SQLite, append-only; an event is on disk before any destination is told of it."""

from hub.journal.alert_log import AlertLog
from hub.journal.copying import check_copy, copy_journal
from hub.journal.database import JOURNAL, locked, set_aside
from hub.journal.day import DaySummary, bounds_ns, local_day
from hub.journal.day_log import DayLog
from hub.journal.diary_log import DiaryLog
from hub.journal.disk import refusal
from hub.journal.erasing import erase, rows_of
from hub.journal.inspection import JournalFacts, look_at, reading
from hub.journal.journal import DAYS, Journal, makeshift_journal
from hub.journal.makeshift import is_possible, is_usable
from hub.journal.makeshift import where as makeshift_of
from hub.journal.reader import Reader
from hub.journal.record import AlertRecord, Anchor, DayRecord, DiaryRecord, Record
from hub.journal.rescue import Rescue
from hub.journal.stats import JournalStats
from hub.journal.summary import DayTally, tally_of_day

__all__ = [
    "DAYS",
    "JOURNAL",
    "AlertLog",
    "AlertRecord",
    "Anchor",
    "DayLog",
    "DayRecord",
    "DaySummary",
    "DayTally",
    "DiaryLog",
    "DiaryRecord",
    "Journal",
    "JournalFacts",
    "JournalStats",
    "Reader",
    "Record",
    "Rescue",
    "bounds_ns",
    "check_copy",
    "copy_journal",
    "erase",
    "is_possible",
    "is_usable",
    "local_day",
    "locked",
    "look_at",
    "makeshift_journal",
    "makeshift_of",
    "reading",
    "refusal",
    "rows_of",
    "set_aside",
    "tally_of_day",
]
