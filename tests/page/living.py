"""A whole hub on emulated sensors, in a thread of its own, with its page in Chromium."""

import asyncio
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from hub.app import Hub
from hub.config.cues import CuesConfig, SoundConfig
from hub.demo import AFFECTED, DEVICES, WEARER, DemoOptions, demo_config
from hub.events import Context, Event, Kind
from hub.journal.day import DaySummary
from hub.page import FOLDER, Role, Visitor, make_code
from hub.radio.virtual.process import air_process
from hub.radio.virtual.scenario import Scenario
from sensors.layout import Side

Answer = TypeVar("Answer")
PATIENCE_S = 120.0
WALKS = Scenario(DEVICES, affected_side=AFFECTED, plays="walks")


class LivingHub:
    """A hub that can be stopped and started again, and asked from the test's thread."""

    hub: Hub

    def __init__(self, state_dir: Path, scenario: Scenario) -> None:
        self.state_dir = state_dir
        self._scenario = scenario
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def ask(self, tell: Callable[[Hub], Answer]) -> Answer:
        """What the hub says, asked on its own thread."""

        async def asked() -> Answer:
            return tell(self.hub)

        return self.run(asked())  # type: ignore[no-any-return]

    def put_day(self, summary: DaySummary) -> None:
        """A day that is over, into the journal."""

        async def put() -> None:
            self.hub._journal.days.put(WEARER, 0, summary)
            await self.hub._journal.flush()

        self.run(put())

    def code(self, role: Role) -> str:
        return make_code(self.state_dir / FOLDER, Visitor(role), datetime.now(UTC))

    def start(self) -> None:
        self.run(self._start())
        self.port = self.hub.page_port or 0

    def stop(self) -> None:
        self.run(self._stop())

    async def _start(self) -> None:
        config = demo_config(DemoOptions(port=0, page_port=self.port, state_dir=self.state_dir))
        page = config.page.model_copy(update={"mode": "lan"})
        (wearer,) = config.wearers
        wearer = wearer.model_copy(update={"cues": CuesConfig(on="good_step", volume_pct=50.0)})
        lan = {"page": page, "wearers": (wearer,), "sound": SoundConfig(device="none")}
        self.hub = Hub(config.model_copy(update=lan), self._air.bluetooth)
        self._running = asyncio.create_task(self.hub.run())
        await self.hub.started.wait()
        if self._scenario.plays != "walks":  # who waits to be told what to do, waits for the page
            self.hub.radio.pause(PATIENCE_S, wearer=WEARER)

    async def _stop(self) -> None:
        self.hub.stop()
        await self._running

    @contextmanager
    def in_the_air(self) -> Iterator[None]:
        self._thread.start()
        entered = air_process(self._scenario)
        self._air = self.run(entered.__aenter__())
        try:
            self.start()
            yield
            self.stop()
        finally:
            self.run(entered.__aexit__(None, None, None))
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()


@contextmanager
def living_hub(state_dir: Path, scenario: Scenario = WALKS) -> Iterator[LivingHub]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.page.server.EVERYWHERE", "127.0.0.1")  # the home's network of a test is this machine
        living = LivingHub(state_dir, scenario)
        with living.in_the_air():
            yield living


@contextmanager
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        message = "Chromium is not installed (Debian: apt install chromium)"
        if os.environ.get("INSOLE_HUB_NO_SKIP") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def paired(browser: Browser, living: LivingHub, role: Role, **options: object) -> BrowserContext:
    """A browser with a device's cookie, got by the page's own form."""
    context = browser.new_context(**{"locale": "en-GB", **options})  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_S * 1000)
    page = context.new_page()
    page.goto(living.address)
    page.locator("#code").fill(living.code(role))
    page.locator("#pairing button").click()
    expect(page.locator("#good_title")).to_be_visible()
    page.close()
    return context


def good_step(living: LivingHub, ago_s: float = 0.1) -> None:
    at_s = time.monotonic() - ago_s
    fields = {"strike": "heel", "lead_ms": -60.0}
    step = Event(f"{at_s}", Kind.INITIAL_CONTACT, Side.LEFT, at_s, at_s, 0.9, fields, Context.WALKING)
    living.ask(lambda hub: hub.cues.see(WEARER, [step], time.time_ns()))


def trip(living: LivingHub, name: str) -> None:
    now_s = time.monotonic()
    happened = Event(name, Kind.TRIP, Side.LEFT, now_s, now_s, 0.9, {"stage": "confirmed"})
    living.ask(lambda hub: hub.watch.keep("demo", [happened]))
