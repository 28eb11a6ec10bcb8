"""One room for the steps of several wearers: nobody's go while somebody who takes more has any."""

import asyncio
import random
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.alert import Alert, Change, Rule, Severity, Step
from hub.diary import DiaryEntry, Noted
from hub.events import STEP_KINDS, Kind
from hub.journal import DAYS, Journal, database, takings, thinning, writer
from hub.journal.takings import ROW_BYTES
from hub.journal.thinning import Room, Thinner

NS = 10**9
MANY = 1 << 40


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("journal") / "journal.db"
    database.prepare(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO anchors VALUES (1, 0.0, 0)")
    return path


@dataclass(frozen=True, slots=True)
class Row:
    position: int
    wearer: str
    kind: Kind
    second: int
    size: int

    @property
    def is_step(self) -> bool:
        return self.kind in STEP_KINDS


class Book:
    """A journal in memory, whose rows are looked at from outside."""

    def __init__(self, empty: Path) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        with closing(sqlite3.connect(empty)) as source:
            source.backup(self.connection)
        self.thinner = Thinner(self.connection)
        self.last = 0
        self.wearers: set[str] = set()

    def add(self, made: list[tuple[str, Kind, int]]) -> None:
        for wearer, kind, size in made:
            self.last += 1
            self.wearers.add(wearer)
            text = '"' + "é" * (size // 2) + '"'  # letters of two bytes
            self.connection.execute(
                "INSERT INTO events (id, wearer, kind, side, time_s, anchor, wall_time_ns, event)"
                " VALUES (?, ?, ?, 'left', 0.0, 1, ?, ?)",
                (f"{self.last}", wearer, kind.value, self.last * NS, text),
            )

    def rows(self) -> list[Row]:
        read = "SELECT position, wearer, kind, wall_time_ns, length(CAST(event AS BLOB)) FROM events ORDER BY position"
        return [
            Row(at, whose, Kind(kind), ns // NS, size) for at, whose, kind, ns, size in self.connection.execute(read)
        ]

    def share(self, room: Room) -> float:
        """An equal one, in bytes as ``taken`` has them; who had something once counts, and has all where alone."""
        return room.most_bytes / self.thinner._scale() / len(self.wearers) if len(self.wearers) > 1 else 0.0

    def fits(self, room: Room) -> bool:
        """Whether no more is there than may be, in the file or row by row."""
        used_bytes, rows_bytes = self.thinner.used_bytes, self.taken().total() * (self.thinner._full_scale or 1.0)
        return used_bytes <= room.disk_bytes and min(used_bytes, rows_bytes) <= room.most_bytes

    def taken(self) -> Counter[str]:
        taken: Counter[str] = Counter()
        for row in self.rows():
            taken[row.wearer] += row.size + ROW_BYTES
        return taken


kinds = st.sampled_from([Kind.STEP, Kind.STEP, Kind.INITIAL_CONTACT, Kind.FINAL_CONTACT, Kind.TOE_DRAG, Kind.TRIP])
more = st.lists(st.tuples(st.sampled_from("abc"), kinds, st.integers(2, 3000)), max_size=60)
rounds = st.lists(st.tuples(more, *[st.floats(0, 1)] * 3, *[st.floats(0.2, 1.1)] * 2), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(rounds=rounds)
def test_what_goes_is_the_oldest_of_whoever_takes_the_most(
    empty: Path, rounds: list[tuple[list[tuple[str, Kind, int]], float, float, float, float, float]]
) -> None:
    book = Book(empty)
    removed, untold = Counter[str](), Counter[str]()
    with closing(book.connection), patch.object(thinning, "BATCH_N", 3), patch.object(takings, "SLICE_N", 7):
        with patch.object(thinning, "SLICE_N", 7):
            for made, old, told, counted, most, disk in rounds:
                book.add(made)
                room = Room(
                    round(old * book.last) * NS,
                    book.thinner.used_bytes * most,
                    round(told * book.last),
                    round(counted * book.last),
                    book.thinner.used_bytes * disk,
                )
                _thinned(book, room, removed, untold)
        assert (book.thinner.removed_of, book.thinner.untold_of) == (removed, +untold or untold)
        while not book.thinner._takings.count_some():
            pass
        counted_bytes = {whose: taken.bytes_n for whose, taken in book.thinner._takings.of.items()}
        assert +Counter(counted_bytes) == book.taken()


def _thinned(book: Book, room: Room, removed: Counter[str], untold: Counter[str]) -> None:
    """Make room to the end, and look at each turn."""
    told_until = min(room.told_until, room.counted_until)
    going = True
    while going:
        before, taken = book.rows(), book.taken()
        going = book.thinner.some(room)
        left = {row.position for row in book.rows()}
        gone = [row for row in before if row.position not in left]
        may_go = [row for row in before if row.is_step and row.position <= room.counted_until]
        assert len(gone) <= 3
        for row in gone:
            removed[row.wearer] += 1
            untold[row.wearer] += row.position > told_until
        for wearer in {row.wearer for row in gone}:
            own = [row for row in may_go if row.wearer == wearer]
            assert [row for row in gone if row.wearer == wearer] == own[: sum(row.wearer == wearer for row in gone)]
        if all(row.second * NS < room.since_ns and row.position <= told_until for row in gone):
            continue
        (whose,) = {row.wearer for row in gone}
        assert taken[whose] == max(taken[row.wearer] for row in may_go), "somebody who takes more has steps"
        if book.thinner.used_bytes <= room.disk_bytes:
            assert taken[whose] > book.share(room), "lost a share because of another"
    assert book.thinner.is_overfull != book.fits(room)
    if book.thinner.used_bytes <= room.disk_bytes:
        may_go = [row for row in may_go if taken[row.wearer] > book.share(room)]
    assert book.fits(room) or not may_go


def _most_work(empty: Path, between_n: int) -> int:
    """Of a turn, in hundreds of the database's own steps, where ada takes most, and ben walked in between."""
    book, work, most = Book(empty), [0], 0

    def count() -> int:
        work[0] += 1
        return 0

    book.add([("ada", Kind.STEP, 5000)] * 150)
    book.add([("ben", Kind.STEP, 10)] * between_n)
    book.add([("ada", Kind.STEP, 5000)] * 150)
    book.connection.set_progress_handler(count, 100)
    with closing(book.connection):
        going = True
        while going:
            work[0] = 0
            going = book.thinner.some(Room(0, 1.0, book.last, book.last))
            most = max(most, work[0])
        assert book.thinner.removed_of.total() == book.last
    return most


def test_no_turn_takes_longer_however_many_rows_lie_between_a_wearers_steps(empty: Path) -> None:
    assert _most_work(empty, 8_000) < 1.1 * _most_work(empty, 2_500)


async def _filled(journal: Journal, event, take) -> int:
    """A week of ben's, and then a storm of ada's; the last position of ben's."""
    journal.observe_clock(0.0, 0)
    journal.append("ben", [event(float(t), KINDS[t % 4], note="x" * 300) for t in range(400)])
    journal.append("ada", [event(1000.0 + t, KINDS[t % 4], note="x" * 300) for t in range(3000)])
    last = (await take(journal, "mqtt", 3400))[-1].position
    await take(journal, DAYS, 1)
    journal.advance(DAYS, last)
    await journal.flush()
    return last


KINDS = [Kind.INITIAL_CONTACT, Kind.FINAL_CONTACT, Kind.STEP, Kind.TOE_DRAG]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(writer, "THIN_PAUSE_S", 0.0)


async def _room_made(journal: Journal) -> None:
    async with asyncio.timeout(30):
        while journal._writer._room is not None:
            await asyncio.sleep(0)


def _steps(path: Path) -> dict[str, list[int]]:
    steps: dict[str, list[int]] = defaultdict(list)
    with closing(sqlite3.connect(path)) as other:
        those = "SELECT wearer, position FROM events WHERE kind NOT IN ('toe_drag', 'trip') ORDER BY position"
        for wearer, position in other.execute(those):
            steps[wearer].append(position)
    return steps


async def test_a_storm_of_one_wearers_steps_pushes_out_none_of_anothers_though_they_are_older(
    path, event, take, monkeypatch
):
    monkeypatch.setattr(takings, "SLICE_N", 100)  # the first slices are all ben's
    async with Journal(path, power_safe=False) as journal:
        await _filled(journal, event, take)
        journal.make_room(0, MANY)
        await _room_made(journal)
        before, full = _steps(path), journal.stats.used_bytes
        journal.make_room(0, 0.7 * full)
        await _room_made(journal)
        stats, after = journal.stats, _steps(path)
        assert stats.used_bytes <= 0.7 * full
        assert not stats.is_overfull
        assert after["ben"] == before["ben"]
        assert after["ada"] == before["ada"][stats.removed_n :]
        assert (stats.removed_of, stats.untold_of) == ({"ada": stats.removed_n}, {"ada": stats.removed_n})
        journal.append("cleo", [event(9000.0 + t, Kind.TRIP, note="x" * 3000) for t in range(300)])  # what never goes
        await journal.flush()
        journal.make_room(0, 0.7 * full)
        await _room_made(journal)
        assert _steps(path) == {"ben": before["ben"]}
        assert journal.stats.is_overfull
        journal.make_room(0, 0.7 * full, 0.5 * full)
        await _room_made(journal)
        assert not _steps(path), "the disk is nearly full"


@settings(max_examples=10)
@given(share=st.floats(0.3, 0.45), seed=st.integers(0, 9))
def test_who_walks_at_the_same_time_as_somebody_who_takes_more_loses_nothing(
    empty: Path, share: float, seed: int
) -> None:
    book, chance = Book(empty), random.Random(seed)
    book.add([("ben" if chance.random() < share else "ada", Kind.STEP, 430) for _ in range(3000)])
    full_bytes, bens = book.thinner._used_bytes(), book.taken()["ben"]
    most_bytes = full_bytes * 2.02 * bens / book.taken().total()  # ben has a little less than half
    with closing(book.connection):
        while book.thinner.some(Room(0, most_bytes, book.last, book.last)):
            pass
        assert book.taken()["ben"] == bens
        assert book.taken().total() <= 1.01 * most_bytes / book.thinner._scale()
        assert not book.thinner.is_overfull
        assert book.thinner.used_bytes < 1.3 * most_bytes, "pages that ben's rows are in stay"


async def test_alerts_and_notes_of_a_wearer_count_as_theirs(path, event, take):
    async with Journal(path, power_safe=False) as journal:
        await _filled(journal, event, take)
        for n in range(3000):
            alert = Alert(f"t{n}", "ben", Rule.TRIP, Severity.MEDIUM, "x" * 500, n, n)
            journal.alerts.append([Change(Step.OPENED, n, alert)])
            journal.diary.append(DiaryEntry(f"n{n}", "ben", n, Noted("x" * 250, (), None)), 0.0)
        await journal.flush()
        before = _steps(path)
        journal.make_room(0, MANY)
        await _room_made(journal)
        journal.make_room(0, journal.stats.used_bytes - 100_000)
        await _room_made(journal)
        assert journal.stats.removed_of.keys() == {"ben"}
        assert _steps(path)["ada"] == before["ada"]


async def test_after_a_restart_it_is_found_out_anew_whose_are_to_go(path, event, take):
    async with Journal(path, power_safe=False) as journal:
        last = await _filled(journal, event, take)
        journal.make_room(0, MANY)
        await _room_made(journal)
        full = journal.stats.used_bytes
        journal.make_room(0, 0.8 * full)
        await _room_made(journal)
    before = _steps(path)
    async with Journal(path, power_safe=False) as journal:
        assert journal.cursor(DAYS) == last
        journal.make_room(0, 0.7 * full)
        await _room_made(journal)
        after, removed_n = _steps(path), journal.stats.removed_n
        assert removed_n > 100
        assert (after["ben"], after["ada"]) == (before["ben"], before["ada"][removed_n:])


async def test_a_spoilt_name_of_a_wearer_stops_nothing(path, event, take):
    async with Journal(path, power_safe=False) as journal:
        await _filled(journal, event, take)
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("DROP TRIGGER events_never_change")
        other.execute("UPDATE events SET wearer = CAST(x'FF41' AS TEXT) WHERE position % 2 = 0")
    async with Journal(path, power_safe=False) as journal:
        journal.make_room(0, 1.0)
        await _room_made(journal)
        assert journal.stats.is_overfull
        assert journal.stats.removed_of.keys() == {"ada", "ben"}
        assert journal.stats.failures_n == 0
