"""Brilliant Sole: pressure cells, as many and where the device says, and an IMU in each shoe.

Byte layout from the maker's open SDKs (JavaScript, Swift, Unreal); not tested on hardware.
"""

from sensors.brilliant_sole.driver import OPTIONS, BrilliantSoleDriver
from sensors.brilliant_sole.emulator import BrilliantSoleEmulator
from sensors.brilliant_sole.packets import Message, recognise

__all__ = ["NOTES", "OPTIONS", "BrilliantSoleDriver", "BrilliantSoleEmulator", "recognise"]

NOTES = f"""
    Units of acceleration and rate and the origin of the cell positions are not published. The defaults are those
    of its predecessor, whose firmware is open; the options change them. Message numbers above
    {max(Message).value} differ between firmware versions and are passed over.
"""
