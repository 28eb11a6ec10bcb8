"""Every device of the catalogue end to end: emulator, virtual radio, the hub's radio, driver, intake."""

import numpy as np
import pytest

from hub.intake import Intake
from hub.packets import Connected
from hub.session import InsoleSpec, Wearer
from sensors.catalogue import CATALOGUE, DeviceType
from sensors.driver import Floats
from sensors.layout import Cell, Role, Side
from sensors.transducers import LoadCell
from tests.radio.harness import Worn, hub_with

SAMPLES = 50
SHANK = np.array([1.5, -2.5, 9.0, 30.0, -60.0, 120.0])
"""m/s^2 and deg/s; no two alike, so that a swapped axis shows."""

FORCES_N = np.arange(40.0, 400.0, 20.0)


TREMOR = 0.5
"""On top, so that no two samples are alike: same bytes at once would count as doubled by the link."""


class Trembling:
    """A body that hardly moves, with another load under each cell."""

    def cell_forces_n(self, side: Side, cells: tuple[Cell, ...], time_s: Floats) -> Floats:
        return np.tile(FORCES_N[: len(cells)], (len(time_s), 1))

    def shank(self, side: Side, time_s: Floats) -> tuple[Floats, Floats]:
        values = SHANK + TREMOR * np.sin(20.0 * time_s[:, None] + np.arange(6))
        return values[:, :3], values[:, 3:]


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.key)
async def test_what_a_body_feels_arrives_as_blocks(kind: DeviceType) -> None:
    role = Role.RIGHT_INSOLE if kind.is_insole else Role.RIGHT_SHIN
    worn = Worn(role, kind.key, "C0:00:00:00:00:01")
    async with hub_with([worn], body=Trembling()) as hub:
        await hub.until_streaming(role)
        await hub.until(lambda: hub.samples_n[role] >= SAMPLES)
        driver = hub.drivers[role]
        sent = hub.emulators[worn.address].notified
        counts = hub.status(role).counts
        hub.goodbyes[role] = driver.end()
        await hub.radio.stop()
        await hub.until(lambda: hub.status(role).reason == "the hub hung up")
    assert (counts.connections, counts.refusals, counts.packets_dropped) == (1, 0, 0)
    subscribed = {characteristic for characteristic, _ in sent}
    streamed = [(one.characteristic, one.data) for one in hub.packets(role) if one.characteristic in subscribed]
    assert streamed == sent[: len(streamed)]

    facts = driver.facts
    assert facts.note is None
    assert (facts.battery_pct is not None) == kind.tells_battery
    assert facts.side is (Side.RIGHT if kind.is_insole and kind.example is None else None)

    assert isinstance(hub.arrivals[role][0], Connected)
    intake = Intake("walk", Wearer(), [role])
    results = [intake.feed(arrival) for arrival in hub.arrivals[role]]
    blocks = [block for result in results for block in result.blocks if len(block.time_s)]
    status = intake.status(hub.arrivals[role][-1].arrival_s)[role]
    assert (status.faults, status.duplicates, status.lost, status.late) == (0, 0, 0, 0)
    assert sum(len(block.time_s) for block in blocks) == status.samples >= SAMPLES
    time_s = np.concatenate([block.time_s for block in blocks])
    assert np.all(np.diff(time_s) > 0)

    assert intake.session is not None
    spec = intake.session.sensors[role]
    assert spec.rate_hz == kind.default_rate_hz
    values = np.concatenate([block.values for block in blocks])
    if isinstance(spec, InsoleSpec):
        felt = LoadCell(noise_counts=0.0).counts(FORCES_N[None, : len(spec.cells)], np.random.default_rng())[0]
        np.testing.assert_allclose(values.mean(axis=0), felt, atol=2.0)  # of a noise of 2 counts
    else:
        np.testing.assert_allclose(values, np.tile(SHANK, (len(values), 1)), atol=TREMOR + 0.1)
