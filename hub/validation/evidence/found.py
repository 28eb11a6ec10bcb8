"""``evidence.json`` as scores again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.events import Context
from hub.validation.archive import from_record
from hub.validation.contexts import Confusion
from hub.validation.evidence.trials import Group, Mode
from hub.validation.score import Score


@dataclass(frozen=True, slots=True)
class TripCell:
    """Trips of one strength in one part of the swing, as one set of sensors found them."""

    sensors: Mode
    strength: float
    phase: tuple[float, float]
    trips_n: int
    candidates_n: int
    confirmed_n: int
    strategy_right_n: int
    late_ms: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class GaitErrors:
    """How far one figure is off, for those who walk alike or for several ways of walking together."""

    gait: str
    n: int
    median: float
    p5: float
    p95: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a run of the corpus gave.

    Parameters
    ----------
    code : fingerprint of the code that was run.
    failed : trials that could not be run to their end; not in any figure.
    groups : scores by group and set of sensors.
    slices : further scores, by ``profiles``, ``rates``, ``scenarios`` or ``faults``; counts alone.
    in_context : scores apart for each true context, by its name; counts alone.
    contexts : seconds by (true, told), by set of sensors.
    wearers : by measure, how recall spreads over the wearers.
    gaits : errors by way of walking; double support in % of the stride, the duration of drags in ms.
    """

    code: str
    made: str
    trials_n: int
    failed: tuple[str, ...]
    groups: Mapping[Group, Mapping[Mode, Score]]
    slices: Mapping[str, Mapping[str, Score]]
    in_context: Mapping[str, Score]
    contexts: Mapping[Mode, Confusion]
    trips: tuple[TripCell, ...]
    wearers: Mapping[str, Mapping[str, Any] | None]
    gaits: Mapping[str, tuple[GaitErrors, ...]]

    def of(self, *groups: Group, mode: Mode = Mode.ALL) -> Score:
        """Several groups together."""
        members = [self.groups[group][mode] for group in groups if mode in self.groups.get(group, {})]
        return sum(members, Score("together"))

    @property
    def total(self) -> Score:
        """All groups together, with all sensors."""
        return self.of(*Group)


SLICES = ("profiles", "rates", "scenarios", "faults")


def read_evidence(path: Path) -> Evidence:
    """What ``summary`` made of a run."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Evidence(
        data["code"],
        data["made"],
        data["trials"],
        tuple(data.get("failed", ())),
        {
            Group(group): {Mode(mode): from_record(record) for mode, record in modes.items()}
            for group, modes in data["groups"].items()
        },
        {name: {key: from_record(record) for key, record in data[name].items()} for name in SLICES},
        {record["name"]: from_record(record) for record in data["in_context"]},
        {
            Mode(mode): Confusion({(Context(true), Context(told)): n for true, told, n in rows})
            for mode, rows in data["contexts"].items()
        },
        tuple(
            TripCell(
                Mode(cell["sensors"]),
                cell["strength"],
                (cell["phase"][0], cell["phase"][1]),
                cell["n"],
                cell["candidates"],
                cell["confirmed"],
                cell["strategy_right"],
                tuple(cell["late_ms"]) if cell["late_ms"] else None,
            )
            for cell in data["trips"]
        ),
        data["wearers"],
        {what: tuple(GaitErrors(**row) for row in rows) for what, rows in data["gaits"].items()},
    )
