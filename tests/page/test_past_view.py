"""The past on the page in real Chromium: a walk step by step, a trip's clip replayed, aids compared, exercises.

One hub and one browser for all; the clip is cut out of what the emulated walker's sensors sent while the tests ran.
"""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hub.events import Kind
from hub.page import Role
from hub.recording.clip_files import ClipName
from tests.page.living import LivingHub, living_hub, paired, trip
from tests.page.past import put_aids, put_exercises, put_walk, walked
from tests.page.test_browser import PHONE, TABLET, assert_accessible, until

pytestmark = pytest.mark.browser

TRIP = "abcdef0123456789abcd"
PARTS = ((60.0, 0.35), (40.0, 0.7), (70.0, 1.0))
"""A shorter walk than that of the pictures."""
LOST = "00000000000000000000"


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingHub]:
    with living_hub(tmp_path_factory.mktemp("past")) as living:
        until(lambda: living.ask(lambda hub: len(hub.wearers["demo"].live.steps)) >= 6)
        trip(living, TRIP)
        put_aids(living)
        put_exercises(living)
        yield living


@pytest.fixture(scope="module")
def walk(living: LivingHub) -> str:
    name = put_walk(living, walked(parts=PARTS), 900.0)
    living.run(living.hub._journal.flush())
    return name


@pytest.fixture(scope="module")
def owner(browser: Browser, living: LivingHub) -> Iterator[BrowserContext]:
    context = paired(browser, living, Role.OWNER)
    yield context
    context.close()


@pytest.fixture
def page(owner: BrowserContext, living: LivingHub) -> Iterator[Page]:
    page = owner.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
    yield page
    page.close()
    assert [each for each in complaints if "404" not in each] == []


def clip_is_there(living: LivingHub) -> bool:
    return living.ask(lambda hub: hub.wearers["demo"].keeper.counts.clips_n) > 0


def position(page: Page) -> int:
    return int(page.get_by_label("Place in the clip").input_value())


def test_a_walk_is_opened_step_by_step_with_the_keyboard(page: Page, living: LivingHub, walk: str) -> None:
    page.goto(f"{living.address}#history")
    page.get_by_role("link", name=re.compile(r"\d+:\d+, 2\.\d min")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("^Walk of "))).to_be_focused()
    told = page.evaluate(f"fetch('api/wearers/demo/walks/{walk}').then((answer) => answer.json())")
    expect(page.get_by_role("row", name=re.compile("^Toes first .* (walk too short|not known)"))).to_be_visible()
    minutes = page.locator("#course tbody tr")
    expect(minutes).to_have_count(len(told["minutes"]))
    drags = [int(text) for text in page.locator("#course td:nth-child(5)").all_inner_texts()]
    ended = max(
        (each for each in walked(parts=PARTS) if each.kind is Kind.WALK_END), key=lambda each: each.fields["steps"]
    )
    assert sum(drags) == ended.fields["toe_drags"] > 10
    good = page.locator("#course td:nth-child(4)").all_inner_texts()
    judged_n = [sum(each[strike] for strike in ("heel", "flat", "toe")) for each in told["minutes"]]
    wanted_good = [100 * each["good"] / n if n else None for each, n in zip(told["minutes"], judged_n, strict=True)]
    assert [None if text == "–" else float(text.removesuffix(" %")) for text in good] == [
        None if share is None else pytest.approx(share, abs=0.501) for share in wanted_good
    ]
    page.get_by_role("button", name="Steps of minute 2").press("Enter")
    expect(page.get_by_role("heading", name="Minute 2, step by step")).to_be_focused()
    steps = [
        (told["steps"]["side"][k], told["steps"]["strike"][k], told["steps"]["drag"][k], told["steps"]["trip"][k])
        for k, at_s in enumerate(told["steps"]["at_s"])
        if 60.0 <= at_s < 120.0
    ]
    labels = page.locator("#minute .steps svg").evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    words = {"heel": "heel first", "flat": "flat", "toe": "toes first", "unknown": "not known"}
    wanted = [
        f"{side.title()}: {', '.join([words[strike], *(['toes dragged'] * drag), *(['trip'] * tripped)])}"
        for side, strike, drag, tripped in steps
    ]
    assert labels == wanted
    assert any("trip" in each for each in wanted)
    assert page.locator("#steps_of tbody tr").count() == len(steps)
    expect(page.locator("#steps_of").get_by_text(re.compile(r"^-?\d+ ms$")).first).to_be_visible()
    page.get_by_role("button", name="Next minute").click()
    expect(page.get_by_role("heading", name="Minute 3, step by step")).to_be_focused()
    page.get_by_role("link", name="Back to the last weeks").click()
    expect(page.get_by_role("heading", name="The last 8 weeks", exact=True)).to_be_visible()


