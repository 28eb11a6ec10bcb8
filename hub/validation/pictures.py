"""Pictures of what the detectors see and say, one for each kind of event, of walkers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hub.events import Event, Kind
from hub.gait import GaitEngine
from hub.recording.truth import CONTEXTS
from hub.session import Block, Floats, InsoleSpec, Session, ShinSpec, Wearer
from hub.validation.evidence.found import Evidence
from hub.validation.evidence.trials import Group
from hub.validation.score import Measure
from hub.validation.svg import BLUE, GREEN, GREY, ORANGE, RED, Histogram, Line, Mark, Panel, histograms, time_series
from sensors.layout import LoadUnit, Region, Role, Side
from sensors.walker import EIGHT_CELLS, PROFILES, SCENARIOS, Person, Recording, TruthEvent, Walker, record

SIDE = Side.RIGHT
_RATE_HZ = 100.0
_SEED = 103
_ROLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE, Role.RIGHT_SHIN)
_LONGEST_POINTS_N = 800
_COLOURS = (BLUE, ORANGE, GREEN, RED, "#7a4fb0", "#0f8b8d", "#b5651d", "#6b7280", "#c2407e", "#5b8c2a", "#3b5bdb")


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A walker's recording and what the engine said."""

    recording: Recording
    events: tuple[Event, ...]
    contexts: tuple[tuple[float, str], ...]

    def true(self, kind: Kind) -> list[TruthEvent]:
        """Truth of a kind on the affected side, or on both, by time."""
        sides = {SIDE, Side.BOTH}
        return [row for row in self.recording.truth if row.kind == kind.value and row.side in sides]

    def told(self, kind: Kind) -> list[Event]:
        """Events of a kind on the affected side, or on both."""
        return [event for event in self.events if event.kind is kind and event.side in {SIDE, Side.BOTH}]


def example(profile: str, minutes: float, seed: int, scenario: str) -> Example:
    """A walker with a weak right leg, two insoles and the right shin, through the engine."""
    script = SCENARIOS[scenario].script(PROFILES[profile], np.random.default_rng((seed, 20)))
    recording = record(Walker(script, seed=seed, person=Person(), chunk_s=4), minutes * 60.0, _RATE_HZ, _ROLES)
    insole = InsoleSpec(_RATE_HZ, LoadUnit.N, EIGHT_CELLS)
    specs = {role: insole if role.is_insole else ShinSpec(_RATE_HZ) for role in _ROLES}
    engine = GaitEngine(Session(f"{profile} {seed}", Wearer(affected_side="right"), specs))
    events: list[Event] = []
    end_s = minutes * 60.0
    for role in _ROLES:
        events += engine.push(Block(role, recording.time_s, recording.values[role], end_s))
    events += engine.finish()
    return Example(recording, tuple(events), tuple((since_s, told.value) for since_s, told in engine.contexts.changes))


def _part(recording: Recording, start_s: float, end_s: float) -> slice:
    first, last = np.searchsorted(recording.time_s, (start_s, end_s))
    return slice(int(first), int(last))


