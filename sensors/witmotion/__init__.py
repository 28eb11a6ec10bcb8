"""WitMotion BLE 5.0 IMUs (WT901BLE, BWT901BLE5.0, WT9011DCL-BT50): an IMU for the shin, without clock or counter.

Byte layout from the maker's open SDKs and manuals; not tested on hardware.
"""

from sensors.witmotion.driver import WitMotionDriver
from sensors.witmotion.emulator import WitMotionEmulator
from sensors.witmotion.packets import recognise

__all__ = ["NOTES", "WitMotionDriver", "WitMotionEmulator", "recognise"]

NOTES = """
    Frames carry neither time nor count: the hub makes time from arrivals, and a lost frame shows only as a gap.
    Settings are not saved to the device, so every connection sets them again and reads the rate back.
"""
