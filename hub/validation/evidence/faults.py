"""What can be wrong with worn sensors, one thing at a time."""

from dataclasses import dataclass

from sensors.walker import ImuParams, InsoleParams


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of all insoles or IMUs; None leaves the usual imperfections of a drawn sensor."""

    insole: InsoleParams | None = None
    imu: ImuParams | None = None


FAULTS: dict[str, Fault] = {
    "dead cell": Fault(InsoleParams(gain_spread=0.08, noise_n=1.0, dead_cells=(4,))),
    "saturated cells": Fault(InsoleParams(gain_spread=0.08, noise_n=1.0, saturation_n=120.0)),
    "cross-talk": Fault(InsoleParams(gain_spread=0.08, noise_n=1.0, cross_talk=0.12)),
    "uneven gains": Fault(InsoleParams(gain_spread=0.3, noise_n=1.0)),
    "tight laces": Fault(InsoleParams(gain_spread=0.08, noise_n=1.0, preload_bw=0.1)),
    "warm shoe": Fault(InsoleParams(gain_spread=0.08, noise_n=1.0, warm_up_bw=0.08)),
}
