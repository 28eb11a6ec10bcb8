"""What the sensors feel right now, for a person to see: loads in numbers and words, and legs that turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.gait.guide.felt import Span
from hub.gait.guide.found import Found
from hub.gait.guide.words import Said, say
from hub.gait.signals.loadscale import FORE, HEEL, TOTAL
from sensors.layout import Side

LEVELS_PCT = ((4.0, "feels_air"), (15.0, "feels_light"), (30.0, "feels_part"), (float("inf"), "feels_weight"))
"""Of the weight, below which a foot feels like that."""

TURNING_DPS = 25.0


@dataclass(frozen=True, slots=True)
class FootFeeling:
    """One foot now: load in % of the wearer's weight, or of the highest load so far while that is not known."""

    load_pct: float
    heel_pct: float
    fore_pct: float
    said: Said


@dataclass(frozen=True, slots=True)
class LegFeeling:
    """One shin now."""

    turning_dps: float
    said: Said


@dataclass(slots=True)
class Feelings:
    """Follows the lowest and highest load of each foot, to tell what one is now."""

    _lowest: dict[Side, float] = field(default_factory=dict)
    _highest: float = 0.0

    def feet(self, span: Span, found: Found) -> Mapping[Side, FootFeeling]:
        """Each foot over the last moments, which ``span`` holds."""
        now = {side: columns.mean(axis=1) for side, columns in span.feet.items()}
        for side, columns in now.items():
            self._lowest[side] = min(self._lowest.get(side, float(columns[TOTAL])), float(columns[TOTAL]))
            self._highest = max(self._highest, float(columns[TOTAL]) - self._lowest[side])
        whole = found.weight or self._highest
        feelings = {}
        for side, columns in now.items():
            zero = found.zero.get(side)
            lowest = self._lowest[side] if zero is None else zero[TOTAL]
            load_pct = max(100.0 * (float(columns[TOTAL]) - lowest) / whole, 0.0) if whole > 0 else 0.0
            heel, fore = (float(columns[each]) - (zero[each] if zero else 0.0) for each in (HEEL, FORE))
            both = max(heel, 0.0) + max(fore, 0.0)
            heel_pct = 100.0 * max(heel, 0.0) / both if both > 0 else 0.0
            words = next(key for below_pct, key in LEVELS_PCT if load_pct < below_pct)
            feelings[side] = FootFeeling(load_pct, heel_pct, 100.0 - heel_pct if both > 0 else 0.0, say(words))
        return feelings

    @staticmethod
    def legs(span: Span) -> Mapping[Side, LegFeeling]:
        """Each shin with a sensor."""
        turning = {side: float(span.turning_dps(side).mean()) for side in span.shins}
        return {
            side: LegFeeling(dps, say("feels_moving" if dps > TURNING_DPS else "feels_still"))
            for side, dps in turning.items()
        }
