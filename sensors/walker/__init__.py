"""The walker: a synthetic person with foot drop, wearing any insole and shin IMU, with exact ground truth."""

from sensors.walker.bed import LieDown
from sensors.walker.day import DayParams, day_script
from sensors.walker.exercises import Exercise, SeatedExercise
from sensors.walker.falls import Fall, FallKind
from sensors.walker.faults import IMU_FAULTS, INSOLE_FAULTS, LINK_FAULTS
from sensors.walker.fitting import LeanOver, LiftFoot, Mistake, SwingLeg, ToeRaises, calibration_script, re_zero_script
from sensors.walker.imu import ImuParams
from sensors.walker.insole import InsoleParams
from sensors.walker.kneeling import Kneel
from sensors.walker.legwork import Kick, Stamp
from sensors.walker.loss import LossParams, LossyLink
from sensors.walker.person import Person
from sensors.walker.population import Population, draw_person, draw_profile
from sensors.walker.profiles import PROFILES, Profile
from sensors.walker.riding import Drive, FootPropel
from sensors.walker.route import Route
from sensors.walker.scenarios import SCENARIOS, Scenario
from sensors.walker.scripts import demo_script, evaluation_script
from sensors.walker.seats import Chair, CrossLegs, Dangle, Rest, Seat, SeatedPart
from sensors.walker.segments import Segment, Sit, Stand
from sensors.walker.session import Recording, record, render_session
from sensors.walker.shoes import PutAway, ShoesOff
from sensors.walker.strap import Slip
from sensors.walker.stream import EIGHT_CELLS, Portion, portions
from sensors.walker.stretches import (
    Aided,
    Backward,
    Curb,
    Level,
    Marching,
    Ramp,
    Stairs,
    Stamping,
    Stretch,
    Tiptoe,
    Turn,
)
from sensors.walker.trips import Trip
from sensors.walker.truth import Strategy, Strike, TruthEvent
from sensors.walker.upright import HeelRaises, JumpDown, OneLeg, ShiftWeight
from sensors.walker.walker import Walker
from sensors.walker.walkfall import WalkAndFall
from sensors.walker.walking import Walk

__all__ = [
    "EIGHT_CELLS",
    "IMU_FAULTS",
    "INSOLE_FAULTS",
    "LINK_FAULTS",
    "PROFILES",
    "SCENARIOS",
    "Aided",
    "Backward",
    "Chair",
    "CrossLegs",
    "Curb",
    "Dangle",
    "DayParams",
    "Drive",
    "Exercise",
    "Fall",
    "FallKind",
    "FootPropel",
    "HeelRaises",
    "ImuParams",
    "InsoleParams",
    "JumpDown",
    "Kick",
    "Kneel",
    "LeanOver",
    "Level",
    "LieDown",
    "LiftFoot",
    "LossParams",
    "LossyLink",
    "Marching",
    "Mistake",
    "OneLeg",
    "Person",
    "Population",
    "Portion",
    "Profile",
    "PutAway",
    "Ramp",
    "Recording",
    "Rest",
    "Route",
    "Scenario",
    "Seat",
    "SeatedExercise",
    "SeatedPart",
    "Segment",
    "ShiftWeight",
    "ShoesOff",
    "Sit",
    "Slip",
    "Stairs",
    "Stamp",
    "Stamping",
    "Stand",
    "Strategy",
    "Stretch",
    "Strike",
    "SwingLeg",
    "Tiptoe",
    "ToeRaises",
    "Trip",
    "TruthEvent",
    "Turn",
    "Walk",
    "WalkAndFall",
    "Walker",
    "calibration_script",
    "day_script",
    "demo_script",
    "draw_person",
    "draw_profile",
    "evaluation_script",
    "portions",
    "re_zero_script",
    "record",
    "render_session",
]
