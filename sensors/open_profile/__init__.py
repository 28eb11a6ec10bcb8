"""The open profile: a GATT layout of our own for insoles and shin IMUs that people build themselves.

Specified in ``docs/open-profile.md``; not tested on hardware.
"""

from sensors.open_profile.driver import OpenProfileDriver
from sensors.open_profile.emulator import OpenProfileEmulator
from sensors.open_profile.packets import Kind, recognise

__all__ = ["INSOLE_NOTES", "SHIN_NOTES", "Kind", "OpenProfileDriver", "OpenProfileEmulator", "recognise"]

INSOLE_NOTES = """
    A layout of our own for devices that people build themselves, specified in [open-profile.md](open-profile.md).
    The device describes its cells, scales and rates itself, and the hub believes it: cells come in the unit that it
    claims. Of its rates the nearest to the configured one is taken. The MTU above is for eight cells with an IMU.
"""
SHIN_NOTES = """
    As the insole. Where the device tells its axes, they are turned into forward, left and up; how it sits on the leg
    is learnt from the walking either way.
"""
