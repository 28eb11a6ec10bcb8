"""The targets on recordings of people, row by row and for each half of them: met, or how far."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from hub.recording.session_folder import read_session_folder
from hub.validation.by_half import part
from hub.validation.cases import RECORDED, RecordedCase
from hub.validation.people import Half, gets_up, halves
from hub.validation.replayed import legs_of, order_of, scores_of
from hub.validation.runner import RunOptions, find_sessions
from hub.validation.score import Measure, Score, Spread, Tally, spread_within
from hub.validation.stuck_cells import contacts_after_sticking
from hub.validation.tables import NOTHING, Row, markdown

STUCK_AFTER_S = 20.0
"""By then an insole of gaitpdb knows its wearer."""

BRACED_STEPS_N = 28
"""Of the walker with braces in marpino: 7 swings of each leg in both walks, lobes of the raw rate that turn a shin by
20 degrees or more."""

LEG_SD_MS = 25.0
"""Widest spread of a shin's contacts within a leg."""

_CASES = {case.key: case for case in RECORDED}
_WALKING = ("gaitpdb", "marpino", "chen", "miyuzn", "pin2gpi")


@dataclass(frozen=True, slots=True)
class Seen:
    """A figure as text, and by how much it misses its target; met at 0, None where there is none to meet."""

    text: str
    off: float | None = None


@dataclass(frozen=True, slots=True)
class HumanTarget:
    """One row. ``unit`` is that of what is missing; ``seen``: the figure of a half, None where that has no people."""

    what: str
    target: str
    unit: str
    seen: Callable[[Path, Half], Seen | None]


def _half(root: Path, case: RecordedCase, half: Half) -> Score | None:
    people_n, score = part(root / case.folder, scores_of(root, case), half)
    return score if people_n else None


def _tally(score: Score, measure: Measure) -> Tally:
    return score.tallies.get(measure, Tally())


def _of(key: str, figure: Callable[..., Seen | None], *of: object) -> Callable[[Path, Half], Seen | None]:
    """A figure of a case's half."""

    def seen(root: Path, half: Half) -> Seen | None:
        score = _half(root, _CASES[key], half)
        return figure(score, *of) if score else None

    return seen


def _shares(score: Score, measure: Measure, recall_pct: float | None, precision_pct: float | None) -> Seen | None:
    """Recall, and precision where that has a bound; no bound at all is nothing to meet."""
    tally = _tally(score, measure)
    asked = [(tally.recall, recall_pct)] + ([(tally.precision, precision_pct)] if precision_pct is not None else [])
    shares = [(100.0 * share.value, least) for share, least in asked if share.value is not None]
    if len(shares) < len(asked):
        return None
    text = " and ".join(f"{pct:.2f}" for pct, _ in shares)
    off = [max(least - pct, 0.0) for pct, least in shares if least is not None]
    return Seen(f"{text} % of {tally.truth_n}", max(off, default=None))


def _timing(score: Score, measure: Measure, mean_ms: float | None, sd_ms: float | None) -> Seen | None:
    spread = Spread.of(_tally(score, measure).error_s)
    if spread is None:
        return None
    asked = [(abs(spread.mean_ms), mean_ms), (spread.sd_ms, sd_ms)]
    off = [max(is_ms - most_ms, 0.0) for is_ms, most_ms in asked if most_ms is not None]
    return Seen(f"{spread.mean_ms:+.0f} ± {spread.sd_ms:.1f} ms", max(off) if off else None)


def _timing_of_legs(key: str, measure: Measure, mean_ms: float | None) -> Callable[[Path, Half], Seen | None]:
    """Mean of all, and the spread within a leg: each foot's cells have a time of their own, by some tens of ms."""

    def seen(root: Path, half: Half) -> Seen | None:
        case = _CASES[key]
        errors_s = [_tally(leg, measure).error_s for leg in legs_of(root / case.folder, case.options, half)]
        together, within_ms = Spread.of(tuple(chain.from_iterable(errors_s))), spread_within(errors_s)
        if together is None or within_ms is None:
            return None
        asked = [(within_ms, LEG_SD_MS)] + ([(abs(together.mean_ms), mean_ms)] if mean_ms is not None else [])
        return Seen(
            f"{together.mean_ms:+.0f} ± {within_ms:.2f} ms; all legs as one: ± {together.sd_ms:.1f} ms",
            max(max(is_ms - most_ms, 0.0) for is_ms, most_ms in asked),
        )

    return seen


