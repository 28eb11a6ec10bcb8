"""The page in real Chromium, on a hub that hears emulated sensors of a walker over the virtual radio.

One hub and one browser for all, since both are dear; each test leaves them fit for the next.
"""

import json
import math
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import paho.mqtt.client as paho
import pytest
from axe_playwright_python.sync_playwright import Axe
from jsonschema import Draft202012Validator
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hub.cues.settings import CueKind
from hub.journal.day import DaySummary
from hub.page import Role
from tests.page.living import PATIENCE_S, LivingHub, good_step, living_hub, paired, trip
from tests.page.test_schema import PUBLISHED

pytestmark = pytest.mark.browser

PHONE, TABLET = (360, 640), (1024, 768)
expect.set_options(timeout=PATIENCE_S * 1000)


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingHub]:
    with living_hub(tmp_path_factory.mktemp("state")) as hub:
        yield hub


@pytest.fixture(scope="module")
def owner(browser: Browser, living: LivingHub) -> Iterator[BrowserContext]:
    context = paired(browser, living, Role.OWNER)
    yield context
    context.close()


@pytest.fixture
def page(owner: BrowserContext, living: LivingHub) -> Iterator[Page]:
    """The page, which must ask nobody else and complain of nothing."""
    page = owner.new_page()
    complaints: list[str] = []
    strangers: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("request", lambda asked: None if asked.url.startswith(living.address) else strangers.append(asked.url))
    page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
    page.goto(living.address)
    yield page
    page.close()
    assert strangers == []
    assert [each for each in complaints if "Failed to load resource" not in each and "ERR_" not in each] == []


def until(holds, patience_s: float = PATIENCE_S) -> None:
    end_s = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < end_s
        time.sleep(0.05)


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def picture_of(page: Page, side: str) -> str:
    return page.evaluate("side => document.getElementById(side).toDataURL()", side)


def test_without_a_code_there_is_a_form_and_a_wrong_code_is_told(browser: Browser, living: LivingHub) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(living.address)
    code = page.get_by_label("Code of 8 digits")
    expect(code).to_be_focused()
    code.fill("0000 0000")
    code.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="this code is wrong")).to_be_visible()
    assert_accessible(page)
    expect(page.get_by_role("heading", name="Both feet now")).to_be_hidden()
    context.close()


def test_the_page_is_alive_with_the_walker(page: Page, living: LivingHub) -> None:
    until(lambda: living.ask(lambda hub: len(hub.wearers["demo"].live.steps)) >= 6)
    for side in ("left", "right"):
        seen = {picture_of(page, side)}
        until(lambda: seen.add(picture_of(page, side)) or len(seen) >= 8)  # noqa: B023
    labels = page.locator("#steps svg").evaluate_all("all => all.map((mark) => mark.getAttribute('aria-label'))")
    strikes = living.ask(lambda hub: [f"{step.side.value} {step.strike}" for step in hub.wearers["demo"].live.steps])
    words = {"heel first": "heel", "flat": "flat", "toes first": "toe", "not known": "unknown"}
    shown = [f"{label.split(':')[0].lower()} {words[label.split(': ')[1].split(',')[0]]}" for label in labels]
    assert len(shown) >= 5
    assert " ".join(shown[1:]) in " ".join(strikes)  # the first may have been forgotten meanwhile
    expect(page.get_by_role("img", name=re.compile("^Left foot: (load on|in the air)"))).to_be_visible()
    expect(page.locator("#shins span")).to_have_text(re.compile(r"Left shin: .?\d+°"))
    expect(page.locator("#good_share")).to_have_text(re.compile(r"^\d+ %$"))
    expect(page.locator("#links li").first).to_have_text("Left insole: connected, data come in; battery 87 %")
    expect(page.locator("#trouble")).to_be_hidden()


def test_the_figures_are_those_that_mqtt_is_told(page: Page, living: LivingHub) -> None:
    expect(page.locator("[data-number=steps]")).not_to_have_text("0")
    told = page.evaluate("fetch('api/wearers/demo/now').then((answer) => answer.json())")
    schema = json.loads(PUBLISHED.read_text())
    now = {"$ref": "#/components/schemas/Now", "components": schema["components"]}
    Draft202012Validator(now).validate(told)
    days = living.ask(lambda hub: hub._reporter.days["demo"])
    assert told["today"].keys() < days.keys()
    assert 0 <= days["steps"] - told["today"]["steps"] <= 5


