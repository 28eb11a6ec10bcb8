"""Scores as rows of text: the same ones in the terminal and in the documentation. Pure."""

from collections.abc import Sequence

from hub.validation.score import MISSED, PARTS, Measure, Proportion, Score, Spread, Tally

Row = tuple[str, ...]

NOTHING = "–"

RATE_HEADER: Row = ("measure", "true", "found", "false", "recall %", "precision %", "not judged")
TIMING_HEADER: Row = ("measure", "false/h", "/1000 steps", "error ms ± SD", "median (5–95 %)", "late ms", "95 %")

STEP_HEADER: Row = ("of a step", "n", "error ms ± SD", "median (5–95 %)")

DETECTED = ("heel", "flat", "toe", "unknown", MISSED)
STRIKE_HEADER: Row = ("true strike", *(f"as {strike}" for strike in DETECTED[:-1]), MISSED, "right %")

LEGEND = (
    "Recall, precision and right strikes with Wilson 95 % intervals. Error: detected minus true time, mean ± SD and "
    "median (5–95 %). Late: from the event's own time to the sample at which it was decided, median and 95 %."
)


def rate_rows(score: Score) -> list[Row]:
    """What was found and what was wrong: one row for each measure that had truth or detections."""
    return [_rate_row(measure, tally) for measure, tally in score.tallies.items()]


def _rate_row(measure: Measure, tally: Tally) -> Row:
    return (
        _words(measure),
        str(tally.truth_n),
        str(tally.found_n),
        NOTHING if measure in PARTS else str(tally.false_n),
        proportion(tally.recall),
        NOTHING if measure in PARTS else proportion(tally.precision),
        str(tally.unjudged_n),
    )


def timing_rows(score: Score) -> list[Row]:
    """False alarms, timing error and latency: one row for each measure of which something was judged."""
    rows: list[Row] = []
    for measure, tally in score.tallies.items():
        if not (tally.truth_n or tally.false_n):
            continue
        error, latency = Spread.of(tally.error_s), Spread.of(tally.latency_s)
        rows.append(
            (
                _words(measure),
                *((NOTHING, NOTHING) if measure in PARTS else _false_rates(score, measure)),
                mean_error(error),
                middle_error(error),
                f"{latency.median_ms:.0f}" if latency else NOTHING,
                f"{latency.p95_ms:.0f}" if latency else NOTHING,
            )
        )
    return rows


def _false_rates(score: Score, measure: Measure) -> tuple[str, str]:
    return _rate(score.false_per_hour(measure)), _rate(score.false_per_1000_steps(measure))


def step_rows(score: Score) -> list[Row]:
    """Errors of step measures against the true contacts."""
    spreads = {name: Spread.of(errors) for name, errors in score.step_errors.items()}
    return [
        (name.removesuffix("_s").replace("_", " "), str(spread.n), mean_error(spread), middle_error(spread))
        for name, spread in spreads.items()
        if spread
    ]


def strike_rows(score: Score) -> list[Row]:
    """The strike table: one row for each true strike. The share that is right leaves missed contacts out."""
    return [
        (
            true,
            *(str(score.strikes.get((true, found), 0)) for found in DETECTED),
            proportion(score.strike_recall(true)),
        )
        for true in ("heel", "flat", "toe")
        if any(row == true for row, _ in score.strikes)
    ]


def markdown(header: Row, rows: Sequence[Row], text_columns: int = 1) -> str:
    """A table in Markdown; the first columns are text, the others numbers."""
    lines = [header, ("---",) * text_columns + ("---:",) * (len(header) - text_columns), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def proportion(share: Proportion) -> str:
    """Per cent with its interval; a dash where nothing was counted."""
    value, interval = share.value, share.interval
    if value is None or interval is None:
        return NOTHING
    return f"{100 * value:.1f} ({100 * interval[0]:.1f}–{100 * interval[1]:.1f})"


def mean_error(spread: Spread | None) -> str:
    """Mean and SD of a timing error; a dash where nothing was found."""
    return f"{round(spread.mean_ms):+d} ± {spread.sd_ms:.0f}" if spread else NOTHING


def middle_error(spread: Spread | None) -> str:
    """Median and 5-95 % of a timing error; a dash where nothing was found."""
    if spread is None:
        return NOTHING
    return f"{round(spread.median_ms):+d} ({round(spread.p5_ms):+d}–{round(spread.p95_ms):+d})"


def _words(measure: Measure) -> str:
    return measure.value.replace("_", " ")


def _rate(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"
