"""``python -m hub.validation.evidence``: runs the corpus of test walkers and writes ``docs/validation/evidence.json``.

Results are kept trial by trial: a run that was interrupted goes on, and ``--hours`` runs a part of the corpus with
about the mixture of the whole. ``make validate`` renders the file.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed
from math import inf
from pathlib import Path

from hub.validation.evidence.faults import FAULTS
from hub.validation.evidence.run import Result, run
from hub.validation.evidence.store import Store, fingerprint
from hub.validation.evidence.summary import DOCUMENT, summary
from hub.validation.evidence.trials import Trial, corpus

_TELL_EVERY_S = 30.0


def main(arguments: list[str] | None = None) -> int:
    """Run, keep, write."""
    parser = argparse.ArgumentParser(prog="python -m hub.validation.evidence", description=__doc__)
    parser.add_argument("--hours", type=float, default=inf, help="simulated hours to run at most (default: all)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--cache", type=Path, default=_cache(), help="folder for results (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=DOCUMENT, help="default: %(default)s")
    options = parser.parse_args(arguments)
    trials = corpus(FAULTS, hours=options.hours)
    code = fingerprint()
    store = Store(options.cache, code)
    known = store.load()
    results = {trial: known[trial.key] for trial in trials if trial.key in known}
    waiting = [trial for trial in trials if trial not in results]
    _say(f"{len(trials)} trials, {sum(t.hours for t in trials):.1f} h; {len(results)} are known already")
    failed = _run_all(waiting, results, store, options.jobs)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(summary(results, code, failed=failed), indent=1, allow_nan=False)
    options.output.write_text(_compact(text) + "\n", encoding="utf-8")
    _say(f"written: {options.output}" + (f"; {len(failed)} trials failed and are not in it" if failed else ""))
    return 1 if failed else 0


def _run_all(waiting: list[Trial], results: dict[Trial, Result], store: Store, jobs: int) -> list[str]:
    """Run what is not known yet, each result kept as it comes. Returns the trials that failed; the others go on."""
    failed: list[str] = []
    start_s = told_s = time.monotonic()
    all_h, done_h = sum(trial.hours for trial in waiting), 0.0
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(run, trial): trial for trial in waiting}
        try:
            for future in as_completed(running):
                trial, error = running[future], future.exception()
                if isinstance(error, BrokenExecutor):
                    raise error
                if error is not None:
                    failed.append(trial.key)
                    _say(f"{trial}: {error!r}")
                else:
                    results[trial] = future.result()
                    store.add(trial.key, results[trial])
                done_h += trial.hours
                now_s = time.monotonic()
                if now_s - told_s > _TELL_EVERY_S or done_h >= all_h - 1e-9:
                    told_s, left_s = now_s, (now_s - start_s) * (all_h - done_h) / done_h
                    speed = 3600.0 * done_h / (now_s - start_s)
                    _say(f"{done_h:.1f} of {all_h:.1f} h, {speed:.0f} x real time, {left_s / 60.0:.1f} min to go")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return failed


def _compact(text: str) -> str:
    """Lists of numbers on one line."""
    lines: list[str] = []
    depth = 0
    for line in text.splitlines():
        if depth:
            lines[-1] += line.strip() if line.strip().startswith("]") else " " + line.strip()
        else:
            lines.append(line)
        depth += line.endswith("[") - line.strip().startswith("]")
    return "\n".join(lines)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "insole-hub" / "evidence"


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
