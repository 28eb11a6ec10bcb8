"""Pictures of the page for docs/page.md: ``python -m tests.page.pictures``. The walker and the weeks are simulated."""

import re
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, expect

from hub.app import Hub
from hub.demo import AFFECTED, DEVICES, WEARER
from hub.journal.day import DaySummary
from hub.page import Role
from hub.radio.virtual.scenario import Scenario
from hub.service.settings import LISTEN_S
from sensors.walker import Mistake
from tests.page.living import PATIENCE_S, LivingHub, chromium, living_hub, paired, trip
from tests.page.past import put_aids, put_exercises, put_walk, walked
from tests.page.settled import SettledHub, settled_hub

FOLDER = Path(__file__).parents[2] / "docs" / "page"
PHONE, TABLET = (390, 844), (1180, 820)
WRONG_FOOT = Scenario(DEVICES, affected_side=AFFECTED, plays="calibration", mistakes=frozenset({Mistake.OTHER_FOOT}))
WALKED_S = 45.0
"""So long the walker walks before the pictures."""
CLIP_S = 14.0
"""A trip's clip is there after this."""
PAST_TRIP = "past1"

PICTURES = (
    ("phone-light", PHONE, "light", "en-GB", ""),
    ("phone-dark", PHONE, "dark", "de-DE", ""),
    ("tablet-light", TABLET, "light", "de-DE", ""),
    ("tablet-dark", TABLET, "dark", "en-GB", ""),
    ("tablet-history", TABLET, "light", "en-GB", "#history"),
)


def main() -> None:
    """Walk, look, and keep the pictures."""
    FOLDER.mkdir(exist_ok=True)
    expect.set_options(timeout=PATIENCE_S * 1000)
    with tempfile.TemporaryDirectory() as state, living_hub(Path(state)) as living, chromium() as browser:
        weeks(living)
        put_aids(living)
        put_exercises(living)
        walk = put_walk(living, walked(), 900.0)
        time.sleep(WALKED_S - CLIP_S)
        answer_all(living)  # else it joins the trip of that walk
        trip(living, PAST_TRIP)
        time.sleep(CLIP_S)
        for name, size, colours, language, view in PICTURES:
            answer_all(living)
            take(browser, living, name, size, colours, language, view)
        past(living, browser, walk)
        trip(living, "trip1")
        take(browser, living, "phone-alert", PHONE, "light", "en-GB", "", wait_for="I'm fine")
        take(browser, living, "tablet-contrast", TABLET, "contrast", "en-GB", "", wait_for="I'm fine")
    with tempfile.TemporaryDirectory() as state, living_hub(Path(state), WRONG_FOOT) as living, chromium() as browser:
        calibrate(living, browser)
    with tempfile.TemporaryDirectory() as home, settled_hub(Path(home)) as settled, chromium() as browser:
        settle(settled, browser)


def settle(settled: SettledHub, browser: Browser) -> None:
    """The owner's settings, with a sensor that was found, on a tablet; in German on a phone."""
    for name, (width, height), language in (("tablet-settings", TABLET, "en-GB"), ("phone-settings", PHONE, "de-DE")):
        context = paired(browser, settled, Role.OWNER, viewport={"width": width, "height": height}, locale=language)
        page = context.new_page()
        page.goto(f"{settled.address}#settings")
        if name == "tablet-settings":
            page.get_by_role("button", name="Add somebody").click()
            page.get_by_label("Name").fill("Ben")
            page.get_by_label("Address of the service").fill("ntfys://ntfy.sh/a-topic-that-nobody-guesses")
            page.locator("form.contact").get_by_role("button").click()
            expect(page.get_by_role("article", name="Ben")).to_be_visible()
            page.locator("#set_scan").click()
        expect(page.get_by_role("article").first).to_contain_text(re.compile("data come in|Daten kommen"))
        page.wait_for_timeout(1000 * (LISTEN_S + 1))
        keep(page, name)
        context.close()


