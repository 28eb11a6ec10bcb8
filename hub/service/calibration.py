"""Guided calibrations in the running hub: begun, led and ended by commands, told on MQTT while they run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from hub.gait.guide import FULL, RE_ZERO, Guide, Mark, Outcome, Said, State, Task, View, say
from hub.gait.names import NAMES
from hub.mqtt import Calibrate, CalibrationState, Command, CommandError, Publisher, Topics, calibration
from hub.pipeline import Pipeline

AGAIN_S = 6.0
"""A refused exercise begins again by itself after so long, as in the terminal."""

TIMING_S = 120.0
"""How long a stopwatch's times are waited for after a walk without marks."""

LONGEST_S = 30 * 60.0
"""A calibration that has not ended by then was forgotten."""

SHOWN_S = 10 * 60.0
"""How long the end is told before the topic is emptied."""

INTERRUPTED = say("interrupted")
STOPPED = say("stopped")
FORGOTTEN = say("forgotten", minutes=LONGEST_S / 60)


class Calibrated(Protocol):
    """One wearer, as far as a calibration needs them."""

    @property
    def pipeline(self) -> Pipeline:
        """Where the guide gets what the engine gets."""

    def finish_guide(self) -> Outcome:
        """Go on with what was found."""

    def drop_guide(self) -> None:
        """Go on with what was known before."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a calibration stands.

    Parameters
    ----------
    state : doing, refused, timing, ended or stopped.
    view : what the guide shows, or showed last.
    again_s : until a refused exercise begins again.
    found : at the end, what came of it. ``why``: what stopped it.
    """

    state: str
    view: View
    again_s: float | None = None
    found: tuple[Said, ...] = ()
    why: Said | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self.state in {"ended", "stopped"}


@dataclass(slots=True)
class _Run:
    """One calibration under way; times are of the hub's clock."""

    guide: Guide
    began_s: float
    refused_s: float | None = None
    walked_s: float | None = None
    is_timed: bool = False


