"""Every exercise has a picture and a title, and the sheet in the docs is as the code draws it."""

from pathlib import Path
from xml.etree import ElementTree

from hub.calibrating.pictures import picture, sheet
from hub.calibrating.screen import TITLES
from hub.gait.guide import Task

DOCS = Path(__file__).parents[3] / "docs"


def test_every_exercise_has_a_picture_and_a_title() -> None:
    for task in Task:
        assert ElementTree.fromstring(picture(task)).tag.endswith("svg")
        assert TITLES[task] in sheet()


def test_the_sheet_in_the_docs_is_fresh() -> None:
    assert (DOCS / "calibration" / "exercises.svg").read_text(encoding="utf-8") == sheet()
