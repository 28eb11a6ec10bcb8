"""What contacts read, in every language: nothing that the code can say is without its words."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from hub.alert import Rule, Step
from hub.alerts import sensor_rules, walking_rules, words
from hub.alerts.contact import Contact
from hub.alerts.words import Writer
from hub.language import ENGLISH, LANGUAGES, language
from sensors.layout import Role, Side
from tests.alerts.home import Home
from tests.page.sentences import texts

OTHERS = sorted(LANGUAGES - {ENGLISH})
WRITER = Writer("insole/home", zone=UTC)


def blank(text: str) -> str:
    return re.sub(r"\{\w*\}", "{}", text)


def happened() -> set[str]:
    """All that an alert can be about: whatever the rules call ``what``, or hand on as such."""
    found = set()
    for module in (walking_rules, sensor_rules):
        for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
            match node:
                case ast.Assign(targets=[ast.Name(id="what")], value=value):
                    found |= set(texts(value))
                case ast.Call(func=ast.Attribute(attr="_occurrence"), args=[*_, value]):
                    found |= set(texts(value))
    feet = {f"a trip of the {side.value} foot was noticed" for side in (Side.LEFT, Side.RIGHT)}
    return found - {"a trip{} was noticed"} | {"a trip was noticed"} | feet


def said() -> Iterator[str]:
    """All that the writer says around it."""
    tree = ast.parse(Path(words.__file__).read_text())
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="say"), args=[ast.Constant(value=text), *_]):
                yield text
    for table in (words._TITLES, words._ADVICE, words._PASSED_ON, {"aid": words.AID}):
        yield from table.values()


@pytest.mark.parametrize("tag", OTHERS)
def test_every_text_is_there_with_its_holes_and_none_that_is_not_said(tag: str) -> None:
    own = language(tag).texts
    places = {role.value.replace("_", " ") for role in Role}
    assert len(happened()) == 8
    assert {blank(text) for text in own} == {blank(text) for text in (*happened(), *said(), *places)}
    for english, text in own.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english)), english


def test_what_happened_is_told_in_german_with_its_figures() -> None:
    german = language("de")
    assert german.told("the battery of the left insole is at 12 %") == "Akku bei 12 %: Sohle links"
    assert german.told("41 toe drags within an hour") == "41-mal Schleifen der Zehen innerhalb einer Stunde"
    assert german.told("something new at 7") == "something new at 7"
    assert language(ENGLISH).told("41 toe drags within an hour") == "41 toe drags within an hour"


@pytest.mark.parametrize("tag", sorted(LANGUAGES))
def test_the_timeline_of_a_fall_is_read_in_the_contacts_language(tag: str) -> None:
    home = Home((Contact("Ben"), Contact("Clara")))
    home.happens(Rule.FALL, "f1")
    home.run(400)
    home.answers(lambda desk, now: desk.acknowledge("anna", now, by="Clara"))
    home.run(60)
    letters = [
        WRITER.letter(change.alert, change.message, tag)
        for change in home.log
        if change.step is Step.TRYING and change.message is not None
    ]
    titles = {"en": ["anna: fall", "anna: fall", "anna: fall, answered"]}
    titles["de"] = ["anna: Sturz", "anna: Sturz", "anna: Sturz, beantwortet"]
    assert [letter.title for letter in letters] == titles[tag]
    assert [letter.is_urgent for letter in letters] == [True, True, False]
    unanswered = {"en": "Ben did not answer.", "de": "Ohne Antwort: Ben."}[tag]
    assert [unanswered in letter.body for letter in letters] == [False, True, False]
    when = {"en": "01.01.2026 at 00:00", "de": "01.01.2026 um 00:00 Uhr"}[tag]
    assert all(when in letter.body for letter in letters)
    trial = WRITER.trial("Ben", "home", tag)
    assert trial.title == {"en": "Insole Hub: TRIAL", "de": "Insole Hub: PROBE"}[tag]
