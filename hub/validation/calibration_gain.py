"""What a guided calibration is worth in the first minute of the next day: walkers of the tuning population.

Run as a module for the table in the docs: ``python -m hub.validation.calibration_gain``.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np

from hub.events import Event, Kind
from hub.gait import Calibration, GaitEngine
from hub.gait.guide import Guide, State
from hub.recording.session_folder import SessionFolder, Stream, blocks
from hub.recording.truth import Truth
from hub.session import InsoleSpec, Session, ShinSpec, Wearer
from hub.validation.runner import learn
from hub.validation.score import Measure, Score, Tally
from hub.validation.scoring import score_session
from hub.validation.tables import Row, markdown
from sensors.layout import LoadUnit, Role
from sensors.transducers import LoadCell
from sensors.walker import (
    PROFILES,
    ImuParams,
    InsoleParams,
    Person,
    Population,
    Profile,
    Segment,
    Stand,
    Walk,
    Walker,
    calibration_script,
    draw_person,
    draw_profile,
    record,
)

SEEDS = range(61, 66)
"""Tuning seeds."""

RATE_HZ = 100.0
CALIBRATION_S, MINUTE_S = 180.0, 68.0
PACED_M = 10.0
_BEFORE_MARK_S = 5.0

DRAG_ALL = replace(
    PROFILES["drag_along"],
    name="drag_all",
    foot=replace(PROFILES["drag_along"].foot, drag=1.0, whole_drag=1.0),
)
"""Drags in every swing from lift to landing."""

CASES = (
    (PROFILES["foot_drop"], LoadUnit.COUNTS),
    (PROFILES["partial_drop"], LoadUnit.COUNTS),
    (DRAG_ALL, LoadUnit.COUNTS),
    (PROFILES["drag_along"], LoadUnit.N),
    (DRAG_ALL, LoadUnit.N),
)

STARTS = ("cold", "learnt from a minute of walking", "guided, 10 m timed")


@dataclass(slots=True)
class Gain:
    """One way to start, over all walkers of a gait."""

    contacts: Tally = field(default_factory=Tally)
    drags: Tally = field(default_factory=Tally)
    strikes_right: int = 0
    strikes: int = 0
    length_errors_pct: list[float] = field(default_factory=list)
    refused: int = 0


def walked(gait: Profile, unit: LoadUnit, seed: int) -> Mapping[str, Gain]:
    """A walker's first minute of the next day from each start: shoes laced and sensor strapped on anew."""
    rng = np.random.default_rng((seed, 20))
    person, own = draw_person(Population.TUNING, rng), draw_profile(gait, Population.TUNING, rng)
    insole, imu = InsoleParams.drawn(rng), ImuParams.drawn(rng)
    laced, strapped = replace(insole, preload_bw=float(rng.uniform(0.0, 0.04))), ImuParams.drawn(rng)

    def felt(script: Iterable[Segment], seconds: float, insole: InsoleParams, imu: ImuParams) -> SessionFolder:
        return _felt(Walker(script, seed=seed, person=person, insole=insole, imu=imu, chunk_s=4), seconds, unit, seed)

    minute: list[Segment] = [Stand(4.0), Walk(60.0, own)]
    today = felt(minute, MINUTE_S, insole, imu)
    tomorrow = felt(minute, MINUTE_S, laced, strapped)
    guided, refused = _guided(felt(calibration_script(own), CALIBRATION_S, insole, imu), own)
    gains = {}
    for name, calibration in zip(STARTS, (None, learn(today), guided), strict=True):
        engine = GaitEngine(tomorrow.session, calibration)
        events = [event for block in blocks(tomorrow) for event in engine.push(block)] + engine.finish()
        gains[name] = _judged(tomorrow, events, person, own)
    gains["guided, 10 m timed"].refused = refused
    return gains


_MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)


def _felt(walker: Walker, seconds: float, unit: LoadUnit, seed: int) -> SessionFolder:
    """What insoles give that tell newtons, or count without a known zero, and the affected shin's sensor."""
    person = walker.person
    roles = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE, person.affected_side.shin)
    told = record(walker, seconds, RATE_HZ, roles)
    rng, cell = np.random.default_rng((seed, 30)), LoadCell()
    streams = {
        role: Stream(
            told.time_s,
            cell.counts(values, rng).astype(float) if role.is_insole and unit is LoadUnit.COUNTS else values,
        )
        for role, values in told.values.items()
    }
    sensors: dict[Role, InsoleSpec | ShinSpec] = {
        role: InsoleSpec(RATE_HZ, unit, told.cells) if role.is_insole else ShinSpec(RATE_HZ) for role in roles
    }
    wearer = Wearer(affected_side="left" if person.affected_side.shin is Role.LEFT_SHIN else "right")
    truth = tuple(
        Truth(row.time_s, row.side, row.kind, row.value if isinstance(row.value, str) else repr(row.value))
        for row in told.truth
    )
    return SessionFolder(Session(f"seed {seed}", wearer, sensors), streams, truth)


