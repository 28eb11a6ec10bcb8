"""The owner's settings in real Chromium: a hub of a real hub.toml hears emulated sensors over the virtual radio."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hub.config import load_config
from hub.page import Role
from tests.page.living import PATIENCE_S, paired
from tests.page.settled import SettledHub, settled_hub
from tests.page.test_browser import COLOURS, PHONE, TABLET, assert_accessible, until

pytestmark = pytest.mark.browser

expect.set_options(timeout=PATIENCE_S * 1000)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SettledHub]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.service.settings.LISTEN_S", 1.5)
        with settled_hub(tmp_path_factory.mktemp("home")) as hub:
            yield hub


@pytest.fixture(scope="module")
def owner(browser: Browser, settled: SettledHub) -> Iterator[BrowserContext]:
    context = paired(browser, settled, Role.OWNER)
    yield context
    context.close()


@pytest.fixture
def page(owner: BrowserContext, settled: SettledHub) -> Iterator[Page]:
    page = opened(owner, settled)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert complaints == []


def opened(context: BrowserContext, settled: SettledHub) -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
    page.goto(f"{settled.address}#settings")
    expect(page.get_by_role("article", name="Left insole")).to_contain_text("connected, data come in")
    return page


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A contact's own service: what it was sent."""
    taken: list[dict[str, str]] = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}/a-token", taken
    server.shutdown()
    server.server_close()


def undo(page: Page, what: str) -> None:
    page.get_by_role("button", name=f"Undo: {what}").click()
    expect(page.locator("#set_saved")).to_contain_text("Taken back.")


ANEW = "Saved. The hub begins anew with these sensors: some seconds without data."


def test_a_sensor_in_reach_is_taken_tested_kept_over_a_restart_and_taken_back(page: Page, settled: SettledHub) -> None:
    hubs_n = settled.hubs_n
    page.get_by_role("button", name="Search for sensors").click()
    expect(page.locator("#set_scanned")).to_have_text("New sensors in reach: 1. Which is whose?")
    found = page.get_by_role("form", name="WT901BLE02")
    assert found.get_by_label("Worn").locator("option").all_inner_texts() == ["Left shin", "Right shin"]
    found.get_by_label("Called at home").fill("the grey one")
    assert_accessible(page)
    found.get_by_role("button", name="Take it").click()
    expect(page.locator("#set_saved")).to_have_text(ANEW)
    shin = page.get_by_role("article", name="Left shin")
    expect(shin).to_contain_text("the grey one")
    expect(shin).to_contain_text("connected, data come in")
    shin.get_by_role("button", name="Test").click()
    expect(shin).to_contain_text("Data come in: ")
    insole = page.get_by_role("article", name="Right insole")
    insole.get_by_role("button", name="Test").click()
    expect(insole).to_contain_text("of its highest load.")
    assert settled.hubs_n == hubs_n + 1
    assert "# the blue one" in settled.path.read_text()
    settled.stop()
    settled.start()
    page.reload()
    expect(shin).to_contain_text("the grey one")
    undo(page, "sensor added")
    expect(shin).to_be_hidden()
    until(lambda: len(settled.ask(lambda hub: hub.radio.status())) == 2)


def test_somebody_new_begins_with_a_sensor_that_was_found_and_is_removed(page: Page, settled: SettledHub) -> None:
    page.get_by_role("button", name="Search for sensors").click()
    found = page.get_by_role("form", name="WT901BLE02")
    found.get_by_label("Whose").select_option("new")
    found.get_by_label("Nickname").fill("bo peep")
    page.keyboard.press("Enter")
    expect(found.get_by_role("alert")).to_contain_text("'bo peep' is not one word")
    found.get_by_label("Nickname").fill("bo")
    found.get_by_label("Body mass").fill("5")
    page.keyboard.press("Enter")
    expect(found.get_by_role("alert")).to_have_text(
        "Please look again: Body mass, kg. Input should be greater than 20."
    )
    found.get_by_label("Body mass").fill("")
    found.get_by_label("Side with foot drop").select_option("right")
    assert_accessible(page)
    found.get_by_role("button", name="Take it").click()
    who = page.locator("#who select")
    expect(who.locator("option")).to_have_text(["demo", "bo"])
    who.select_option("bo")
    expect(page.get_by_role("article", name="Left shin")).to_contain_text("connected, data come in")
    (_, bo) = load_config(settled.path).wearers
    assert (bo.nickname, bo.affected_side, bo.mass_kg) == ("bo", "right", None)
    page.get_by_role("button", name="Remove bo").click()
    expect(who.locator("option")).to_have_text(["demo"])
    expect(page.get_by_role("button", name="Remove demo")).to_be_visible()
    assert [each.nickname for each in load_config(settled.path).wearers] == ["demo"]