class Calibrations:
    """One at a time for each wearer. ``look`` is to be called about once a second.

    ``write_down`` is given a wearer and what a calibration found, in words, when it was kept.
    """

    def __init__(
        self,
        wearers: Mapping[str, Calibrated],
        topics: Topics,
        publisher: Publisher,
        write_down: Callable[[str, str], object],
    ) -> None:
        self._wearers = wearers
        self._topics = topics
        self._publisher = publisher
        self._write_down = write_down
        self._runs: dict[str, _Run] = {}
        self._over: dict[str, tuple[float, Progress]] = {}
        self._told: dict[str, CalibrationState] = {}
        for nickname in wearers:  # what a hub that was killed has left
            publisher.set_state(topics.calibration(nickname), b"")

    def progress(self, nickname: str, now_s: float) -> Progress | None:
        """Where a wearer's calibration stands, or how the last one ended; None: there was none of late."""
        run = self._runs.get(nickname)
        if run is not None:
            return _progress(run, now_s)
        _, over = self._over.get(nickname, (0.0, None))
        return over

    def obey(self, nickname: str, command: Command, now_s: float, wall_time_ns: int) -> str | None:
        """Do what somebody asked for; None: the command is about something else.

        Raises
        ------
        CommandError
            That cannot be done now.
        """
        if not isinstance(command, Calibrate):
            return None
        self.look(now_s, wall_time_ns)
        if command.do == "start":
            said = self._start(nickname, command, now_s)
        else:
            run = self._runs.get(nickname)
            if run is None:
                raise CommandError("no calibration runs; `start` one", nickname, command.name)
            said = self._lead(nickname, run, command, now_s, wall_time_ns)
        self.look(now_s, wall_time_ns)
        return said

    def look(self, now_s: float, wall_time_ns: int) -> None:
        """See how far each has come, and tell it."""
        for nickname, run in tuple(self._runs.items()):
            if self._wearers[nickname].pipeline.guide is not run.guide:
                self._stop(nickname, INTERRUPTED, now_s, wall_time_ns)
            elif now_s - run.began_s >= LONGEST_S:
                self._stop(nickname, FORGOTTEN, now_s, wall_time_ns)
            elif run.guide.state is State.ENDED and not self._waits_for_times(run, now_s):
                self._finish(nickname, now_s, wall_time_ns)
            else:
                self._try_again(run, now_s)
                self._tell(nickname, _progress(run, now_s), wall_time_ns)
        for nickname, (over_s, _) in tuple(self._over.items()):
            if now_s - over_s >= SHOWN_S:
                del self._over[nickname]
                self._publisher.set_state(self._topics.calibration(nickname), b"")

    def stop_all(self, now_s: float, wall_time_ns: int) -> None:
        """The hub ends."""
        for nickname in tuple(self._runs):
            self._stop(nickname, STOPPED, now_s, wall_time_ns)
        for nickname in self._wearers:
            self._publisher.set_state(self._topics.calibration(nickname), b"")

    def _start(self, nickname: str, command: Calibrate, now_s: float) -> str:
        pipeline = self._wearers[nickname].pipeline
        if nickname in self._runs:
            raise CommandError("one runs already; `stop` it first", nickname, command.name)
        session = pipeline.intake.session
        missing = [NAMES[role] for role in pipeline.expected if session is None or role not in session.sensors]
        guide = None if missing else pipeline.start_guide(RE_ZERO if command.re_zero else FULL)
        if guide is None:
            raise CommandError(f"no data of the {', '.join(missing) or 'sensors'} yet", nickname, command.name)
        self._runs[nickname] = _Run(guide, now_s)
        self._over.pop(nickname, None)
        return f"begun: {len(guide.view.tasks)} exercises"

    def _lead(self, nickname: str, run: _Run, command: Calibrate, now_s: float, wall_time_ns: int) -> str:
        guide, doing = run.guide, run.guide.view.task
        match command.do:
            case "stop":
                self._stop(nickname, STOPPED, now_s, wall_time_ns)
                return STOPPED.text
            case "took":
                if not command.seconds:
                    raise CommandError("seconds: which?", nickname, command.name)
                guide.took(command.seconds)
                run.is_timed = True
                return f"{len(command.seconds)} timed"
            case "finish" if guide.state is State.ENDED:
                run.is_timed = True
                return "finished"
            case "again" if guide.state is State.REFUSED:
                guide.repeat()
                return "once more"
            case "skip" if doing is not None:
                guide.skip()
                return f"{doing.value} is left out"
            case "mark" if doing is Task.WALK and guide.state is State.DOING:
                guide.passed_mark(now_s)
                run.is_timed = True
                return "a mark was passed"
        raise CommandError(f"{command.do}: not now; {_now(guide)}", nickname, command.name)

    def _try_again(self, run: _Run, now_s: float) -> None:
        """A refused exercise begins anew by itself: the wearer may be far from any button."""
        if run.guide.state is not State.REFUSED:
            run.refused_s = None
        elif run.refused_s is None:
            run.refused_s = now_s
        elif now_s - run.refused_s >= AGAIN_S:
            run.guide.repeat()
            run.refused_s = None

    @staticmethod
    def _waits_for_times(run: _Run, now_s: float) -> bool:
        walked = any(each.task is Task.WALK and each.mark is Mark.DONE for each in run.guide.view.ended)
        if not walked or run.is_timed:
            return False
        run.walked_s = now_s if run.walked_s is None else run.walked_s
        return now_s - run.walked_s < TIMING_S

    def _finish(self, nickname: str, now_s: float, wall_time_ns: int) -> None:
        view = self._runs[nickname].guide.view
        outcome = self._wearers[nickname].finish_guide()
        if outcome.calibration.fits:
            self._write_down(nickname, " ".join(said.text for said in outcome.said))
        self._end(nickname, Progress("ended", view, found=outcome.said), now_s, wall_time_ns)

    def _stop(self, nickname: str, why: Said, now_s: float, wall_time_ns: int) -> None:
        view = self._runs[nickname].guide.view
        self._wearers[nickname].drop_guide()
        self._end(nickname, Progress("stopped", view, why=why), now_s, wall_time_ns)

    def _end(self, nickname: str, progress: Progress, now_s: float, wall_time_ns: int) -> None:
        del self._runs[nickname]
        self._over[nickname] = now_s, progress
        self._tell(nickname, progress, wall_time_ns)

    def _tell(self, nickname: str, progress: Progress, wall_time_ns: int) -> None:
        state = _state(progress)
        if state != self._told.get(nickname):
            self._told[nickname] = state
            self._publisher.set_state(self._topics.calibration(nickname), calibration(state, wall_time_ns))


def _progress(run: _Run, now_s: float) -> Progress:
    view = run.guide.view
    left_s = 0.0 if run.refused_s is None else max(0.0, AGAIN_S - (now_s - run.refused_s))
    return Progress(
        "timing" if view.state is State.ENDED else view.state.value,
        view,
        again_s=left_s if view.state is State.REFUSED else None,
    )


def _state(progress: Progress) -> CalibrationState:
    """As it is told on MQTT."""
    view = progress.view
    over = CalibrationState(
        progress.state,
        of=len(view.tasks),
        said=None if progress.why is None else progress.why.text,
        ended=tuple(f"{each.task.value}: {each.mark.value}: {each.said.text}" for each in view.ended),
        found=tuple(said.text for said in progress.found),
    )
    if progress.is_over:
        return over
    return replace(
        over,
        task=None if view.task is None else view.task.value,
        number=None if view.task is None else view.tasks.index(view.task) + 1,
        instruction=None if view.instruction is None else view.instruction.text,
        said=None if view.said is None else view.said.text,
        done_pct=round(100.0 * view.done),
        again_s=None if progress.again_s is None else round(progress.again_s),
        feels=_feels(view),
    )


def _feels(view: View) -> tuple[str, ...]:
    feet = (f"{side.value} foot: {foot.said.text}, {foot.load_pct:.0f} %" for side, foot in view.feet.items())
    return (*feet, *(f"{side.value} shin: {leg.said.text}" for side, leg in view.legs.items()))


def _now(guide: Guide) -> str:
    task = guide.view.task
    return "all exercises are over" if task is None else f"{task.value} is {guide.state.value}"
