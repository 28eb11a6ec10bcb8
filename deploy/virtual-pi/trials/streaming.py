"""All sensors stream for a while; everything sent must have been heard, and what was not sent must have been missed."""

import asyncio
import time
from dataclasses import dataclass

import air
import machine
from seen import ROLES, Hub

NOTICE_S = 30.0
FIRST_DATA_S = 180.0
SETTLE_S = 3.0
LOSS_PCT, LOSS_S = 5.0, 60.0
PACKET_SAMPLES = {"left_insole": 2, "right_insole": 2}
"""Insoles are also read from, and the hub counts what it reads as packets; so theirs are counted by samples.

Their packets are numbered, too. A WitMotion's are not: what the hub says of its losses is inferred from late arrivals.
"""


@dataclass(frozen=True)
class Heard:
    """One sensor's notifications.

    ``dropped`` never left the sensor, on purpose. ``late`` came, but were left out: the hub had no place for them in
    time. ``numbered``: gaps show in what arrives. ``samples_lost`` is what the hub said, of ``packet_samples`` each.
    """

    role: str
    sent: int
    dropped: int
    heard: int
    late: int
    numbered: bool
    packet_samples: int
    samples_lost: int
    packets_faulty: int
    packets_dropped: int
    connections: int

    @property
    def lost(self) -> int:
        """What was sent and did not come."""
        return self.sent - self.heard - self.late


async def stream(hub: Hub, minutes: float) -> list[Heard]:
    """Stream for so many minutes, fall silent, and compare."""
    for passed_min in range(int(minutes)):
        await asyncio.sleep(60.0)
        print(f"streaming for {passed_min + 1} of {minutes:g} min, all well: {hub.is_streaming()}")
    await asyncio.sleep(minutes % 1 * 60)
    return await _compare(hub, {})


async def lose(hub: Hub) -> list[Heard]:
    """Start the hub anew, drop notifications at random, and compare."""
    await machine.command("systemctl", "stop", machine.UNIT)
    before, start_s = await air.counts(), time.time()
    await machine.command("systemctl", "start", machine.UNIT)
    if not await hub.until(lambda: hub.streams_since(tuple(ROLES), start_s), FIRST_DATA_S):
        message = f"not all sensors streamed within {FIRST_DATA_S:g} s of the hub's start"
        raise RuntimeError(message)
    await asyncio.sleep(SETTLE_S)
    await _fail_all(loss_pct=LOSS_PCT)
    await asyncio.sleep(LOSS_S)
    await _fail_all()
    await asyncio.sleep(SETTLE_S)  # a gap shows when something comes after it
    return await _compare(hub, before)


async def _compare(hub: Hub, before: dict[str, dict[str, int]]) -> list[Heard]:
    """Have all fall silent, so that nothing is under way, and compare; ``before``: counts at the hub's start."""
    now_s = await air.now_s()
    await _fail_all(silent_s=[[now_s, now_s + NOTICE_S]])
    await hub.until(lambda: all(_is_told(hub, role) for role in ROLES), NOTICE_S)
    counts = await air.counts()
    await _fail_all()
    return [_heard(role, before.get(each, {}), counts[each], hub) for role, each in ROLES.items()]


async def _fail_all(**faults: object) -> None:
    for address in ROLES.values():
        await air.fail(address, **faults)


def _is_told(hub: Hub, role: str) -> bool:
    return bool(hub.sensors[role]["state"] != "streaming")


def _since(before: dict[str, int], after: dict[str, int], what: str) -> int:
    return after.get(what, 0) - before.get(what, 0)


def _heard(role: str, before: dict[str, int], after: dict[str, int], hub: Hub) -> Heard:
    told = hub.sensors[role]
    samples = PACKET_SAMPLES.get(role)
    return Heard(
        role,
        _since(before, after, "sent"),
        _since(before, after, "lost"),
        told["samples"] // samples if samples else told["packets"],
        told["samples_late"] // samples if samples else 0,
        samples is not None,
        samples or 1,
        told["samples_lost"],
        told["packets_faulty"],
        told["packets_dropped"],
        told["connections"],
    )
