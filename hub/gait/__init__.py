"""Samples to events. Pure: no I/O, no clock, no logging."""

from hub.gait.calibration import Calibration, InsoleCalibration, KeptCalibration
from hub.gait.engine import GaitEngine, GaitParams

__all__ = ["Calibration", "GaitEngine", "GaitParams", "InsoleCalibration", "KeptCalibration"]
