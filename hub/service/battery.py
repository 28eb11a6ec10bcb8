"""How long a sensor's battery will last at the way it is used. Pure.

A line through what the sensor has told since it was last charged, over calendar time: nights and rests are in it, so
the answer is in days of this wearer's life.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

CHARGED_PCT = 3.0
"""A rise by so much is a charge; less is a warm battery or rounding."""

LEAST_DROP_PCT = 3.0
LEAST_SPAN_S = 6 * 3600.0
"""Below these nothing is said: batteries tell whole per cents, and not evenly."""

MOST_DAYS = 365.0
KEPT_N = 150
"""Points kept of one charge: one per cent each, and then some."""

_DAY_S = 86_400.0


@dataclass(slots=True)
class BatteryTrend:
    """What one sensor told of its charge since it was last charged: (Unix time in s, per cent), oldest first."""

    points: list[tuple[float, float]] = field(default_factory=list)

    def see(self, wall_time_s: float, charge_pct: float) -> bool:
        """Take a reading; whether it is news that should be kept."""
        if self.points:
            last_s, last_pct = self.points[-1]
            if charge_pct == last_pct or wall_time_s <= last_s:
                return False
            lowest_pct = min(pct for _, pct in self.points)
            if charge_pct >= lowest_pct + CHARGED_PCT:
                self.points.clear()
        self.points.append((wall_time_s, charge_pct))
        del self.points[:-KEPT_N]
        return True

    def days_to_empty(self, wall_time_s: float) -> float | None:
        """Days from now until it is empty; None while too little is known, or where it hardly falls."""
        if len(self.points) < 2:
            return None
        span_s = self.points[-1][0] - self.points[0][0]
        if span_s < LEAST_SPAN_S or self.points[0][1] - self.points[-1][1] < LEAST_DROP_PCT:
            return None
        slope, at_last_pct = _line(self.points)
        if slope >= 0:
            return None
        empty_at_s = self.points[-1][0] - at_last_pct / slope
        return min(max(0.0, (empty_at_s - wall_time_s) / _DAY_S), MOST_DAYS)


def _line(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Least squares: per cent per second, and the line's value at the last point."""
    last_s = points[-1][0]
    n = len(points)
    mean_s = sum(at_s - last_s for at_s, _ in points) / n
    mean_pct = sum(pct for _, pct in points) / n
    spread = sum((at_s - last_s - mean_s) ** 2 for at_s, _ in points)
    slope = sum((at_s - last_s - mean_s) * (pct - mean_pct) for at_s, pct in points) / spread
    return slope, mean_pct - slope * mean_s
