"""What can be wrong with worn sensors and their links, one thing at a time, by name."""

from dataclasses import dataclass

from sensors.walker import ImuParams, InsoleParams
from sensors.walker.faults import IMU_FAULTS, INSOLE_FAULTS, LINK_FAULTS
from sensors.walker.loss import LossParams


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of all sensors of a kind; None leaves the usual imperfections of drawn ones, and a perfect link."""

    insole: InsoleParams | None = None
    imu: ImuParams | None = None
    loss: LossParams | None = None


FAULTS: dict[str, Fault] = {
    **{f"insole, {name.replace('_', ' ')}": Fault(insole=params) for name, params in INSOLE_FAULTS.items()},
    **{f"shin, {name.replace('_', ' ')}": Fault(imu=params) for name, params in IMU_FAULTS.items()},
    **{f"link, {name.replace('_', ' ')}": Fault(loss=params) for name, params in LINK_FAULTS.items()},
}
