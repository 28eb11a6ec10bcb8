"""The demo: the whole hub, and in a process of its own the air with emulated sensors on a walker with foot drop."""

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live as Screen

from hub.app import Hub
from hub.config import Config
from hub.config.schema import default_state_dir
from hub.radio import LinkState
from hub.radio.virtual.process import air_process
from hub.radio.virtual.scenario import Scenario, ScenarioDevice
from hub.service.at_home import WearerAtHome
from hub.terminal import LinkLine, plain_lines, screen
from sensors.layout import Role, Side

WEARER = "demo"
AFFECTED = Side.LEFT
DEVICES = (
    ScenarioDevice(Role.LEFT_INSOLE, "orphe_insole", "C0:FF:EE:00:00:01", battery_pct=87.0),
    ScenarioDevice(Role.RIGHT_INSOLE, "orphe_insole", "C0:FF:EE:00:00:02", battery_pct=91.0),
    ScenarioDevice(Role.LEFT_SHIN, "witmotion", "C0:FF:EE:00:00:03", battery_pct=74.0),
)

USUAL_PORT = 1883
USUAL_PAGE_PORT = 8330
REDRAW_S = 1.0
NEWS_S = 0.1


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How the demo runs; None takes the default."""

    minutes: float | None = None
    seed: int = 1
    port: int | None = None
    page_port: int | None = None
    broker: tuple[str, int] | None = None
    state_dir: Path | None = None
    plain: bool = False
    record: bool = False


async def run_demo(options: DemoOptions) -> None:
    """Run until the time is up or Ctrl-C, then print a summary.

    Raises
    ------
    InsoleHubError
        The virtual radio, the journal or the broker cannot be had.
    """
    config = demo_config(options)
    console = Console()
    async with air_process(Scenario(DEVICES, affected_side=AFFECTED, seed=options.seed)) as air:
        hub = Hub(config, air.bluetooth)
        hub.stop_on_signals()
        running = asyncio.create_task(hub.run(), name="hub")
        started = asyncio.create_task(hub.started.wait(), name="start")
        try:
            await asyncio.wait({running, started}, return_when=asyncio.FIRST_COMPLETED)
            if started.done():
                if options.minutes is not None:
                    asyncio.get_running_loop().call_later(options.minutes * 60, hub.stop)
                where = where_to_look(hub)
                view = _plain(hub, where, air.start_s) if options.plain else _drawn(hub, where, air.start_s, console)
                async with view:
                    await asyncio.wait({running})
        finally:
            started.cancel()
            running.cancel()
            await asyncio.wait({started, running})
        await running
    console.print(summary(hub), highlight=False, markup=False, soft_wrap=True)


def demo_config(options: DemoOptions) -> Config:
    """The configuration that a person with these sensors would write."""
    settings: dict[str, Any] = {
        "hub": {"name": "demo", "state_dir": options.state_dir or default_state_dir() / "demo"},
        "broker": {"port": _free_or_any(options.port, USUAL_PORT)},
        "page": {"port": _free_or_any(options.page_port, USUAL_PAGE_PORT)},
        "recording": {"raw": options.record},
        "wearers": [
            {
                "nickname": WEARER,
                "affected_side": AFFECTED.value,
                "devices": [
                    {"role": device.role, "type": device.device_key, "address": device.address} for device in DEVICES
                ],
            }
        ],
    }
    if options.broker is not None:
        host, port = options.broker
        settings["mqtt"] = {"host": host, "port": port, "home_assistant": {"enabled": False}}  # no home of a demo's
    return Config.model_validate(settings)


def _free_or_any(wanted: int | None, usual: int) -> int:
    """The wanted port; else the usual one, or any where another program has that."""
    if wanted is not None:
        return wanted
    with socket.socket() as probe:
        return 0 if probe.connect_ex(("127.0.0.1", usual)) == 0 else usual


def where_to_look(hub: Hub) -> str:
    """What to open and what to type to see what happens."""
    assert hub.broker is not None
    host = "" if hub.broker.host == "127.0.0.1" else f"-h {hub.broker.host} "
    port = "" if hub.broker.port == USUAL_PORT else f"-p {hub.broker.port} "
    page = "" if hub.page_port is None else f"page: http://127.0.0.1:{hub.page_port}\n"
    return f"{page}events: mosquitto_sub {host}{port}-v -t '{hub.topics.base}/#'\njournal: {hub.journal_path}"


def link_lines(hub: Hub) -> list[LinkLine]:
    """The links of the demo's wearer as a person reads them."""
    incoming = hub.wearers[WEARER].pipeline.intake.status(time.monotonic())
    return [
        LinkLine(
            link.role,
            link.state.value,
            incoming[link.role].rate_hz,
            incoming[link.role].loss_pct,
            link.facts.battery_pct,
        )
        for link in hub.radio.status()
    ]


