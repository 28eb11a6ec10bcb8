"""ORPHE INSOLE: six pressure cells and an IMU in each shoe, 50 packets a second.

Byte layout from the maker's open SDKs (ORPHE-INSOLE.js 1.3.2 and ORPHE-INSOLE.py); not tested on hardware.
"""

from sensors.orphe_insole.driver import OrpheInsoleDriver
from sensors.orphe_insole.emulator import OrpheInsoleEmulator
from sensors.orphe_insole.packets import recognise

__all__ = ["OrpheInsoleDriver", "OrpheInsoleEmulator", "recognise"]
