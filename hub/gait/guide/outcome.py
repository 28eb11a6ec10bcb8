"""What comes of a guided calibration: a calibration of what was done, and words about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.events import Kind
from hub.gait.calibration import Calibration, Fit, InsoleCalibration, Part
from hub.gait.guide.found import Found
from hub.gait.guide.tasks import Task
from hub.gait.guide.walk import LIGHTER_PART, PEAK_OVER_WEIGHT
from hub.gait.guide.words import Said, say
from hub.gait.kept_calibration import KeptCalibration
from hub.gait.names import NAMES
from hub.gait.signals.loadscale import TOTAL
from hub.gait.timed_walk import TimedWalk, TimedWalkError, scaled_by_timed_walks
from hub.session import Session
from sensors.layout import Role, Side

DISTANCE_M = 10.0


@dataclass(frozen=True, slots=True)
class Timing:
    """How the walk was timed: by marks passed, or by a stopwatch. ``distance_m`` lies between the marks."""

    marks_s: tuple[float, ...] = ()
    seconds: tuple[float, ...] = ()
    distance_m: float = DISTANCE_M

    def with_mark(self, at_s: float) -> "Timing":
        """Another mark passed."""
        return replace(self, marks_s=(*self.marks_s, at_s))

    def with_seconds(self, seconds: Sequence[float]) -> "Timing":
        """What the stopwatch showed, walk by walk."""
        return replace(self, seconds=tuple(seconds))

    def walks(self, found: Found) -> list[TimedWalk]:
        """The timed walks. Those of a stopwatch are laid into the middle of the bouts, where the marks should be.

        Raises
        ------
        TimedWalkError : a mark or a time has no walk to belong to.
        """
        if len(self.marks_s) % 2:
            raise TimedWalkError(f"{len(self.marks_s)} marks were passed; each timed walk has two")
        pairs = zip(self.marks_s[::2], self.marks_s[1::2], strict=True)
        walks = [TimedWalk(start_s, end_s, self.distance_m) for start_s, end_s in pairs]
        starts = [event.time_s for event in found.steps if event.kind is Kind.WALK_START]
        ends = [event.time_s for event in found.steps if event.kind is Kind.WALK_END]
        bouts = list(zip(starts, ends, strict=False))
        if len(self.seconds) > len(bouts):
            raise TimedWalkError(f"{len(self.seconds)} times for {len(bouts)} walk{'' if len(bouts) == 1 else 's'}")
        for (start_s, end_s), seconds in zip(bouts, self.seconds, strict=False):
            if seconds > end_s - start_s:
                raise TimedWalkError(f"{seconds:g} s for 10 m, but the whole walk took {end_s - start_s:.0f} s")
            middle_s = (start_s + end_s) / 2
            walks.append(TimedWalk(middle_s - seconds / 2, middle_s + seconds / 2, self.distance_m))
        return walks


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a guided calibration came to.

    Parameters
    ----------
    calibration : of what was done, to be kept over what is known already; empty where nothing was.
    said : the same in words, and what the exercises showed of the wearer.
    """

    calibration: Calibration
    said: tuple[Said, ...]

    def applied_to(self, kept: KeptCalibration, session: Session, devices: Mapping[Role, str]) -> KeptCalibration:
        """What is to be kept from now on. An insole that was only zeroed keeps the load that is known of it."""
        known, new = kept.fitting(session, devices).insoles, self.calibration
        zeroed = {
            role: replace(known[role], zero=fit.zero)
            for role, fit in new.fits.items()
            if fit.zero and role in known and role not in new.insoles
        }
        return kept.renewed(session, replace(new, insoles={**zeroed, **new.insoles}), devices)