def test_each_figure_stands_at_its_own_place(page: Page) -> None:
    """Told and read in one go, before the hub tells the next."""
    expect(page.locator("#links li").first).to_contain_text("Left insole")  # the words have come
    today = {"good_step_pct": 61, "judged_steps": 412, "steps": 1234, "walking_min": 17, "walks": 3, "speed_mps": 0.83}
    today |= {"toe_first_pct": 39, "drags": 11, "drags_per_1000_steps": 8.9, "slaps": 5, "trips": 2, "falls": None}
    today |= {"coverage_pct": 97, "gaps": 4, "sensor_losses": 6}
    shown = page.evaluate(
        """async (today) => {
          (await import("./today.js")).showToday(today, "left");
          const text = (id) => document.getElementById(id).textContent;
          const rows = [...document.querySelectorAll("#numbers > div")];
          const numbers = Object.fromEntries(rows.map((row) => [...row.children].map((each) => each.textContent)));
          return { share: text("good_share"), of: text("good_of"), quality: text("quality"), ...numbers };
        }""",
        today,
    )
    assert shown == {
        "share": "61 %",
        "of": "of 412 steps of the weaker side that could be judged",
        "quality": "Quality: 97 % of the walking time with data from all sensors; 4 gaps, 6 times a sensor was lost.",
        "Steps": "1,234",
        "Minutes walked": "17",
        "Walks": "3",
        "Walking speed": "0.83 m/s",
        "Toes first": "39 %",
        "Toe drags": "11",
        "Drags per 1000 steps": "8.9",
        "Foot slaps": "5",
        "Trips": "2",
        "Falls": "not known yet",
    }


def test_a_sensor_that_loses_data_says_how_much(page: Page) -> None:
    expect(page.locator("#links li").first).to_contain_text("Left insole")  # the words have come
    sensor = {"role": "left_insole", "state": "streaming", "rate_hz": 100, "loss_pct": 0.4, "note": ""}
    sensor |= {"battery_pct": 55, "battery_days": 3}
    links = page.evaluate(
        """async (sensors) => {
          (await import("./today.js")).showLinks(sensors);
          return [...document.querySelectorAll("#links li")].map((each) => each.textContent);
        }""",
        [sensor, sensor | {"loss_pct": 2.4}, sensor | {"battery_days": None}, sensor | {"battery_pct": None}],
    )
    assert links == [
        "Left insole: connected, data come in; battery 55 %, about 3 days left",
        "Left insole: connected, data come in; battery 55 %, about 3 days left; 2 % lost",
        "Left insole: connected, data come in; battery 55 %",
        "Left insole: connected, data come in; battery not known",
    ]


def test_marks_differ_in_shape_and_are_said_in_words(page: Page) -> None:
    expect(page.locator("#links li").first).to_contain_text("Left insole")  # the words have come
    steps = [(strike, False, False) for strike in ("heel", "flat", "toe", "unknown")]
    steps += [("heel", True, False), ("heel", False, True), ("toe", True, True)]
    shapes, words = page.evaluate(
        """async (steps) => {
          (await import("./marks.js")).showMarks(steps);
          const marks = [...document.querySelectorAll("#steps svg")];
          return [marks.map((each) => each.innerHTML), marks.map((each) => each.getAttribute("aria-label"))];
        }""",
        [{"side": "left", "strike": strike, "drag": drag, "trip": trip} for strike, drag, trip in steps],
    )
    assert len(set(shapes)) == 7
    assert words == [
        "Left: heel first",
        "Left: flat",
        "Left: toes first",
        "Left: not known",
        "Left: heel first, toes dragged",
        "Left: heel first, trip",
        "Left: toes first, toes dragged, trip",
    ]


def test_the_big_toes_are_in_the_middle_of_the_page(page: Page) -> None:
    """Each foot is seen from above: a load at the medial border is drawn towards the other foot."""
    expect(page.locator("#links li").first).to_contain_text("Left insole")
    middles = page.evaluate(
        """async () => {
          const { Foot } = await import("./feet.js");
          return Promise.all(["left", "right"].map((side) => new Promise((over) => {
            const canvas = document.createElement("canvas");
            canvas.style.cssText = "width: 100px; height: 200px";
            document.body.append(canvas);
            const foot = new Foot(side, canvas, document.createElement("p"));
            foot.lay([{ x: 0.15, y: 0.9, region: "hallux" }]);
            const drawn = (loads) => {
              foot.frame = { cells: loads, cop: null };
              foot.draw();
              return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            };
            const [without, with_load] = [drawn([0]), drawn([100])];
            let [sum, n] = [0, 0];
            for (let at = 0; at < without.length; at += 4) {
              if (without[at] === with_load[at] && without[at + 3] === with_load[at + 3]) continue;
              sum += (at / 4) % canvas.width;
              n += 1;
            }
            over(sum / n / canvas.width);
          })));
        }"""
    )
    assert middles[0] > 0.7
    assert middles[1] < 0.3


