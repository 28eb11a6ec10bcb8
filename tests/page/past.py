"""A past for the page of a living hub: walks of simulated walkers, through the engine, into its journal."""

import time
from dataclasses import replace
from functools import cache

from hub.demo import AFFECTED, WEARER
from hub.diary import Aid, AidsChanged, DiaryEntry, Exercise, ExerciseDone
from hub.events import Event, Kind
from hub.gait import GaitEngine
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit
from sensors.walker import PROFILES, Trip
from sensors.walker.scripts import Stand, Walk
from sensors.walker.session import render_session
from tests.page.living import LivingHub

TIRING = ((100.0, 0.35), (60.0, 0.7), (140.0, 1.0))
"""Seconds and severity of a walk that gets worse."""


@cache
def walked(seed: int = 1, parts: tuple[tuple[float, float], ...] = TIRING, *, trips: bool = True) -> tuple[Event, ...]:
    """What the engine tells of one walk of a walker with foot drop."""
    gait = PROFILES["foot_drop"]
    walks = [
        Walk(seconds, gait, (Trip(seconds / 2, 0.45, 1.0),) if trips and n == 1 else (), severity=severity)
        for n, (seconds, severity) in enumerate(parts)
    ]
    script = (Stand(4.0), *walks, Stand(6.0))
    minutes = (sum(seconds for seconds, _ in parts) + 10.0) / 60.0
    recording = render_session("foot_drop", minutes, seed, affected_side=AFFECTED, script=script)
    sensors = {
        role: InsoleSpec(100.0, LoadUnit.N, recording.cells) if role.is_insole else ShinSpec(100.0)
        for role in recording.values
    }
    engine = GaitEngine(Session(f"walk {seed}", Wearer(WEARER, AFFECTED.value), sensors))
    events: list[Event] = []
    for role, values in recording.values.items():
        events += engine.push(Block(role, recording.time_s, values, float(recording.time_s[-1]) + 0.01))
    return (*events, *engine.finish())


def put_walk(living: LivingHub, events: tuple[Event, ...], ago_s: float, name: str = "") -> str:
    """Into the journal, as if the walk had begun so long ago; the id of its end."""
    since_s = time.monotonic() - ago_s

    def moved(event: Event) -> Event:
        at = {"time_s": event.time_s + since_s, "detected_at_s": event.detected_at_s + since_s}
        return replace(event, id=f"{event.id}{name}", **at)

    living.ask(lambda hub: hub._journal.append(WEARER, [moved(event) for event in events]))
    longest = max((each for each in events if each.kind is Kind.WALK_END), key=lambda each: each.fields["steps"] or 0)
    return f"{longest.id}{name}"


def put_aids(living: LivingHub) -> None:
    """Days of walking with nothing and with a brace, as ends of walks; the brace: fewer toes first."""

    def put() -> None:
        hub, now_s = living.hub, time.monotonic()
        for n in range(12):
            aids = (Aid.BRACE,) if n % 2 else ()
            at_s = now_s - (14 - n) * 86_400.0
            entry = DiaryEntry(f"aids{n}", WEARER, time.time_ns(), AidsChanged(aids))
            hub._journal.diary.append(entry, at_s - 1.0)
            better = 1.0 if aids else 0.0
            fields = {
                "duration_s": 300.0,
                "steps": 480.0,
                "toe_first_pct": 55.0 - 30.0 * better + 3.0 * (n % 3),
                "toe_drags_per_1000_steps": 40.0 - 8.0 * better + 11.0 * (n % 5),
                "speed_mps": 0.71 + 0.06 * better + 0.01 * (n % 3),
                "cadence_spm": 92.0 + 2.0 * (n % 4),
                "coverage_pct": 99.0,
            }
            walk_end = Event(f"walk-{n}", Kind.WALK_END, AFFECTED, at_s, at_s + 5.0, 0.9, fields)
            hub._journal.append(WEARER, [walk_end])

    living.ask(lambda _: put())


def put_exercises(living: LivingHub) -> None:
    """Some that were done."""

    def put() -> None:
        for n, exercise in enumerate((Exercise.TOE_LIFTS, Exercise.CALF_STRETCH, Exercise.TOE_LIFTS)):
            done = ExerciseDone(exercise, 180.0 + 30.0 * n, None)
            entry = DiaryEntry(f"done{n}", WEARER, time.time_ns() - n * 86_400 * 10**9, done)
            living.hub._journal.diary.append(entry, time.monotonic())

    living.ask(lambda _: put())
