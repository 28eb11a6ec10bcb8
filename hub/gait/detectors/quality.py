"""How far the events can be trusted: what cannot be done with these sensors, and what went wrong with their data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hub.events import Kind
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.feed import LateSamples, SampleHole, SensorBack, SensorSilent
from hub.gait.kept_calibration import Doubt, Remedy
from hub.gait.names import NAMES
from hub.gait.signals.cells import CellStuck
from hub.gait.signals.insole import Loaded, Unloaded, ZeroDoubted
from hub.gait.signals.loadscale import FEWEST_CELLS
from hub.gait.signals.shank import StrapSlipped, WornOtherwise
from hub.gait.timeline import Later
from hub.session import InsoleSpec, Session
from sensors.layout import LoadUnit, Region, Role, Side

REMEDIES = {
    Remedy.RE_ZERO: "zero it again (insole-hub calibrate --re-zero)",
    Remedy.RE_FIT: "calibrate again (insole-hub calibrate)",
}


@dataclass(frozen=True, slots=True)
class QualityParams:
    """When a silence is a loss, and an insole not worn."""

    lost_s: float = 5.0  # a sensor that is silent for longer is told again, as lost
    not_worn_s: float = 60.0  # no load: sitting with the leg up lasts less (our choice)
    slow_hz: float = 90.0  # below, the order of heel and forefoot is coarse (our choice)
    crude_hz: float = 40.0  # below, drags and slaps are not seen


def limits(session: Session, params: QualityParams) -> list[tuple[Role | None, str]]:
    """What cannot be done with a session's sensors, and why, in words; with the sensor concerned where it is one."""
    found: list[tuple[Role | None, str]] = []
    roles = set(session.sensors)
    insoles = {role.side for role in roles if role.is_insole}
    shins = {role.side for role in roles if not role.is_insole}
    for side in (Side.LEFT, Side.RIGHT):
        if side not in insoles | shins:
            found.append((None, f"no sensor on the {side} leg: no steps, symmetry or double support"))
        elif side not in insoles:
            found.append((None, f"no {side} insole: no strike, toe-first contact or toe drag on that side"))
        elif side not in shins and session.wearer.is_affected(side):
            found.append((None, f"no {side} shin sensor: trips of that leg are found late and less surely"))
    for role, spec in session.sensors.items():
        if isinstance(spec, InsoleSpec):
            found += [(role, text) for text in _insole_limits(spec, params)]
        elif not spec.accelerometer:
            found.append((role, "no accelerometer: no shank angle at contact"))
        if spec.rate_hz < params.crude_hz:
            found.append((role, f"{spec.rate_hz:.0f} samples a second: coarse times; slaps, brief drags, trips missed"))
    return found


def _insole_limits(spec: InsoleSpec, params: QualityParams) -> list[str]:
    regions = {cell.region for cell in spec.cells}
    found = []
    if Region.HEEL not in regions:
        found.append("no cell under the heel: no strike and no toe-first contact")
    if not regions & {Region.FOREFOOT, Region.TOES}:
        found.append("no cell under the forefoot: no strike, toe-first contact or toe drag")
    if spec.unit is LoadUnit.ON_OFF:
        found.append("on/off cells: no loads, no slaps, and a drag only where it closes a switch")
    elif len(spec.cells) < FEWEST_CELLS:
        found.append("fewer than three cells: no loads, no slaps, and a drag only where two signs tell it")
    if params.crude_hz <= spec.rate_hz < params.slow_hz:
        found.append(f"{spec.rate_hz:.0f} samples a second: flat contacts are told beyond 30 ms only, slaps are not")
    return found


@dataclass(frozen=True, slots=True)
class _Lost:
    """Timer: is the sensor still silent?"""

    role: Role
    since_s: float


@dataclass(frozen=True, slots=True)
class _NotWorn:
    """Timer: has the foot been loaded meanwhile?"""

    side: Side


