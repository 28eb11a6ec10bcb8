"""A guided calibration as the page is shown it, at every stage."""

import json

from jsonschema import Draft202012Validator

from hub.gait.guide import RE_ZERO, FootFeeling, Guide, LegFeeling, Mark, State, Task, View, say
from hub.service.calibration import STOPPED, Progress
from hub.service.page_calibration import shown
from sensors.layout import Side
from tests.page.test_schema import PUBLISHED
from tests.service.test_calibration import SESSION

SCHEMA = json.loads(PUBLISHED.read_text())
VALID = Draft202012Validator({"$ref": "#/components/schemas/Calibration", "components": SCHEMA["components"]})


def valid(progress: Progress | None) -> dict:
    told = shown(progress)
    VALID.validate(told)
    return told


def test_none_of_late_is_none() -> None:
    assert valid(None)["state"] == "none"


def test_what_is_to_be_done_and_felt_comes_with_what_another_language_needs() -> None:
    view = View(
        State.REFUSED,
        Task.LIFT_RIGHT,
        Task.LIFT_RIGHT.instruction,
        say("other_foot", foot="right", other="left"),
        0.347,
        {Side.LEFT: FootFeeling(51.6, 60.2, 39.8, say("feels_weight"))},
        {Side.LEFT: LegFeeling(3.4, say("feels_still"))},
        (Guide(SESSION, RE_ZERO).view.ended),
        tuple(RE_ZERO),
    )
    told = valid(Progress("refused", view, again_s=4.4))
    assert (told["state"], told["task"], told["again_s"], told["done_pct"]) == ("refused", "lift_right", 4, 35)
    assert told["instruction"]["key"] == "lift"
    assert told["said"] == {
        "key": "other_foot",
        "values": {"foot": "right", "other": "left"},
        "text": "It was your left foot that you lifted. Now the right one, please.",
    }
    assert (told["feet"]["left"]["load_pct"], told["feet"]["right"]) == (52, None)
    assert told["legs"]["left"]["words"]["text"] == "is still"
    assert [each["task"] for each in told["exercises"]] == ["lift_left", "lift_right"]


def test_what_is_over_says_what_came_of_it_and_feels_nothing() -> None:
    guide = Guide(SESSION, RE_ZERO)
    guide.skip()
    stopped = valid(Progress("stopped", guide.view, why=STOPPED))
    assert (stopped["task"], stopped["instruction"], stopped["said"]["key"]) == (None, None, "stopped")
    assert stopped["exercises"][0]["mark"] == Mark.SKIPPED.value
    ended = valid(Progress("ended", guide.view, found=(say("result_nothing"),)))
    assert [each["key"] for each in ended["found"]] == ["result_nothing"]