@asynccontextmanager
async def _drawn(hub: Hub, where: str, start_s: float, console: Console) -> AsyncIterator[None]:
    footer = f"{where}\nCtrl-C ends. Simulated walker and sensors; an aid, not a medical device."
    wearer = hub.wearers[WEARER]

    links = link_lines(hub)

    def picture() -> Any:
        nonlocal links
        if not hub.stopping:  # the end of a link at the end is no news
            links = link_lines(hub)
        width, height = console.size
        return screen(wearer.live, links, start_s, footer, width=width, height=height)

    with Screen(picture(), console=console, auto_refresh=False, transient=False) as view:
        async with _every(REDRAW_S, lambda: view.update(picture(), refresh=True)):
            yield


@asynccontextmanager
async def _plain(hub: Hub, where: str, start_s: float) -> AsyncIterator[None]:
    _say(f"{where}\nSimulated walker and sensors; an aid, not a medical device.\n")
    news = _News(hub, hub.wearers[WEARER], start_s)
    async with _every(NEWS_S, news.say):
        yield


@asynccontextmanager
async def _every(period_s: float, do: Callable[[], object]) -> AsyncIterator[None]:
    async def repeat() -> None:
        while True:
            do()
            await asyncio.sleep(period_s)

    task = asyncio.create_task(repeat(), name="view")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
        do()


class _News:
    """Says what has happened since it was last asked."""

    def __init__(self, hub: Hub, wearer: WearerAtHome, start_s: float) -> None:
        self._hub = hub
        self._live = wearer.live
        self._start_s = start_s
        self._states: dict[Role, LinkState] = {}
        self._said_n = 0

    def say(self) -> None:
        """Print new link states and events as lines."""
        for link in () if self._hub.stopping else self._hub.radio.status():
            if link.state is not self._states.get(link.role):
                self._states[link.role] = link.state
                passed_s = link.since_s - self._start_s
                _say(f"{passed_s:8.2f} s  {link.role.value.replace('_', ' ')}: {link.state.value.replace('_', ' ')}\n")
        new_n = self._live.told_n - self._said_n
        self._said_n = self._live.told_n
        if new_n:
            _say("".join(f"{line}\n" for line in plain_lines(list(self._live.recent)[-new_n:], self._start_s)))


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def summary(hub: Hub) -> str:
    """What this run of the demo came to."""
    wearer = hub.wearers[WEARER]
    counts = wearer.live.counts
    assert hub.publisher is not None
    published = hub.publisher.stats
    links = ", ".join(f"{line.role.value.replace('_', ' ')} {line.loss_pct:.1f} % lost" for line in link_lines(hub))
    strikes = ", ".join(f"{counts[f'strike {strike}']} {strike}" for strike in ("heel", "flat", "toe"))
    said = (
        f"{counts['toe_first']} toe-first events, {counts['toe_drag']} drags, {counts['toe_catch']} toe catches, "
        f"{counts['trip confirmed']} trips"
    )
    new_n, taken_n = hub.journal_stats.committed_n, published.acknowledged_n
    older = f", with at least {taken_n - new_n} that were left from before" if taken_n > new_n else ""
    kept = f"{new_n} new events in the journal, {taken_n} taken by the broker{older}"
    steps = f"walked {wearer.live.walked_s / 60:.1f} min, {counts['initial_contact']} steps: {strikes}"
    recorded = [f"recordings: {config.hub.state_dir / 'recordings'}"] if (config := hub.config).recording.raw else []
    return "\n".join(("", steps, said, kept, f"links: {links}", *recorded))