def outcome_of(
    session: Session,
    tasks: Sequence[Task],
    found: Found,
    timing: Timing,
    *,
    made_at: datetime,
    devices: Mapping[Role, str],
) -> Outcome:
    """Put together what was found in the exercises ``tasks``."""
    said: list[Said] = []
    learnt = found.learnt or Calibration()
    parts: dict[Role, list[Part]] = {}
    insoles: dict[Role, InsoleCalibration] = {}
    for role in session.sensors:
        parts[role] = _insole_parts(role, found, said) if role.is_insole else _shin_parts(role, learnt, said)
        if role.is_insole and (insole := _insole(role.side, found, parts[role])) is not None:
            insoles[role] = insole
    scales = _scales(found, timing, said)
    for role in scales:
        parts[role].append(Part.STRIDE_SCALE)
    fits = {
        role: Fit(
            dict.fromkeys(made, made_at),
            devices.get(role, ""),
            zero=found.zero[role.side] if Part.ZERO in made else (),
            pitch_axis=tuple(learnt.shanks[role]["pitch_axis"]) if Part.AXES in made else (),
        )
        for role, made in parts.items()
        if made
    }
    said += _about_the_wearer(found)
    said.append(say(_summary(tasks, parts)))
    return Outcome(Calibration(insoles, learnt.shanks, scales, fits), tuple(said))


def _insole_parts(role: Role, found: Found, said: list[Said]) -> list[Part]:
    side, name = role.side, NAMES[role]
    parts: list[Part] = []
    if side in found.zero:
        if _was_heavier(side, found):
            said.append(say("result_zero_walk", sensor=name))
        else:
            parts.append(Part.ZERO)
            said.append(say("result_zero", sensor=name))
    walked = found.learnt is not None and role in found.learnt.insoles
    if walked or (side in found.zero and found.weight > 0):
        parts.append(Part.LOAD)
        said.append(say("result_load" if walked else "result_load_stood", sensor=name))
    if side in found.unrest:
        parts.append(Part.SWING)
        said.append(say("result_swing", sensor=name))
    return parts


def _shin_parts(role: Role, learnt: Calibration, said: list[Said]) -> list[Part]:
    if role not in learnt.shanks:
        return []
    said.append(say("result_axes", sensor=NAMES[role]))
    return [Part.AXES]


def _insole(side: Side, found: Found, parts: list[Part]) -> InsoleCalibration | None:
    """What the walk's engine has learnt, which began with the zero from the air; else what standing tells."""
    if found.learnt is not None and side.insole in found.learnt.insoles:
        return found.learnt.insoles[side.insole]
    if Part.LOAD not in parts:
        return None
    return InsoleCalibration(found.zero[side], PEAK_OVER_WEIGHT * found.full_load(side), found.unrest.get(side, ()))


def _was_heavier(side: Side, found: Found) -> bool:
    """Whether the foot that was held up was not quite in the air: in the walk it was lighter."""
    if found.learnt is None or side.insole not in found.learnt.insoles or not found.weight:
        return False
    return found.learnt.insoles[side.insole].zero[TOTAL] < found.zero[side][TOTAL] - LIGHTER_PART * found.weight


def _scales(found: Found, timing: Timing, said: list[Said]) -> Mapping[Role, float]:
    """Stride scales of the timed walks."""
    try:
        walks = timing.walks(found)
        if not walks:
            return {}
        scales = scaled_by_timed_walks(Calibration(), found.steps, walks).stride_scales
    except TimedWalkError as error:
        said.append(say("result_no_scale", why=str(error)))
        return {}
    metres = timing.distance_m * len(walks)
    said += [
        say("result_stride_scale", sensor=NAMES[role], scale=scale, metres=metres) for role, scale in scales.items()
    ]
    return scales


def _about_the_wearer(found: Found) -> list[Said]:
    said = []
    if len(found.stood) == 2:
        stood = {side: columns[TOTAL] for side, columns in found.stood.items()}
        said.append(say("result_share", share=float(found.share_pct(Side.LEFT, stood))))
    if found.toes_raised:
        times = {side.value: found.toes_raised.get(side, 0) for side in (Side.LEFT, Side.RIGHT)}
        said.append(say("result_toes", **times))
    return said


def _summary(tasks: Sequence[Task], parts: Mapping[Role, Sequence[Part]]) -> str:
    if not any(parts.values()):
        return "result_nothing"
    wanted = {True: {Part.ZERO, Part.LOAD, Part.SWING}, False: {Part.AXES}}
    if Task.WALK not in tasks:
        wanted = {True: {Part.ZERO}, False: set()}
    return "result_all" if all(wanted[role.is_insole] <= set(made) for role, made in parts.items()) else "result_some"