def test_a_shin_leans_forward_with_the_ankle_ahead_of_the_knee(page: Page) -> None:
    """Seen from the right, so ahead is to the right; the line's lower end is the ankle."""
    expect(page.locator("#links li").first).to_contain_text("Left insole")
    ahead = page.evaluate(
        """async () => {
          const { Shins } = await import("./feet.js");
          const list = document.createElement("ul");
          const shins = new Shins(list);
          shins.lay([{ role: "left_shin" }]);
          return [20, -20].map((angle) => {
            shins.show({ left: angle });
            const { a, c, e } = list.querySelector(".shin").transform.baseVal.consolidate().matrix;
            return a * 34 + c * 44 + e - 34;
          });
        }"""
    )
    assert ahead == [pytest.approx(39 * math.sin(math.radians(20))), pytest.approx(-39 * math.sin(math.radians(20)))]


def test_a_hub_that_falls_silent_is_lost_and_whatever_it_says_next_finds_it(page: Page) -> None:
    """It need not hang up for that: a stopped process holds its connections."""
    expect(page.locator("#links li").first).to_contain_text("Left insole")
    heard = page.evaluate(
        """async () => {
          const { Stream } = await import("./api.js");
          const real = { EventSource, setTimeout, clearTimeout };
          let says, nowMs = 0;
          let timers = [];
          window.setTimeout = (rings, ms) => { timers.push({ rings, atMs: nowMs + ms }); return timers.at(-1); };
          window.clearTimeout = (timer) => { timers = timers.filter((each) => each !== timer); };
          const pass = (ms) => {
            nowMs += ms;
            for (const timer of timers.filter((each) => each.atMs <= nowMs)) { clearTimeout(timer); timer.rings(); }
          };
          window.EventSource = class {
            addEventListener(kind, hears) { if (kind === "frame") says = () => hears({ data: "{}" }); }
            close() {}
          };
          const heard = [];
          const note = (what) => [what, () => heard.push(what)];
          const hears = Object.fromEntries(["told", "lost", "found"].map(note));
          const stream = new Stream("x", { ...hears, stays: () => true });
          try {
            says();
            for (let n = 0; n < 2; n++) { pass(2000); says(); }
            pass(2400);
            heard.push("silent");
            pass(200);
            says();
          } finally {
            stream.end();
            Object.assign(window, real);
          }
          return heard;
        }"""
    )
    assert heard == ["found", "told", "told", "told", "silent", "lost", "found", "told"]


def test_im_fine_ends_the_alert_on_mqtt(page: Page, living: LivingHub) -> None:
    said: list[bytes] = []
    phone = paho.Client(CallbackAPIVersion.VERSION2)
    phone.on_message = lambda _client, _data, message: said.append(message.payload)
    phone.on_connect = lambda *_: phone.subscribe(living.ask(lambda hub: hub.topics.alert("demo", "trip1")), 1)
    phone.connect("127.0.0.1", living.ask(lambda hub: hub.broker.port))
    phone.loop_start()
    trip(living, "trip1")
    until(lambda: any(json.loads(payload or b"{}").get("rule") == "trip" for payload in said))
    expect(page.get_by_role("heading", name=re.compile("^Trip, "))).to_be_visible()
    expect(page.get_by_role("button", name="I look after it")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="I'm fine").click()
    until(lambda: said[-1] == b"")
    expect(page.get_by_role("button", name="I'm fine")).to_be_hidden()
    expect(page.get_by_role("button", name="I look after it")).to_be_hidden()
    phone.loop_stop()
    page.get_by_role("button", name="No, a false alarm").click()  # it is still asked whether it was one
    expect(page.locator("#alerts")).to_be_hidden()
    labels = living.ask(lambda hub: [alert.label for alert in hub._caregivers.desk.of_wearer("demo")])
    assert labels == [False]


