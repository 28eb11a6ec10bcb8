"""What people say of a wearer goes into the diary: aids, notes, exercises, calibrations."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import blake2b

from hub.alert import Alert
from hub.diary import (
    Aid,
    AidsChanged,
    DiaryEntry,
    Exercise,
    ExerciseBegun,
    ExerciseDone,
    Noted,
    Recalibrated,
    What,
    aids_text,
)
from hub.journal import Journal
from hub.mqtt import Command, CommandError, DoExercise, Note, SetAid
from hub.service.on_disk import on_disk
from hub.support.allowance import Allowance

FORGOTTEN_S = 4 * 3600.0
"""An exercise that was started so long ago and never ended was forgotten: how long it took is not known."""

PAST_DAYS = 31
"""What was longer ago is taken for a mistake."""

PER_DAY_N = 500
"""More of a wearer is said by a device that repeats itself, and would fill the journal: the diary never makes room."""

AHEAD_S = 120.0
"""Clocks of phones differ; what lies further ahead is taken for a mistake."""

_NS = 10**9


class Diarist:
    """Keeps the diary of all wearers. Use ``open_diary``, which reads what the journal knows.

    Parameters
    ----------
    begun : the exercise that each wearer has started, and when (Unix time, ns).
    alert_of : the alert of a wearer with an id, if there is one.
    """

    def __init__(
        self,
        journal: Journal,
        begun: Mapping[str, tuple[Exercise, int]],
        alert_of: Callable[[str, str], Alert | None],
        *,
        hub_time_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._begun = dict(begun)
        self._alert_of = alert_of
        self._hub_time_s = hub_time_s
        self._allowances: dict[str, Allowance] = {}

    def aids(self, wearer: str) -> list[str] | None:
        """Aids that are on now, for people; None: nobody has said."""
        changed = self._journal.diary.aids(wearer)
        return None if changed is None else [aid.value for aid in Aid if aid in changed.aids]

    def exercise(self, wearer: str) -> str | None:
        """The exercise that runs."""
        begun = self._begun.get(wearer)
        return None if begun is None or self._is_forgotten(begun[1], self._now_ns()) else begun[0].value

    async def obey(self, wearer: str, command: Command) -> str | None:
        """Write down what somebody said; None: the command is about something else.

        Raises
        ------
        CommandError
            It cannot be so, or is too much for a day.
        """
        if isinstance(command, SetAid | Note | DoExercise):
            self._allow(wearer, command)
        match command:
            case SetAid():
                said = self._change_aids(wearer, command)
            case Note():
                said = self._note(wearer, command)
            case DoExercise():
                said = self._exercise(wearer, command)
            case _:
                return None
        written = await on_disk(self._journal)
        return f"{written}: {said}"

    def _allow(self, wearer: str, command: Command) -> None:
        allowance = self._allowances.setdefault(wearer, Allowance(PER_DAY_N / 86_400.0, PER_DAY_N))
        if not allowance.take(self._hub_time_s()):
            full = f"{wearer}'s diary takes {PER_DAY_N} entries a day and has them; does a device repeat itself?"
            raise CommandError(full, wearer, command.name)

    def calibrated(self, wearer: str, found: str) -> None:
        """A guided calibration has ended."""
        self._write(wearer, Recalibrated(found), None)

    def _change_aids(self, wearer: str, command: SetAid) -> str:
        before = self._journal.diary.aids(wearer) or AidsChanged(())
        if command.called and command.aid != "other":
            raise CommandError("called: only of `other`", wearer, command.name)
        if command.aid == "nothing":
            if not command.on:
                raise CommandError("on: nothing cannot be put off; say which aid is put on", wearer, command.name)
            after = AidsChanged(())
        else:
            aid = Aid(command.aid)
            on = {*before.aids, aid} if command.on else {*before.aids} - {aid}
            called = command.called or before.name
            after = AidsChanged(tuple(aid for aid in Aid if aid in on), called if Aid.OTHER in on else "")
        if after != self._journal.diary.aids(wearer):
            self._write(wearer, after, None)
        return f"aids: {aids_text(after.aids)}"

    def _note(self, wearer: str, command: Note) -> str:
        if command.alert and self._alert_of(wearer, command.alert) is None:
            raise CommandError(f"{wearer} has no alert {command.alert!r}", wearer, command.name)
        tags = tuple(dict.fromkeys(tag.lower() for tag in command.tags))
        self._write(wearer, Noted(command.text.strip(), tags, command.pain, command.alert), self._at(wearer, command))
        return "it stands in the diary"

    def _exercise(self, wearer: str, command: DoExercise) -> str:
        at_ns = self._at(wearer, command)
        when_ns = self._now_ns() if at_ns is None else at_ns
        running = self._begun.get(wearer)
        if running is not None and self._is_forgotten(running[1], when_ns):
            self._begun.pop(wearer)
            running = None
        if command.do == "done":
            assert command.exercise is not None
            self._write(wearer, ExerciseDone(command.exercise, command.duration_s, command.repetitions), at_ns)
            return f"{command.exercise.value} was done"
        if command.do == "start":
            assert command.exercise is not None
            if running == (command.exercise, when_ns):  # the same said twice
                return f"{command.exercise.value} has begun"
            ended = "" if running is None else f"{self._end(wearer, running, command=None, at_ns=at_ns)}; "
            self._write(wearer, ExerciseBegun(command.exercise), at_ns)
            self._begun[wearer] = command.exercise, when_ns
            return f"{ended}{command.exercise.value} has begun"
        if running is None:
            raise CommandError("no exercise runs; `start` one, or tell of one with `done`", wearer, command.name)
        if command.exercise not in {None, running[0]}:
            raise CommandError(f"{running[0].value} runs, not {command.exercise}", wearer, command.name)
        return self._end(wearer, running, command=command, at_ns=at_ns)

    def _end(self, wearer: str, running: tuple[Exercise, int], *, command: DoExercise | None, at_ns: int | None) -> str:
        exercise, begun_ns = running
        duration_s = None if command is None else command.duration_s
        if duration_s is None:
            duration_s = round(max(0, (self._now_ns() if at_ns is None else at_ns) - begun_ns) / _NS, 1)
        repetitions = None if command is None else command.repetitions
        self._write(wearer, ExerciseDone(exercise, duration_s, repetitions), at_ns)
        self._begun.pop(wearer)
        return f"{exercise.value} took {duration_s:.0f} s"

    def _at(self, wearer: str, command: Note | DoExercise) -> int | None:
        """When it was, as far as somebody said.

        Raises
        ------
        CommandError
            Long ago, or ahead.
        """
        if command.at is None:
            return None
        at_ns, now_ns = _unix_ns(command.at), self._now_ns()
        if not now_ns - PAST_DAYS * 86_400 * _NS <= at_ns <= now_ns + int(AHEAD_S) * _NS:
            raise CommandError(f"at: not within the last {PAST_DAYS} days", wearer, command.name)
        return at_ns

    def _write(self, wearer: str, what: What, at_ns: int | None) -> None:
        time_s = self._hub_time_s()
        when_ns = self._journal.wall_time_ns_at(time_s) if at_ns is None else at_ns
        entry = DiaryEntry(_entry_id(wearer, when_ns, what), wearer, when_ns, what)
        self._journal.diary.append(entry, time_s)

    def _now_ns(self) -> int:
        return self._journal.wall_time_ns_at(self._hub_time_s())

    @staticmethod
    def _is_forgotten(begun_ns: int, now_ns: int) -> bool:
        return not 0 <= now_ns - begun_ns < FORGOTTEN_S * _NS


async def open_diary(journal: Journal, alert_of: Callable[[str, str], Alert | None]) -> Diarist:
    """The diary, as the journal knows it.

    Raises
    ------
    JournalError
        It cannot be read.
    """
    begun: dict[str, tuple[Exercise, int]] = {}
    over = {entry.wearer: entry.at_ns for entry in await journal.diary.newest("exercise")}
    for entry in await journal.diary.newest("exercise_begun"):
        if isinstance(entry.what, ExerciseBegun) and over.get(entry.wearer, -1) < entry.at_ns:
            begun[entry.wearer] = entry.what.exercise, entry.at_ns
    return Diarist(journal, begun, alert_of)


def _entry_id(wearer: str, at_ns: int, what: What) -> str:
    """The same for the same said of the same instant."""
    return blake2b(f"{wearer}/{at_ns}/{what}".encode(), digest_size=8).hexdigest()


def _unix_ns(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1000
