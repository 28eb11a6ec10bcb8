"""Scores as rows of text: the same ones in the terminal and in the documentation. Pure."""

from collections.abc import Sequence

from hub.validation.score import MISSED, Measure, Proportion, Score, Spread, Tally

Row = tuple[str, ...]

MEASURE_HEADER: Row = (
    "measure",
    "true",
    "found",
    "false",
    "recall % (95 %)",
    "precision % (95 %)",
    "false /h",
    "false /1000 steps",
    "error ms: mean ± SD, median (5–95 %)",
    "latency ms: median, 95 %",
    "not judged",
)

DETECTED = ("heel", "flat", "toe", "unknown", MISSED)
STRIKE_HEADER: Row = ("true strike", *(f"found as {strike}" for strike in DETECTED), "right % (95 %)")


def measure_rows(score: Score) -> list[Row]:
    """One row for each measure that had truth or detections."""
    return [_measure_row(score, measure, tally) for measure, tally in score.tallies.items()]


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


def markdown(header: Row, rows: Sequence[Row]) -> str:
    """A table in Markdown; the first column is text, the others numbers."""
    lines = [header, ("---", *("---:" for _ in header[1:])), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def proportion(share: Proportion) -> str:
    """Per cent with its interval; a dash where nothing was counted."""
    value, interval = share.value, share.interval
    if value is None or interval is None:
        return "–"
    return f"{100 * value:.1f} ({100 * interval[0]:.1f}–{100 * interval[1]:.1f})"


def error(spread: Spread | None) -> str:
    """Timing error; a dash where nothing was found."""
    if spread is None:
        return "–"
    middle = f"{spread.mean_ms:+.0f} ± {spread.sd_ms:.0f}, {spread.median_ms:+.0f}"
    return f"{middle} ({spread.p5_ms:+.0f}–{spread.p95_ms:+.0f})"


def latency(spread: Spread | None) -> str:
    """Detection latency; a dash where nothing was found."""
    return f"{spread.median_ms:.0f}, {spread.p95_ms:.0f}" if spread else "–"


def _measure_row(score: Score, measure: Measure, tally: Tally) -> Row:
    judged = bool(tally.truth_n or tally.false_n)
    return (
        measure.value.replace("_", " "),
        str(tally.truth_n),
        str(tally.found_n),
        str(tally.false_n),
        proportion(tally.recall),
        proportion(tally.precision),
        _rate(score.false_per_hour(measure)) if judged else "–",
        _rate(score.false_per_1000_steps(measure)) if judged else "–",
        error(Spread.of(tally.error_s)),
        latency(Spread.of(tally.latency_s)),
        str(tally.unjudged_n),
    )


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
