"""Ukaton Mission: sixteen pressure cells and an IMU in each shoe, up to 100 samples a second.

Byte layout and behaviour from the maker's open firmware (ukaton-mission-firmware); not tested on hardware.
"""

from sensors.ukaton_mission.driver import UkatonMissionDriver
from sensors.ukaton_mission.emulator import UkatonMissionEmulator
from sensors.ukaton_mission.packets import DEFAULT_NAME, MIN_MTU, recognise

__all__ = ["NOTES", "UkatonMissionDriver", "UkatonMissionEmulator", "recognise"]

NOTES = f"""
    The predecessor of Brilliant Sole. Stamps are multiples of 10 ms, and packets carry no count: one that was lost
    shows as a gap in the stamps. The device must have been set up as a left or right insole with the maker's app; as
    it advertises no service of its own, it is known by that setting beside a service number 0, whatever its name
    ({DEFAULT_NAME} unless changed). It tells no firmware version. The row of cells at a third of the foot's length
    counts as midfoot. It does not tell whether it has the motor that its firmware drives: for [vibration](cues.md) it
    is taken to have one. Packets need an MTU of {MIN_MTU}: with less they arrive cut short and count as truncated.
"""