def past(living: LivingHub, browser: Browser, walk: str) -> None:
    """A walk on a tablet, and the moment of a trip on a tablet and, in German, on a phone."""
    clip = f"/incident/{PAST_TRIP}"
    views = (
        ("tablet-walk", TABLET, "light", "en-GB", f"/walk/{walk}"),
        ("tablet-clip", TABLET, "light", "en-GB", clip),
        ("phone-clip", PHONE, "dark", "de-DE", clip),
    )
    for name, (width, height), colours, language, view in views:
        viewport = {"width": width, "height": height}
        context = paired(browser, living, Role.OWNER, viewport=viewport, color_scheme=colours, locale=language)
        page = context.new_page()
        page.goto(f"{living.address}#history{view}")
        if view == clip:
            page.locator("[data-do='event']").click()
        expect(page.locator("#walk_title, #incident .when").first).to_be_visible()
        page.wait_for_timeout(1500)
        keep(page, name)
        context.close()


def calibrate(living: LivingHub, browser: Browser) -> None:
    """The zero alone, with the wrong foot at first, as a phone and a tablet show it."""
    views = {"phone": (PHONE, "de-DE"), "tablet": (TABLET, "en-GB")}
    pages = {}
    for name, ((width, height), language) in views.items():
        context = paired(browser, living, Role.OWNER, viewport={"width": width, "height": height}, locale=language)
        pages[name] = context.new_page()
        pages[name].goto(f"{living.address}#calibration")
        expect(pages[name].locator("#cal_silent")).to_be_visible()
    phone, tablet = pages["phone"], pages["tablet"]
    living.ask(lambda hub: hub.radio.resume(wearer=WEARER))
    expect(tablet.locator("#cal_zero")).to_be_enabled()
    tablet.locator("#cal_zero").click()
    expect(phone.locator("#cal_why")).to_be_visible()
    keep(phone, "phone-refused")
    expect(tablet.locator("#cal_said")).to_contain_text("Hold it: 2")
    keep(tablet, "tablet-calibration")
    expect(tablet.locator("#cal_end")).to_be_visible()
    keep(tablet, "tablet-calibrated")


def keep(page: Page, name: str, *, full_page: bool = True) -> None:
    """The page as a picture."""
    page.screenshot(path=FOLDER / f"{name}.png", full_page=full_page)
    (FOLDER / f"{name}.png").chmod(0o644)


def answer_all(living: LivingHub) -> None:
    """What the walker has tripped over so far is said not to have happened."""

    def answered(hub: Hub) -> None:
        desk = hub._caregivers.desk
        for alert in desk.of_wearer(WEARER):
            hub._caregivers._keep(desk.label(WEARER, alert.id, False, "", time.time_ns()))

    living.ask(answered)


def weeks(living: LivingHub) -> None:
    """Eight weeks that get better, as they may."""
    rng = np.random.default_rng(1)
    today = datetime.now(UTC).astimezone().date()
    for days in range(55, 0, -1):
        if rng.random() < 0.1:
            continue  # nothing was worn
        share = round(float(np.clip(70 - 0.5 * days + rng.normal(0, 5), 5, 95)), 1)
        summary = DaySummary(
            (today - timedelta(days=days)).isoformat(),
            steps=(steps := int(rng.integers(900, 3500))),
            judged_steps=steps // 2,
            good_step_pct=share,
            drags=int(rng.poisson(days / 3 + 4)),
            trips=int(rng.poisson(0.15)),
            walks=int(rng.integers(4, 14)),
            walking_min=steps / 90,
        )
        living.put_day(summary)


def take(
    browser: Browser,
    living: LivingHub,
    name: str,
    size: tuple[int, int],
    colours: str,
    language: str,
    view: str,
    wait_for: str = "",
) -> None:
    """One picture."""
    viewport = {"width": size[0], "height": size[1]}
    scheme = "light" if colours == "contrast" else colours
    context = paired(browser, living, Role.OWNER, viewport=viewport, color_scheme=scheme, locale=language)
    page: Page = context.new_page()
    page.goto(living.address + view)
    if colours == "contrast":
        page.locator("#theme").select_option(colours)
    if wait_for:
        expect(page.get_by_role("button", name=wait_for)).to_be_visible()
    page.wait_for_timeout(2500)
    keep(page, name, full_page=not wait_for)
    context.close()


if __name__ == "__main__":
    main()
