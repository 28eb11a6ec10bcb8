"""Every number of every detector off by half, every detector removed: does anybody notice?

First the fixed walkers are asked, and then, of what these do not meet, the tests of the part that the number is of.
``make mutations`` writes docs/mutations.md; that takes hours, and goes on where it was broken off,
unless code, tests or figures have changed. ``make test`` runs a few of them.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from hashlib import blake2b
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hub.gait import GaitParams, engine
from hub.gait.detector import Handler, Output
from hub.validation.evidence.store import fingerprint
from tests.gait import figures, guard, mutant

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "mutations.md"
FOLDER = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "insole-hub" / "mutations"
HALVED = 0.5
FACTORS = (HALVED, 2.0, -1.0)
LONGEST_S = 120.0
"""Processor time of one mutation; all of the fixed walkers take some seconds."""
AGAIN_S = 1.0
"""Then it is told once more: an error that is raised in the garbage collector's callbacks is lost."""

TESTS_S = 1200.0
"""The tests of one part; all of them take a minute or two."""
TESTS = {
    "load_scale.": "insole edges stance",
    "insole.": "insole edges cells",
    "shank.swing.arrest.": "trip shank_swing",
    "shank.swing.": "shank_swing shank_contact",
    "shank.posture.": "fall context",
    "shank.": "shank_alignment fitted shank_swing",
    "shank_contact.": "shank_contact",
    "fusion.": "fusion edges",
    "context.": "context",
    "strike.": "strike detectors",
    "toe_first.": "detectors slap",
    "drag.": "drag",
    "slap.": "slap",
    "compensation.": "compensation",
    "trip.": "recovery trip",
    "fall.": "fall",
    "bout.fatigue.": "fatigue bouts",
    "walking.": "consistent",
    "": "detectors bouts",
}
"""By the beginning of a number's path: the tests of that part. Not those of what the docs say of the defaults."""


class Seen(StrEnum):
    """Who notices a mutation; from the loudest to the most silent."""

    BOUND = "bound"
    FIGURE = "figure"
    TEST = "test"
    NOBODY = "nobody"


class Gone:
    """A detector that takes nothing and says nothing."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def handlers(self) -> Mapping[type, Handler]:
        return {}

    def finish(self, now_s: float) -> Sequence[Output]:
        return []

    def start_from(self, learnt: object) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Mutation:
    """A number of the parameters multiplied; a detector's class that is gone where there is no factor."""

    path: str
    factor: float | None = None


def numbers(params: Any, before: str = "") -> Iterator[tuple[str, float]]:
    """Path and value of every number in nested parameters."""
    for each in fields(params):
        value, path = getattr(params, each.name), before + each.name
        if is_dataclass(value):
            yield from numbers(value, f"{path}.")
        elif isinstance(value, tuple):
            yield from ((f"{path}[{index}]", part) for index, part in enumerate(value))
        else:
            yield path, value


def subjects() -> list[list[Mutation]]:
    """What is done to each number and each detector, until somebody notices."""
    off = [[Mutation(path, factor) for factor in FACTORS] for path, value in numbers(GaitParams()) if value]
    detectors = [name for name in vars(engine) if name.endswith(("Detector", "Fusion")) and name != "Detector"]
    return [*off, *([Mutation(name)] for name in detectors)]


def seen(mutation: Mutation, cases: Sequence[str] = tuple(guard.CASES)) -> Seen:
    """Who notices it in the first of the fixed walkers whose events it changes.

    An engine that breaks down is noticed by any test.
    """
    factor = mutation.factor
    params = GaitParams() if factor is None else mutant.mutated(GaitParams(), mutation.path, factor)
    with patch.dict(vars(engine), {mutation.path: Gone} if factor is None else {}):
        for name in cases:
            try:
                events = guard.events_of(name, params)
            except Exception:  # noqa: BLE001  # whatever it is
                return Seen.BOUND
            if figures.differences(figures.kept()[name], figures.figures_of(events)):
                return Seen.BOUND if guard.failures(name, events) else Seen.FIGURE
    return Seen.NOBODY


def noticed(mutations: Sequence[Mutation]) -> tuple[Mutation, Seen]:
    """The first of several mutations of one number that somebody notices, or the last one."""
    signal.signal(signal.SIGVTALRM, _endless)
    for mutation in mutations:
        signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST_S, AGAIN_S)
        by = seen(mutation)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        if by is not Seen.NOBODY:
            return mutation, by
    red = (mutation for mutation in mutations if mutation.factor is not None and turns_red(mutation))
    if (first := next(red, None)) is not None:
        return first, Seen.TEST
    return mutations[-1], Seen.NOBODY


