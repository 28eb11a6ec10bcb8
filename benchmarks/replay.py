"""How fast the gait engine is: data time over CPU time in replay, and the cost of one live push.

    python benchmarks/replay.py [--minutes 10] [--rounds 5] [--profile]

The data are the walker's: foot drop, two insoles of eight cells and one shin IMU. The best of all rounds counts: other
work on the machine can only slow a round down.
"""

import argparse
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType

import hub.gait
from hub.gait import GaitEngine
from hub.session import Block, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit, Role, Side
from sensors.walker import Recording, render_session


def session_of(recording: Recording) -> Session:
    """What the walker wears."""
    rate_hz = recording.rate_hz
    sensors: dict[Role, InsoleSpec | ShinSpec] = {
        role: InsoleSpec(rate_hz, LoadUnit.N, recording.cells) if role.is_insole else ShinSpec(rate_hz)
        for role in recording.values
    }
    return Session("benchmark", Wearer(affected_side="right"), sensors)


def cut(recording: Recording, size: int, roles: Iterable[Role]) -> list[Block]:
    """Blocks of ``size`` samples of each sensor in turn."""
    time_s = recording.time_s
    ends_s = [*time_s[size::size].tolist(), float(time_s[-1]) + 1.0 / recording.rate_hz]  # when the next one comes
    blocks = []
    for first, until_s in zip(range(0, len(time_s), size), ends_s, strict=True):
        part = slice(first, first + size)
        blocks += [Block(role, time_s[part], recording.values[role][part], until_s) for role in roles]
    return blocks


def replay(session: Session, blocks: list[Block]) -> int:
    """Number of events."""
    engine = GaitEngine(session)
    return sum(len(engine.push(block)) for block in blocks) + len(engine.finish())


def best_cpu_s(work: Callable[[], object], rounds: int) -> float:
    """Least CPU seconds of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def shares_pct(work: Callable[[], object], rounds: int) -> dict[str, float]:
    """Part of the CPU time of ``work`` in each file of the engine or in what it calls, in %; most first."""
    engine = Path(hub.gait.__file__).parent
    seen: Counter[str] = Counter()

    def look(_: int, frame: FrameType | None) -> None:
        files = set()
        while frame is not None:
            files.add(frame.f_code.co_filename)
            frame = frame.f_back
        seen.update(files)

    signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
    for _ in range(rounds):
        work()
    signal.setitimer(signal.ITIMER_PROF, 0.0)
    every_n = seen[__file__]
    paths = {file: Path(file) for file in seen}
    inside = {path.relative_to(engine): seen[file] for file, path in paths.items() if path.is_relative_to(engine)}
    return {str(path): 100.0 * n / every_n for path, n in sorted(inside.items(), key=lambda each: -each[1])}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true", help="where the time goes, by file with what it calls")
    options = parser.parse_args()

    recording = render_session("foot_drop", options.minutes, seed=1, affected_side=Side.RIGHT, trips=0)
    session, roles = session_of(recording), list(recording.values)
    seconds = options.minutes * 60.0
    for size in (len(recording.time_s), 1000, 100):
        blocks = cut(recording, size, roles)
        cpu_s = best_cpu_s(lambda blocks=blocks: replay(session, blocks), options.rounds)
        what = f"{len(roles)} sensors at {recording.rate_hz:.0f} Hz, blocks of {size}"
        print(f"replay, {what}: {seconds / cpu_s:.0f} x real time")
    for size in (1, 2, 5):
        blocks = cut(recording, size, roles)
        cpu_s = best_cpu_s(lambda blocks=blocks: replay(session, blocks), options.rounds)
        share = 100.0 * cpu_s / seconds
        print(
            f"live, pushes of {size} samples: {1e6 * cpu_s / len(blocks):6.0f} us per push, {share:5.2f} % of one core"
        )
    if options.profile:
        blocks = cut(recording, len(recording.time_s), roles)
        for file, share_pct in shares_pct(lambda: replay(session, blocks), options.rounds).items():
            if share_pct >= 2.0:
                print(f"{share_pct:5.1f} %  {file}")


if __name__ == "__main__":
    main()
