"""Runs in the virtual Pi, as root, from boot: the trials that the kernel's command line asks for. See the README."""

import asyncio
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import faults
import machine
from air import Air
from seen import Hub
from streaming import stream

RESULTS = Path("/var/lib/virtual-pi")
FIRST_DATA_S = 180.0


async def run(minutes: float, wanted: str) -> dict[str, Any]:
    """All trials; what came out."""
    air, hub = await Air.reach(), Hub()
    listening = [asyncio.create_task(hub.hear()), asyncio.create_task(hub.read_log())]
    told: dict[str, Any] = {"kernel": os.uname().release, "bluez": await machine.command("bluetoothctl", "--version")}
    try:
        if not await hub.until(hub.is_streaming, FIRST_DATA_S):
            return told | {
                "failure": f"not all sensors streamed within {FIRST_DATA_S:g} s of machine time: {hub.sensors}"
            }
        told["boot_to_streaming_s"] = time.monotonic()
        print(f"all sensors stream {time.monotonic():.0f} s after boot")
        if minutes:
            started_s = time.monotonic()
            heard = await stream(air, hub, minutes)
            told["streaming"] = [asdict(one) | {"lost": one.lost} for one in heard]
            told["streamed_s"] = time.monotonic() - started_s
            print(told["streaming"])
        told["faults"] = []
        for trial in faults.TRIALS:
            if wanted == "none" or (wanted != "all" and wanted not in trial.name):
                continue
            if not await hub.until(hub.is_streaming, faults.PATIENCE_S):
                return told | {"failure": f"not all sensors streamed before {trial.name}"}
            await asyncio.sleep(faults.SETTLE_S)
            outcome = await faults.suffer(trial, air, hub)
            told["faults"].append(asdict(outcome))
            print(outcome)
    finally:
        told["machine_s"] = time.monotonic()
        told["sensors"] = hub.sensors
        told["air"] = await air.counts()
        for task in listening:
            task.cancel()
    return told


async def main() -> int:
    """Run, and write down what came out and what the machine logged."""
    told = await run(float(os.environ.get("VIRTUAL_PI_MINUTES", "10")), os.environ.get("VIRTUAL_PI_FAULTS", "all"))
    (RESULTS / "results.json").write_text(json.dumps(told, indent=1))
    (RESULTS / "journal.txt").write_text(await machine.command("journalctl", "--no-pager", "-o", "short-precise"))
    return 1 if "failure" in told else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
