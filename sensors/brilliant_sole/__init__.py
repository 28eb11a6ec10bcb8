"""Brilliant Sole: pressure cells, as many and where the device says, and an IMU in each shoe.

Byte layout from the maker's open SDKs (JavaScript, Swift, Unreal); not tested on hardware.
"""

from sensors.brilliant_sole.driver import OPTIONS, BrilliantSoleDriver
from sensors.brilliant_sole.emulator import BrilliantSoleEmulator
from sensors.brilliant_sole.packets import recognise

__all__ = ["OPTIONS", "BrilliantSoleDriver", "BrilliantSoleEmulator", "recognise"]
