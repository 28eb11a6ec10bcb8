"""From arrivals on the radio to blocks of samples on hub time. Pure: what it gives depends on the arrivals alone."""

from hub.intake.intake import Intake, IntakeResult
from hub.intake.sensor_input import IntakeStatus

__all__ = ["Intake", "IntakeResult", "IntakeStatus"]
