"""Each thing that goes wrong at home, once: how long until all sensors stream again, and whether the hub lived on."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import air
import machine
from seen import ROLES, Hub

PATIENCE_S = 240.0
SETTLE_S = 3.0
LEFT, RIGHT, SHIN = ROLES
Injection = Callable[[], Awaitable[None]]
"""Lets something go wrong; returns when nothing is wrong any more."""


@dataclass(frozen=True)
class Trial:
    """One fault.

    Parameters
    ----------
    name : for the table.
    inject : what is done.
    breaks : sensors whose link it ends; none where the hub is to go on as if nothing had happened.
    starts_anew : the hub's process cannot live on, and systemd is to start another.
    """

    name: str
    inject: Injection
    breaks: tuple[str, ...]
    starts_anew: bool = False


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
    restarts_due: int
    said: list[str]


async def disconnect() -> None:
    """The insole hangs up."""
    await air.fail(ROLES[LEFT], disconnect_at_s=[await air.now_s()])


async def silence() -> None:
    """The insole says nothing, though its link stands."""
    now_s = await air.now_s()
    await air.fail(ROLES[LEFT], silent_s=[[now_s, now_s + 6.0]])
    await asyncio.sleep(6.0)


async def doubled() -> None:
    """Every second packet of an insole comes twice."""
    await air.fail(ROLES[LEFT], doubled_pct=50.0)
    await asyncio.sleep(10.0)
    await air.fail(ROLES[LEFT])


async def some_garbage() -> None:
    """A third of an insole's packets carry random bytes."""
    await air.fail(ROLES[RIGHT], garbage_pct=33.0)
    await asyncio.sleep(10.0)
    await air.fail(ROLES[RIGHT])


async def garbage() -> None:
    """All packets of an insole carry random bytes."""
    await air.fail(ROLES[RIGHT], garbage_pct=100.0)
    await asyncio.sleep(5.0)
    await air.fail(ROLES[RIGHT])


async def reboot() -> None:
    """The shin sensor is switched off without a word, and on again."""
    now_s = await air.now_s()
    await air.fail(ROLES[SHIN], away_s=[[now_s, now_s + 5.0]])
    await asyncio.sleep(5.0)


async def restart_bluetoothd() -> None:
    """The system's Bluetooth service is started anew."""
    await machine.command("systemctl", "restart", "bluetooth")


async def adapter_off() -> None:
    """The adapter is switched off and on again."""
    await machine.command("bluetoothctl", "power", "off")
    await asyncio.sleep(5.0)
    await machine.command("bluetoothctl", "power", "on")


async def bluetoothd_away() -> None:
    """The system's Bluetooth service is stopped for a while."""
    await machine.command("systemctl", "stop", "bluetooth")
    await asyncio.sleep(10.0)
    await machine.command("systemctl", "start", "bluetooth")


async def adapter_blocked() -> None:
    """Somebody's flight mode: rfkill blocks the adapter."""
    machine.block_bluetooth(blocked=True)
    await asyncio.sleep(5.0)
    machine.block_bluetooth(blocked=False)


async def adapter_pulled_out() -> None:
    """The adapter is pulled out and put in again, and the sensors behind it are switched off and on."""
    await machine.command("systemctl", "stop", "virtual-pi-air")
    await asyncio.sleep(5.0)
    await machine.command("systemctl", "start", "virtual-pi-air")
    await air.reach()


async def all_away() -> None:
    """The wearer is out for longer than systemd waits for a sign of life."""
    now_s = await air.now_s()
    for address in ROLES.values():
        await air.fail(address, away_s=[[now_s, now_s + 90.0]])
    await asyncio.sleep(90.0)


async def hub_killed() -> None:
    """The hub's process is gone from one moment to the next, and nobody hangs up."""
    await machine.command("systemctl", "kill", "--kill-whom=main", "--signal=KILL", machine.UNIT)


async def hub_hangs() -> None:
    """The hub's process stands still, and systemd is the only one to notice."""
    await machine.command("systemctl", "kill", "--kill-whom=main", "--signal=STOP", machine.UNIT)


TRIALS = (
    Trial("disconnect", disconnect, (LEFT,)),
    Trial("silence for 6 s, link standing", silence, (LEFT,)),
    Trial("half of the packets doubled, 10 s", doubled, ()),
    Trial("a third of the packets garbage, 10 s", some_garbage, ()),
    Trial("all packets garbage, 5 s", garbage, (RIGHT,)),
    Trial("sensor reboots, 5 s off", reboot, (SHIN,)),
    Trial("bluetoothd restarts", restart_bluetoothd, tuple(ROLES)),
    Trial("bluetoothd stopped for 10 s", bluetoothd_away, tuple(ROLES)),
    Trial("adapter off for 5 s", adapter_off, tuple(ROLES)),
    Trial("adapter blocked by rfkill for 5 s", adapter_blocked, tuple(ROLES)),
    Trial("adapter pulled out and put in again", adapter_pulled_out, tuple(ROLES)),
    Trial("all sensors out of reach for 90 s", all_away, tuple(ROLES)),
    Trial("hub killed", hub_killed, tuple(ROLES), starts_anew=True),
    Trial("hub stands still", hub_hangs, tuple(ROLES), starts_anew=True),
)


async def suffer(trial: Trial, hub: Hub) -> Outcome:
    """Let one thing go wrong and wait for recovery."""
    before = await machine.starts()
    start_s, complaints = time.time(), len(hub.warnings)
    complaint: list[str] = []
    try:
        await trial.inject()
    except RuntimeError as error:
        complaint = [str(error)]
    fault_s = time.time() - start_s
    is_well = await hub.until(lambda: hub.streams_since(trial.breaks, start_s), PATIENCE_S)
    recovered_s = max((hub.streaming_s[role][-1] - start_s for role in trial.breaks), default=0.0) if is_well else None
    await asyncio.sleep(SETTLE_S)
    after = await machine.starts()
    restarts = max(after.restarts - before.restarts, int(after.pid != before.pid))
    said = complaint + [words for _, words in hub.warnings[complaints:]]
    return Outcome(trial.name, fault_s, recovered_s, restarts, int(trial.starts_anew), said)
