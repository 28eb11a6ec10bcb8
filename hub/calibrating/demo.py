"""The guided calibration on emulated sensors, worn by a person who does as told."""

import tempfile
from pathlib import Path

from hub.calibrating.guided import CalibrateOptions, calibrate
from hub.demo import AFFECTED, DEVICES, DemoOptions, demo_config
from hub.gait.guide import Outcome
from hub.radio.virtual.process import air_process
from hub.radio.virtual.scenario import Scenario


async def calibrate_demo(options: CalibrateOptions) -> Outcome:
    """Lead through it; what is found is kept nowhere.

    Raises
    ------
    InsoleHubError : the virtual radio cannot be had, or the wearer has stopped.
    """
    with tempfile.TemporaryDirectory(prefix="insole-hub-") as state_dir:
        config = demo_config(DemoOptions(state_dir=Path(state_dir)))
        async with air_process(
            Scenario(DEVICES, affected_side=AFFECTED, plays="re_zero" if options.re_zero else "calibration")
        ) as air:
            return await calibrate(config, config.wearers[0], air.bluetooth, options)
