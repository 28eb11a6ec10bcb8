"""No text of the page, no refusal and no note of a sensor is without German."""

import json
import re
from typing import Any

import pytest
from pydantic import ValidationError

from hub.language import LANGUAGES
from hub.page.files import STATIC
from hub.page.refused import _WORDS as UNKNOWN_PATHS
from hub.page.settings_model import CuesSet
from sensors.catalogue import CATALOGUE
from tests.page.sentences import ANY, notes, reasons, refusals
from tests.page.test_schema import languages
from tests.service.test_settings import CUES, WRONG, AtHome, NotDoneError, home

__all__ = ["home"]

NUMBERS = ("every", "heel_lead_ms", "volume_pct", "strength_pct", "fade_days", "fade_to_every")

NOT_SHOWN = {
    "Movella DOT",
    "Xsens DOT",
    "a sketch needs its description and its rate",
    "adapter '[\\w:]+' not found",
    "before the description",
    "instead of {}",
    "message of module {}, register {}",
    "pressure before cell positions",
    "radio hang-up {}",
    "radio search {}",
    "sample of {} bytes instead of {}",
    "samples of the {} before it was started",
    "samples of {} channels {}",
    "sensors with different numbers of samples under one stamp",
    "the link ended",
    "{} Hz",
    "{} ms",
    "{} of {}",
    "{} of {} samples cannot be; is the description right?",
    "{} samples of the {} without their partners",
}
"""Names, names of tasks, numbers, what the configuration refuses, what is wrong with bytes, which is counted, and what
kept an insole from vibrating, which is counted too."""


def own(tag: str) -> dict[str, str]:
    return json.loads((STATIC / "lang" / f"hub-{tag}.json").read_text())


def blank(text: str) -> str:
    return re.sub(r"\{\w*\}", "{}", text)


@pytest.mark.parametrize("tag", sorted(languages().keys() - {"en"}))
def test_whatever_the_hub_says_is_said_in_every_language(tag: str) -> None:
    said = own(tag)
    known = {blank(english) for english in said}
    assert len(known) == len(said)
    assert refusals() - known == set()
    assert notes() - known == NOT_SHOWN
    faults = {fault for device in CATALOGUE for fault in device.known_bad_firmware.values()}
    assert faults - known == set()
    assert {message for _, message in UNKNOWN_PATHS.values()} - known == set()
    for english, words in said.items():
        assert set(re.findall(r"\{(\w+)\}", words)) <= set(re.findall(r"\{(\w+)\}", english)), english
        assert words.strip()


@pytest.mark.parametrize("tag", sorted(languages().keys() - {"en"}))
def test_every_reason_why_a_measure_is_absent_is_said_in_every_language(tag: str) -> None:
    assert len(reasons()) > 30
    assert {left for reason in reasons() for left in untold(reason, own(tag))} == set()


def untold(english: str, known: dict[str, str]) -> set[str]:
    """What of a sentence stays English, as the page looks for it."""
    for text in sorted(known, key=lambda text: len(re.sub(r"\{\w+\}", "", text)), reverse=True):
        if found := re.fullmatch(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*?)", re.escape(text)), english):
            parts = [each for part in found.groupdict().values() for each in part.split(", ")]
            return {left for part in parts for left in untold(part, known)}
    return set() if english == ANY else {english}


def test_contacts_can_be_told_in_the_languages_of_the_page() -> None:
    assert languages().keys() == LANGUAGES


@pytest.mark.parametrize(("name", "values", "why"), WRONG)
async def test_every_wrong_setting_is_refused_in_german(
    name: str, values: dict[str, Any], why: str, home: AtHome
) -> None:
    with pytest.raises(NotDoneError) as refused:
        await home.change(name, **values)
    assert is_known(str(refused.value)), why


@pytest.mark.parametrize(("key", "value"), [(key, value) for key in NUMBERS for value in (None, -1, 10_000)])
def test_every_number_that_cannot_be_is_refused_in_german(key: str, value: float | None) -> None:
    with pytest.raises(ValidationError) as refused:
        CuesSet.model_validate_json(json.dumps(CUES | {"fade_from": None, key: value}))
    (error,) = refused.value.errors()
    assert error["msg"].startswith("Input should be ")  # how the page knows that it may be said
    assert is_known(error["msg"])


def is_known(english: str) -> bool:
    """Whether a text is there that is more than one word between holes, which would fit to anything."""
    definite = [known for known in own("de") if len(re.sub(r"\{\w+\}", "", known).split()) > 1]
    patterns = [re.sub(r"\\\{\w+\\\}", ".*", re.escape(known)) for known in definite]
    return any(re.fullmatch(pattern, english) for pattern in patterns)
