"""The summary of a walk: medians with their spread, symmetry, rates, fatigue; what is below its bar is null. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from hub.events import BOUT_SIDE_MEASURES, FATIGUE_MEASURES, Value, of_side
from hub.gait.detectors.bout_measures import Bin, Strikes, Travelled, WalkTally
from hub.gait.detectors.fatigue import FatigueParams, course_of
from hub.gait.facts import Strike
from hub.session import Floats
from sensors.layout import Side

MAD_TO_SD = 1.4826
"""Median absolute deviation to the standard deviation of a normal spread."""

SIDES = (Side.LEFT, Side.RIGHT)


@dataclass(frozen=True, slots=True)
class BoutParams:
    """Bars below which a measure of a walk is null."""

    least_strides: int = 8  # level ones of a foot for a median; of judged contacts for a share
    variability_strides: int = 30  # of both feet's: fewer give no variability (Riva 2014)
    least_coverage_pct: float = 80.0  # of the walk, for counts per time and way (our choice)
    least_measured: float = 0.5  # of the strides must have a length, for speed, or double support (our choice)
    fatigue: FatigueParams = field(default_factory=FatigueParams)


@dataclass(frozen=True, slots=True)
class WalkTotals:
    """Counts of the whole walk. ``legs_seen``: whose contacts are counted."""

    start_s: float
    end_s: float
    contacts: int
    drags: int
    trips: int
    coverage_pct: float
    legs_seen: int

    @property
    def lasted_s(self) -> float:
        """First to last contact."""
        return self.end_s - self.start_s


def summarize(totals: WalkTotals, tally: WalkTally, params: BoutParams) -> dict[str, Value]:
    """Fields of ``walk_end``."""
    absent: list[str] = []
    whole = totals.coverage_pct >= params.least_coverage_pct
    if not whole:
        absent.append(f"cadence, distance, drags per steps: data for {totals.coverage_pct:.0f} % of the walk only")
    steps_n = totals.contacts * 2 // totals.legs_seen
    counted = whole and totals.lasted_s > 0
    cadence_spm = 60.0 * 2 / totals.legs_seen * (totals.contacts - 1) / totals.lasted_s if counted else None
    fields: dict[str, Value] = {
        "duration_s": totals.lasted_s,
        "steps": totals.contacts,
        "cadence_spm": cadence_spm,
        "toe_first_pct": _toe_first_pct(tally, params, absent),
        "toe_drags": totals.drags,
        "toe_drags_per_1000_steps": 1000.0 * totals.drags / steps_n if whole and steps_n else None,
        "trips": totals.trips,
        "coverage_pct": totals.coverage_pct,
        **_both_sides(tally, params, absent),
        **_by_side(tally, params, absent),
        **_way(totals, tally, params, absent, whole=whole),
        **_contexts(tally, params),
        **_fatigue(tally.bins.closed(), cadence_spm, params, absent),
    }
    fields["absent"] = "; ".join(absent) if absent else None
    return fields


def robinson_pct(affected: float, other: float) -> float:
    """Symmetry index (Robinson 1987), signed: positive where the affected side's value is the larger one."""
    return 100.0 * (affected - other) / (0.5 * (affected + other))


def _spread(values: Floats, middle: float) -> float:
    """Median distance from the ``middle``."""
    off: list[float] = np.abs(values - middle).tolist()
    return MAD_TO_SD * median(off)


def _toe_first_pct(tally: WalkTally, params: BoutParams, absent: list[str]) -> float | None:
    together = Strikes()
    for side in tally.affected:
        for strike, count in tally.strikes[side].counts.items():
            together.counts[strike] += count
    share = together.pct(Strike.TOE, params.least_strides)
    if share is None:
        absent.append(f"toe_first_pct: {together.judged} judged contacts of {params.least_strides}")
    return share


def _both_sides(tally: WalkTally, params: BoutParams, absent: list[str]) -> dict[str, Value]:
    """Measures of the stride as a whole."""
    fields: dict[str, Value] = {}
    strides_n = sum(len(tally.rows[side].column("stride_time_s")) for side in SIDES)
    for name in ("stride_time_s", "double_support_s", "double_support_pct"):
        values = np.concatenate([tally.rows[side].column(name) for side in SIDES])
        if len(values) >= max(params.least_strides, params.least_measured * strides_n):
            fields[name] = median(values.tolist())
        elif strides_n >= params.least_strides:
            absent.append(f"{name}: known in {len(values)} of {strides_n} level strides")
        else:
            absent.append(f"{name}: {len(values)} level strides of {params.least_strides}")
        if name == "stride_time_s" and len(values) >= params.variability_strides:
            middle_s = median(values.tolist())
            fields["stride_time_cv_pct"] = 100.0 * _spread(values, middle_s) / middle_s
        elif name == "stride_time_s":
            absent.append(f"stride_time_cv_pct: {len(values)} level strides of {params.variability_strides}")
    return fields


