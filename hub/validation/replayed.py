"""Recordings of people as the hub sees them: each replayed once, for all tables of ``docs/validation.md``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hub.events import Kind
from hub.validation.cases import RecordedCase
from hub.validation.people import Half, halves
from hub.validation.reference import STRIKES_CHECKED
from hub.validation.runner import Run, RunOptions, compare, find_sessions, run
from hub.validation.score import Proportion, Score
from hub.validation.scoring import ScoringParams
from hub.validation.strike_reading import agreement, read_strikes
from sensors.layout import Side


@dataclass(frozen=True, slots=True)
class Replayed:
    """One recording: the score, that of each leg alone, how the order of heel and forefoot agrees with the raw cells,
    and in how many of the places where the cells contradict the truth a final contact was told.
    """

    score: Score
    legs: tuple[Score, ...]
    order: Proportion
    doubts: Proportion


@cache
def replayed(folder: Path, options: RunOptions) -> Mapping[str, Replayed]:
    """All sessions of a set by the name of their folder."""
    result: dict[str, Replayed] = {}
    for path in find_sessions([folder]):
        done = run(path, options)
        if done is not None:
            readings = read_strikes(done.folder, done.events, checked=folder.name in STRIKES_CHECKED)
            legs = tuple(
                compare(done.folder, done.events, options.within_s, done.doubts, {side})
                for side in (Side.LEFT, Side.RIGHT)
            )
            result[path.name] = Replayed(done.score, legs, agreement(readings), _told_in(done))
    return result


def scores_of(root: Path, case: RecordedCase) -> dict[str, Score]:
    """Of a case's sessions, by the name of their folder; of all sessions of its set, whatever its pattern."""
    return {name: each.score for name, each in replayed(root / case.folder, case.options).items()}


def legs_of(folder: Path, options: RunOptions, half: Half) -> list[Score]:
    """Of each leg in each recording of one half of a set's people."""
    return [leg for each in _half(folder, options, half) for leg in each.legs]


def order_of(folder: Path, options: RunOptions, half: Half) -> Proportion:
    """How often the order of heel and forefoot is that of the raw cells, in one half of a set's people."""
    return _sum(each.order for each in _half(folder, options, half))


def finals_in_doubt_of(folder: Path, options: RunOptions, half: Half) -> Proportion:
    """In how many of the places where raw cells contradict the truth a final contact was told, in one half."""
    return _sum(each.doubts for each in _half(folder, options, half))


def _told_in(done: Run) -> Proportion:
    finals = [(event.side, event.time_s) for event in done.events if event.kind is Kind.FINAL_CONTACT]
    around_s = ScoringParams().contact_s
    told_n = sum(
        any(side is doubt.side and doubt.start_s - around_s <= at_s <= doubt.end_s + around_s for side, at_s in finals)
        for doubt in done.doubts
    )
    return Proportion(told_n, len(done.doubts))


def _sum(shares: Iterable[Proportion]) -> Proportion:
    parts = list(shares)
    return Proportion(sum(part.k for part in parts), sum(part.n for part in parts))


def _half(folder: Path, options: RunOptions, half: Half) -> list[Replayed]:
    of = halves(find_sessions([folder]))
    names = {path.name for path, its in of.items() if its is half}
    return [each for name, each in replayed(folder, options).items() if name in names]