def test_aids_are_compared_and_exercises_counted(page: Page, living: LivingHub, walk: str) -> None:
    page.goto(f"{living.address}#history")
    table = page.locator("#compare")
    expect(table.get_by_role("columnheader", name=re.compile("^nothing"))).to_contain_text("the others are compared")
    toes = table.get_by_role("row", name=re.compile("^Toes first"))
    expect(toes.locator("td").nth(1)).to_contain_text("less, by")
    speed = table.get_by_role("row", name=re.compile("^Speed"))
    expect(speed.locator("td").nth(1)).to_contain_text("no clear difference: 0.06 m/s (counts from 0.15 m/s)")
    lifts = page.locator("#done").get_by_role("row", name=re.compile("^Toe lifts"))
    assert lifts.locator("td").all_inner_texts()[:2] == ["2", "7"]


def test_a_trip_is_replayed_and_said_to_be_real(page: Page, living: LivingHub) -> None:
    until(lambda: clip_is_there(living))
    page.goto(f"{living.address}#history")
    page.get_by_role("link", name=re.compile("^Trip, ")).first.click()
    first = page.locator(f"[data-event='{TRIP}']")
    if first.count():
        first.click()
    when = page.locator("#incident .when")
    expect(when).to_contain_text("2.00 s before: Trip. The hub has not decided yet")
    left = page.locator("#incident canvas").first
    expect(left).to_have_attribute("aria-label", re.compile("^Left foot: (load on|in the air)"))
    begun, seen = position(page), {left.evaluate("canvas => canvas.toDataURL()")}
    page.get_by_role("button", name="Picture on").click()
    assert position(page) == begun + 1
    page.get_by_role("button", name="Picture back").press("Enter")
    assert position(page) == begun
    page.get_by_role("button", name="Step on").click()
    stepped = position(page)
    assert stepped > begun
    page.get_by_role("button", name="Step on").click()
    assert position(page) > stepped + 5, "no two steps are so close"
    page.get_by_label("Place in the clip").press("Home")  # where a slow machine has enough of it before the end
    page.get_by_role("button", name="Play").click()
    until(lambda: seen.add(left.evaluate("canvas => canvas.toDataURL()")) or len(seen) >= 8)
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="To the moment").click()
    expect(when).to_have_text(re.compile("^The moment itself: Trip"))
    expect(page.locator("#incident .shins")).to_contain_text(re.compile(r"Left shin: .?\d+°"))
    page.get_by_role("button", name="To the decision").click()
    expect(when).to_contain_text("The hub has decided")
    for _ in range(2):
        page.get_by_label("Place in the clip").press("ArrowRight")
    expect(when).to_contain_text("0.04 s after: Trip")
    assert_accessible(page)
    page.locator("#incident").get_by_role("button", name="Yes, it happened").click()
    expect(page.locator("#incident").get_by_role("button", name="Yes, it happened", pressed=True)).to_be_visible()
    page.get_by_label("A note about it").fill("on the <b>carpet</b>")
    page.get_by_role("button", name="Write it down").click()
    expect(page.locator("#incident .rows")).to_contain_text("on the <b>carpet</b>")
    clips = living.state_dir / "clips"
    until(lambda: any('"real": true' in path.read_text() for path in clips.glob("*.json")))
    (label,) = [json.loads(path.read_text()) for path in clips.glob("*.json")]
    assert [note["text"] for note in label["notes"]] == ["on the <b>carpet</b>"]


CLIP = {
    "rate_hz": 10,
    "length_s": 2.0,
    "layout": {
        "left": [{"x": 0.5, "y": 0.1, "region": "heel"}],
        "right": [{"x": 0.5, "y": 0.9, "region": "toes"}],
    },
    "left": {"cells": [[50]] * 20, "cop": [None] * 5 + [[0.5, 0.1]] * 15},
    "right": {"cells": [None] * 10 + [[80]] * 10, "cop": [None] * 10 + [[0.5, 0.9]] * 10},
    "shanks": {"left": list(range(-10, 10)), "right": [30] * 20},
    "steps": [{"side": "left", "at_s": 0.5, "strike": "toe"}, {"side": "right", "at_s": 1.0, "strike": "heel"}],
    "events": [{"id": "e", "kind": "trip", "state": "kept", "at_s": 1.0, "decided_at_s": 1.4}],
}
CHOSEN_TWICE = """async (told) => {
  const { Clip } = await import("./clip.js");
  const events = ["first", "second"].map((id) => ({ ...told.events[0], id }));
  const answers = {};
  const clip = new Clip((id) => new Promise((resolve, reject) => { answers[id] = { resolve, reject }; }));
  document.body.append(clip.element(events));
  const opened = events.map((event) => clip.open(event));
  answers.second.resolve({ ...told, events });
  await opened[1];
  clip.to(1.5);
  const before = [clip.event.id, clip.at];
  answers.first[given]({ ...told, events });
  await opened[0];
  const after = [clip.event.id, clip.at, clip.controls.hidden, clip.message.textContent];
  clip.controls.parentElement.remove();
  return { before, after };
}"""