def test_a_caregiver_looks_after_it_and_cannot_be_fine_for_others(browser: Browser, living: LivingHub) -> None:
    context = paired(browser, living, Role.CAREGIVER)
    page = context.new_page()
    page.goto(living.address)
    trip(living, "trip2")
    page.get_by_role("button", name="I look after it").click()
    expect(page.get_by_text("Somebody looks after it")).to_be_visible()
    expect(page.get_by_role("button", name="I'm fine")).to_be_hidden()
    page.get_by_role("button", name="Yes, it happened").click()
    until(lambda: True in living.ask(lambda hub: [alert.label for alert in hub._caregivers.desk.of_wearer("demo")]))
    context.close()
    living.ask(lambda hub: hub._caregivers._keep(hub._caregivers.desk.fine("demo", time.time_ns())))


def test_aids_and_notes_take_one_tap(page: Page, living: LivingHub) -> None:
    brace = page.get_by_role("button", name="a brace")
    brace.click()
    expect(page.get_by_role("button", name="a brace", pressed=True)).to_be_visible()
    assert living.ask(lambda hub: hub._diarist.aids("demo")) == ["brace"]
    page.get_by_role("button", name="nothing", exact=True).click()
    expect(page.get_by_role("button", name="nothing", pressed=True)).to_be_visible()
    brace.click()
    expect(page.get_by_role("button", name="a brace", pressed=True)).to_be_visible()
    brace.click()
    expect(page.get_by_role("button", name="a brace", pressed=False)).to_be_visible()
    assert living.ask(lambda hub: hub._diarist.aids("demo")) == []
    page.get_by_role("button", name="Pain 3").click()
    expect(page.get_by_role("status").filter(has_text="Noted.")).to_be_visible()


PLAYED = """
window.played = [];
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function () {
  played.push([this.context.state, Math.round(1000 * this.buffer.duration)]);
  return start.call(this);
};
"""
"""Notes what is handed to the browser's own mixer."""


def test_this_device_sounds_after_a_tap_and_only_while_it_is_news(page: Page, living: LivingHub) -> None:
    page.add_init_script(PLAYED)
    page.reload()
    expect(page.get_by_text("A sound tells each good step")).to_be_visible()
    sound = page.get_by_role("button", name="Sound on this device")
    good_step(living)
    assert page.evaluate("played") == []
    sound.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("This device sounds while this page is open.")).to_be_visible()
    until(lambda: page.evaluate("played.length"))  # the tap itself, as a trial
    begun_n = page.evaluate("played.length")
    until(lambda: (good_step(living), page.evaluate("played.length"))[1] > begun_n)
    assert set(map(tuple, page.evaluate("played"))) == {("running", 260)}
    assert_accessible(page)
    page.reload()
    expect(page.get_by_text("Tap anywhere")).to_be_visible()
    page.get_by_role("heading", name="Sound at steps").click()
    until(lambda: page.evaluate("played.length"))
    sound.click()
    expect(page.get_by_text("This device is silent.")).to_be_visible()


@pytest.mark.parametrize(
    ("on", "every_n", "said"),
    [
        (CueKind.GOOD_STEP, 2, "A sound tells one in 2 good steps: heel first, no dragging."),
        (CueKind.TOE_FIRST, 1, "A sound tells each step that landed on the toes."),
        (CueKind.TOE_FIRST, 3, "A sound tells one in 3 steps that landed on the toes."),
    ],
)
def test_what_sounds_is_said_in_words(page: Page, living: LivingHub, on: CueKind, every_n: int, said: str) -> None:
    cueing = living.ask(lambda hub: hub.cues.cueing["demo"])
    before = cueing.settings
    try:
        cueing.settings = replace(before, on=on, every_n=every_n)
        page.reload()
        expect(page.get_by_text(said, exact=True)).to_be_visible()
    finally:
        cueing.settings = before


def test_a_sound_that_a_slow_network_brings_is_not_played(page: Page) -> None:
    late = page.evaluate("""async () => {
      const { Loudspeaker } = await import("./cues.js");
      const loudspeaker = new Loudspeaker();
      const told = [];
      loudspeaker.play = (kind) => told.push(kind);
      const now_s = performance.now() / 1000;
      loudspeaker.frame(now_s - 5);
      for (const ago_s of [0.6, 0.8]) loudspeaker.told({ kind: `${ago_s}`, gain: 1, time_s: now_s - 5 - ago_s });
      return told;
    }""")
    assert late == ["0.6"]


