"""The diary: in order, on disk before anybody is told, once; and every event knows the aids of its time for ever."""

import shutil
import sqlite3
from contextlib import aclosing, closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.diary import (
    Aid,
    AidsChanged,
    DiaryEntry,
    Exercise,
    ExerciseBegun,
    ExerciseDone,
    Noted,
    Recalibrated,
    aids_text,
    entry_from_json,
)
from hub.errors import JournalError
from hub.journal import Journal, database, reading

NS = 10**9
FIXTURES = Path(__file__).parent / "fixtures"

WHATS = st.one_of(
    st.builds(AidsChanged, st.lists(st.sampled_from(Aid), unique=True).map(tuple), st.text(max_size=9)),
    st.builds(Noted, st.text(), st.lists(st.text(), max_size=3).map(tuple), st.none() | st.floats(0, 10), st.text()),
    st.builds(ExerciseBegun, st.sampled_from(Exercise)),
    st.builds(ExerciseDone, st.sampled_from(Exercise), st.none() | st.floats(0, 9999), st.none() | st.floats(0, 999)),
    st.builds(Recalibrated, st.text()),
)


def entry(name: str, at_s: float, what, wearer: str = "ada") -> DiaryEntry:
    return DiaryEntry(name, wearer, round(at_s * NS), what)


def aids(*on: Aid) -> AidsChanged:
    return AidsChanged(on)


async def told(journal: Journal, destination: str, n: int) -> list[DiaryEntry]:
    entries: list[DiaryEntry] = []
    async with aclosing(journal.diary.follow(destination)) as records:
        async for record in records:
            entries.append(record.entry)
            if len(entries) == n:
                return entries
    raise AssertionError


@given(st.builds(DiaryEntry, st.text(), st.text(), st.integers(0, 2**62), WHATS))
def test_an_entry_survives_json(said):
    assert entry_from_json(said.to_json()) == said


def test_aids_are_one_word_whatever_their_order():
    assert aids_text([Aid.STICK, Aid.BRACE]) == aids_text([Aid.BRACE, Aid.STICK]) == "brace+stick"
    assert aids_text([]) == "none"


async def test_what_was_said_is_followed_over_a_restart_and_what_is_said_twice_counts_once(path):
    note = entry("n1", 5, Noted("tired", ("stairs",), 3.0))
    async with Journal(path) as journal:
        journal.observe_clock(0.0, 0)
        journal.diary.append(entry("a1", 4, aids(Aid.BRACE)), 4.0)
        journal.diary.append(note, 5.0)
        journal.diary.append(note, 5.5)
        journal.diary.advance("influxdb", 1)
        await journal.flush()
        assert journal.diary.last == 2
        assert journal.stats.duplicates_n == 0, "it is no event"
    async with Journal(path) as journal:
        journal.diary.append(entry("e1", 9, ExerciseDone(Exercise.TOE_LIFTS, 60.0, 12.0)), 9.0)
        assert [each.id for each in await told(journal, "influxdb", 2)] == ["n1", "e1"]
        assert [each.id for each in await journal.diary.of_wearer("ada", 5 * NS, 9 * NS)] == ["n1"]
        assert [each.id for each in await journal.diary.newest("note")] == ["n1"]


async def test_an_event_has_the_aids_that_were_on_when_it_happened_however_late_it_is_told(path, event, take):
    async with Journal(path) as journal:
        journal.observe_clock(0.0, 0)
        journal.append("ada", [event(1.0)])
        journal.diary.append(entry("a1", 10, aids(Aid.BRACE, Aid.STICK)), 10.0)
        journal.append("ada", [event(11.0)])
        journal.append("bob", [event(11.5)])
        journal.diary.append(entry("a2", 20, aids()), 20.0)
        journal.append("ada", [event(19.0), event(20.0)])
        live = await take(journal, "mqtt", 5)
        assert [record.aids for record in live] == [None, "brace+stick", None, "brace+stick", "none"]
    async with Journal(path) as journal:
        journal.observe_clock(0.0, 100 * NS)
        assert await take(journal, "influxdb", 5) == live, "a replay says the same"
        journal.append("ada", [event(0.5)])
        assert (await take(journal, "influxdb", 6))[-1].aids == "none", "remembered over the restart"
        assert journal.diary.aids("ada") == aids()
        assert journal.diary.aids("bob") is None


async def test_a_clock_that_is_set_back_changes_no_events_aids(path, event, take):
    async with Journal(path) as journal:
        journal.observe_clock(0.0, 7200 * NS)
        journal.diary.append(entry("a1", 7210, aids(Aid.BRACE)), 10.0)
        journal.observe_clock(20.0, 3600 * NS)
        journal.append("ada", [event(21.0)])
        (record,) = await take(journal, "mqtt", 1)
        assert record.wall_time_ns < 7210 * NS
        assert record.aids == "brace"


async def test_the_diary_neither_changes_nor_goes(path):
    async with Journal(path) as journal:
        journal.diary.append(entry("n1", 5, Noted("tired")), 5.0)
    with closing(sqlite3.connect(path)) as connection:
        for change in ("UPDATE diary SET wearer = 'bob'", "DELETE FROM diary"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(change)


@pytest.mark.parametrize("version", [1, 3, 4])
async def test_a_damaged_journal_of_any_version_keeps_its_events_and_its_diary(path, version, take):
    path.parent.mkdir()
    shutil.copy(FIXTURES / f"v{version}.db", path)
    database.mark_suspect(path)
    async with Journal(path) as journal:
        assert journal.rescue is not None
        assert (journal.rescue.lost_n, journal.rescue.readable) == (0, True)
        assert [record.event.id for record in await take(journal, "mqtt", 2)] == ["a2", "a3"]
        assert journal.diary.aids("ada") == (aids(Aid.BRACE, Aid.STICK) if version == 4 else None)
        if version == 4:
            assert journal.diary.cursor("influx") == 1
            assert (await take(journal, "other", 1))[0].aids == "brace+stick"


def test_an_older_journal_is_not_read_from_outside_but_told(path):
    path.parent.mkdir()
    shutil.copy(FIXTURES / "v3.db", path)
    with pytest.raises(JournalError, match="version 3, not 4; start this hub once"), reading(path):
        pass