@pytest.mark.parametrize("answer", ["resolve", "reject"])
def test_a_clip_that_comes_when_another_has_been_chosen_is_not_shown(
    page: Page, living: LivingHub, answer: str
) -> None:
    page.goto(living.address)
    seen = page.evaluate(CHOSEN_TWICE.replace("[given]", f".{answer}"), CLIP)
    assert seen == {"before": ["second", 15], "after": ["second", 15, False, ""]}


LOOKED_AT = """async (told) => {
  const { Clip } = await import("./clip.js");
  const real = { requestAnimationFrame };
  let nowMs = performance.now(), waiting = [];
  window.requestAnimationFrame = (draws) => waiting.push(draws);
  performance.now = () => nowMs;
  const pass = (ms) => { nowMs += ms; const due = waiting; waiting = []; due.forEach((draws) => draws(nowMs)); };
  const clip = new Clip(async () => told);
  const root = clip.element(told.events);
  document.body.append(root);
  const seen = {};
  const look = (what) => {
    nowMs += 5000;
    clip.show(clip.at);
    seen[what] = {
      picture: clip.at,
      when: root.querySelector(".when").textContent,
      feet: [...root.querySelectorAll("figure")].map((each) => {
        const side = each.querySelector("figcaption").textContent.split(" ")[0];
        return `${side}: ${each.querySelector("canvas").getAttribute("aria-label")}`;
      }),
      shins: [...root.querySelectorAll(".shins span")].map((each) => each.textContent),
      trails: clip.feet.map((foot) => foot.trail.length),
    };
  };
  const press = (name) => root.querySelector(`[data-do=${name}]`).click();
  try {
    await clip.open(told.events[0]);
    look("opened");
    seen.line = [...root.querySelectorAll(".clip_line i")].map((each) => `${each.className} ${each.style.left}`);
    press("decision");
    look("decided");
    press("step_back");
    look("step back");
    press("step_back");
    look("once more");
    for (const speed of ["1", "0.25"]) {
      clip.speed.value = speed;
      clip.show(0);
      press("play");
      pass(0);
      pass(800);
      press("play");
      pass(0);
      seen[`at ${speed}`] = Math.round(clip.at);
    }
  } finally {
    delete performance.now;
    Object.assign(window, real);
    root.remove();
  }
  return seen;
}"""


def test_a_clip_shows_each_thing_at_its_place_and_time(page: Page, living: LivingHub) -> None:
    page.goto(f"{living.address}#history")
    expect(page.get_by_role("link", name=re.compile("^Trip, ")).first).to_be_visible()
    seen = page.evaluate(LOOKED_AT, CLIP)
    opened, decided = seen["opened"], seen["decided"]
    assert opened["when"].startswith("1.00 s before: Trip. The hub has not decided yet")
    assert opened["feet"] == ["Left: Left foot: in the air", "Right: Right foot: no data"]
    assert ["10" in opened["shins"][0], "30" in opened["shins"][1]] == [True, True]
    assert decided["picture"] == 14
    assert decided["when"].startswith("0.40 s after: Trip. The hub has decided")
    assert "heel" in decided["feet"][0]
    assert "toes" in decided["feet"][1]
    assert decided["shins"][0].endswith(" 4°")
    assert decided["trails"] == [10, 5]
    assert seen["line"] == [
        "left 25%",
        "right 50%",
        "flag happened 50%",
        "flag decided 70%",
        "now 0%",
    ]
    assert [seen["step back"]["picture"], seen["once more"]["picture"]] == [10, 5]
    assert [seen["at 1"], seen["at 0.25"]] == [8, 2]