class QualityDetector:
    """Reports limits at the start, then silences, losses, late data, slipped straps, learning and doubts of a fit."""

    def __init__(
        self,
        session: Session,
        make: EventMaker,
        params: QualityParams,
        *,
        calibrated: set[Role],
        doubts: Sequence[Doubt] = (),
    ) -> None:
        self._doubts = doubts
        self._make = make
        self._params = params
        self._session = session
        self._begun = False
        self._silent: dict[Role, float] = {}
        self._lost: set[Role] = set()
        self._air: dict[Side, float] = {}
        self._late_n = 0
        self._watched: set[Side] = set()
        self._learning = {role for role, spec in session.sensors.items() if isinstance(spec, InsoleSpec)} - calibrated

    def handlers(self) -> Mapping[type, Handler]:
        """Whatever befalls a sensor."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            SensorBack: self._back,
            SensorSilent: self._went_silent,
            SampleHole: self._hole,
            LateSamples: self._late,
            StrapSlipped: self._slipped,
            WornOtherwise: self._worn_otherwise,
            CellStuck: self._stuck,
            ZeroDoubted: self._zero_doubted,
            Loaded: self._loaded,
            Unloaded: self._unloaded,
            _Lost: self._still_silent,
            _NotWorn: self._still_unloaded,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """Nothing is left open."""
        return []

    def _say(
        self, role: Role | None, issue: str, reason: str, times_s: tuple[float, float], nth: int = 0, **measures: float
    ) -> Output:
        """``nth``: of those that may say the same of the same time."""
        side = Side.BOTH if role is None else role.side
        fields = {"sensor": None if role is None else role.value, "issue": issue, "reason": reason, **measures}
        discriminator = f"{role}|{issue}|{reason}" + (f"|{nth}" if nth else "")
        time_s, now_s = times_s
        return self._make(Kind.QUALITY, side, time_s, now_s, fields=fields, discriminator=discriminator)

    def _back(self, mark: SensorBack, now_s: float) -> list[Output]:
        said: list[Output] = []
        if not self._begun:
            self._begun = True
            found = limits(self._session, self._params)
            said += [self._say(role, "cannot", reason, (now_s, now_s)) for role, reason in found]
            said += [self._say_doubt(doubt, now_s) for doubt in self._doubts]
        if mark.since_s is None:
            if mark.role in self._learning:
                reason = f"{NAMES[mark.role]}: zero and usual load are being learnt; contacts are less sure meanwhile"
                said.append(self._say(mark.role, "learning", reason, (now_s, now_s)))
            return said
        self._silent.pop(mark.role, None)
        if mark.role in self._lost:
            self._lost.remove(mark.role)
            reason = f"{NAMES[mark.role]} is back after {now_s - mark.since_s:.0f} s"
            said.append(self._say(mark.role, "sensor_back", reason, (now_s, now_s), duration_s=now_s - mark.since_s))
        return said

    def _went_silent(self, mark: SensorSilent, now_s: float) -> list[Output]:
        self._silent[mark.role] = mark.time_s
        if mark.role.is_insole:
            self._air.pop(mark.role.side, None)
        reason = f"no data of the {NAMES[mark.role]}: what that foot does is not known until it is back"
        timer = Later(mark.time_s + self._params.lost_s, _Lost(mark.role, mark.time_s))
        return [self._say(mark.role, "gap", reason, (mark.time_s, now_s)), timer]

    def _still_silent(self, due: _Lost, now_s: float) -> list[Output]:
        if self._silent.get(due.role) != due.since_s:
            return []
        self._lost.add(due.role)
        reason = f"{NAMES[due.role]} lost: its foot is not watched"
        return [self._say(due.role, "sensor_lost", reason, (due.since_s, now_s))]

    def _hole(self, mark: SampleHole, now_s: float) -> list[Output]:
        lasted_ms = 1000 * (now_s - mark.time_s)
        reason = f"{lasted_ms:.0f} ms of the {NAMES[mark.role]} are missing: the step there is less sure"
        return [self._say(mark.role, "gap", reason, (mark.time_s, now_s), duration_s=now_s - mark.time_s)]

    def _late(self, mark: LateSamples, now_s: float) -> list[Output]:
        reason = f"{mark.count} samples of the {NAMES[mark.role]} came too late or were no numbers, and were dropped"
        self._late_n += 1
        return [self._say(mark.role, "late_data", reason, (now_s, now_s), self._late_n, count=mark.count)]

    def _slipped(self, mark: StrapSlipped, now_s: float) -> list[Output]:
        reason = f"the {NAMES[mark.role]} has turned by {mark.moved_deg:.0f} degrees on the leg: tighten its strap"
        return [self._say(mark.role, "strap_slipped", reason, (now_s, now_s))]

    def _worn_otherwise(self, mark: WornOtherwise, now_s: float) -> list[Output]:
        reason = f"it sits {mark.moved_deg:.0f} degrees turned from where it was calibrated, so lengths may be wrong"
        return [self._say_doubt(Doubt(mark.role, Remedy.RE_FIT, reason), now_s)]

    def _zero_doubted(self, mark: ZeroDoubted, now_s: float) -> list[Output]:
        return [self._say_doubt(Doubt(mark.side.insole, Remedy.RE_ZERO, mark.reason), now_s)]

    def _say_doubt(self, doubt: Doubt, now_s: float) -> Output:
        reason = f"{NAMES[doubt.role]}: {doubt.reason}; {REMEDIES[doubt.remedy]}"
        return self._say(doubt.role, doubt.remedy.value, reason, (now_s, now_s))

    def _stuck(self, mark: CellStuck, now_s: float) -> list[Output]:
        role = mark.side.insole
        reason = f"{NAMES[role]}: cell {mark.cell + 1} is stuck; it is left out, and strikes there are less sure"
        return [self._say(role, "cell_stuck", reason, (mark.time_s, now_s))]

    def _loaded(self, mark: Loaded, now_s: float) -> list[Output]:
        self._air.pop(mark.side, None)
        return []

    def _unloaded(self, mark: Unloaded, now_s: float) -> list[Output]:
        self._air[mark.side] = mark.time_s
        if mark.side in self._watched:
            return []
        self._watched.add(mark.side)
        return [Later(mark.time_s + self._params.not_worn_s, _NotWorn(mark.side))]

    def _still_unloaded(self, due: _NotWorn, now_s: float) -> list[Output]:
        since_s = self._air.get(due.side)
        if since_s is not None and now_s < since_s + self._params.not_worn_s:
            return [Later(since_s + self._params.not_worn_s, due)]
        self._watched.discard(due.side)
        if since_s is None:
            return []
        role = due.side.insole
        reason = f"{NAMES[role]} has borne no load for {self._params.not_worn_s:.0f} s: not worn, or the leg is up"
        return [self._say(role, "not_worn", reason, (since_s, now_s))]
