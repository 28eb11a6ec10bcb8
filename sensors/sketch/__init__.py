"""Foreign sketches: devices that people have built already, described to the hub by their owner.

Not tested on hardware.
"""

from sensors.sketch.driver import SketchDriver
from sensors.sketch.emulator import SketchEmulator
from sensors.sketch.samples import clock_of

__all__ = ["INSOLE_NOTES", "SHIN_NOTES", "SketchDriver", "SketchEmulator", "clock_of"]

INSOLE_NOTES = """
    For a device that exists and cannot be changed: its owner describes in `hub.toml` which numbers it notifies, as
    structs or as lines of text; [sketches.md](sketches.md) has two worked examples. The hub believes the description:
    units, scales, rate and cells are as right as that is. Nothing tells such a device from others, so it is given by
    its address or by a name that no other device has. Without a time of its own, time is made from arrivals; loss
    shows where it sends a counter or a time. Battery and firmware show where it has Bluetooth's own services for them.
"""
SHIN_NOTES = """
    As the insole. Acceleration must contain gravity, and x, y and z of both must be the same right-handed axes.
"""