BEGUN = """async (told) => {
  const { Clip } = await import("./clip.js");
  const clip = new Clip(async () => told);
  const root = clip.element(told.events);
  const begun = [];
  for (let at_ms = 3000; at_ms < 3200; at_ms += 1) {
    told.events[0].at_s = at_ms / 1000;
    await clip.open(told.events[0]);
    begun.push(root.querySelector(".when").textContent.slice(0, 13));
  }
  return [...new Set(begun)];
}"""


def test_a_clip_begins_2_s_before_a_moment_that_lies_between_two_pictures(page: Page, living: LivingHub) -> None:
    page.goto(f"{living.address}#history")
    expect(page.get_by_role("link", name=re.compile("^Trip, ")).first).to_be_visible()  # its words have come
    nothing = {"cells": [None] * 400, "cop": [None] * 400}
    shanks = {"left": [None] * 400, "right": [None] * 400}
    told = {**CLIP, "rate_hz": 50, "length_s": 8.0, "left": nothing, "right": nothing, "shanks": shanks}
    assert page.evaluate(BEGUN, told) == ["2.00 s before"]


def test_a_clip_that_made_way_says_so(page: Page, living: LivingHub) -> None:
    until(lambda: clip_is_there(living))

    def make_way(hub) -> list[Path]:
        hub.shelf._clips_max_bytes = 0.0
        hub.shelf.tidy(())
        return sorted(hub.shelf.clips.glob("*"))

    name = living.ask(lambda hub: next(iter(hub.shelf.clips.glob("*.mcap"))))
    assert ClipName.of(name) is not None
    assert living.ask(make_way) == []
    page.goto(f"{living.address}#history/incident/{TRIP}")
    expect(page.get_by_text("The clip was thrown away to make room for newer ones.")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_hidden()
    assert_accessible(page)
    page.goto(f"{living.address}#history/incident/{LOST}")
    expect(page.get_by_role("heading", name="This is no longer there.")).to_be_visible()


def test_it_is_accessible_in_all_colours_on_a_phone_and_in_german(page: Page, living: LivingHub, walk: str) -> None:
    views = (
        (PHONE, "light", "en", "", "#compare tbody tr"),
        (PHONE, "dark", "de", f"/walk/{walk}", "#steps_of tbody tr"),
        (TABLET, "contrast", "en", f"/walk/{walk}", "#steps_of tbody tr"),
    )
    for (width, height), theme, tag, view, shown in views:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{living.address}#history{view}")
        page.locator("#theme").select_option(theme)
        page.locator("#language").select_option(tag)
        expect(page.locator(shown).first).to_be_visible()
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if tag == "de":
            expect(page.get_by_role("heading", name="Minute 1, Schritt für Schritt")).to_be_visible()
            page.get_by_text("Was nicht gemessen werden konnte, und warum").click()
            expect(page.get_by_text(re.compile("^Änderung beim Gehen: Gehstrecke kürzer als"))).to_be_visible()
            assert re.findall(r"\b[a-z]+_[a-z_]+\b", page.locator("main").inner_text()) == []  # a text without words
    page.locator("#theme").select_option("auto")


def test_a_caregiver_may_look_and_label(living: LivingHub, owner: BrowserContext, walk: str) -> None:
    browser = owner.browser
    assert isinstance(browser, Browser)
    context = paired(browser, living, Role.CAREGIVER)
    page = context.new_page()
    page.goto(f"{living.address}#history/incident/{TRIP}")
    page.locator("#incident").get_by_role("button", name="No, a false alarm").click()
    expect(page.locator("#incident").get_by_role("button", name="No, a false alarm", pressed=True)).to_be_visible()
    labels = living.ask(lambda hub: [each.label for each in hub._caregivers.desk.of_wearer("demo") if each.id == TRIP])
    assert labels == [False]
    context.close()


def test_days_before_have_their_walks(page: Page, living: LivingHub) -> None:
    day = time.strftime("%Y-%m-%d", time.localtime(time.time() - 10 * 86_400))
    page.goto(living.address)
    told = page.evaluate(f"fetch('api/wearers/demo/walks?day={day}').then((answer) => answer.json())")
    assert [walk["steps"] for walk in told["walks"]] == [480]
    opened = page.evaluate(f"fetch('api/wearers/demo/walks/{told['walks'][0]['id']}').then((answer) => answer.json())")
    assert (opened["kept_steps"], opened["walk"]["steps"]) == (0, 480)
    page.goto(f"{living.address}#history/walk/{told['walks'][0]['id']}")
    expect(page.get_by_text("Of 480 steps 0 are still kept one by one")).to_be_visible()
