"""Device time to hub time, one clock per sensor. Pure: arrival times come in with the packets."""

from hub.clock.sensor_clock import ClockStatus, SensorClock

__all__ = ["ClockStatus", "SensorClock"]