def _false_per_1000(measure: Measure) -> Callable[[Path, Half], Seen | None]:
    """Told on healthy walking, both ankles said to be weak; nothing of it is known to be true."""

    def seen(root: Path, half: Half) -> Seen | None:
        cases = [_CASES[key] for key in ("gaitpdb", "marpino", "chen")]
        weak = [replace(case, options=replace(case.options, both_weak=True)) for case in cases]
        parts = [score for case in weak if (score := _half(root, case, half))]
        steps_n = sum(score.steps_n for score in parts)
        tallies = [_tally(score, measure) for score in parts]
        told_n = sum(tally.false_n + tally.unjudged_n for tally in tallies)
        return Seen(f"{1000.0 * told_n / steps_n:.2f} ({told_n} in {steps_n} steps)") if steps_n else None

    return seen


def _order(key: str, least_pct: float) -> Callable[[Path, Half], Seen | None]:
    def seen(root: Path, half: Half) -> Seen | None:
        share = order_of(root / _CASES[key].folder, RunOptions(), half)
        if share.value is None:
            return None
        return Seen(f"{100.0 * share.value:.2f} % of {share.n}", max(least_pct - 100.0 * share.value, 0.0))

    return seen


def _falls(
    kinds: Callable[[Path], bool], measure: Measure, least_pct: float | None
) -> Callable[[Path, Half], Seen | None]:
    """Of the sessions of erciyes that ``kinds`` chooses."""

    def seen(root: Path, half: Half) -> Seen | None:
        folder, scores = root / "erciyes", scores_of(root, _CASES["erciyes"])
        return _shares(
            part(folder, {n: s for n, s in scores.items() if kinds(folder / n)}, half)[1], measure, least_pct, None
        )

    return seen


def _falls_in_walking(root: Path, half: Half) -> Seen:
    parts = [score for key in _WALKING if (score := _half(root, _CASES[key], half))]
    tallies = [_tally(score, Measure.FALL) for score in parts]
    told_n = sum(tally.false_n + tally.unjudged_n for tally in tallies)
    return Seen(f"{told_n} in {60.0 * sum(score.hours for score in parts):.0f} min", float(told_n))


def _braced(root: Path, half: Half) -> Seen | None:
    """No truth: contacts that are told, of the swings in the raw rates."""
    walks = {n: s for n, s in scores_of(root, _CASES["marpino"]).items() if n.startswith("disability_")}
    people_n, score = part(root / "marpino", walks, half)
    told_n = _tally(score, Measure.INITIAL_CONTACT).unjudged_n
    return Seen(f"{told_n} of {BRACED_STEPS_N}", float(abs(told_n - BRACED_STEPS_N))) if people_n else None


def _stuck(root: Path, half: Half) -> Seen:
    paths = find_sessions([root / "gaitpdb"])
    of = halves(paths)
    told = [contacts_after_sticking(read_session_folder(path), STUCK_AFTER_S) for path in paths if of[path] is half]
    return Seen(f"{sum(told)} of {2 * len(told)} feet", float(sum(told)))


_IC, _FC = Measure.INITIAL_CONTACT, Measure.FINAL_CONTACT
_POINTS, _MS, _N = "points", "ms", "too many"


def _name(measure: Measure) -> str:
    return measure.value.replace("_", " ")


def _shin_rows() -> Iterable[HumanTarget]:
    """Contacts from the shins alone: whether they were found, and how close."""
    for start, least_pct in (("warm", 98.0), ("cold", 90.0)):
        for key, of in ((f"marpino_shin_{start}_found", "marpino"), (f"chen_shin_{start}", "chen")):
            for measure in (_IC, _FC):
                yield HumanTarget(
                    f"{_name(measure)}, shins alone, {start}: {of}, within 150 ms",
                    f">= {least_pct:.0f} % found",
                    _POINTS,
                    _of(key, _shares, measure, least_pct, None),
                )
    for measure in (_IC, _FC):
        yield HumanTarget(
            f"{_name(measure)}, shins alone, warm: marpino, within 50 ms",
            "none set",
            _POINTS,
            _of("marpino_shin_warm", _shares, measure, None, None),
        )
    for key, of, bounds_ms in (("marpino_shin_warm_found", "marpino", (25.0, 60.0)), ("chen_shin_warm", "chen", None)):
        for number, measure in enumerate((_IC, _FC)):
            mean_ms = bounds_ms[number] if bounds_ms else None
            yield HumanTarget(
                f"{_name(measure)}, shins alone, warm: {of}, timing within 150 ms",
                (f"mean <= {mean_ms:.0f}, " if mean_ms else "") + f"SD within a leg <= {LEG_SD_MS:.0f} ms",
                _MS,
                _timing_of_legs(key, measure, mean_ms),
            )


