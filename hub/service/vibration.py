"""Insoles that vibrate at steps, in the running hub. Now or never: no link waits for it or breaks over it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from hub.config import Config
from hub.cues.settings import CueKind
from hub.cues.vibration import pattern
from hub.packets import Arrival
from hub.radio import Radio
from sensors.driver import Driver
from sensors.haptics import vibrating
from sensors.layout import Role, Side

logger = logging.getLogger(__name__)

ASK_AGAIN_S = 1.0
ASK_N = 10
"""An insole is asked so often, on each connection, which motors it has."""

NO_MOTOR = "it says that it has no motor; take vibration out of the wearer's cues.by"
TELLS_NOTHING = "it does not tell which motors it has: its firmware is not one that the hub knows (docs/devices.md)"

Told = Callable[[str], None]
"""Gets why an insole has not vibrated, or an empty text where it has."""


@dataclass(slots=True)
class VibrationStats:
    """Counts since the hub started."""

    given_n: int = 0
    """Vibrations that an insole has acknowledged."""
    missed_n: int = 0
    """Those that an insole could not be given at once."""


@dataclass(slots=True)
class _Motors:
    """What the hub has done about one insole's motors on the present connection."""

    connection: int = 0
    asked_n: int = 0
    ask_s: float = float("-inf")
    is_settled: bool = False
    is_told: bool = False
    """Whether the log says that it does not vibrate."""


class Vibrations:
    """The insoles of all wearers who want them to vibrate.

    Parameters
    ----------
    driver_of : of the device that a wearer has connected in a role; None where there is none.
    """

    def __init__(self, config: Config, radio: Radio, driver_of: Callable[[str, Role], Driver | None]) -> None:
        self.stats = VibrationStats()
        self._radio = radio
        self._driver_of = driver_of
        self._motors: dict[tuple[str, Role], _Motors] = {}
        self.use(config)

    def use(self, config: Config) -> None:
        """Vibrate as this says from now on."""
        self._strengths_pct = {wearer.nickname: wearer.cues.strength_pct for wearer in config.wearers}
        wanted = [
            (wearer.nickname, device.role)
            for wearer in config.wearers
            if wearer.cues.vibrates
            for device in wearer.trained_insoles
        ]
        self._motors = {key: self._motors.get(key, _Motors()) for key in wanted}

    def see(self, arrival: Arrival, *, has_samples: bool) -> None:
        """Ask an insole that has begun to send which motors it has."""
        key = (arrival.wearer, arrival.role)
        motors = self._motors.get(key)
        if motors is None or not has_samples:
            return
        if motors.connection != arrival.connection:
            motors = self._motors[key] = _Motors(arrival.connection)
        if not motors.is_settled and arrival.arrival_s >= motors.ask_s:
            self._ask(motors, *key, arrival.arrival_s)

    def give(self, nickname: str, kind: CueKind, side: Side, told: Told = lambda _trouble: None) -> None:
        """Have the insole of a foot vibrate at once, or count that it could not."""
        role = side.insole
        driver = vibrating(self._driver_of(nickname, role))
        come = partial(self._come, nickname, role, told)
        if driver is None:
            come("it is not connected")
        elif (write := driver.vibrate(*pattern(kind, self._strengths_pct[nickname]))) is None:
            come(NO_MOTOR if driver.can_vibrate is False else "it has not told yet which motors it has")
        elif not self._radio.try_now(role, write, come, wearer=nickname):
            come("its link is busy")

    def _ask(self, motors: _Motors, nickname: str, role: Role, now_s: float) -> None:
        if (driver := vibrating(self._driver_of(nickname, role))) is None:
            return
        question = driver.ask_motors()
        motors.is_settled = question is None or motors.asked_n == ASK_N
        if question is not None and not motors.is_settled:
            if self._radio.try_now(role, question, lambda _trouble: None, wearer=nickname):
                motors.asked_n += 1
                motors.ask_s = now_s + ASK_AGAIN_S
        elif not driver.can_vibrate:
            motors.is_told = True
            logger.warning("%s %s cannot vibrate: %s", nickname, role.value, TELLS_NOTHING if question else NO_MOTOR)

    def _come(self, nickname: str, role: Role, told: Told, trouble: str) -> None:
        self.stats.given_n += not trouble
        self.stats.missed_n += bool(trouble)
        motors = self._motors.get((nickname, role))
        if trouble and motors is not None and motors.is_settled and not motors.is_told:
            motors.is_told = True
            logger.warning(
                "%s %s has not vibrated at a step: %s; further ones are counted", nickname, role.value, trouble
            )
        told(trouble)
