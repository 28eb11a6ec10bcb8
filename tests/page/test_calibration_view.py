"""The guided calibration on the page in real Chromium, done by an emulated person over the virtual radio.

They do everything as told, but lift the wrong foot first. ``make page-calibration`` goes through all exercises.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.demo import AFFECTED, DEVICES, WEARER
from hub.page import Role
from hub.radio.virtual.scenario import Scenario
from sensors.walker import Mistake
from tests.page.living import PATIENCE_S, LivingHub, living_hub, paired
from tests.page.test_browser import COLOURS, PHONE, assert_accessible, picture_of, until

pytestmark = pytest.mark.browser

expect.set_options(timeout=PATIENCE_S * 1000)

VOICE = """
window.spoken = [];
const voice = { lang: "en-GB", name: "a voice" };
speechSynthesis.getVoices = () => [voice];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
speechSynthesis.speak = ({ text }) => spoken.push(text);
"""
"""Chromium of a machine without a voice gets one that notes what it is to say."""


CALIBRATION = "fetch('api/wearers/demo/calibration').then((answer) => answer.json())"
SHOWN = "async (told) => new (await import('./calibrate.js')).Calibration(() => null).show(told)"
"""What stays for some seconds only is shown once more, to be looked at in peace."""


def scenario(*mistakes: Mistake) -> Scenario:
    return Scenario(DEVICES, affected_side=AFFECTED, plays="calibration", mistakes=frozenset(mistakes))


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingHub]:
    with living_hub(tmp_path_factory.mktemp("state"), scenario(Mistake.OTHER_FOOT)) as hub:
        yield hub


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


def assert_accessible_in_all_colours(page: Page) -> None:
    for theme in COLOURS:
        page.locator("#theme").select_option(theme)
        assert_accessible(page)


def spoken(page: Page) -> str:
    return " ".join(page.evaluate("spoken"))


def test_a_wearer_is_led_to_the_end_past_the_wrong_foot(browser: Browser, living: LivingHub) -> None:
    page = opened(browser, living, Role.WEARER, viewport={"width": PHONE[0], "height": PHONE[1]})
    expect(page.get_by_role("button", name="Read aloud", pressed=True)).to_be_visible()
    assert_accessible(page)
    begun(page, living, "Only the zero again")
    expect(page.locator("#cal_number")).to_have_text("1 of 2: left foot in the air")
    expect(page.locator("#cal_task")).to_be_focused()
    expect(page.get_by_role("img", name="left foot in the air")).to_be_visible()
    expect(page.locator("#cal_feels li").first).to_contain_text("Left foot: ")
    felt = page.evaluate(CALIBRATION)
    resting = picture_of(page, "right")
    until(lambda: picture_of(page, "right") != resting)
    refused = page.locator("#cal_why")
    expect(refused).to_have_text("It was your right foot that you lifted. Now the left one, please.")
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
    assert "Hold it" not in told  # no counting aloud
    assert living.ask(lambda hub: hub.wearers[WEARER].pipeline.calibration().calibration.fits)
    page.get_by_label("Language").select_option("de")
    expect(page.get_by_text("Alles ist kalibriert, was gewünscht war.").first).to_be_visible()
    assert "guide_" not in page.content()
    said = {"key": "still_pressed", "values": {"foot": "left"}, "text": ""}
    page.evaluate(SHOWN, {**felt, "state": "refused", "said": said, "again_s": 4})
    expect(page.locator("#cal_why")).to_contain_text("Sie haben den linken Fuß noch auf den Boden gedrückt")
    expect(page.get_by_text("Noch einmal in 4 Sekunden.")).to_be_visible()
    assert_accessible_in_all_colours(page)
    page.evaluate(SHOWN, felt)
    assert_accessible_in_all_colours(page)


def test_it_can_be_stopped_and_all_is_as_it_was(browser: Browser, living: LivingHub) -> None:
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


LED = """async (told) => {
  const { Calibration } = await import("./calibrate.js");
  const asked = [], seen = {};
  const find = (id) => document.getElementById(id);
  const calibration = new Calibration((_button, what, how) => asked.push([what, how]));
  spoken.length = 0;
  let hushed = 0;
  speechSynthesis.cancel = () => { hushed += 1; };
  calibration.show({ ...told, state: "none" });
  calibration.show(told);
  seen.done = find("cal_done").value;
  seen.feels = [...find("cal_feels").children].map((each) => each.textContent);
  seen.marks = !find("cal_mark").hidden;
  seen.spoken = [...spoken];
  seen.hushed = hushed;
  calibration.show({ ...told, task: "stand" });
  seen.marksElsewhere = !find("cal_mark").hidden;
  find("cal_voice").click();
  const saidBefore = spoken.length;
  calibration.show({ ...told, state: "timing" });
  seen.saidWhileOff = spoken.length - saidBefore;
  find("cal_seconds").value = "9.5";
  find("cal_times").requestSubmit();
  find("cal_voice").click();
  hushed = 0;
  calibration.leave();
  seen.hushedAtLeaving = hushed;
  speechSynthesis.getVoices = () => [{ lang: "fr-FR", name: "another" }];
  calibration.redraw();
  seen.offered = !find("cal_voice").hidden;
  return { ...seen, asked };
}"""


def words(key: str, **values: object) -> dict[str, object]:
    return {"key": key, "values": values, "text": key}


def test_what_is_felt_is_shown_and_what_is_new_is_said(browser: Browser, living: LivingHub) -> None:
    page = opened(browser, living, Role.CAREGIVER)
    expect(page.get_by_role("button", name="Read aloud", pressed=True)).to_be_visible()
    foot = {"words": words("somewhere"), "load_pct": 40.0}
    told = {
        "state": "doing",
        "task": "walk",
        "instruction": words("walk on"),
        "said": None,
        "done_pct": 60.0,
        "again_s": None,
        "exercises": [{"task": "stand", "mark": None, "said": None}, {"task": "walk", "mark": None, "said": None}],
        "feet": {"left": foot, "right": None},
        "legs": {"left": {"words": words("swinging")}, "right": None},
        "found": [],
    }
    seen = page.evaluate(LED, told)
    assert seen["done"] == 60
    foot_felt, leg_felt = seen["feels"]
    assert "Left foot" in foot_felt
    assert "40" in foot_felt
    assert leg_felt == "Left shin: swinging"
    assert [seen["marks"], seen["marksElsewhere"]] == [True, False]
    assert seen["spoken"] == ["walk on"]
    assert seen["hushed"] == 1, "what was being said before is not to go on"
    assert seen["saidWhileOff"] == 0
    assert seen["hushedAtLeaving"] == 1
    assert not seen["offered"], "a voice of another language reads nothing that anybody understands"
    assert seen["asked"] == [["calibrate", {"do": "took", "seconds": [9.5]}]]
    page.context.close()