def _guided(folder: SessionFolder, gait: Profile) -> tuple[Calibration, int]:
    """What a guide finds, with 10 m timed; and how often it refused what was done rightly."""
    guide, refused = Guide(folder.session), 0
    for block in blocks(folder, 100):
        guide.push(block)
        if guide.state is State.REFUSED:
            refused += 1
            guide.repeat()
    (start_s, *_) = (row.time_s for row in folder.truth if row.kind == "walk")
    first_s = start_s + _BEFORE_MARK_S
    for mark_s in (first_s, first_s + PACED_M / gait.speed_mps):
        guide.passed_mark(mark_s)
    return guide.outcome(_MADE_AT, {}).calibration, refused


def _judged(folder: SessionFolder, events: list[Event], person: Person, gait: Profile) -> Gain:
    score = score_session(
        folder.session.name,
        folder.truth,
        events,
        folder.end_s - folder.start_s,
        affected=[person.affected_side],
        complete=True,
    )
    return Gain(
        score.tallies.get(Measure.INITIAL_CONTACT, Tally()),
        score.tallies.get(Measure.TOE_DRAG, Tally()),
        *_strikes(score),
        _length_errors_pct(events, gait.speed_mps),
    )


def _strikes(score: Score) -> tuple[int, int]:
    """Right ones, and all that were to be judged."""
    right = sum(n for (true, told), n in score.strikes.items() if true == told)
    return right, sum(score.strikes.values())


def _length_errors_pct(events: Iterable[Event], speed_mps: float) -> list[float]:
    """Of the median stride length of a walk: true is speed times stride time."""
    steps = [event.fields for event in events if event.kind is Kind.STEP]
    pairs = [
        (length_m, stride_s)
        for fields in steps
        if isinstance(length_m := fields["stride_length_m"], float)
        and isinstance(stride_s := fields["stride_time_s"], float)
    ]
    if not pairs:
        return []
    lengths_m, strides_s = np.array(pairs).T
    return [float(100.0 * (np.median(lengths_m) / (speed_mps * np.median(strides_s)) - 1.0))]


def _pooled(gains: Iterable[Gain]) -> Gain:
    total = Gain()
    for gain in gains:
        total.contacts += gain.contacts
        total.drags += gain.drags
        total.strikes_right += gain.strikes_right
        total.strikes += gain.strikes
        total.length_errors_pct += gain.length_errors_pct
        total.refused += gain.refused
    return total


def _row(gait: str, start: str, gain: Gain) -> Row:
    def pct(part: float, whole: float) -> str:
        return f"{100 * part / whole:.1f}" if whole else "–"

    errors = np.abs(gain.length_errors_pct)
    return (
        gait,
        start,
        pct(gain.contacts.found_n, gain.contacts.truth_n),
        pct(gain.contacts.found_n, gain.contacts.found_n + gain.contacts.false_n),
        pct(gain.strikes_right, gain.strikes),
        pct(gain.drags.found_n, gain.drags.truth_n),
        pct(gain.drags.found_n, gain.drags.found_n + gain.drags.false_n),
        f"{np.median(errors):.1f} / {errors.max():.1f}" if len(errors) else "–",
    )


HEADER = (
    "gait",
    "start",
    "contacts found %",
    "right %",
    "strikes right %",
    "drags found %",
    "right %",
    "stride length off %, median / worst",
)


def main() -> None:
    """Print the table."""
    rows, refused, n = [], 0, 0
    for gait, unit in CASES:
        found = [walked(gait, unit, seed) for seed in SEEDS]
        refused, n = refused + sum(each["guided, 10 m timed"].refused for each in found), n + len(found)
        rows += [_row(f"{gait.name}, {unit.value}", start, _pooled(each[start] for each in found)) for start in STARTS]
    sys.stdout.write(markdown(HEADER, rows, text_columns=2) + "\n")
    sys.stdout.write(f"{n} walkers were led through the calibration; {refused} right exercises were refused.\n")


if __name__ == "__main__":
    main()
