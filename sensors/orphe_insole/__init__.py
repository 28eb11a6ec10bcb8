"""ORPHE INSOLE: six pressure cells and an IMU in each shoe, 50 packets a second.

Byte layout from the maker's open SDKs (ORPHE-INSOLE.js 1.3.2 and ORPHE-INSOLE.py); not tested on hardware.
"""

from sensors.orphe_insole.driver import OrpheInsoleDriver
from sensors.orphe_insole.emulator import OrpheInsoleEmulator
from sensors.orphe_insole.packets import IMU_RATE_HZ, MIN_MTU, PACKETS_HZ, recognise

__all__ = ["KNOWN_BAD_FIRMWARE", "NOTES", "OrpheInsoleDriver", "OrpheInsoleEmulator", "recognise"]

KNOWN_BAD_FIRMWARE = {
    "1.0.1": "no device information, no step analysis (its maker's notes); the hub needs neither, but update it",
}

NOTES = f"""
    The IMU samples at {IMU_RATE_HZ:g} Hz, as the maker measured, while {PACKETS_HZ:g} packets a second carry two
    or four samples each: a packet's samples are spread at the former. Which of them the packet's stamp belongs to
    is not published; the hub fits each device's clock to arrivals, which absorbs the difference. Cell positions
    are the maker's; his *midfoot-lateral* cell lies level with the ball and counts as forefoot. Packets need an
    MTU of {MIN_MTU}: with less they arrive cut short and count as truncated.
"""
