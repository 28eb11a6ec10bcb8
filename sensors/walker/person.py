"""Who walks."""

from dataclasses import dataclass

from sensors.driver import G_MPS2
from sensors.layout import Side


@dataclass(frozen=True, slots=True)
class Person:
    """Body and weak leg. ``affected_side`` is left or right; a profile without weakness does not look at it."""

    mass_kg: float = 70.0
    height_m: float = 1.75
    affected_side: Side = Side.RIGHT

    def __post_init__(self) -> None:
        if self.affected_side is Side.BOTH:
            raise ValueError("affected_side must be left or right: the walker has one weak leg")
        if not (10.0 <= self.mass_kg <= 300.0 and 0.8 <= self.height_m <= 2.5):
            raise ValueError(f"no such person: {self.mass_kg} kg, {self.height_m} m")

    @property
    def weight_n(self) -> float:
        """Body weight."""
        return self.mass_kg * G_MPS2
