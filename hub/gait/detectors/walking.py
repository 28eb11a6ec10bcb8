"""When walking starts and stops, whatever its kind: a bout goes on through turns and stairs."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from statistics import median

from hub.gait.detector import Handler, Output
from hub.gait.facts import InitialContact, Walking
from hub.gait.legs import Legs
from hub.gait.timeline import Later
from sensors.layout import Side


@dataclass(frozen=True, slots=True)
class WalkingParams:
    """When contacts are walking."""

    contacts: int = 3  # alternating initial contacts ... (our choice)
    within_s: float = 4.0  # the contacts that make a walk come within this time (our choice)
    one_leg_within_s: float = 6.0  # where one leg alone is seen: as many strides
    step_shortest_s: float = 0.15  # both legs at once are no steps (our choice)
    pause_strides: float = 1.5  # no contact for this many of the usual strides ends it (our choice)
    pause_shortest_s: float = 2.0  # and at least this (our choice)
    strides_kept: int = 9  # strides whose median is usual


@dataclass(frozen=True, slots=True)
class _Pause:
    """Timer: has there been a contact meanwhile?"""


class WalkingDetector:
    """Tells when walking starts, dated at its first contact, and when it stops, dated at its last."""

    def __init__(self, legs: Legs, params: WalkingParams) -> None:
        self._params = params
        self._legs = legs
        self._recent: deque[InitialContact] = deque(maxlen=params.contacts)
        self._stride_s: deque[float] = deque(maxlen=params.strides_kept)
        self._contact_s = {Side.LEFT: -inf, Side.RIGHT: -inf}
        self._last_s = -inf
        self._walking = False

    def handlers(self) -> Mapping[type, Handler]:
        """Contacts, and own timers."""
        handlers: dict[type, Callable[..., list[Output]]] = {InitialContact: self._contact, _Pause: self._pause}
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """The end of the recording ends the walk."""
        return self._stop() if self._walking else []

    def _contact(self, contact: InitialContact, now_s: float) -> list[Output]:
        params = self._params
        stride_s = contact.time_s - self._contact_s[contact.side]
        if stride_s < params.one_leg_within_s / (params.contacts - 1):
            self._stride_s.append(stride_s)
        self._contact_s[contact.side] = contact.time_s
        self._recent.append(contact)
        self._last_s = max(self._last_s, contact.time_s)
        if self._walking or not self._alternating(now_s):
            return []
        self._walking = True
        start_s = min(each.time_s for each in self._recent)
        return [Walking(walking=True, time_s=start_s), Later(self._pause_until_s(), _Pause())]

    def _pause_until_s(self) -> float:
        """Without a contact up to then, walking is over."""
        usual_s = median(self._stride_s) if self._stride_s else 0.0
        return self._last_s + max(self._params.pause_shortest_s, self._params.pause_strides * usual_s)

    def _alternating(self, now_s: float) -> bool:
        recent = sorted(self._recent, key=lambda contact: contact.time_s)
        if len(recent) < self._params.contacts:
            return False
        lasted_s = recent[-1].time_s - recent[0].time_s
        if len(self._legs.watched(now_s)) == 1:
            return lasted_s <= self._params.one_leg_within_s
        turns = all(
            one.side is not two.side and two.time_s - one.time_s >= self._params.step_shortest_s
            for one, two in pairwise(recent)
        )
        return turns and lasted_s <= self._params.within_s

    def _pause(self, pause: _Pause, now_s: float) -> list[Output]:
        until_s = self._pause_until_s()
        return self._stop() if now_s >= until_s else [Later(until_s, pause)]

    def _stop(self) -> list[Output]:
        self._walking = False
        self._recent.clear()
        return [Walking(walking=False, time_s=self._last_s)]
