"""What the engine says of the fixed walkers, in numbers: a default that is changed shows here (``make figures``).

The guard's bounds tell what is wrong; these figures tell that something has changed at all. Whoever changes them on
purpose renews them, and the reader of the change sees by how much.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np

from hub.events import Event
from hub.gait import GaitParams
from tests.gait import guard

PAGE = Path(__file__).with_suffix(".json")
SAME = 1e-6
"""Relative difference that other processors may make."""

Figures = dict[str, dict[str, float]]
"""Of each kind of event how many there are, the sum of each of its numbers, how often each of its words was said."""


def figures_of(events: Iterable[Event]) -> Figures:
    """Counts and sums of all that events say."""
    kinds: dict[str, defaultdict[str, float]] = {}
    for event in events:
        sums = kinds.setdefault(event.kind, defaultdict(float))
        sums["events"] += 1
        told = {"side": event.side.value, "context": event.context.value, **event.fields}
        told |= {"time_s": event.time_s, "detected_at_s": event.detected_at_s, "confidence": event.confidence}
        for name, value in told.items():
            if isinstance(value, bool | str) and not name.endswith(("_id", "reason")):
                sums[f"{name} {value}"] += 1
            elif isinstance(value, float | int):
                sums[name] += value
    return {
        kind: {name: float(f"{value:.9g}") for name, value in sorted(sums.items())}
        for kind, sums in sorted(kinds.items())
    }


def of(name: str, params: GaitParams | None = None) -> Figures:
    """Figures of one of the guard's cases."""
    return figures_of(guard.events_of(name, params))


def differences(one: Figures, other: Figures) -> list[str]:
    """Kind and name of the figures that are not the same."""
    return [
        f"{kind}: {name}"
        for kind in sorted(one.keys() | other.keys())
        for name in sorted(one.get(kind, {}).keys() | other.get(kind, {}).keys())
        if not np.isclose(one.get(kind, {}).get(name, 0.0), other.get(kind, {}).get(name, 0.0), rtol=SAME, atol=SAME)
    ]


@cache
def kept() -> dict[str, Figures]:
    """Figures of all cases as they were when this was last run."""
    figures: dict[str, Figures] = json.loads(PAGE.read_text(encoding="utf-8"))
    return figures


def renew() -> None:
    """Keep them as they are now: a line for each kind of event."""
    cases = [
        f"{json.dumps(name)}: {{\n"
        + ",\n".join(f"{json.dumps(kind)}: {json.dumps(sums)}" for kind, sums in of(name).items())
        + "\n}"
        for name in guard.CASES
    ]
    PAGE.write_text("{\n" + ",\n".join(cases) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    renew()
