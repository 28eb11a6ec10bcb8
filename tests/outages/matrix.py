"""The whole outage matrix, as a table for docs/reliability.md: ``python -m tests.outages.matrix [--case TEXT]``.

Ends with 1 where anything was lost, doubled in the database, out of order or changed.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.outages.cases import CASES, Case
from tests.outages.hub_child import render_walks
from tests.outages.judgement import DISORDERED, EXTRA, LOST, MISSING, WRONG, Verdict, judge
from tests.outages.trial import Times, run
from tests.services.influxdb import Influxd, program

HEADINGS = (
    "| outage | course | kills | events | lost, forgotten | disordered | repeated | cut, dropped | points"
    " | wrong points | told, written after, s | decided before, ms | during | until caught up |\n" + 14 * "|---" + "|"
)


def row(case: Case, verdict: Verdict) -> str:
    """A line of the table."""
    wrong_n = sum(verdict.faults[each] for each in (MISSING, EXTRA, WRONG))
    cells = (
        case.outage,
        case.course,
        verdict.kills_n,
        verdict.events_n,
        f"{verdict.faults[LOST]}, {verdict.forgotten_n}",
        verdict.faults[DISORDERED],
        verdict.repeated_n,
        f"{verdict.cut_n}, {verdict.dropped_n}",
        verdict.points_n,
        wrong_n,
        f"{verdict.told_after_s:.1f}, {verdict.written_after_s:.1f}",
        verdict.before,
        verdict.during,
        verdict.draining,
    )
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--case", default="", help="only cases with this in their name")
    options.add_argument("--seed", type=int, default=1, help="of the moments of the kills (default 1)")
    options.add_argument("--real-time", action="store_true", help="run the hub at real-time priority (root)")
    given = options.parse_args()
    times = Times(real_time=given.real_time)
    cases = [case for case in CASES if given.case in case.name]
    if not cases:
        options.error(f"no case has {given.case!r} in its name, such as {CASES[0].name!r}")
    sound = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "influxd").mkdir()
        server = Influxd(program(), folder / "influxd")
        server.start()
        try:
            render_walks(folder / "walks.npz")
            _say(HEADINGS)
            for number, case in enumerate(cases):
                place = folder / f"case{number}"
                evidence = asyncio.run(run(case, place, server, folder / "walks.npz", times, given.seed))
                verdict = judge(evidence)
                _say(row(case, verdict))
                if verdict.wrong:
                    sound = False
                    sys.stderr.write(f"{case.name}: {verdict.wrong}\n{(place / 'hub.log').read_text()}")
        finally:
            server.end()
    _say(f"\nload of the machine at the end: {', '.join(f'{each:.1f}' for each in os.getloadavg())}")
    sys.exit(not sound)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
