"""The chapter of ``docs/validation.md`` about test walkers, made of ``evidence.json``."""

from collections.abc import Iterable, Mapping

from hub.validation import contexts
from hub.validation.evidence.found import Evidence, TripCell
from hub.validation.evidence.trials import FIRST_SEED, SCENARIOS_OFF_FOOT, SCENARIOS_ON_FOOT, Group, Mode
from hub.validation.score import Measure, Proportion, Score, Tally
from hub.validation.tables import (
    NOTHING,
    RATE_HEADER,
    STEP_HEADER,
    STRIKE_HEADER,
    TIMING_HEADER,
    Row,
    markdown,
    proportion,
    rate_rows,
    step_rows,
    strike_rows,
    timing_rows,
)

TITLES: dict[Group, tuple[str, str]] = {
    Group.WALKING: ("Level walking, 100 Hz", "Every profile, four people each, healthy ones among them."),
    Group.RATES: ("Three rates", "People at 50, 100 and 200 Hz."),
    Group.ROUTES: ("Routes", "Turns, stairs, slopes, curbs, tiptoe, backward, crutch, sudden stops."),
    Group.TRIPS: (
        "Trips",
        "An obstacle in 14-20 s, in any part of the swing, of either leg: full and half arrests, and glances.",
    ),
    Group.FALLS: ("Falls", "Half of them over obstacles, others out of walking and standing; slow slides among them."),
    Group.FAULTS: ("Faults", "One fault of sensor or link at a time; some trips."),
    Group.LOOK_ALIKES: (
        "Look-alikes",
        "Far more often than in life: hard chairs, beds, shoes, kneeling, jumps, exercises, cars, standing on one leg.",
    ),
    Group.DAILY: (
        "Daily life",
        "Hours out of days: chairs, chores, errands on foot and by car, rests; 40 % of walks have fewer than 12 steps.",
    ),
    Group.OWN_STRIDES: (
        "Against own strides",
        "Walks with and without a compensation in turn; the first is without, so the wearer's own strides are known.",
    ),
}

SENSORS = {Mode.ALL: "insoles and shin", Mode.INSOLES: "insoles alone", Mode.SHIN: "shin alone"}


def evidence_section(evidence: Evidence, *, stale: bool) -> str:
    """The whole chapter."""
    total = evidence.total
    trips, falls = (total.tallies.get(measure, Tally()).truth_n for measure in (Measure.TRIP, Measure.FALL))
    idle_h = evidence.of(Group.LOOK_ALIKES, Group.DAILY).hours
    head = (
        "## Test walkers\n\n"
        "`make evidence` (`python -m hub.validation.evidence`); results in `docs/validation/evidence.json`, "
        f"made {evidence.made}" + (", **with other code than the present one**" if stale else "") + ".\n\n"
        f"{evidence.trials_n} trials{_failed(evidence)}, {total.hours:.1f} h, {total.steps_n} steps, "
        f"{trips} trips, {falls} falls, "
        f"{idle_h:.1f} h of look-alikes and daily life. Every trial is somebody else of the test population of "
        "`docs/walker.md`, whose parameters reach beyond those tuned on, "
        f"with a seed of its own from {FIRST_SEED} on. Two insoles of 8 cells, the IMU of the affected shin, usual "
        "imperfections of both; cold: the engine has not met "
        "the person before. The truth is complete, so every detection without a truth is false.\n"
    )
    parts = [head, *(_group(evidence, group) for group in Group if evidence.groups.get(group))]
    parts += [_trips(evidence.trips), _contexts(evidence), _wearers(evidence), _gaits(evidence)]
    return "\n".join(part for part in parts if part)


def _failed(evidence: Evidence) -> str:
    return f" ({len(evidence.failed)} more failed: {', '.join(evidence.failed)})" if evidence.failed else ""


def _group(evidence: Evidence, group: Group) -> str:
    modes = evidence.groups[group]
    title, note = TITLES[group]
    score = modes[Mode.ALL]
    parts = [f"### {title}\n", f"{score.sessions_n} people, {score.hours:.1f} h, {score.steps_n} steps. {note}\n"]
    tables = [(RATE_HEADER, rate_rows(score)), (TIMING_HEADER, timing_rows(score))]
    if group is Group.WALKING:
        tables += [(STEP_HEADER, step_rows(score)), (STRIKE_HEADER, strike_rows(score))]
    parts += [markdown(header, rows) + "\n" for header, rows in tables if rows]
    for mode in (Mode.INSOLES, Mode.SHIN):
        if mode in modes:
            parts.append(f"The same people, {SENSORS[mode]} ({modes[mode].sessions_n} of them):\n")
            parts.append(markdown(RATE_HEADER, rate_rows(modes[mode])) + "\n")
    if group in _SLICES:
        rows = slice_rows({name: each for name, each in evidence.slices[_SLICES[group]].items() if _is_of(name, group)})
        parts.append(markdown(_SLICE_HEADER, rows) + "\n")
    return "\n".join(parts)


_SLICES = {
    Group.WALKING: "profiles",
    Group.RATES: "rates",
    Group.ROUTES: "scenarios",
    Group.LOOK_ALIKES: "scenarios",
    Group.FAULTS: "faults",
}


def _is_of(name: str, group: Group) -> bool:
    """Whether a part belongs to a group: scenarios are met in several."""
    return {Group.ROUTES: name in SCENARIOS_ON_FOOT, Group.LOOK_ALIKES: name in SCENARIOS_OFF_FOOT}.get(group, True)


