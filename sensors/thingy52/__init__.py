"""Nordic Thingy:52: raw accelerometer and gyroscope on the shin, one sample a notification.

Byte layout and behaviour from the maker's open firmware (Nordic-Thingy52-FW); not tested on hardware.
"""

from sensors.thingy52.driver import Thingy52Driver
from sensors.thingy52.emulator import Thingy52Emulator
from sensors.thingy52.packets import RATE_RANGE_DPS, recognise

__all__ = ["NOTES", "Thingy52Driver", "Thingy52Emulator", "recognise"]

NOTES = f"""
    Notifications carry neither time nor count: the hub makes time from arrivals, and a lost sample shows only as
    a gap. The rate is kept in the device's flash, so it is written only where it differs. By the open firmware
    the accelerometer measures no more than 2 g in each axis, which a shank exceeds at many initial contacts: how
    hard an impact was cannot be seen, and a fall out of a seat, for which 3 g are asked, may be missed. The
    gyroscope clips at {RATE_RANGE_DPS:g} deg/s. Which rate the radio achieves was not measured by anybody. A
    Thingy:53 runs other firmware and is not supported.
"""