def test_sensors_change_places(page: Page, settled: SettledHub) -> None:
    left = page.get_by_role("article", name="Left insole")
    left.get_by_role("button", name="Change").click()
    left.get_by_label("Worn").select_option("right_insole")
    left.get_by_role("button", name="Save").click()
    expect(page.locator("#set_saved")).to_have_text(ANEW)
    expect(page.get_by_role("article", name="Right insole")).to_contain_text("C0:FF:EE:00:00:01")
    roles = {device.address: device.role.value for device in load_config(settled.path).wearers[0].devices}
    assert roles == {"C0:FF:EE:00:00:01": "right_insole", "C0:FF:EE:00:00:02": "left_insole"}
    undo(page, "sensor changed")
    expect(page.get_by_role("article", name="Left insole")).to_contain_text("connected, data come in")


def test_a_contact_is_added_by_keyboard_tried_changed_removed_and_brought_back(
    page: Page, settled: SettledHub, service: tuple[str, list[dict[str, str]]]
) -> None:
    address, taken = service
    page.get_by_role("button", name="Add somebody").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Ben")
    page.keyboard.press("Tab")
    page.keyboard.type("no address")
    page.keyboard.press("Enter")
    refused = page.get_by_role("alert").filter(has_text="the address of the service is none")
    expect(refused).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Address of the service").fill(address)
    page.keyboard.press("Enter")
    expect(page.locator("#set_saved")).to_have_text("Saved.")
    expect(page.locator("#set_done")).to_be_focused()
    ben = page.get_by_role("article", name="Ben")
    expect(ben).to_contain_text("by json")
    ben.get_by_role("button", name="Send a trial").click()
    expect(ben.get_by_role("status")).to_contain_text("The service took a message")
    assert [each["title"] for each in taken] == ["Insole Hub: TRIAL"]
    ben.get_by_role("button", name="Change").click()
    expect(ben.get_by_label("Address of the service")).to_have_value("")
    ben.get_by_label("Quiet from").fill("22:00")
    ben.get_by_label("Quiet until").fill("07:00")
    ben.get_by_label("Told of").select_option("high")
    ben.get_by_label("Language of the messages").select_option("de")
    ben.get_by_role("button", name="Save").click()
    expect(ben).to_contain_text("told of falls only; in Deutsch; quiet 22:00-07:00, but for falls")
    assert "a-token" not in page.content()
    assert "a-token" not in page.evaluate("fetch('api/settings').then((answer) => answer.text())")
    assert settled.ask(lambda hub: [contact.name for contact in hub._caregivers.desk._contacts]) == ["Ben"]
    settled.stop()
    settled.start()
    page.reload()
    expect(ben).to_contain_text("falls only")
    ben.get_by_role("button", name="Remove").click()
    expect(page.locator("#set_nobody")).to_have_text("Nobody is told.")
    undo(page, "contact removed")
    expect(ben).to_contain_text("by json; told as number 1; told of falls only")
    (contact,) = load_config(settled.path).contacts
    assert contact.url().get_secret_value() == address


def test_what_sounds_is_set_by_keyboard_holds_at_once_and_what_is_wrong_is_refused(
    page: Page, settled: SettledHub
) -> None:
    def cueing():
        return settled.ask(lambda hub: hub.cues.cueing["demo"].settings)

    form = page.locator("#set_cues")
    refused = form.get_by_role("alert")
    form.get_by_label("Volume of the sound, %").fill("200")
    page.keyboard.press("Enter")
    expect(refused).to_have_text(
        "Please look again: Volume of the sound, %. Input should be less than or equal to 100."
    )
    form.get_by_label("Volume of the sound, %").fill("70")
    form.get_by_label("Nothing from").fill("22:00")
    form.get_by_role("button", name="Save").click()
    expect(refused).to_have_text("'22:00-' is no span of the day")
    form.get_by_label("until").fill("06:30")
    form.get_by_label("Fewer from this day on").fill("2026-12-01")
    form.get_by_label("Every so-many-th").fill("7")
    page.keyboard.press("Enter")
    expect(refused).to_have_text("5 is more often than every 7")
    form.get_by_label("Every so-many-th").fill("1")
    form.locator("[name=by]").select_option("sound+vibration")
    form.get_by_role("button", name="Save").click()
    expect(refused).to_contain_text("orphe_insole has no motor")
    assert_accessible(page)
    page.get_by_label("Language").focus()
    page.get_by_label("Language").select_option("de")
    form.get_by_label("Lautstärke des Tons, %").fill("")
    form.get_by_role("button", name="Speichern").click()
    expect(refused).to_have_text("Bitte noch einmal ansehen: Lautstärke des Tons, %. Das muss eine Zahl sein.")
    page.get_by_label("Sprache").focus()
    page.get_by_label("Sprache").select_option("en")
    form.locator("[name=by]").select_option("sound")
    form.get_by_label("Volume of the sound, %").fill("70")
    form.get_by_label("Every so-many-th").fill("2")
    form.get_by_label("Target: heel before forefoot").fill("30")  # the times and days stand there still
    page.keyboard.press("Enter")
    expect(page.locator("#set_saved")).to_have_text("Saved.")
    set_now = cueing()
    assert (set_now.every_n, set_now.heel_lead_ms, set_now.volume_pct) == (2, 30.0, 70.0)
    assert (set_now.quiet.begin.hour, set_now.quiet.end.minute, set_now.fading.to_every_n) == (22, 30, 5)
    form.get_by_role("button", name="Hear it").click()
    expect(form.get_by_role("status")).to_have_text(
        "Played here, but not by the hub: the hub's own loudspeaker is not used: sound.device is none."
    )
    page.reload()
    expect(form.get_by_label("Nothing from")).to_have_value("22:00")
    undo(page, "sound or vibration changed")
    expect(form.get_by_label("Nothing from")).to_have_value("")
    assert cueing().quiet is None


