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
    {max(Message).value} differ between firmware versions and are passed over, but for those of the motors: where
    [vibration](cues.md) is wanted, the device is asked a question first that both orders have and answer differently.
    Firmware from before 2025-05-17 cannot say where its motors are and is taken to have one in front, one at the heel.
"""
