"""All sensors stream for a while; everything sent must have been heard."""

import asyncio
from dataclasses import dataclass

import air
from seen import ROLES, Hub

NOTICE_S = 30.0
PACKET_SAMPLES = {"left_insole": 2, "right_insole": 2}
"""Insoles are also read from, and the hub counts what it reads as packets; so theirs are counted by samples.

Their packets are numbered, too. A WitMotion's are not: what the hub says of its losses is inferred from late arrivals.
"""


@dataclass(frozen=True)
class Heard:
    """One sensor's notifications.

    ``late`` came, but were left out: the hub had no place for them in time. ``numbered``: gaps show in what arrives.
    """

    role: str
    sent: int
    heard: int
    late: int
    numbered: bool
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
    now_s = await air.now_s()
    for address in ROLES.values():
        await air.fail(address, silent_s=[[now_s, now_s + NOTICE_S]])
    await hub.until(lambda: all(_is_told(hub, role) for role in ROLES), NOTICE_S)
    counts = await air.counts()
    for address in ROLES.values():
        await air.fail(address)
    return [_heard(role, counts[address], hub) for role, address in ROLES.items()]


def _is_told(hub: Hub, role: str) -> bool:
    return bool(hub.sensors[role]["state"] != "streaming")


def _heard(role: str, sent: dict[str, int], hub: Hub) -> Heard:
    told = hub.sensors[role]
    samples = PACKET_SAMPLES.get(role)
    return Heard(
        role,
        sent["sent"],
        told["samples"] // samples if samples else told["packets"],
        told["samples_late"] // samples if samples else 0,
        samples is not None,
        told["samples_lost"],
        told["packets_faulty"],
        told["packets_dropped"],
        told["connections"],
    )
