"""Whether the insoles can vibrate at steps: each connects, and vibrates once for somebody to feel."""

import asyncio
from collections.abc import Iterator
from functools import partial

from hub.config import Config, DeviceConfig, WearerConfig
from hub.doctor.finding import Finding, note, ok, problem, warning
from hub.intake import Intake
from hub.packets import Arrival
from hub.radio import Bluetooth, Radio
from hub.service.answer import answer
from hub.service.configured import device_spec
from hub.service.cues import settings_of
from hub.service.vibration import NO_MOTOR, Vibrations
from sensors.driver import Action, Driver
from sensors.haptics import vibrating
from sensors.layout import Role

WITHIN_S = 20.0
"""So long it may take to find the insoles, to set them up and to ask for their motors."""

APART_S = 0.5
"""One after another, so that whoever wears them can tell which it was."""

Key = tuple[str, Role]


async def vibration(config: Config, bluetooth: Bluetooth, within_s: float = WITHIN_S) -> list[Finding]:
    """Have each insole that is to vibrate at steps do so once. Not while a hub is connected to them."""
    wanted = list(_wanted(config))
    if not wanted:
        return []
    trial = _Trial(config, bluetooth, wanted)
    await trial.run(within_s)
    return [_finding(wearer, device, trial, within_s) for wearer, device in wanted]


def vibration_of_running_hub(config: Config) -> list[Finding]:
    """It holds the insoles, so that nobody else can have them vibrate."""
    what, remedy = "the running hub holds the insoles that are to vibrate", "stop it to have each vibrate once"
    return [note("vibration", what, remedy)] if any(_wanted(config)) else []


def _wanted(config: Config) -> Iterator[tuple[WearerConfig, DeviceConfig]]:
    for wearer in config.wearers:
        if wearer.cues.vibrates:
            yield from ((wearer, device) for device in wearer.trained_insoles)


class _Trial:
    """A hub that is no more than links. ``came``: of each insole that was tried, what kept it; empty: nothing."""

    def __init__(self, config: Config, bluetooth: Bluetooth, wanted: list[tuple[WearerConfig, DeviceConfig]]) -> None:
        self.came: dict[Key, str] = {}
        self._left = {(wearer.nickname, device.role) for wearer, device in wanted}
        self._kinds = {wearer.nickname: settings_of(wearer.cues).on for wearer, _ in wanted}
        self._intakes = {
            wearer.nickname: Intake("doctor", wearer.wearer(), [device.role for device in wearer.trained_insoles])
            for wearer, _ in wanted
        }
        self._radio = Radio(bluetooth, [device_spec(*one) for one in wanted], goodbye=self._goodbye)
        self._vibrations = Vibrations(config, self._radio, self._driver)
        self._next_s = 0.0

    async def run(self, within_s: float) -> None:
        """Until each has vibrated, or the time is over."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._radio.run(), name="doctor's radio")
            try:
                async with asyncio.timeout(within_s):
                    while self._left:
                        for arrival in await self._radio.inbox.take():
                            self._take(arrival)
            except TimeoutError:
                pass
            finally:
                await self._radio.stop()

    def _take(self, arrival: Arrival) -> None:
        result = self._intakes[arrival.wearer].feed(arrival)
        answer(self._radio, arrival, result)
        self._vibrations.see(arrival, has_samples=result.valid)
        key = (arrival.wearer, arrival.role)
        driver = vibrating(self._driver(*key))
        if key not in self._left or driver is None or arrival.arrival_s < self._next_s:
            return
        if driver.can_vibrate is False:
            self._come(key, NO_MOTOR)
            self._left.discard(key)
        elif driver.can_vibrate and (kind := self._kinds[arrival.wearer]) is not None:
            self._next_s = arrival.arrival_s + APART_S
            self._vibrations.give(arrival.wearer, kind, arrival.role.side, partial(self._come, key))

    def _come(self, key: Key, trouble: str) -> None:
        self.came[key] = trouble
        if not trouble:
            self._left.discard(key)

    def _driver(self, nickname: str, role: Role) -> Driver | None:
        return self._intakes[nickname].driver(role)

    def _goodbye(self, nickname: str, role: Role) -> tuple[Action, ...]:
        return self._intakes[nickname].farewells().get(role, ())


def _finding(wearer: WearerConfig, device: DeviceConfig, trial: _Trial, within_s: float) -> Finding:
    who = f"{wearer.nickname} {device.role.value}".replace("_", " ")
    trouble = trial.came.get((wearer.nickname, device.role))
    if trouble is None:
        what = f"{who} did not connect and tell its motors within {within_s:g} s, so it has not vibrated"
        return warning("vibration", what, "see the sensors above; docs/devices.md says which devices have motors")
    if not trouble:
        return ok("vibration", f"{who} has just vibrated; was it felt?")
    cause, _, remedy = trouble.partition("; ")
    return problem("vibration", f"{who} cannot vibrate: {cause}", remedy or "put it on the charger and try again")
