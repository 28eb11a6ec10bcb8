"""A guided calibration led by commands: what can be asked when, what is told, and how it ends."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from hub.gait import Calibration
from hub.gait.guide import FULL, Guide, Mark, Outcome, State
from hub.gait.guide.words import say
from hub.mqtt import Calibrate, CommandError, PauseRadio, Topics
from hub.service.calibration import AGAIN_S, FORGOTTEN, INTERRUPTED, LONGEST_S, SHOWN_S, TIMING_S, Calibrations
from hub.session import InsoleSpec, Session, Wearer
from sensors.layout import Cell, LoadUnit, Region, Role
from tests.mqtt.schemas import assert_as_published

TOPICS = Topics("insole/home")
CELLS = (Cell(0.5, 0.1, Region.HEEL), Cell(0.5, 0.8, Region.FOREFOOT))
SESSION = Session("x", Wearer("ada"), {role: InsoleSpec(100.0, LoadUnit.N, CELLS) for role in list(Role)[:2]})


class Ada:
    """A wearer whose sensors say nothing, so that the guide moves only by what it is told."""

    def __init__(self) -> None:
        self.pipeline: Any = SimpleNamespace(
            guide=None,
            expected=tuple(SESSION.sensors),
            intake=SimpleNamespace(session=SESSION),
            start_guide=self._start,
        )
        self.calls: list[str] = []
        self.fits: dict[Role, Any] = {}

    def _start(self, tasks: Any) -> Guide:
        self.pipeline.guide = Guide(SESSION, tasks)
        return self.pipeline.guide

    def finish_guide(self) -> Outcome:
        self.calls.append("finished")
        self.pipeline.guide = None
        return Outcome(Calibration(fits=self.fits), (say("result_all"),))

    def drop_guide(self) -> None:
        self.calls.append("dropped")
        self.pipeline.guide = None


class Home:
    def __init__(self) -> None:
        self.ada = Ada()
        self.states: dict[str, bytes] = {}
        self.written: list[tuple[str, str]] = []
        self.now_s = 100.0
        publisher: Any = SimpleNamespace(set_state=self.states.__setitem__)
        self.all = Calibrations({"ada": self.ada}, TOPICS, publisher, lambda *found: self.written.append(found))

    def say(self, **fields: Any) -> str | None:
        return self.all.obey("ada", Calibrate(**fields), self.now_s, 0)

    def later(self, by_s: float) -> None:
        self.now_s += by_s
        self.all.look(self.now_s, 0)

    @property
    def told(self) -> dict[str, Any]:
        payload = self.states[TOPICS.calibration("ada")]
        assert_as_published(TOPICS.base, TOPICS.calibration("ada"), payload)
        return json.loads(payload)


@pytest.fixture
def home() -> Home:
    return Home()


def test_what_a_killed_hub_has_left_is_taken_back_at_the_start(home):
    assert home.states == {"insole/home/ada/calibration": b""}


def test_exercise_after_exercise_is_told_and_left_out(home):
    assert home.say() == f"begun: {len(FULL)} exercises"
    assert (home.told["state"], home.told["task"], home.told["number"]) == ("doing", "lift_left", 1)
    assert "lift your left foot" in home.told["instruction"]
    assert home.say(do="skip") == "lift_left is left out"
    assert home.told["ended"] == ["lift_left: skipped: Left out."]
    assert home.told["task"] == "lift_right"


def test_at_the_end_nothing_is_written_down_where_nothing_was_found(home):
    home.say()
    while home.ada.pipeline.guide is not None and home.ada.pipeline.guide.state is not State.ENDED:
        home.say(do="skip")
    assert home.told["state"] == "ended"
    assert home.ada.calls == ["finished"]
    assert home.written == []
    home.later(SHOWN_S)
    assert home.states[TOPICS.calibration("ada")] == b""
    assert home.say().startswith("begun"), "and again"


def test_what_was_found_is_told_in_words_and_written_down(home):
    home.ada.fits = {Role.LEFT_INSOLE: object()}
    home.say(re_zero=True)
    for _ in range(2):
        home.say(do="skip")
    assert home.told["found"] == [say("result_all").text]
    assert home.written == [("ada", say("result_all").text)]


def test_a_stop_changes_nothing(home):
    home.say()
    assert home.say(do="stop") == "Stopped; the calibration is as it was."
    assert (home.told["state"], home.ada.calls) == ("stopped", ["dropped"])
    with pytest.raises(CommandError, match="no calibration runs"):
        home.say(do="stop")


def test_a_session_that_changes_ends_it(home):
    home.say()
    home.ada.pipeline.guide = None
    home.later(1.0)
    assert (home.told["state"], home.told["said"], home.ada.calls) == ("stopped", INTERRUPTED.text, ["dropped"])


def test_one_that_was_forgotten_ends(home):
    home.say()
    home.later(LONGEST_S)
    assert (home.told["said"], home.ada.calls) == (FORGOTTEN.text, ["dropped"])


def test_a_refused_exercise_begins_again_by_itself_or_at_once(home):
    home.say()
    guide = home.ada.pipeline.guide
    for how in ("wait", "again"):
        guide.state = State.REFUSED
        home.later(0.0)
        assert (home.told["state"], home.told["again_s"]) == ("refused", AGAIN_S)
        home.later(AGAIN_S - 1.0)
        assert (guide.state, home.told["again_s"]) == (State.REFUSED, 1)
        if how == "wait":
            home.later(1.0)
        else:
            assert home.say(do="again") == "once more"
        assert guide.state is State.DOING


def walked(home: Home) -> None:
    """All is left out but the walk, which is done."""
    home.say()
    guide = home.ada.pipeline.guide
    while guide.view.task.value != "walk":
        home.say(do="skip")
    guide._end(guide._task, Mark.DONE, say("walk_done", steps=20))
    guide._go_on()
    home.later(1.0)


def test_a_stopwatchs_times_are_waited_for_after_the_walk(home):
    walked(home)
    assert (home.told["state"], home.ada.calls) == ("timing", [])
    assert home.say(do="took", seconds=[11.5]) == "1 timed"
    assert (home.told["state"], home.ada.calls) == ("ended", ["finished"])


@pytest.mark.parametrize("how", ["finish", "time"])
def test_times_that_do_not_come_are_not_waited_for_for_ever(home, how):
    walked(home)
    if how == "finish":
        home.say(do="finish")
    else:
        home.later(TIMING_S)
    assert home.told["state"] == "ended"


@pytest.mark.parametrize(
    ("do", "said"),
    [
        ("again", "again: not now; lift_left is doing"),
        ("mark", "mark: not now"),
        ("finish", "finish: not now"),
        ("took", "seconds: which"),
    ],
)
def test_what_makes_no_sense_now_is_refused(home, do, said):
    home.say()
    with pytest.raises(CommandError, match=said):
        home.say(do=do)
    with pytest.raises(CommandError, match="one runs already"):
        home.say()
    assert home.told["state"] == "doing"


def test_sensors_that_do_not_send_are_named(home):
    home.ada.pipeline.intake.session = None
    with pytest.raises(CommandError, match="no data of the left insole, right insole yet"):
        home.say()


def test_the_hubs_end_gives_it_up_and_takes_it_back(home):
    home.say()
    home.all.stop_all(home.now_s, 0)
    assert home.ada.calls == ["dropped"]
    assert home.states[TOPICS.calibration("ada")] == b""


def test_other_commands_are_others(home):
    assert home.all.obey("ada", PauseRadio(), 0.0, 0) is None
