"""The guided calibration on the page in real Chromium, done by an emulated person over the virtual radio.

They do everything as told but for what ``mistakes`` names. ``make page-calibration`` goes through all exercises, each
of them wrong at first, which takes some minutes; the tests go through the lifts alone.
"""

import os
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.demo import AFFECTED, DEVICES, WEARER
from hub.page import Role
from hub.radio.virtual.scenario import Scenario
from sensors.walker import Mistake
from tests.page.living import PATIENCE_S, LivingHub, chromium, living_hub, paired
from tests.page.test_browser import PHONE, assert_accessible, until

WHOLE = os.environ.get("INSOLE_HUB_WHOLE_CALIBRATION") == "1"
expect.set_options(timeout=PATIENCE_S * 1000)

VOICE = """
window.spoken = [];
const voice = { lang: "en-GB", name: "a voice" };
speechSynthesis.getVoices = () => [voice];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
speechSynthesis.speak = ({ text }) => spoken.push(text);
"""
"""Chromium of a machine without a voice gets one that notes what it is to say."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def scenario(*mistakes: Mistake) -> Scenario:
    return Scenario(DEVICES, affected_side=AFFECTED, plays="calibration", mistakes=frozenset(mistakes))


def opened(browser: Browser, living: LivingHub, role: Role, **options: object) -> Page:
    context = paired(browser, living, role, **options)
    context.add_init_script(VOICE)
    page = context.new_page()
    page.goto(f"{living.address}#calibration")
    return page


def begun(page: Page, living: LivingHub, button: str) -> None:
    """Sensors come, and at once somebody begins: by the keyboard alone."""
    expect(page.get_by_text("Not yet: no data from Left insole, Right insole, Left shin.")).to_be_visible()
    begin = page.get_by_role("button", name=button)
    expect(begin).to_be_disabled()
    living.ask(lambda hub: hub.radio.resume(wearer=WEARER))
    expect(begin).to_be_enabled()
    begin.focus()
    page.keyboard.press("Enter")


def spoken(page: Page) -> str:
    return " ".join(page.evaluate("spoken"))


def test_a_wearer_is_led_to_the_end_past_the_wrong_foot(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with living_hub(tmp_path_factory.mktemp("state"), scenario(Mistake.OTHER_FOOT)) as living:
        page = opened(browser, living, Role.WEARER, viewport={"width": PHONE[0], "height": PHONE[1]})
        expect(page.get_by_role("button", name="Read aloud", pressed=True)).to_be_visible()
        assert_accessible(page)
        begun(page, living, "Only the zero again")
        expect(page.locator("#cal_number")).to_have_text("1 of 2: left foot in the air")
        expect(page.locator("#cal_task")).to_be_focused()
        expect(page.get_by_role("img", name="left foot in the air")).to_be_visible()
        expect(page.locator("#cal_feels li").first).to_contain_text("Left foot: ")
        assert len({page.evaluate("document.getElementById('right').toDataURL()") for _ in range(5)}) > 1
        refused = page.locator("#cal_why")
        expect(refused).to_have_text("It was your right foot that you lifted. Now the left one, please.")
        assert_accessible(page)
        expect(page.get_by_text("Once more in")).to_be_visible()
        page.get_by_role("button", name="Once more now").press("Enter")
        expect(refused).to_be_hidden()
        expect(page.locator("#cal_said")).to_contain_text("Hold it:")
        expect(page.locator("#cal_number")).to_have_text("2 of 2: right foot in the air")
        expect(page.locator("#cal_list li").first).to_contain_text("Good: your left insole is zeroed.")
        expect(page.get_by_role("heading", name="The calibration is over")).to_be_visible()
        assert page.locator("#cal_found li").all_inner_texts()[-1] == "All that was wanted is calibrated."
        expect(page.locator("#cal_result")).to_be_focused()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert_accessible(page)
        told = spoken(page)
        for sentence in ("lift your left foot", "It was your right foot", "zeroed. Sit down", "All that was wanted"):
            assert sentence in told
        said_n = page.evaluate("spoken.length")
        assert said_n <= 8  # each once, and no counting aloud
        assert living.ask(lambda hub: hub.wearers[WEARER].pipeline.calibration().calibration.fits)
        page.get_by_label("Language").select_option("de")
        expect(page.get_by_text("Alles ist kalibriert, was gewünscht war.").first).to_be_visible()
        assert "guide_" not in page.content()


@pytest.mark.skipif(not WHOLE, reason="takes some minutes: make page-calibration")
def test_all_exercises_each_wrong_at_first_and_then_right(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A mistake of each exercise; a refused one begins again by itself, as for somebody who is far from the tablet."""
    wrong = {
        Mistake.HELD_SHORT: "for only",
        Mistake.FIDGETS: "You stood still for only",
        Mistake.LEANS_LITTLE: "of your weight came onto",
        Mistake.HEELS_DOWN: "Your heels left the ground only",
        Mistake.LEG_STILL: "times with the foot in the air",
        Mistake.WALKS_LITTLE: "steps. At least",
    }
    with living_hub(tmp_path_factory.mktemp("state"), scenario(*wrong)) as living:
        page = opened(browser, living, Role.OWNER)
        began_s = time.monotonic()
        begun(page, living, "Begin")
        refusals: list[str] = []
        ends = page.locator("#cal_timed")

        def look() -> bool:
            if (why := page.locator("#cal_why")).is_visible() and (said := why.text_content() or "") not in refusals:
                refusals.append(said)
            return ends.is_visible()

        until(look, 600.0)
        page.get_by_label("Seconds for 10 m").fill("11.5")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="The calibration is over")).to_be_visible()
        found = page.locator("#cal_found li").all_inner_texts()
        for said in wrong.values():
            assert any(said in refusal for refusal in refusals), (said, refusals)
        assert found[-1] == "All that was wanted is calibrated."


def test_it_can_be_stopped_and_all_is_as_it_was(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    with living_hub(tmp_path_factory.mktemp("state"), scenario()) as living:
        page = opened(browser, living, Role.CAREGIVER, locale="de-DE")
        living.ask(lambda hub: hub.radio.resume(wearer=WEARER))
        begin = page.get_by_role("button", name="Beginnen")
        expect(begin).to_be_enabled()
        begin.click()
        expect(page.locator("#cal_number")).to_have_text("1 von 10: linken Fuß in die Luft")
        expect(page.locator("#cal_do")).to_contain_text("Heben Sie dann den linken Fuß")
        page.get_by_role("button", name="Auslassen").click()
        expect(page.locator("#cal_list li").first).to_contain_text("Ausgelassen.")
        page.get_by_role("button", name="Abbrechen").click()
        expect(page.get_by_role("heading", name="Die Kalibrierung wurde abgebrochen")).to_be_visible()
        expect(page.locator("#cal_found li")).to_have_text("Abgebrochen; die Kalibrierung ist, wie sie war.")
        assert living.ask(lambda hub: hub.wearers[WEARER].pipeline.guide) is None
