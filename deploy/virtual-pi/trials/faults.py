"""Each thing that goes wrong at home, once: how long until all sensors stream again, with the same hub process."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import machine
from air import Air
from seen import ROLES, Hub

PATIENCE_S = 120.0
SETTLE_S = 3.0
LEFT, RIGHT, SHIN = ROLES
Injection = Callable[[Air], Awaitable[None]]
"""Lets something go wrong; returns when nothing is wrong any more."""


@dataclass(frozen=True)
class Trial:
    """One fault.

    Parameters
    ----------
    name : for the table.
    inject : what is done.
    breaks : sensors whose link it ends; none where the hub is to go on as if nothing had happened.
    """

    name: str
    inject: Injection
    breaks: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of a trial; times in machine time from the fault's beginning.

    ``fault_s``: how long it lasted. ``recovered_s``: until all sensors streamed again; None where they never did.
    ``said``: what the hub's log complained of.
    """

    name: str
    fault_s: float
    recovered_s: float | None
    restarts: int
    said: list[str]


async def disconnect(air: Air) -> None:
    """The insole hangs up."""
    await air.fail(ROLES[LEFT], disconnect_at_s=[await air.now_s()])


async def silence(air: Air) -> None:
    """The insole says nothing, though its link stands."""
    now_s = await air.now_s()
    await air.fail(ROLES[LEFT], silent_s=[[now_s, now_s + 6.0]])
    await asyncio.sleep(6.0)


async def doubled(air: Air) -> None:
    """Every second packet of an insole comes twice."""
    await air.fail(ROLES[LEFT], doubled_pct=50.0)
    await asyncio.sleep(10.0)
    await air.fail(ROLES[LEFT])


async def some_garbage(air: Air) -> None:
    """A third of an insole's packets carry random bytes."""
    await air.fail(ROLES[RIGHT], garbage_pct=33.0)
    await asyncio.sleep(10.0)
    await air.fail(ROLES[RIGHT])


async def garbage(air: Air) -> None:
    """All packets of an insole carry random bytes."""
    await air.fail(ROLES[RIGHT], garbage_pct=100.0)
    await asyncio.sleep(5.0)
    await air.fail(ROLES[RIGHT])


async def reboot(air: Air) -> None:
    """The shin sensor is switched off without a word, and on again."""
    now_s = await air.now_s()
    await air.fail(ROLES[SHIN], away_s=[[now_s, now_s + 5.0]])
    await asyncio.sleep(5.0)


async def restart_bluetoothd(_: Air) -> None:
    """The system's Bluetooth service is started anew."""
    await machine.command("systemctl", "restart", "bluetooth")


async def adapter_off(_: Air) -> None:
    """The adapter is switched off and on again."""
    await machine.command("bluetoothctl", "power", "off")
    await asyncio.sleep(5.0)
    await machine.command("bluetoothctl", "power", "on")


TRIALS = (
    Trial("disconnect", disconnect, (LEFT,)),
    Trial("silence for 6 s, link standing", silence, (LEFT,)),
    Trial("half of the packets doubled, 10 s", doubled, ()),
    Trial("a third of the packets garbage, 10 s", some_garbage, ()),
    Trial("all packets garbage, 5 s", garbage, (RIGHT,)),
    Trial("sensor reboots, 5 s off", reboot, (SHIN,)),
    Trial("bluetoothd restarts", restart_bluetoothd, tuple(ROLES)),
    Trial("adapter off for 5 s", adapter_off, tuple(ROLES)),
)


async def suffer(trial: Trial, air: Air, hub: Hub) -> Outcome:
    """Let one thing go wrong and wait for recovery."""
    before = await machine.starts()
    start_s, complaints = time.time(), len(hub.warnings)
    complaint: list[str] = []
    try:
        await trial.inject(air)
    except RuntimeError as error:
        complaint = [str(error)]
    fault_s = time.time() - start_s
    is_well = await hub.until(lambda: hub.streams_since(trial.breaks, start_s), PATIENCE_S)
    recovered_s = max((hub.streaming_s[role][-1] - start_s for role in trial.breaks), default=0.0) if is_well else None
    await asyncio.sleep(SETTLE_S)
    pid, restarts = await machine.starts()
    said = complaint + [words for _, words in hub.warnings[complaints:]]
    return Outcome(trial.name, fault_s, recovered_s, restarts - before[1] + (pid != before[0]), said)
