"""Movesense with the GATT SensorData firmware: accelerometer and gyroscope on the shin.

Byte layout from the maker's firmware sample and client, and from firmware derived from it; not tested on hardware.
"""

from sensors.movesense.driver import MovesenseDriver
from sensors.movesense.emulator import MovesenseEmulator
from sensors.movesense.packets import FIRST_PART_BYTES, PACKETS_HZ, recognise

__all__ = ["NOTES", "MovesenseDriver", "MovesenseEmulator", "recognise"]

NOTES = f"""
    The firmware that it is sold with does not have this service: its owner must flash the maker's GATT
    SensorData sample, and the name does not tell which one runs. Eight samples at 104 Hz do not fit its MTU
    of 161 and come in two notifications, whose split is not published (after {FIRST_PART_BYTES} bytes in
    firmware derived from it) and without a length: the hub believes a length that sources name, or else one
    at which samples and stamps agree. At 208 Hz two would not do, and no source says what then happens;
    that rate is not offered. A packet's stamp is its first sample's, and the others are spread at the
    nominal rate. Thirteen packets a second arrive, so what the shank does is known up to {
    1000 / PACKETS_HZ:.0f} ms later than from other devices. Packets carry no count: one that was lost shows as a
    gap in the stamps. Ranges are whatever the device is set to.
"""
