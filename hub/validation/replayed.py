"""Recordings of people as the hub sees them: each replayed once, for all tables of ``docs/validation.md``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hub.validation.cases import RecordedCase
from hub.validation.long_stances import finals_midway_n
from hub.validation.people import Half, halves
from hub.validation.runner import RunOptions, compare, events_of, find_sessions, prepared
from hub.validation.score import Measure, Proportion, Score, pooled
from hub.validation.strike_reading import agreement, read_strikes


@dataclass(frozen=True, slots=True)
class Replayed:
    """One recording: the score, how the order of heel and forefoot agrees with the raw cells, and how many final
    contacts were told midway in a stance of two strides.
    """

    score: Score
    order: Proportion
    finals_midway_n: int


@cache
def replayed(folder: Path, options: RunOptions) -> Mapping[str, Replayed]:
    """All sessions of a set by the name of their folder."""
    result: dict[str, Replayed] = {}
    for path in find_sessions([folder]):
        session = prepared(path, options)
        if session is not None:
            events = events_of(session, options)
            score = compare(session, events, options.within_s)
            result[path.name] = Replayed(
                score, agreement(read_strikes(session, events)), finals_midway_n(session.truth, events)
            )
    return result


def scores_of(root: Path, case: RecordedCase) -> dict[str, Score]:
    """Of a case's sessions, by the name of their folder; of all sessions of its set, whatever its pattern."""
    return {name: each.score for name, each in replayed(root / case.folder, case.options).items()}


def order_of(folder: Path, options: RunOptions, half: Half) -> Proportion:
    """How often the order of heel and forefoot is that of the raw cells, in one half of a set's people."""
    orders = [each.order for each in _half(folder, options, half)]
    return Proportion(sum(order.k for order in orders), sum(order.n for order in orders))


def midway_of(folder: Path, options: RunOptions, half: Half) -> Proportion:
    """How many of the false final contacts of one half were told midway in a stance of two strides."""
    members = _half(folder, options, half)
    finals = pooled(half.value, [each.score for each in members]).tallies[Measure.FINAL_CONTACT]
    return Proportion(sum(each.finals_midway_n for each in members), finals.false_n)


def _half(folder: Path, options: RunOptions, half: Half) -> list[Replayed]:
    of = halves(find_sessions([folder]))
    names = {path.name for path, its in of.items() if its is half}
    return [each for name, each in replayed(folder, options).items() if name in names]
