"""All ten exercises of the calibration on the page, with mistakes in six of them: ``make page-calibration``."""

import re

import pytest
from playwright.sync_api import Browser, expect

from hub.page import Role
from sensors.walker import Mistake
from tests.page.living import living_hub
from tests.page.test_browser import until
from tests.page.test_calibration_view import begun, browser, opened, scenario

__all__ = ["browser"]

MINUTES_S = 900.0


def test_all_exercises_six_of_them_wrong_at_first(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A refused one begins again by itself, as for somebody who is far from the tablet."""
    wrong = {
        Mistake.HELD_SHORT: "for only",
        Mistake.FIDGETS: "You stood still for only",
        Mistake.LEANS_LITTLE: "of your weight came onto",
        Mistake.HEELS_DOWN: "Your heels left the ground only",
        Mistake.LEG_STILL: "its shin sensor hardly moves|times with the foot in the air",  # by when it is noticed
        Mistake.WALKS_LITTLE: r"steps\. At least",
    }
    with living_hub(tmp_path_factory.mktemp("state"), scenario(*wrong)) as living:
        page = opened(browser, living, Role.OWNER)
        begun(page, living, "Begin")
        refusals: list[str] = []
        ends = page.locator("#cal_timed")

        def look() -> bool:
            if (why := page.locator("#cal_why")).is_visible() and (said := why.text_content() or "") not in refusals:
                refusals.append(said)
            return ends.is_visible()

        until(look, MINUTES_S)
        page.get_by_label("Seconds for 10 m").fill("11.5")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="The calibration is over")).to_be_visible()
        found = page.locator("#cal_found li").all_inner_texts()
        for said in wrong.values():
            assert any(re.search(said, refusal) for refusal in refusals), (said, refusals)
        assert found[-1] == "All that was wanted is calibrated."
