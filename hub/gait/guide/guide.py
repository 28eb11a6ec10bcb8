"""The guided calibration: exercise after exercise, each accepted, refused with the reason, or left out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import floor, inf

from hub.gait.guide.cutter import Cutter
from hub.gait.guide.feeling import Feelings, FootFeeling, LegFeeling
from hub.gait.guide.felt import Felt
from hub.gait.guide.found import Found
from hub.gait.guide.judge import Accepted, Doing, Judge, Refused
from hub.gait.guide.lift import Lift
from hub.gait.guide.outcome import Outcome, Timing, outcome_of
from hub.gait.guide.raises import Raises
from hub.gait.guide.stand import Lean, Stand
from hub.gait.guide.swings import Swings
from hub.gait.guide.tasks import FULL, Task
from hub.gait.guide.walk import Walk
from hub.gait.guide.words import Said, say
from hub.gait.names import NAMES
from hub.session import Block, Session
from sensors.layout import Role, Side

TICK_S = 0.25
"""What was felt is looked at so often, in sensor time."""

PRESENT_S = 0.5
"""What is shown as felt now is the mean over so long."""

SILENT_AFTER_S = 2.0
"""At the begin of an attempt a sensor may still be on its way."""


class State(StrEnum):
    """Where a guide stands."""

    DOING = "doing"
    REFUSED = "refused"  # until ``repeat`` or ``skip``
    ENDED = "ended"


class Mark(StrEnum):
    """What became of an exercise."""

    DONE = "done"
    SKIPPED = "skipped"
    IMPOSSIBLE = "impossible"  # with these sensors, or because of what was left out


@dataclass(frozen=True, slots=True)
class Ended:
    """An exercise that is over."""

    task: Task
    mark: Mark
    said: Said


@dataclass(frozen=True, slots=True)
class View:
    """All that a page or terminal shows.

    Parameters
    ----------
    task : the present exercise; None at the end.
    instruction : what the wearer is asked to do.
    said : how it goes, or why it was refused. ``done``: how much of it, 0..1.
    feet, legs : what the sensors feel now.
    ended : exercises that are over, in the order of the calibration; ``tasks`` are all of them.
    """

    state: State
    task: Task | None
    instruction: Said | None
    said: Said | None
    done: float
    feet: Mapping[Side, FootFeeling]
    legs: Mapping[Side, LegFeeling]
    ended: tuple[Ended, ...]
    tasks: tuple[Task, ...]


class Guide:
    """One guided calibration of one wearer. No clock: time comes in with the samples.

    Blocks may be cut in any way; what is said and found is the same.

    Parameters
    ----------
    session : who wears which sensors. A session that changes needs a new guide.
    tasks : the exercises, ``FULL`` or ``RE_ZERO``.

    Examples
    --------
    >>> guide = Guide(session)                                                  # doctest: +SKIP
    >>> for block in blocks:                                                    # doctest: +SKIP
    ...     guide.push(block)
    ...     if guide.state is State.REFUSED:
    ...         print(guide.view.said.text)
    ...         guide.repeat()
    >>> outcome = guide.outcome(datetime.now(UTC), {})                          # doctest: +SKIP
    """

    def __init__(self, session: Session, tasks: Sequence[Task] = FULL) -> None:
        self.state = State.DOING
        self._session = session
        self._tasks = tuple(tasks)
        self._cutter = Cutter(session)
        self._felt = Felt(session)
        self._feelings = Feelings()
        self._found = Found()
        self._ended: dict[Task, Ended] = {}
        self._timing = Timing()
        self._now_s = -inf
        self._began_s = -inf
        self._judge: Judge | None = None
        self._task: Task | None = None
        self._said: Said | None = None
        self._done = 0.0
        self._feet: Mapping[Side, FootFeeling] = {}
        self._legs: Mapping[Side, LegFeeling] = {}
        self._go_on()

    @property
    def view(self) -> View:
        """What there is to be shown now."""
        return View(
            self.state,
            self._task,
            self._task.instruction if self._task else None,
            self._said,
            self._done,
            self._feet,
            self._legs,
            tuple(self._ended[task] for task in self._tasks if task in self._ended),
            self._tasks,
        )

    def push(self, block: Block) -> None:
        """Take a block of one sensor of the session."""
        self._cutter.push(block)
        if self._now_s == -inf and self._cutter.first_s < inf:
            self._now_s = self._began_s = floor(self._cutter.first_s / TICK_S) * TICK_S
        while self._now_s > -inf and self._cutter.complete_s >= self._now_s + TICK_S:
            self._tick(self._now_s + TICK_S)

    def repeat(self) -> None:
        """Try the refused exercise again, or the earlier one that is to be done again."""
        if self.state is State.REFUSED:
            self._go_on()

    def skip(self) -> None:
        """Leave the present exercise out."""
        if self._task is not None:
            self._end(self._task, Mark.SKIPPED, say("skipped"))
            self._go_on()

    def passed_mark(self, at_s: float) -> None:
        """The wearer passes one of the two marks of the timed distance, at hub time ``at_s``."""
        self._timing = self._timing.with_mark(at_s)

    def took(self, seconds: Sequence[float]) -> None:
        """How long each walk took from mark to mark, by a stopwatch."""
        self._timing = self._timing.with_seconds(seconds)

    def outcome(self, made_at: datetime, devices: Mapping[Role, str]) -> Outcome:
        """What came of it: the calibration of what was done, and words.

        Parameters
        ----------
        made_at : now, with time zone.
        devices : Bluetooth address of each sensor, as far as known.
        """
        return outcome_of(self._session, self._tasks, self._found, self._timing, made_at=made_at, devices=devices)

    def _tick(self, now_s: float) -> None:
        self._now_s = now_s
        blocks = self._cutter.take(now_s)
        self._felt.push(blocks, now_s)
        if self._judge is not None and self.state is State.DOING:
            for block in blocks:
                self._judge.push(block)
        present = self._felt.span(max(now_s - PRESENT_S, self._began_s), now_s)
        if len(present.time_s):
            self._feet, self._legs = self._feelings.feet(present, self._found), self._feelings.legs(present)
        if self.state is State.DOING:
            self._look(now_s)
        self._felt.forget(min(self._began_s, now_s - PRESENT_S))

    def _look(self, now_s: float) -> None:
        assert self._judge is not None
        assert self._task is not None
        span = self._felt.span(self._began_s, now_s)
        waited_s = now_s - self._began_s
        if span.silent and waited_s >= SILENT_AFTER_S:
            self._refuse(Refused(say("silent", sensor=NAMES[span.silent[0]])))
            return
        if not len(span.time_s) or span.silent:
            return
        look = self._judge.look(span)
        if isinstance(look, Doing) and waited_s >= self._task.patience_s:
            look = self._judge.give_up(span)
        match look:
            case Doing(said, done):
                self._said, self._done = said, done
            case Accepted(said, found):
                self._found = found
                self._end(self._task, Mark.DONE, said)
                self._go_on()
            case Refused():
                self._refuse(look)

    def _refuse(self, refused: Refused) -> None:
        assert self._task is not None
        if refused.found is not None:
            self._found = refused.found
            self._end(self._task, Mark.DONE, say("walk_done", steps=0))
        if refused.redo is not None:
            self._ended.pop(refused.redo, None)
        self.state, self._said, self._done = State.REFUSED, refused.said, 0.0

    def _end(self, task: Task, mark: Mark, said: Said) -> None:
        self._ended[task] = Ended(task, mark, said)

    def _go_on(self) -> None:
        """To the first exercise that is neither over nor impossible; what was just said stays until then."""
        self._judge = self._task = None
        for task in self._tasks:
            if task in self._ended:
                continue
            if not task.possible_with(self._session):
                self._end(task, Mark.IMPOSSIBLE, say("needs_sensors"))
            elif any(self._lacks(needed) for needed in task.needs):
                self._end(task, Mark.IMPOSSIBLE, say("needs_before"))
            else:
                self._task, self._judge = task, self._new_judge(task)
                break
        self.state = State.ENDED if self._task is None else State.DOING
        self._began_s, self._said, self._done = self._now_s, None, 0.0

    def _lacks(self, needed: Task) -> bool:
        ended = self._ended.get(needed)
        return needed.possible_with(self._session) and (ended is None or ended.mark is not Mark.DONE)

    def _new_judge(self, task: Task) -> Judge:
        match task:
            case Task.LIFT_LEFT | Task.LIFT_RIGHT:
                return Lift(task.side, self._session, self._found)
            case Task.STAND:
                return Stand(self._found)
            case Task.LEAN_LEFT | Task.LEAN_RIGHT:
                return Lean(task.side, self._found)
            case Task.HEEL_RAISES | Task.TOE_RAISES:
                return Raises(task, self._found)
            case Task.SWING_LEFT | Task.SWING_RIGHT:
                return Swings(task.side, self._found)
            case Task.WALK:
                return Walk(self._session, self._found)
