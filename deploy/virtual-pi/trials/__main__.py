"""Runs in the virtual Pi, as root, from boot: the trials that the kernel's command line asks for. See the README."""

import asyncio
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import air
import faults
import machine
from seen import Hub
from streaming import FIRST_DATA_S, Heard, lose, stream
from visits import visit_all

RESULTS = Path("/var/lib/virtual-pi")


async def run(minutes: float, wanted: frozenset[str], told: dict[str, Any]) -> None:
    """All trials; what comes out is added to ``told``, and kept at each step."""
    await air.reach()
    hub = Hub()
    listening = [asyncio.create_task(hub.hear()), asyncio.create_task(hub.read_log())]
    told |= {"kernel": os.uname().release, "bluez": await machine.command("bluetoothctl", "--version")}
    told["exposure"] = await machine.exposure()
    try:
        if not await hub.until(hub.is_streaming, FIRST_DATA_S):
            told["failure"] = f"not all sensors streamed within {FIRST_DATA_S:g} s of machine time"
            return
        told["boot_to_streaming_s"] = time.monotonic()
        keep(told, "all sensors stream")
        if minutes:
            started_s = time.monotonic()
            told["streaming"] = as_told(await stream(hub, minutes))
            told["streamed_s"] = time.monotonic() - started_s
            keep(told, str(told["streaming"]))
        if wanted & {"all", "loss"}:
            told["loss"] = as_told(await lose(hub))
            keep(told, str(told["loss"]))
        if wanted & {"all", "doctor"}:
            told["visits"] = [asdict(one) for one in await visit_all()]
            keep(told, str(told["visits"]))
        told["faults"] = []
        for trial in faults.TRIALS:
            if not wanted & {"all", *trial.name.replace(",", "").split()}:
                continue
            if not await hub.until(hub.is_streaming, faults.PATIENCE_S):
                told["failure"] = f"not all sensors streamed before {trial.name}"
                return
            await asyncio.sleep(faults.SETTLE_S)
            outcome = await faults.suffer(trial, hub)
            told["faults"].append(asdict(outcome))
            keep(told, str(outcome))
        told["finished"] = True
    finally:
        told["sensors"] = hub.sensors
        told["air"] = await air.counts()
        for task in listening:
            task.cancel()


def as_told(heard: list[Heard]) -> list[dict[str, Any]]:
    """For the results."""
    return [asdict(one) | {"lost": one.lost} for one in heard]


def keep(told: dict[str, Any], news: str) -> None:
    """Write down what has come out so far, should the host end the machine."""
    told["machine_s"] = time.monotonic()
    (RESULTS / "results.json").write_text(json.dumps(told, indent=1))
    print(f"{told['machine_s']:.0f} s after boot: {news}")


async def main() -> int:
    """Run, and write down what came out and what the machine logged."""
    told: dict[str, Any] = {}
    try:
        wanted = frozenset(os.environ["VIRTUAL_PI_TRIALS"].split(","))
        await run(float(os.environ["VIRTUAL_PI_MINUTES"]), wanted, told)
    finally:
        keep(told, told.get("failure", "done"))
        journal = await machine.command("journalctl", "--no-pager", "-o", "short-precise")
        (RESULTS / "journal.txt").write_text(journal)
    return 1 if "failure" in told else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
