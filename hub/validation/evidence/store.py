"""Results of trials on disk, one line each, so that an interrupted run goes on where it stopped."""

import json
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import Any

from hub.events import Context
from hub.validation.archive import from_record, to_record
from hub.validation.contexts import Confusion
from hub.validation.evidence.run import Outcome, Result
from hub.validation.evidence.trials import Mode
from hub.validation.simulated import TripOutcome

_ROOT = Path(__file__).parents[3]
_SOURCES = (
    "sensors/driver.py",
    "sensors/layout.py",
    "sensors/walker/[!_]*.py",
    "hub/events.py",
    "hub/session.py",
    "hub/gait/*.py",
    "hub/gait/signals/*.py",
    "hub/gait/detectors/*.py",
    "hub/recording/truth.py",
    "hub/validation/archive.py",
    "hub/validation/judgement.py",
    "hub/validation/matching.py",
    "hub/validation/runs.py",
    "hub/validation/sco*.py",
    "hub/validation/simulated.py",
    "hub/validation/steps.py",
    "hub/validation/evidence/faults.py",
    "hub/validation/evidence/run.py",
    "hub/validation/evidence/scripts.py",
    "hub/validation/evidence/told.py",
    "hub/validation/evidence/trials.py",
)
_NOT_IN_TRIALS = {"sensors/walker/fitting.py"}
"""What only a guided calibration plays."""


def fingerprint() -> str:
    """Changes whenever code changes that a result may depend on."""
    digest = blake2b(digest_size=8)
    for pattern in _SOURCES:
        for path in sorted(_ROOT.glob(pattern)):
            name = path.relative_to(_ROOT).as_posix()
            if name not in _NOT_IN_TRIALS:
                digest.update(name.encode() + path.read_bytes())
    return digest.hexdigest()


class Store:
    """Results made by the present code. Those of other code stay in the folder, under their own fingerprint."""

    def __init__(self, folder: Path, code: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{code}.jsonl"

    def load(self) -> dict[str, Result]:
        """Results by the key of their trial. A line that was cut off is left out: its trial runs again."""
        results: dict[str, Result] = {}
        if not self._path.exists():
            return results
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                continue
            results[record["key"]] = {Mode(name): _outcome(each) for name, each in record["modes"].items()}
        return results

    def add(self, key: str, result: Result) -> None:
        """Append one result; a line cut off before it is ended first."""
        modes = {mode.value: _record(outcome) for mode, outcome in result.items()}
        line = json.dumps({"key": key, "modes": modes}, separators=(",", ":"), allow_nan=False)
        with self._path.open("a+b") as file:
            if file.tell():
                file.seek(-1, 2)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(line.encode() + b"\n")


def _record(outcome: Outcome) -> dict[str, Any]:
    contexts = [[true.value, said.value, n] for (true, said), n in sorted(outcome.contexts.items())]
    return {
        "score": to_record(outcome.score),
        "trips": [asdict(trip) for trip in outcome.trips],
        "contexts": contexts,
    }


def _outcome(record: dict[str, Any]) -> Outcome:
    contexts = Confusion({(Context(true), Context(said)): n for true, said, n in record["contexts"]})
    return Outcome(from_record(record["score"]), tuple(TripOutcome(**trip) for trip in record["trips"]), contexts)
