"""ORPHE CORE 3: an IMU made for the shoe, worn on the shin; 200 samples a second in 50 packets.

Byte layout from the maker's open SDKs (ORPHE-CORE.py and ORPHE-CORE.js); not tested on hardware.
"""

from sensors.orphe_core.driver import OPTIONS, OrpheCoreDriver
from sensors.orphe_core.emulator import OrpheCoreEmulator
from sensors.orphe_core.packets import PACKET_BYTES, RANGE_DPS, RANGE_G, recognise

__all__ = ["NOTES", "OPTIONS", "OrpheCoreDriver", "OrpheCoreEmulator", "recognise"]

NOTES = f"""
    Sends the ORPHE INSOLE's packets of motion, cut off after {PACKET_BYTES} bytes. What a count of its gyroscope
    is worth is disputed: both SDKs of this device take the range's 32768th part, while the insole's later SDK
    takes the chip's sensitivity, which gives rates 14.7 % larger. The default is the former; turn the device by a
    known angle to find out, and set the option. For the same reason its quaternion is left alone. A range
    narrower than {RANGE_G} g and {RANGE_DPS} deg/s is widened, and stays so. The battery tells three steps and no
    percentage: the lowest shows as a note. The left or right that it is set to is the shoe's, and is not looked
    at. A CORE 2, which sends 50 samples a second of 8 bits (16 deg/s a count), is told apart and not supported.
"""
