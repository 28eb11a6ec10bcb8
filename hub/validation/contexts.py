"""Contexts second by second: what the walker did, and what the engine said of it when it had settled.

Run as a module for the table in the docs: ``python -m hub.validation.contexts``.
"""

import sys
from collections import Counter
from collections.abc import Iterable

import numpy as np

from hub.events import Context, Event, Kind
from hub.gait import GaitEngine
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from hub.validation.tables import Row
from sensors.layout import LoadUnit, Role
from sensors.walker import (
    PROFILES,
    Aided,
    Backward,
    Level,
    Ramp,
    Recording,
    Route,
    Segment,
    Sit,
    Stairs,
    Stand,
    Tiptoe,
    Turn,
    render_session,
)
from sensors.walker.riding import Drive, FootPropel
from sensors.walker.seats import Chair, CrossLegs, Dangle, Rest, Seat
from sensors.walker.shoes import ShoesOff

Confusion = Counter[tuple[Context, Context]]
"""Seconds by (true context, told context)."""

MARGIN_S = 1.0
"""Not judged at either end of an interval: nobody sits down in no time."""

SETTLED_S = 25.0
"""Later than this no change is dated back."""

PORTION_N = 100


def replay(recording: Recording, wearer: Wearer) -> tuple[list[Event], Confusion]:
    """Events of a walker's recording, and its contexts against the truth. What is truly ``unknown`` is not judged."""
    sensors: dict[Role, InsoleSpec | ShinSpec] = {
        role: InsoleSpec(recording.rate_hz, LoadUnit.N, recording.cells)
        if role.is_insole
        else ShinSpec(recording.rate_hz)
        for role in recording.values
    }
    engine = GaitEngine(Session("walker", wearer, sensors))
    events: list[Event] = []
    told: dict[float, Context] = {}
    places = _places(recording)
    for start in range(0, len(recording.time_s), PORTION_N):
        time_s = recording.time_s[start : start + PORTION_N]
        until_s = float(time_s[-1]) + 1.0 / recording.rate_hz
        for role, values in recording.values.items():
            events += engine.push(Block(role, time_s, values[start : start + PORTION_N], until_s))
        while len(told) < len(places) and places[len(told)][0] < until_s - SETTLED_S:
            at_s = places[len(told)][0]
            told[at_s] = engine.contexts.at(at_s)
    events += engine.finish()
    return events, Counter((true, told.get(at_s) or engine.contexts.at(at_s)) for at_s, true in places)


def _places(recording: Recording) -> list[tuple[float, Context]]:
    names = {context.value for context in Context if context is not Context.UNKNOWN}
    return [
        (float(at_s), Context(row.kind))
        for row in recording.truth
        if row.kind in names
        for at_s in np.arange(row.time_s + MARGIN_S, row.time_s + float(row.value) - MARGIN_S, 1.0)
    ]


def rows(found: Confusion) -> list[Row]:
    """A table: true context, its seconds, the share told right in %, and what else was told, most often first."""
    table: list[Row] = []
    for true in Context:
        here = {said: n for (was, said), n in found.items() if was is true}
        total = sum(here.values())
        if total:
            others = sorted(((n, said) for said, n in here.items() if said is not true), reverse=True)
            wrong = ", ".join(f"{said.value} {100 * n / total:.1f}" for n, said in others[:3])
            table.append((true.value, str(total), f"{100 * here.get(true, 0) / total:.1f}", wrong))
    return table


def script(profile: str) -> Iterable[Segment]:
    """Every context that the walker has, some minutes of it."""
    own = PROFILES[profile]
    on_foot = (
        *(Level(15.0), Turn(90.0), Level(8.0), Stairs(10), Level(6.0), Turn(-180.0), Level(4.0), Stairs(10, up=False)),
        *(Level(6.0), Turn(180.0, on_the_spot=True), Ramp(10.0, 5.0), Ramp(10.0, 10.0), Level(4.0), Ramp(10.0, -10.0)),
        *(Level(5.0), Tiptoe(10), Level(5.0), Backward(8), Level(5.0), Aided(12.0), Level(4.0)),
    )
    yield Stand(6.0)
    yield Route(own, on_foot)
    yield Stand(6.0)
    yield Seat((Rest(20.0), CrossLegs(20.0), Rest(10.0), Dangle(20.0), Rest(5.0)), Chair())
    yield Route(own, (Level(12.0),))
    yield Seat((Rest(5.0), ShoesOff(20.0), Rest(15.0)), Chair())
    yield Route(own, (Level(12.0),))
    yield Seat((Rest(5.0), Drive(90.0), Rest(5.0)), Chair())
    yield Route(own, (Level(12.0),))
    yield Seat((Rest(5.0), FootPropel(30.0), Rest(5.0)), Chair(), hard=True)
    yield Sit(20.0)


SEATED = {Context.OFF, Context.DANGLING, Context.SITTING, Context.VEHICLE}


def main() -> None:
    """Print the table over four profiles and two seeds, and the contacts reported in sitting."""
    total: Confusion = Counter()
    steps_n = 0
    for profile in ("healthy", "foot_drop", "steppage", "slap"):
        for seed in (1, 2):
            recording = render_session(profile, 11.0, seed, script=script(profile))
            events, found = replay(recording, Wearer(affected_side="none" if profile == "healthy" else "right"))
            total += found
            seated = [row for row in recording.truth if row.kind in {context.value for context in SEATED}]
            steps_n += sum(
                row.time_s <= event.time_s < row.time_s + float(row.value)
                for event in events
                if event.kind is Kind.INITIAL_CONTACT
                for row in seated
            )
    for row in rows(total):
        sys.stdout.write(f"| {' | '.join(row)} |\n")
    hours = sum(n for (true, _), n in total.items() if true in SEATED) / 3600
    sys.stdout.write(f"contacts in {hours:.1f} h of {', '.join(sorted(SEATED))}: {steps_n}\n")


if __name__ == "__main__":
    main()
