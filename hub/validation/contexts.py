"""Contexts second by second: what the person did, and what the engine said when it had settled."""

from collections import Counter
from collections.abc import Iterable, Sequence

from hub.events import Context
from hub.gait.facts import ContextChange
from hub.validation.tables import Row

Confusion = Counter[tuple[Context, Context]]
"""Seconds by (true context, told context)."""


def told_at(changes: Sequence[ContextChange], times_s: Iterable[float]) -> list[Context]:
    """The context at ascending times, as the log had it in the end: a change may be dated back over earlier ones."""
    log: list[ContextChange] = []
    for change in changes:
        while log and log[-1].since_s >= change.since_s:
            log.pop()
        log.append(change)
    told, index = [], -1
    for time_s in times_s:
        while index + 1 < len(log) and log[index + 1].since_s <= time_s:
            index += 1
        told.append(log[index].context if index >= 0 else Context.UNKNOWN)
    return told


def confusion(
    intervals: Iterable[tuple[Context, float, float]],
    changes: Sequence[ContextChange],
    *,
    margin_s: float = 1.0,
    every_s: float = 1.0,
) -> Confusion:
    """Seconds told right and wrong.

    Parameters
    ----------
    intervals : true (context, start, end), by time. ``UNKNOWN`` is not judged.
    margin_s : not judged at either end of an interval: nobody sits down in no time.
    """
    places = []
    for context, start_s, end_s in intervals:
        if context is Context.UNKNOWN:
            continue
        time_s = start_s + margin_s
        while time_s < end_s - margin_s:
            places.append((time_s, context))
            time_s += every_s
    told = told_at(changes, [time_s for time_s, _ in places])
    return Counter((true, said) for (_, true), said in zip(places, told, strict=True))


def rows(found: Confusion) -> list[Row]:
    """A table: true context, its seconds, the share told right in %, and what else was told, most often first."""
    table: list[Row] = []
    for true in Context:
        here = {said: n for (was, said), n in found.items() if was is true}
        total = sum(here.values())
        if not total:
            continue
        others = sorted(((n, said) for said, n in here.items() if said is not true), reverse=True)
        wrong = ", ".join(f"{said.value} {100 * n / total:.1f}" for n, said in others[:3])
        table.append((true.value, str(total), f"{100 * here.get(true, 0) / total:.1f}", wrong))
    return table
