"""No text of the page, no refusal and no note of a sensor is without German."""

import json
import re
from typing import Any

import pytest

from hub.page.files import STATIC
from hub.page.refused import _WORDS as UNKNOWN_PATHS
from sensors.catalogue import CATALOGUE
from tests.page.sentences import notes, refusals
from tests.page.test_schema import languages
from tests.service.test_settings import WRONG, AtHome, NotDoneError, home

__all__ = ["home"]

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
    "{} Hz",
    "{} ms",
    "{} of {}",
    "{} of {} samples cannot be; is the description right?",
    "{} samples of the {} without their partners",
}
"""Names, names of tasks, numbers, what the configuration refuses, and what is wrong with bytes, which is counted."""


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


@pytest.mark.parametrize(("name", "values", "why"), WRONG)
async def test_every_wrong_setting_is_refused_in_german(
    name: str, values: dict[str, Any], why: str, home: AtHome
) -> None:
    with pytest.raises(NotDoneError) as refused:
        await home.change(name, **values)
    patterns = [re.sub(r"\\\{\w+\\\}", ".*", re.escape(english)) for english in own("de")]
    assert any(re.fullmatch(pattern, str(refused.value)) for pattern in patterns), why
