"""How often the hub was right, by what people said of its alerts. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from hub.alert import Alert
from hub.alerts.policy import TREATMENTS

_Z = 1.96
"""Of 95 %."""


@dataclass(frozen=True, slots=True)
class Precision:
    """Of a wearer's trip and fall alerts of the last 90 days: how many were labelled, and how many of these as real."""

    labelled_n: int
    true_n: int

    @property
    def true_pct(self) -> float | None:
        """Alerts that were labelled as real, % of the labelled; None where there are none."""
        return round(100.0 * self.true_n / self.labelled_n, 1) if self.labelled_n else None

    @property
    def interval_pct(self) -> tuple[float, float] | tuple[None, None]:
        """What the share may be, with 95 % confidence (Wilson 1927): wide where few were labelled."""
        n = self.labelled_n
        if not n:
            return None, None
        share, square = self.true_n / n, _Z * _Z / n
        middle = (share + square / 2) / (1 + square)
        half = sqrt(square * (share * (1 - share) + square / 4)) / (1 + square)
        return round(100.0 * max(0.0, middle - half), 1), round(100.0 * min(1.0, middle + half), 1)


def precision_of(alerts: Iterable[Alert]) -> Precision:
    """Of one wearer's alerts, as far as they are of trips and falls."""
    labels = [alert.label for alert in alerts if TREATMENTS[alert.rule].escalates and alert.label is not None]
    return Precision(len(labels), sum(labels))
