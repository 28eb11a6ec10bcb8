"""What the running hub costs: processor and memory of the demo's hub process, without the emulated sensors' process.

``python benchmarks/live_cost.py [SECONDS]``: shares are of one core, over SECONDS after the links stream.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

SETTLE_S = 12.0
DEFAULT_S = 60.0


def main() -> None:
    """Measure both views and print a table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_S
    print("| view | hub, % of a core | hub, MB resident | emulated sensors, % of a core |")
    print("|---|---|---|---|")
    for view in ("plain lines", "live picture"):
        hub_pct, hub_mb, air_pct = measure(view == "live picture", seconds)
        print(f"| {view} | {hub_pct:.1f} | {hub_mb:.0f} | {air_pct:.1f} |")


def measure(drawn: bool, seconds: float) -> tuple[float, float, float]:
    """Share of a core and memory of the hub, and share of the air."""
    with tempfile.TemporaryDirectory() as state:
        demo = [sys.executable, "-m", "hub", "demo", "--port", "0", "--state", state]
        command = ["script", "-qec", " ".join(demo), "/dev/null"] if drawn else [*demo, "--plain"]
        with Path(state, "out").open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        try:
            time.sleep(SETTLE_S)
            hub = _find(psutil.Process(process.pid), "demo")
            air = _find(psutil.Process(process.pid), "hub.radio.virtual")
            before = _busy_s(hub), _busy_s(air), time.monotonic()
            time.sleep(seconds)
            passed_s = time.monotonic() - before[2]
            return (
                100 * (_busy_s(hub) - before[0]) / passed_s,
                hub.memory_info().rss / 1e6,
                100 * (_busy_s(air) - before[1]) / passed_s,
            )
        finally:
            process.terminate()
            process.wait()


def _find(root: psutil.Process, word: str) -> psutil.Process:
    for process in (root, *root.children(recursive=True)):
        line = process.cmdline()
        if word in line and "python" in Path(line[0]).name:
            return process
    raise SystemExit(f"no process with {word} found: the demo did not start")


def _busy_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    main()