def test_two_tabs_do_not_overwrite_each_other(page: Page, owner: BrowserContext, settled: SettledHub) -> None:
    other = opened(owner, settled)
    for tab, begin in ((page, "21:00"), (other, "20:00")):
        tab.get_by_label("Nothing from").fill(begin)
        tab.get_by_label("until", exact=True).fill("06:00")
    page.locator("#set_cues").get_by_role("button", name="Save").click()
    expect(page.locator("#set_saved")).to_have_text("Saved.")
    other.locator("#set_cues").get_by_role("button", name="Save").click()
    expect(other.locator("#set_why")).to_contain_text("changed elsewhere meanwhile")
    expect(other.get_by_label("Nothing from")).to_have_value("21:00")
    assert 'quiet = "21:00-06:00"' in settled.path.read_text()
    other.close()


@pytest.mark.parametrize("role", [Role.WEARER, Role.CAREGIVER])
def test_nobody_but_the_owner_is_shown_settings(role: Role, browser: Browser, settled: SettledHub) -> None:
    context = paired(browser, settled, role)
    page = context.new_page()
    page.goto(f"{settled.address}#settings")
    expect(page.locator("#good_title")).to_be_visible()
    expect(page.locator("#settings")).to_be_hidden()
    expect(page.get_by_role("link", name="Settings")).to_be_hidden()
    assert page.evaluate("fetch('api/settings').then((answer) => answer.status)") == 403
    context.close()


def test_it_is_accessible_in_all_colours_on_a_phone_and_german_is_whole(page: Page) -> None:
    page.get_by_role("button", name="Add somebody").click()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for theme in COLOURS:
        page.get_by_label("Colours").select_option(theme)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Name").fill("Ben")
    page.locator("form.contact [name=severity]").select_option("high")
    page.locator("#language").select_option("de")
    expect(page.get_by_role("heading", name="Wer benachrichtigt wird")).to_be_visible()
    expect(page.get_by_role("button", name="Jemanden hinzufügen")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Ben")  # what was typed stays
    expect(page.locator("form.contact [name=severity]")).to_have_value("high")
    assert "set_" not in page.locator("#settings").inner_text()
    page.get_by_role("button", name="Letzte Wahl rückgängig").click()
    expect(page.get_by_role("heading", name="Who is told of alerts")).to_be_visible()
    page.get_by_label("Colours").select_option("auto")


def test_units_are_remembered_and_taken_back(page: Page) -> None:
    spoken = "async () => (await import('./units.js')).speed(1.25)"
    assert page.evaluate(spoken) == "1.25 m/s"
    page.get_by_label("Speeds in").select_option("imperial")
    page.reload()
    assert page.evaluate(spoken) == "2.80 mph"
    page.get_by_role("button", name="Undo the last choice").click()
    assert page.evaluate(spoken) == "1.25 m/s"


def test_what_the_hub_says_of_a_sensor_is_german(page: Page) -> None:
    said = """async (text) => {
      const { learn, told } = await import('./told_by_hub.js');
      learn(await (await fetch('lang/hub-de.json')).json());
      return told(text);
    }"""
    taken = "anna has one there already: left shin; remove that first"
    for english, german in (
        ("not found for 30 s; is it on and in reach?", "seit 30 s nicht gefunden; ist er an und in Reichweite?"),
        ("could not connect: the adapter was busy", "ließ sich nicht verbinden: der Adapter war beschäftigt"),
        (
            taken,
            "anna hat dort schon einen Sensor: Schienbein links; erst den entfernen",
        ),
        ("a wearer cannot ask for this", "das darf, wer die Sensoren trägt, nicht"),
        ("something new", "something new"),
    ):
        assert page.evaluate(said, english) == german


def test_a_hub_that_may_not_write_says_so(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.service.settings_file.os.access", lambda *_: False)
    page.reload()
    expect(page.locator("#set_trouble")).to_contain_text("Nothing can be changed here: the hub may not write into")
    for name in ("Search for sensors", "Add somebody"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
