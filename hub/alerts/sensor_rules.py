"""What about a wearer's sensors is worth an alert: silence while they are worn, and empty batteries. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from hub.alert import Rule
from hub.alerts.occurrence import Occurrence
from hub.alerts.policy import HOUR_S, NS
from sensors.layout import Role

CHARGED_PCT = 10.0
"""So much above the limit, a battery has been charged."""


@dataclass(frozen=True, slots=True)
class SensorSight:
    """One sensor as it is now.

    Parameters
    ----------
    streams : data come.
    is_missed : no data come, and nobody meant it so: it was not put to rest, paused, or taken by another app.
    battery_pct : its charge; None where it has not told.
    """

    role: Role
    streams: bool
    is_missed: bool
    battery_pct: float | None = None


@dataclass(frozen=True, slots=True)
class Over:
    """What an alert was about is over."""

    wearer: str
    rule: Rule
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class SensorParams:
    """When sensors are worth an alert.

    Parameters
    ----------
    battery_pct : a charge at or below this is low.
    one_missed_s : a sensor is silent for so long while others of the wearer tell that they are worn.
    all_missed_s : all are silent for so long, and were worn before; a walk to the shops looks like that too.
    """

    battery_pct: float = 15.0
    one_missed_s: float = 1800.0
    all_missed_s: float = 6 * HOUR_S


class SensorRules:
    """One wearer's sensors, looked at once a second."""

    def __init__(self, wearer: str, params: SensorParams | None = None) -> None:
        self._wearer = wearer
        self._params = params or SensorParams()
        self._was_worn = False
        self._missed_since_ns: dict[Role, int] = {}
        self._raised: dict[tuple[Role, Rule], bool] = {}

    def look(self, sights: Iterable[SensorSight], is_worn: bool, now_ns: int) -> Iterator[Occurrence | Over]:
        """What has become worth an alert, and what no longer is. ``is_worn`` as far as those that stream can tell."""
        sights = tuple(sights)
        some_stream = any(sight.streams for sight in sights)
        if some_stream:
            self._was_worn = is_worn
        for sight in sights:
            yield from self._look_for_silence(sight, some_stream, now_ns)
            yield from self._look_at_battery(sight, now_ns)

    def _look_for_silence(self, sight: SensorSight, some_stream: bool, now_ns: int) -> Iterator[Occurrence | Over]:
        if not sight.is_missed or not self._was_worn:
            self._missed_since_ns.pop(sight.role, None)
            if sight.streams:
                yield from self._over(sight.role, Rule.NO_DATA, "its data are back")
            return
        since_ns = min(self._missed_since_ns.setdefault(sight.role, now_ns), now_ns)  # a clock may be set back
        for_s = (now_ns - since_ns) / NS
        if for_s >= (self._params.one_missed_s if some_stream else self._params.all_missed_s):
            what = f"no data from the {_name(sight.role)} for {for_s / 60:.0f} min although it seems to be worn"
            yield from self._raise(sight.role, Rule.NO_DATA, what, now_ns)

    def _look_at_battery(self, sight: SensorSight, now_ns: int) -> Iterator[Occurrence | Over]:
        if sight.battery_pct is None:
            return
        if sight.battery_pct <= self._params.battery_pct:
            what = f"the battery of the {_name(sight.role)} is at {sight.battery_pct:.0f} %"
            yield from self._raise(sight.role, Rule.BATTERY, what, now_ns)
        elif sight.battery_pct >= self._params.battery_pct + CHARGED_PCT:
            yield from self._over(sight.role, Rule.BATTERY, "it is charged")

    def _raise(self, role: Role, rule: Rule, what: str, now_ns: int) -> Iterator[Occurrence]:
        if not self._raised.get((role, rule)):
            self._raised[role, rule] = True
            digest = blake2b(f"{self._wearer}|{role}|{rule}|{now_ns}".encode(), digest_size=10).hexdigest()
            yield Occurrence(digest, self._wearer, rule, what, now_ns, subject=role.value)

    def _over(self, role: Role, rule: Rule, reason: str) -> Iterator[Over]:
        if self._raised.get((role, rule), True):  # at the first look too: the alert may be of before a restart
            self._raised[role, rule] = False
            yield Over(self._wearer, rule, role.value, reason)


def _name(role: Role) -> str:
    return role.value.replace("_", " ")
