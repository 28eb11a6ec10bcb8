"""Every device of the catalogue on somebody who walks: bytes, drivers, clocks and engine find the true steps."""

import numpy as np
import pytest

from hub.events import Kind
from hub.pipeline import Pipeline
from hub.session import Wearer
from sensors.catalogue import CATALOGUE, DeviceType
from sensors.layout import Role
from sensors.walker import Walker, demo_script

WALKED_S = 18.0
LEARNT_S = 6.0
NEAR_S = 0.1
LEAST_DELAY_S = 0.008
"""Of the link: all stamps are late by it."""


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.key)
def test_the_contacts_of_a_walk_are_found(air, device, kind: DeviceType) -> None:
    role = Role.RIGHT_INSOLE if kind.is_insole else Role.RIGHT_SHIN
    world = air([device(role, kind.key)])
    world.body = Walker(demo_script(), start_s=world.start_s, chunk_s=4)
    pipeline = Pipeline("walk", Wearer("anna", "right"), (role,))
    world.run(WALKED_S, pipeline.feed)
    truth = world.body.truth_before(world.now_s - 1.0)  # the last contact cannot be judged yet
    true_s = np.array([event.time_s for event in truth if event.kind == "initial_contact" and event.side is role.side])
    true_s = true_s[true_s > world.start_s + LEARNT_S]
    found = [event for event in pipeline.finish() if event.kind is Kind.INITIAL_CONTACT and event.side is role.side]
    found_s = np.array([event.time_s for event in found])
    late_s = found_s[np.argmin(np.abs(true_s[:, None] - found_s), axis=1)] - true_s
    assert len(late_s) >= 7
    assert np.mean(np.abs(late_s) < NEAR_S) >= (1.0 if kind.is_insole else 0.9)
    assert abs(np.median(late_s) - LEAST_DELAY_S) < (0.005 if kind.is_insole else 0.02)
