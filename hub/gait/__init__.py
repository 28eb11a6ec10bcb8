"""Samples to events. Pure: no I/O, no clock, no logging."""

from hub.gait.calibration import Calibration, InsoleCalibration
from hub.gait.engine import GaitEngine, GaitParams
from hub.gait.kept_calibration import KeptCalibration

__all__ = ["Calibration", "GaitEngine", "GaitParams", "InsoleCalibration", "KeptCalibration"]