def turns_red(mutation: Mutation) -> bool:
    """Whether a test of the part that the number is of fails, or never ends."""
    part = next(part for part in TESTS if f"{mutation.path}.".startswith(part))
    files = [str(Path(__file__).parent / f"test_{name}.py") for name in TESTS[part].split()]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", mutant.__name__, *files]
    env = {**os.environ, mutant.VARIABLE: f"{mutation.path} {mutation.factor}"}
    try:
        code = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, timeout=TESTS_S, check=False).returncode
    except subprocess.TimeoutExpired:
        return True
    if code not in {0, 1}:
        raise RuntimeError(f"{mutation}: the tests could not be run, pytest ended with {code}")
    return code == 1


def _endless(*_: object) -> None:
    """An engine that never comes to its end has broken down."""
    raise TimeoutError


def page(results: Sequence[tuple[Mutation, Seen]]) -> str:
    """The page: by group of parameters how many are noticed, and all that are not."""
    groups: dict[str, list[tuple[Mutation, Seen]]] = {}
    for mutation, by in results:
        group = mutation.path.rpartition(".")[0] if mutation.factor is not None else "a detector removed"
        groups.setdefault(group, []).append((mutation, by))
    rows = [f"| {group} | {' | '.join(map(str, _counts(of)))} |" for group, of in groups.items()]
    total = f"| **all** | {' | '.join(map(str, _counts(results)))} |"
    silent = [f"- `{mutation.path}`" for mutation, by in results if by is Seen.NOBODY]
    return "\n".join([_INTRODUCTION, *rows, total, _UNNOTICED, *(silent or ["- none"]), ""])


def _counts(results: Sequence[tuple[Mutation, Seen]]) -> list[int]:
    seen_n = [sum(by is who for _, by in results) for who in Seen]
    halved_n = sum(by is not Seen.NOBODY and mutation.factor in {None, HALVED} for mutation, by in results)
    return [len(results), halved_n, *seen_n]


_INTRODUCTION = """# Mutations: what the tests notice

Every number of the detectors' parameters is halved and, if nobody notices, doubled, and then turned in sign; every
detector is removed; one at a time. The fixed walkers of `tests/gait/guard.py` then go through the engine.
`make mutations` writes this page.

- **bound**: in the first walker whose events change, a figure is out of its bounds (contacts found, drags, trips, falls
  ...), or the engine breaks down or never comes to its end.
- **figure**: events change. `tests/gait/figures.json` keeps counts and sums of all that the events say, and
  `tests/gait/test_mutations.py` compares them. Whoever changes a default renews them and shows the difference.
- **test**: these walkers do not meet what the number is for; a test of that part fails (`TESTS` of
  `tests/gait/mutations.py`).
- **nobody**: none of them. People's recordings may.

| parameters | of them | noticed when halved or removed | bound | figure | test | nobody |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |"""
_UNNOTICED = """
## Noticed by nobody here
"""


def results_file() -> Path:
    """Where what was found with this code and these figures is kept."""
    digest = blake2b(fingerprint().encode(), digest_size=8)
    for each in (__file__, guard.__file__, figures.__file__, figures.PAGE):
        digest.update(Path(each).read_bytes())
    return FOLDER / f"{digest.hexdigest()}.jsonl"


def found_before(path: Path) -> dict[str, tuple[Mutation, Seen]]:
    """By the path of each number or detector; without cut-off lines, and what nobody noticed is tried again."""
    found: dict[str, tuple[Mutation, Seen]] = {}
    for row in path.read_text().splitlines() if path.exists() else ():
        with suppress(ValueError):
            name, factor, by = json.loads(row)
            found[name] = Mutation(name, factor), Seen(by)
    return {name: result for name, result in found.items() if result[1] is not Seen.NOBODY}


def run() -> None:
    """All of them, on all cores."""
    for name in guard.CASES:
        if figures.differences(figures.kept()[name], figures.of(name)) or guard.failures(name, guard.events_of(name)):
            raise SystemExit(f"the fixed walkers are not as they should be without any mutation: {name}; make figures")
    (file := results_file()).parent.mkdir(parents=True, exist_ok=True)
    found, all_of_them = found_before(file), subjects()
    with ProcessPoolExecutor(mp_context=get_context("fork")) as pool, file.open("a") as kept:
        left = [pool.submit(noticed, each) for each in all_of_them if each[0].path not in found]
        for each in as_completed(left):
            mutation, by = each.result()
            found[mutation.path] = mutation, by
            kept.write("\n" * (kept.tell() > 0) + json.dumps([mutation.path, mutation.factor, by]))
            kept.flush()
            sys.stderr.write(f"\r{len(found)} of {len(all_of_them)}")
    sys.stderr.write("\n")
    PAGE.write_text(page([found[each[0].path] for each in all_of_them]), encoding="utf-8")


if __name__ == "__main__":
    run()
