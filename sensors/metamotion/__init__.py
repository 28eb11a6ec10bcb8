"""MbientLab MetaMotion with a BMI160 (MetaMotion R, RL, C): an IMU for the shin, without clock or counter.

Byte layout from the tests and sources of the maker's SDK (MetaWear-SDK-Cpp); not tested on hardware.
"""

from sensors.metamotion.driver import MetaMotionDriver
from sensors.metamotion.emulator import MetaMotionEmulator
from sensors.metamotion.packets import recognise

__all__ = ["NOTES", "MetaMotionDriver", "MetaMotionEmulator", "recognise"]

NOTES = """
    Boards with another chip, such as MetaMotion S with its BMI270, advertise alike and are refused by what they say of
    themselves; so is firmware that cannot notify three samples at once. Acceleration and rate come in notifications of
    their own, which carry neither time nor count: each of acceleration is paired with the next of rate. By how much
    the samples of a pair lie apart is not published; it is less than three, 30 ms at 100 Hz. Where one is lost, its
    partner is dropped and counted as a fault; where a whole pair is lost, it shows only as a gap. Rate and range are
    read back before the stream starts, and the scale is that of the range which the device tells. What the device
    keeps when its link is lost is not published: each connection stops and sets everything anew.
"""