_SLICE_HEADER: Row = (
    "",
    "steps",
    "IC found",
    "right",
    "FC found",
    "right",
    "toe first found",
    "right",
    "drags found",
    "right",
    "slaps found",
    "right",
    "trips found",
    "false",
    "falls false",
)


def slice_rows(scores: Mapping[str, Score]) -> list[Row]:
    """Recall and precision in %, one row for each score; confirmed trips with the number of false ones."""
    return [_slice_row(name, score) for name, score in scores.items()]


def _slice_row(name: str, score: Score) -> Row:
    cells: list[str] = []
    for measure in (
        Measure.INITIAL_CONTACT,
        Measure.FINAL_CONTACT,
        Measure.TOE_FIRST,
        Measure.TOE_DRAG,
        Measure.FOOT_SLAP,
    ):
        tally = score.tallies.get(measure, Tally())
        cells += [_percent(tally.recall), _percent(tally.precision)]
    trips = score.tallies.get(Measure.TRIP, Tally())
    falls = score.tallies.get(Measure.FALL, Tally())
    return (name, str(score.steps_n), *cells, _percent(trips.recall), str(trips.false_n), str(falls.false_n))


def _percent(share: Proportion) -> str:
    return NOTHING if share.value is None else f"{100 * share.value:.1f}"


def _trips(cells: Iterable[TripCell]) -> str:
    """One table for each set of sensors."""
    header: Row = (
        "strength",
        "part of the swing",
        "trips",
        "candidate %",
        "confirmed %",
        "strategy right %",
        "candidate late ms",
        "95 %",
    )
    parts = ["### Trips by strength and part of the swing\n"]
    parts.append(
        "A glance, strength 0.3, has no recovery: its candidate is no mistake, its confirmation is. Late: from "
        "the blow to the sample that decided the candidate.\n"
    )
    for mode, title in SENSORS.items():
        rows = [
            (
                f"{cell.strength:g}",
                f"{cell.phase[0]:.2f}–{cell.phase[1]:.2f}",
                str(cell.trips_n),
                proportion(Proportion(cell.candidates_n, cell.trips_n)),
                proportion(Proportion(cell.confirmed_n, cell.trips_n)),
                _percent(Proportion(cell.strategy_right_n, cell.confirmed_n)),
                *((str(late) for late in cell.late_ms) if cell.late_ms else (NOTHING, NOTHING)),
            )
            for cell in cells
            if cell.sensors is mode
        ]
        if rows:
            parts.append(f"{title.capitalize()}:\n\n{markdown(header, rows, text_columns=2)}\n")
    return "\n".join(parts)


def _contexts(evidence: Evidence) -> str:
    parts = ["### Contexts\n", "Second by second, the first and last second of each not judged; groups but faults.\n"]
    for mode, confusion in evidence.contexts.items():
        rows = contexts.rows(confusion)
        title = SENSORS[mode].capitalize()
        parts.append(
            f"{title}:\n\n{markdown(('true context', 'seconds', 'right %', 'else told %'), rows, text_columns=1)}\n"
        )
    parts.append("What was detected in each true context, all sensors:\n")
    header: Row = (
        "true context",
        "hours",
        "steps",
        "contacts where none is /h",
        "false toe first",
        "false drags",
        "false slaps",
        "false trip candidates",
        "false trips",
        "false falls",
    )
    rows = [_context_row(name, score) for name, score in sorted(evidence.in_context.items()) if score.hours or name]
    parts.append(markdown(header, rows) + "\n")
    return "\n".join(parts)


def _context_row(name: str, score: Score) -> Row:
    contacts = score.tallies.get(Measure.INITIAL_CONTACT, Tally())
    wrong_n = contacts.false_n + contacts.unjudged_n
    kinds = (
        Measure.TOE_FIRST,
        Measure.TOE_DRAG,
        Measure.FOOT_SLAP,
        Measure.TRIP_CANDIDATE,
        Measure.TRIP,
        Measure.FALL,
    )
    return (
        name,
        f"{score.hours:.2f}" if score.hours else NOTHING,
        str(score.steps_n),
        f"{wrong_n / score.hours:.1f}" if score.hours else str(wrong_n),
        *(str(score.tallies.get(measure, Tally()).false_n) for measure in kinds),
    )


def _wearers(evidence: Evidence) -> str:
    """How recall spreads over people."""
    rows: list[Row] = [
        (
            measure.replace("_", " "),
            str(spread["n"]),
            f"{100 * spread['median']:.1f} [{100 * spread['q1']:.1f}–{100 * spread['q3']:.1f}]",
            f"{100 * spread['worst']:.1f}",
            str(spread["worst_wearer"]),
        )
        for measure, spread in evidence.wearers.items()
        if spread
    ]
    if not rows:
        return ""
    header: Row = ("recall", "people", "median [quartiles] %", "worst %", "worst person (profile, seed)")
    return (
        "### From person to person\n\nLevel walking, people with 20 true ones or more.\n\n"
        + markdown(header, rows)
        + "\n"
    )


_GAIT_HEADERS = {
    "double support": "double support of a stride, off by % of it",
    "drag duration": "duration of a drag, off by ms",
}


def _gaits(evidence: Evidence) -> str:
    """Whose figures are far off."""
    parts = ["### By way of walking\n", "Measured minus true; *all others* are all but slide and drag along.\n"]
    for what, rows in evidence.gaits.items():
        table: list[Row] = [
            (row.gait.replace("_", " "), str(row.n), f"{row.median:+.1f}", f"{row.p5:+.1f} to {row.p95:+.1f}")
            for row in rows
        ]
        parts.append(markdown((_GAIT_HEADERS[what], "n", "median", "5–95 %"), table) + "\n")
    return "\n".join(parts)
