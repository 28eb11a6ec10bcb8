"""What is dropped on the air for a minute, and what the hub says was lost; ``-s`` prints it.

From emulator to intake: whole notifications are dropped at random, seeded, before they reach the radio.
"""

import asyncio
import sys
from dataclasses import dataclass

import pytest

from hub.intake import Intake
from hub.radio.virtual.faults import Fault, Faults
from hub.session import Wearer
from sensors.catalogue import device_type
from sensors.layout import Role
from tests.radio.harness import LEFT, PERFECT, SHIN, Worn, hub_with
from tests.radio.test_every_device import Trembling
from tests.radio.warp import WarpedLoop

BRILLIANT_SOLE = Worn(Role.RIGHT_INSOLE, "brilliant_sole", "C0:00:00:00:00:04")
LOSS_S = 60.0
SETTLE_S = 3.0
"""Without losses, before and after: a gap shows when something comes after it."""


@dataclass(frozen=True)
class Losses:
    """In samples, but for ``sent``. ``rate_hz`` is what the hub said while they were lost."""

    sent: int
    heard: int
    dropped: int
    said: int
    rate_hz: float


@pytest.mark.parametrize(
    ("worn", "packet_samples"), [(LEFT, 2), (BRILLIANT_SOLE, 2)], ids=["orphe_insole", "brilliant_sole"]
)
def test_a_device_that_numbers_its_packets_is_missed_to_the_sample(worn: Worn, packet_samples: int) -> None:
    losses = run(worn, 5.0, packet_samples)
    assert losses.dropped > 200
    assert losses.said == losses.dropped


@pytest.mark.parametrize("loss_pct", [1.0, 5.0, 20.0])
def test_losses_of_a_device_that_numbers_nothing_show_in_its_rate(loss_pct: float) -> None:
    losses = run(SHIN, loss_pct, 1)
    assert losses.said <= losses.dropped, "never more than there were; fewer, for a slow clock looks the same"
    nominal_hz = device_type(SHIN.key).default_rate_hz
    assert losses.rate_hz == pytest.approx(nominal_hz * (1 - loss_pct / 100), abs=3.0)


def run(worn: Worn, loss_pct: float, packet_samples: int) -> Losses:
    """A minute of losses, on a clock that waits for nobody."""
    with asyncio.Runner(loop_factory=WarpedLoop) as runner:
        losses = runner.run(lose(worn, loss_pct, packet_samples))
    sys.stdout.write(f"\n{worn.key}, {loss_pct:g} %: {losses}\n")
    return losses


async def lose(worn: Worn, loss_pct: float, packet_samples: int) -> Losses:
    """Stream well, with losses, and well again."""
    async with hub_with([worn], body=Trembling()) as hub:
        await hub.until_streaming(worn.role)
        await asyncio.sleep(SETTLE_S)
        hub.air.change_faults(worn.address, Faults(loss_pct=loss_pct))
        await asyncio.sleep(LOSS_S)
        hub.air.change_faults(worn.address, PERFECT)
        ended_s = asyncio.get_running_loop().time()
        await asyncio.sleep(SETTLE_S)
        counts = hub.air.counts()[worn.address]
        assert hub.status(worn.role).counts.connections == 1
        arrivals = list(hub.arrivals[worn.role])
    intake = Intake("walk", Wearer(), [worn.role])
    rate_hz = 0.0
    for arrival in arrivals:
        intake.feed(arrival)
        if arrival.arrival_s <= ended_s:
            rate_hz = intake.status(arrival.arrival_s)[worn.role].rate_hz
    status = intake.status(arrivals[-1].arrival_s)[worn.role]
    assert (status.late, status.duplicates, status.faults) == (0, 0, 0)
    return Losses(counts[Fault.SENT], status.samples, counts[Fault.LOST] * packet_samples, status.lost, rate_hz)