HUMAN_TARGETS = (
    *(
        HumanTarget(
            f"{_name(measure)}, insoles: gaitpdb",
            ">= 99.5 % found and right",
            _POINTS,
            _of("gaitpdb", _shares, measure, 99.5, 99.5),
        )
        for measure in (_IC, _FC)
    ),
    HumanTarget("the same, timing: initial contact", "SD <= 12 ms", _MS, _of("gaitpdb", _timing, _IC, None, 12.0)),
    HumanTarget("the same, timing: final contact", "SD <= 12 ms", _MS, _of("gaitpdb", _timing, _FC, None, 12.0)),
    *_shin_rows(),
    HumanTarget("the walker with braces (marpino, shins alone)", "every step seen", "steps", _braced),
    HumanTarget("order of heel and forefoot: gaitpdb", ">= 97 % as in the raw cells", _POINTS, _order("gaitpdb", 97.0)),
    HumanTarget("order of heel and forefoot: marpino", ">= 97 % as in the raw cells", _POINTS, _order("marpino", 97.0)),
    HumanTarget(f"contacts when all cells stick after {STUCK_AFTER_S:.0f} s: gaitpdb", "none", _N, _stuck),
    HumanTarget(
        "falls confirmed: erciyes, those who stay down",
        ">= 90 %",
        _POINTS,
        _falls(lambda session: not gets_up(session), Measure.FALL, 90.0),
    ),
    HumanTarget(
        "falls confirmed: erciyes, those who get up again",
        "none set",
        _POINTS,
        _falls(gets_up, Measure.FALL, None),
    ),
    HumanTarget(
        "fall candidates: erciyes, all ten kinds",
        ">= 90 %",
        _POINTS,
        _falls(lambda session: True, Measure.FALL_CANDIDATE, 90.0),
    ),
    HumanTarget("confirmed falls in all walking recordings", "none", _N, _falls_in_walking),
    HumanTarget(
        "trips confirmed on walking without foot drop", "per 1000 steps, no bound", "", _false_per_1000(Measure.TRIP)
    ),
    HumanTarget("toe drags on the same", "per 1000 steps, no bound", "", _false_per_1000(Measure.TOE_DRAG)),
    HumanTarget("foot slaps on the same", "per 1000 steps, no bound", "", _false_per_1000(Measure.FOOT_SLAP)),
)


def human_targets_section(root: Path) -> str:
    """The table."""
    rows = [_row(target, {half: target.seen(root, half) for half in Half}) for target in HUMAN_TARGETS]
    bound_n = sum(row[-1] != NOTHING for row in rows)
    met_n = sum(row[-1] == "met" for row in rows)
    return (
        "## Targets on people\n\n"
        f"Of {bound_n} rows with a bound {met_n} are met in both halves.\n\n"
        "Contacts are not judged where the raw cells contradict the truth that was made from them (table below). "
        "A shin's contacts are compared with what the cells under the foot say, which have a time of their own in each "
        "shoe, by some tens of ms. So they are to be found within 150 ms, and to spread so little within each "
        "leg. Within 50 ms no bound is set: of contacts as late and as spread as the bounds allow (25 ± 25 "
        "and 60 ± 25 ms) 84 and 34 % would be found. Falls after which people get up at once are no alarms.\n\n"
        + markdown(("what", "target", "tuning half", "test half", ""), rows, text_columns=5)
        + "\n"
    )


def _row(target: HumanTarget, seen: Mapping[Half, Seen | None]) -> Row:
    texts = (figure.text if (figure := seen[half]) else NOTHING for half in Half)
    return (target.what, target.target, *texts, verdict(seen, target.unit))


def verdict(seen: Mapping[Half, Seen | None], unit: str) -> str:
    """Met where no half misses the target, else by how much each does; a dash where there is no bound."""
    off = {half: figure.off for half, figure in seen.items() if figure and figure.off is not None}
    missed = [f"{half.value} by {by:.2f} {unit}" for half, by in off.items() if by > 0]
    if not off:
        return NOTHING
    return f"**not met**: {', '.join(missed)}" if missed else "met"