def test_weeks_are_shown_from_the_journals_days(page: Page, living: LivingHub) -> None:
    today = datetime.now(UTC).astimezone().date()
    last_week = today - timedelta(days=today.weekday() + 2)  # its Saturday and Sunday
    for n, share in ((0, 50.0), (1, 80.0)):
        day = (last_week + timedelta(days=n)).isoformat()
        summary = DaySummary(day, 900, judged_steps=100 + 200 * n, good_step_pct=share, drags=3, trips=n, walks=2)
        living.put_day(summary)
    page.get_by_role("link", name="History").click()
    week = page.locator("#weeks tbody tr").first
    expect(week).to_contain_text("73 %")  # (100 * 50 + 300 * 80) / 400 = 72.5
    assert week.locator("td").all_inner_texts() == ["73 %", "2", "4", "0", "6", "1", "0"]
    expect(page.get_by_text("lowest 50 %, highest 80 %")).to_be_visible()
    assert_accessible(page)


COLOURS = {"light": "rgb(246, 245, 241)", "dark": "rgb(20, 24, 28)", "contrast": "rgb(0, 0, 0)"}


def test_it_is_accessible_in_all_colours_and_sizes(page: Page) -> None:
    expect(page.locator("#links li").first).to_be_visible()
    looks = [
        (PHONE, "light", "huge"),
        (PHONE, "dark", "normal"),
        (TABLET, "light", "large"),
        (TABLET, "contrast", "normal"),
    ]
    for (width, height), theme, size in looks:
        page.set_viewport_size({"width": width, "height": height})
        page.get_by_label("Colours").select_option(theme)
        page.get_by_label("Text size").select_option(size)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == COLOURS[theme]


def test_the_device_s_own_dark_mode_is_taken(page: Page) -> None:
    page.get_by_label("Colours").select_option("auto")
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == COLOURS["dark"]


def test_german_is_whole_and_is_remembered(page: Page) -> None:
    page.get_by_label("Language").select_option("de")
    expect(page.get_by_role("heading", name="Gute Schritte heute")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Gute Schritte heute")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "de"
    page.get_by_label("Sprache").select_option("en")


def test_a_keyboard_reaches_everything_in_order(page: Page) -> None:
    expect(page.locator("#links li").first).to_be_visible()
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate("(document.activeElement.id || document.activeElement.textContent).trim()")
        if reached and name == reached[0]:
            break
        reached.append(name)
    wanted = [
        "To the content",
        "Today",
        "History",
        "a brace",
        "nothing",
        "stairs",
        "0",
        "10",
        "theme",
        "size",
        "language",
    ]
    assert [name.removeprefix("✓ ") for name in reached if name in wanted] == wanted


def test_it_says_that_no_data_come(page: Page, living: LivingHub) -> None:
    living.ask(lambda hub: hub.radio.pause(60.0, wearer="demo"))
    expect(page.get_by_role("alert").filter(has_text="No data come in")).to_be_visible()
    expect(page.get_by_role("img", name="Left foot: no data")).to_be_visible()
    expect(page.locator("#links li").first).to_contain_text("let go for a while")
    living.ask(lambda hub: hub.radio.resume(wearer="demo"))
    expect(page.locator("#trouble")).to_be_hidden()


def test_it_says_that_it_has_lost_the_hub_and_finds_it_again(page: Page, living: LivingHub) -> None:
    expect(page.locator("#links li").first).to_contain_text("data come in")
    page.reload()
    until(
        lambda: page.evaluate(f"caches.open('page').then((kept) => kept.match('{living.address}dom.js')).then(Boolean)")
    )
    expect(page.locator("#links li").first).to_contain_text("data come in")  # it shows the present, which it is to lose
    living.stop()
    expect(page.get_by_role("alert").filter(has_text="This page has lost the hub")).to_be_visible()
    expect(page.get_by_role("img", name="Left foot: no data")).to_be_visible()
    page.reload()  # this machine is a place that browsers trust: the page is at hand without the hub
    expect(page.get_by_role("alert").filter(has_text="This page has lost the hub")).to_be_visible()
    kept = page.evaluate("caches.open('page').then((kept) => kept.keys()).then((all) => all.map((one) => one.url))")
    assert [url for url in kept if "/api/" in url] == []
    living.start()
    expect(page.get_by_text("This page has lost the hub")).to_be_hidden()
    expect(page.locator("#links li").first).to_contain_text("data come in")
    page.reload()
    expect(page.locator("#links li").first).to_contain_text("data come in")