def _line(time_s: Floats, values: Floats, colour: str, label: str) -> Line:
    every = max(len(time_s) // _LONGEST_POINTS_N, 1)
    return Line(np.round(time_s[::every], 3).tolist(), np.round(values[::every], 2).tolist(), colour, label)


def _loads(shown: Example, side: Side, start_s: float, end_s: float, marks: Sequence[Mark]) -> Panel:
    """Heel, and forefoot with toes."""
    part = _part(shown.recording, start_s, end_s)
    time_s, values = shown.recording.time_s[part], shown.recording.values[side.insole][part]
    heel = [n for n, cell in enumerate(EIGHT_CELLS) if cell.region is Region.HEEL]
    fore = [n for n, cell in enumerate(EIGHT_CELLS) if cell.region in {Region.FOREFOOT, Region.TOES}]
    lines = [
        _line(time_s, values[:, heel].sum(axis=1), BLUE, "heel"),
        _line(time_s, values[:, fore].sum(axis=1), ORANGE, "forefoot and toes"),
    ]
    return Panel(f"{side.value} insole, N", lines, marks)


def _rate(shown: Example, start_s: float, end_s: float, marks: Sequence[Mark]) -> Panel:
    """Angular rate about the sensor's own axes."""
    part = _part(shown.recording, start_s, end_s)
    time_s, values = shown.recording.time_s[part], shown.recording.values[Role.RIGHT_SHIN][part]
    axes = zip("xyz", (GREY, BLUE, GREEN), range(3, 6), strict=True)
    return Panel("right shin, deg/s", [_line(time_s, values[:, n], colour, name) for name, colour, n in axes], marks)


def _force(shown: Example, start_s: float, end_s: float, marks: Sequence[Mark]) -> Panel:
    """Size of specific force."""
    part = _part(shown.recording, start_s, end_s)
    time_s, values = shown.recording.time_s[part], shown.recording.values[Role.RIGHT_SHIN][part]
    size = np.sqrt((values[:, :3] ** 2).sum(axis=1)) / 9.80665
    return Panel("right shin, g", [_line(time_s, size, BLUE, "")], marks)


def _marks(
    rows: Iterable[TruthEvent], events: Iterable[Event], words: str, colour: str, stage: str | None = None
) -> list[Mark]:
    """Truth above, detections below, where they happened; a drag as long as it lasted."""
    marks = [Mark(row.time_s, colour, f"{words}: true above, told below", _end(row.time_s, row.value)) for row in rows]
    for event in events:
        if stage is None or event.fields.get("stage") == stage:
            end_s = _end(event.time_s, event.fields.get("duration_s"))
            marks.append(Mark(event.time_s, colour, f"{words}: true above, told below", end_s, detected=True))
    return marks


def _end(time_s: float, length: object) -> float | None:
    return time_s + length if isinstance(length, float) else None


def _decided(events: Iterable[Event], words: str, colour: str, stage: str) -> list[Mark]:
    """When a stage was decided, which is later than when it happened."""
    return [
        Mark(event.detected_at_s, colour, words, detected=True)
        for event in events
        if event.fields.get("stage") == stage
    ]


def contacts_picture() -> str:
    """Four seconds of foot drop."""
    shown, (start_s, end_s) = example("foot_drop", 1.5, 101, "turns"), (30.0, 36.0)
    panels = []
    for side in (Side.RIGHT, Side.LEFT):
        marks: list[Mark] = []
        for kind, words, colour in (
            (Kind.INITIAL_CONTACT, "initial contact", RED),
            (Kind.FINAL_CONTACT, "final contact", GREEN),
        ):
            rows = [row for row in shown.recording.truth if row.kind == kind.value and row.side is side]
            events = [event for event in shown.events if event.kind is kind and event.side is side]
            marks += _within(_marks(rows, events, words, colour), start_s, end_s)
        panels.append(_loads(shown, side, start_s, end_s, marks))
    panels.append(_rate(shown, start_s, end_s, ()))
    return time_series("Contacts: foot drop on the right, the heel often last", panels, (start_s, end_s))


def _around(kind: Kind, profile: str, scenario: str, *, title: str, before_s: float, after_s: float, words: str) -> str:
    """The middle one of the true events of a kind."""
    shown = example(profile, 4.0, _SEED, scenario)
    rows = shown.true(kind)
    at_s = rows[len(rows) // 2].time_s
    start_s, end_s = max(at_s - before_s, 0.0), at_s + after_s
    events = shown.told(kind)
    staged = kind in {Kind.TRIP, Kind.FALL}
    if staged:
        marks = _marks(rows, (), words, RED) + _decided(events, "candidate decided", ORANGE, "candidate")
        marks += _decided(events, "confirmation decided", GREEN, "confirmed")
    else:
        marks = _marks(rows, events, words, RED)
    marks = _within(marks, start_s, end_s)
    panels = [
        _loads(shown, Side.RIGHT, start_s, end_s, marks),
        _loads(shown, Side.LEFT, start_s, end_s, ()),
        _rate(shown, start_s, end_s, marks),
        _force(shown, start_s, end_s, marks),
    ]
    return time_series(title, panels, (start_s, end_s))


def contexts_picture() -> str:
    """Eight minutes of sitting and short walks."""
    shown, (start_s, end_s) = example("foot_drop", 10.0, _SEED, "seated"), (60.0, 540.0)
    names = sorted({row.kind for row in shown.recording.truth if row.kind in CONTEXTS} | {c for _, c in shown.contexts})
    colours = dict(zip(names, _COLOURS * 2, strict=False))
    rows = [row for row in shown.recording.truth if row.kind in CONTEXTS]
    marks = [Mark(row.time_s, colours[row.kind], row.kind, row.time_s + float(row.value)) for row in rows]
    ends_s = [since_s for since_s, _ in shown.contexts[1:]] + [end_s]
    marks += [
        Mark(max(since_s, start_s), colours[told], told, to_s, detected=True)
        for (since_s, told), to_s in zip(shown.contexts, ends_s, strict=True)
        if to_s > start_s and told != "unknown"
    ]
    marks = [mark for mark in _within(marks, start_s, end_s) if mark.to_x is not None]
    part = _part(shown.recording, start_s, end_s)
    time_s = shown.recording.time_s[part]
    panels = [
        Panel(
            f"{role.value.replace('_', ' ')}, N",
            [_line(time_s, shown.recording.values[role][part].sum(axis=1), GREY, "")],
            marks,
        )
        for role in (Role.LEFT_INSOLE, Role.RIGHT_INSOLE)
    ]
    return time_series("Contexts: true above, told below", panels, (start_s, end_s))


def _within(marks: Iterable[Mark], start_s: float, end_s: float) -> list[Mark]:
    """Those that begin or end in the window, cut to it."""
    cut = []
    for mark in marks:
        last_s = mark.to_x if mark.to_x is not None else mark.x
        if last_s >= start_s and mark.x <= end_s:
            to_s = None if mark.to_x is None else min(mark.to_x, end_s)
            cut.append(Mark(max(mark.x, start_s), mark.colour, mark.label, to_s, mark.detected))
    return cut


def errors_picture(evidence: Evidence) -> str:
    """Timing errors and latencies on test walkers."""
    walking, trips, falls = (evidence.of(group) for group in (Group.WALKING, Group.TRIPS, Group.FALLS))

    def ms(seconds: Iterable[float]) -> list[float]:
        return [1000.0 * value for value in seconds]

    def of(score_measure: Measure, what: str) -> list[float]:
        score = {Measure.TRIP_CANDIDATE: trips, Measure.TRIP: trips, Measure.FALL: falls}.get(score_measure, walking)
        tally = score.tallies.get(score_measure)
        return ms(getattr(tally, what)) if tally else []

    items = (
        Histogram("initial contact: error", of(Measure.INITIAL_CONTACT, "error_s"), 1.0, (-20.0, 20.0)),
        Histogram("final contact: error", of(Measure.FINAL_CONTACT, "error_s"), 1.0, (-20.0, 20.0)),
        Histogram("toe drag: error of duration", of(Measure.TOE_DRAG, "duration_error_s"), 10.0, (-200.0, 200.0)),
        Histogram("initial contact: decided after", of(Measure.INITIAL_CONTACT, "late_s"), 5.0, (0.0, 200.0)),
        Histogram("final contact: decided after", of(Measure.FINAL_CONTACT, "late_s"), 2.0, (0.0, 60.0)),
        Histogram("toe drag: decided after its begin", of(Measure.TOE_DRAG, "late_s"), 20.0, (0.0, 1000.0)),
        Histogram("trip: candidate decided after", of(Measure.TRIP_CANDIDATE, "late_s"), 5.0, (0.0, 200.0)),
        Histogram("trip: confirmed after", of(Measure.TRIP, "late_s"), 40.0, (0.0, 2000.0)),
        Histogram("fall: confirmed after", of(Measure.FALL, "late_s"), 200.0, (0.0, 12_000.0)),
        Histogram("stride time: error", ms(walking.step_errors.get("stride_time_s", ())), 1.0, (-20.0, 20.0)),
        Histogram("swing time: error", ms(walking.step_errors.get("swing_time_s", ())), 1.0, (-20.0, 20.0)),
        Histogram("double support: error", ms(walking.step_errors.get("double_support_s", ())), 1.0, (-20.0, 20.0)),
    )
    return histograms("Errors and latencies on test walkers", items)


PICTURES: dict[str, Callable[[], str]] = {
    "contacts": contacts_picture,
    "toe_first": lambda: _around(
        Kind.TOE_FIRST,
        "foot_drop",
        "turns",
        title="Toe-first contact: the forefoot leads",
        before_s=1.5,
        after_s=1.5,
        words="toe-first contact",
    ),
    "toe_drag": lambda: _around(
        Kind.TOE_DRAG,
        "foot_drop",
        "turns",
        title="Toe drag: the forefoot touches in swing",
        before_s=1.5,
        after_s=1.5,
        words="toe drag",
    ),
    "foot_slap": lambda: _around(
        Kind.FOOT_SLAP,
        "slap",
        "turns",
        title="Foot slap: the forefoot comes down early and hard",
        before_s=1.2,
        after_s=1.2,
        words="foot slap",
    ),
    "trip": lambda: _around(
        Kind.TRIP,
        "foot_drop",
        "trips",
        title="Trip over an obstacle, and recovery",
        before_s=2.0,
        after_s=3.0,
        words="trip",
    ),
    "fall": lambda: _around(
        Kind.FALL, "foot_drop", "falls", title="Fall, and lying", before_s=4.0, after_s=9.0, words="fall"
    ),
    "compensation": lambda: _around(
        Kind.COMPENSATION,
        "circumduction",
        "turns",
        title="Circumduction: told once for many strides",
        before_s=8.0,
        after_s=8.0,
        words="stride",
    ),
    "contexts": contexts_picture,
}


CAPTIONS = {
    "contacts": "Initial and final contacts",
    "toe_first": "A toe-first contact",
    "toe_drag": "A toe drag",
    "foot_slap": "A foot slap",
    "trip": "A trip",
    "fall": "A fall",
    "compensation": "A compensation",
    "contexts": "Contexts",
    "errors": "Errors and latencies",
}


def pictures_section(folder: Path, beside: Path) -> str:
    """The pictures that are there, as links from a page."""
    there = [(name, words) for name, words in CAPTIONS.items() if (folder / f"{name}.svg").exists()]
    links = [f"![{words}]({(folder / f'{name}.svg').relative_to(beside.parent).as_posix()})\n" for name, words in there]
    return "\n".join(("## What the detectors see\n", "Walkers; truth in the upper half of a panel.\n", *links))


def write_pictures(folder: Path, evidence: Evidence | None) -> None:
    """All of them, as SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in PICTURES.items():
        (folder / f"{name}.svg").write_text(draw(), encoding="utf-8")
    if evidence:
        (folder / "errors.svg").write_text(errors_picture(evidence), encoding="utf-8")