def _by_side(tally: WalkTally, params: BoutParams, absent: list[str]) -> dict[str, Value]:
    """Medians and spreads of each foot, and how the feet differ."""
    fields: dict[str, Value] = {}
    middles: dict[tuple[str, Side], float] = {}
    for side in SIDES:
        rows, strikes = tally.rows[side], tally.strikes[side]
        fields[f"strides_used_{side.value}"] = rows.seen
        too_few: list[str] = []
        for name in BOUT_SIDE_MEASURES:
            values = rows.column(name)
            if len(values) < params.least_strides:
                too_few.append(name)
                continue
            middles[name, side] = middle = median(values.tolist())
            fields[of_side(name, side)] = middle
            fields[of_side(name, side, "spread")] = _spread(values, middle)
        if rows.seen < params.least_strides:
            absent.append(f"{side.value}: {rows.seen} level strides of {params.least_strides}")
        elif too_few:
            absent.append(f"{side.value} {', '.join(too_few)}: not known in {params.least_strides} strides")
        for strike in (Strike.HEEL, Strike.FLAT, Strike.TOE):
            fields[f"{strike.value}_first_{side.value}_pct"] = strikes.pct(strike, params.least_strides)
    affected, other = _pair(tally.affected)
    for name in ("step_time_s", "stance_time_s", "swing_time_s"):
        one, two = middles.get((name, affected)), middles.get((name, other))
        if one is not None and two is not None:
            fields[f"{name.removesuffix('_s')}_symmetry_pct"] = robinson_pct(one, two)
    return fields


def _pair(affected: frozenset[Side]) -> tuple[Side, Side]:
    """The affected side and the other; left and right where there is not just one."""
    side = next(iter(affected)) if len(affected) == 1 else Side.LEFT
    return side, side.other


def _way(
    totals: WalkTotals, tally: WalkTally, params: BoutParams, absent: list[str], *, whole: bool
) -> dict[str, Value]:
    """Speed of level walking, and the way of the whole walk; means of the legs that know."""

    def speed_mps(travelled: Mapping[Side, Travelled]) -> float | None:
        known = [
            each.length_m / each.time_s
            for each in travelled.values()
            if each.measured >= max(params.least_strides, params.least_measured * each.strides)
        ]
        return sum(known) / len(known) if known else None

    level_mps, whole_mps = speed_mps(tally.level), speed_mps(tally.travelled)
    if level_mps is None:
        absent.append(f"speed, distance: fewer than {params.least_strides} strides with a length")
    return {
        "speed_mps": level_mps,
        "distance_m": whole_mps * totals.lasted_s if whole and whole_mps is not None else None,
        "length_estimated": None
        if whole_mps is None
        else any(each.estimated for each in tally.travelled.values() if each.measured),
    }


def _contexts(tally: WalkTally, params: BoutParams) -> dict[str, Value]:
    """Steps, drags and toe-first contacts of each kind of steps."""
    fields: dict[str, Value] = {}
    for context, each in tally.contexts.items():
        fields[f"{context.value}_steps"] = each.steps
        fields[f"{context.value}_toe_drags"] = each.drags
        fields[f"{context.value}_toe_first_pct"] = each.strikes.pct(Strike.TOE, params.least_strides)
    return fields


def _fatigue(bins: list[Bin], cadence_spm: float | None, params: BoutParams, absent: list[str]) -> dict[str, Value]:
    """How the affected side changed during the walk."""
    fields: dict[str, Value] = {}
    short = params.fatigue.bin_s * len(bins) < params.fatigue.shortest_s
    if short:
        absent.append(f"fatigue: a walk of less than {params.fatigue.shortest_s / 60:.0f} min")
    for name in FATIGUE_MEASURES:
        course = course_of([getattr(each, name) for each in bins], params.fatigue)
        if course is None:
            if not short:
                absent.append(f"fatigue of {name}: too few strides with it")
            continue
        fields[f"{name}_first_min"], fields[f"{name}_last_min"] = course.first, course.last
        fields[f"{name}_per_min"] = course.per_min
        fields[f"{name}_per_100_steps"] = 100.0 * course.per_min / cadence_spm if cadence_spm else None
        fields[f"{name}_onset_min"] = course.onset_min
    return fields
