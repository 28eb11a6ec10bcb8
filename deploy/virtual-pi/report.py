"""Tables of one run of the virtual Pi, as in docs/reliability.md: ``report.py RESULTS.json HOST_SECONDS``."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def report(told: dict[str, Any], host_s: float) -> Iterator[str]:
    """The lines of the tables."""
    yield f"Linux {told['kernel']}, BlueZ {told['bluez'].split()[-1]};"
    yield f"{told['machine_s'] / 60:.1f} min of machine time in {host_s / 60:.0f} min."
    yield f"All sensors streamed {told.get('boot_to_streaming_s', float('nan')):.0f} s after boot."
    yield f"systemd-analyze security: {told['exposure']} of 10."
    if "streaming" in told:
        yield ""
        yield f"Streaming for {told['streamed_s'] / 60:.1f} min of machine time:"
        yield ""
        yield "| sensor | sent | taken in | late, left out | lost | said lost | faulty | no room | connections |"
        yield "|---|---|---|---|---|---|---|---|---|"
        for one in told["streaming"]:
            names = (
                "role",
                "sent",
                "heard",
                "late",
                "lost",
                "samples_lost",
                "packets_faulty",
                "packets_dropped",
                "connections",
            )
            yield "| " + " | ".join(str(one[name]).replace("_", " ") for name in names) + " |"
    if "loss" in told:
        yield ""
        yield "Notifications dropped at random below BlueZ for a minute, a hub started anew:"
        yield ""
        yield "| sensor | sent | dropped | taken in | late, left out | lost besides | said lost |"
        yield "|---|---|---|---|---|---|---|"
        for one in told["loss"]:
            numbers = (*(one[name] for name in ("sent", "dropped", "heard", "late", "lost")), f"{said_lost(one):g}")
            yield f"| {' | '.join(map(str, (one['role'].replace('_', ' '), *numbers)))} |"
    if "visits" in told:
        yield ""
        yield "| state of the machine | problems named | sensors heard | right |"
        yield "|---|---|---|---|"
        for one in told["visits"]:
            named = "; ".join(f"{check}: {what}" for check, what in one["problems"]) or "none"
            yield f"| {one['name']} | {named} | {one['heard']} | {'yes' if one['right'] else 'no'} |"
    if told.get("faults"):
        yield ""
        yield "| fault | lasts, s | all stream again after, s | restarts of the hub |"
        yield "|---|---|---|---|"
        for one in told["faults"]:
            recovered = one["recovered_s"]
            after = "never" if recovered is None else f"{recovered:.1f}" if recovered else "no link lost"
            yield f"| {one['name']} | {one['fault_s']:.1f} | {after} | {one['restarts']} |"


def said_lost(one: dict[str, Any]) -> float:
    """Notifications that the hub said were lost."""
    return float(one["samples_lost"] / one["packet_samples"])


def problems(told: dict[str, Any]) -> Iterator[str]:
    """What is not as it must be."""
    if "failure" in told:
        yield told["failure"]
    elif not told.get("finished"):
        yield "the trials did not come to their end"
    for one in (*told.get("streaming", ()), *told.get("loss", ())):
        if one["lost"] or one["packets_faulty"] or one["packets_dropped"] or one["connections"] != 1:
            yield f"{one['role']} did not stream without loss"
        elif one["numbered"] and said_lost(one) != one["dropped"]:
            yield f"{one['role']}: {one['dropped']} were dropped, {said_lost(one):g} were said to be lost"
    for one in told.get("loss", ()):
        if not one["dropped"]:
            yield f"{one['role']}: nothing was dropped"
    for one in told.get("visits", ()):
        if not one["right"]:
            yield f"{one['name']}: scan or doctor did not say what was due"
    for one in told.get("faults", ()):
        if one["recovered_s"] is None:
            yield f"{one['name']}: not recovered"
        if one["restarts"] != one["restarts_due"]:
            yield f"{one['name']}: the hub was started anew {one['restarts']} times, not {one['restarts_due']}"


def main() -> int:
    """Print the tables; 1 where something is not as it must be."""
    told = json.loads(Path(sys.argv[1]).read_text())
    print("\n".join(report(told, float(sys.argv[2]))))
    found = list(problems(told))
    for problem in found:
        print(f"virtual-pi: {problem}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
