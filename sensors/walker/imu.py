"""The shank IMU: how it sits, what it adds, and what it feels."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sensors.driver import G_MPS2, Floats
from sensors.walker.motion import ShankMotion
from sensors.walker.noise import Noise
from sensors.walker.plan import SHOCK_S, Contact, Touch, within
from sensors.walker.shaking import Shaking
from sensors.walker.strap import Slip, rotations, strapped

_SWING_AXES = ((4.0, 0.6), (3.0, 1.9))
"""Amplitude in degrees and phase of the shank's roll and yaw over the gait cycle."""

_GYRO_RING_DPS = 12.0
"""Shock of 1 g rings the gyroscope by this."""

_WARM_UP_S = 600.0

_ROUGHNESS_HZ = np.linspace(16.0, 45.0, 8)


@dataclass(frozen=True, slots=True)
class ImuParams:
    """What a worn IMU adds to the motion of the bone.

    Parameters
    ----------
    yaw_deg, roll_deg, pitch_deg : how it is strapped on, turned from the shank frame (x forward, y left, z up).
    tissue_hz, tissue_damping, tissue_part : resonance of the soft tissue, and how much of the acceleration passes it.
    gyro_noise_dps, accel_noise_mps2 : RMS in the internal bandwidth of 250 Hz.
    gyro_bias_dps, accel_bias_mps2 : per axis. ``gyro_wander_dps``: slow change around it.
    gyro_drift_dps : per axis, change of the bias as the sensor warms up (time constant 10 min).
    gyro_range_dps, accel_range_mps2 : where the numbers clip.
    slips : when the strap gives way.
    """

    yaw_deg: float = 0.0
    roll_deg: float = 0.0
    pitch_deg: float = 0.0
    tissue_hz: float = 15.0
    tissue_damping: float = 0.2
    tissue_part: float = 0.0
    gyro_noise_dps: float = 0.0
    accel_noise_mps2: float = 0.0
    gyro_bias_dps: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gyro_wander_dps: float = 0.0
    accel_bias_mps2: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gyro_drift_dps: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gyro_range_dps: float = 2000.0
    accel_range_mps2: float = 16.0 * G_MPS2
    slips: tuple[Slip, ...] = ()

    @staticmethod
    def drawn(rng: np.random.Generator) -> "ImuParams":
        """A usual one: yaw within 25 deg, roll and pitch within 10, 0.02 deg/s/sqrt(Hz), 200 ug/sqrt(Hz), biases."""

        def three(bound: float) -> tuple[float, float, float]:
            return (rng.uniform(-bound, bound), rng.uniform(-bound, bound), rng.uniform(-bound, bound))

        return ImuParams(
            yaw_deg=rng.uniform(-25.0, 25.0),
            roll_deg=rng.uniform(-10.0, 10.0),
            pitch_deg=rng.uniform(-10.0, 10.0),
            tissue_hz=rng.uniform(10.0, 20.0),
            tissue_part=0.35,
            gyro_noise_dps=0.02 * np.sqrt(250.0),
            accel_noise_mps2=200e-6 * G_MPS2 * np.sqrt(250.0),
            gyro_bias_dps=three(2.0),
            gyro_wander_dps=0.2,
            accel_bias_mps2=three(0.02 * G_MPS2),
        )

    @property
    def rotation(self) -> Floats:
        """(3, 3) from shank axes to sensor axes, before any slip."""
        turn: Floats = rotations(np.array([self._mounting_deg]))[0]
        return turn

    @property
    def _mounting_deg(self) -> tuple[float, float, float]:
        return self.roll_deg, self.pitch_deg, self.yaw_deg

    def slip_between(self, start_s: float, end_s: float) -> bool:
        """True where the strap slips in that time."""
        return any(slip.at_s < end_s and slip.at_s + slip.over_s > start_s for slip in self.slips)

    def strapped(self, force: Floats, rate: Floats, time_s: Floats) -> tuple[Floats, Floats]:
        """Force and rate of the shank in the sensor's axes."""
        return strapped(self._mounting_deg, self.slips, force, rate, time_s)


def bone_motion(
    motion: ShankMotion,
    *,
    phase: Floats,
    walking: Floats,
    time_s: Floats,
    contacts: Iterable[Contact],
    touches: Iterable[Touch],
    shaking: Iterable[Shaking],
) -> tuple[Floats, Floats]:
    """(n, 3) specific force in m/s^2 and (n, 3) rate in deg/s in shank axes: x forward, y left, z along the shank."""
    forward, left, up = motion.forward_mps2.copy(), motion.left_mps2.copy(), motion.up_mps2 + G_MPS2
    for touch in touches:
        at = within(time_s, touch.start_s, touch.end_s)
        forward[at] -= touch.brake_mps2 * touch.presence(time_s[at])
    spans = [(within(time_s, shake.start_s, shake.end_s), shake) for shake in shaking]
    shaken = [(at, *shake.felt(time_s[at])) for at, shake in spans if at.start < at.stop]
    for at, mps2, _ in shaken:
        forward[at] += mps2[:, 0]
        left[at] += mps2[:, 1]
        up[at] += mps2[:, 2]
    force, rate = _in_shank_axes(motion, (forward, left, up), time_s)
    roll_deg, yaw_deg = (walking * size * np.sin(2.0 * np.pi * phase + turn) for size, turn in _SWING_AXES)
    force[:, 1] += up * np.sin(np.radians(roll_deg))
    rate[:, 0] += np.gradient(roll_deg, time_s)
    rate[:, 2] += np.gradient(yaw_deg, time_s)
    for at, _, dps in shaken:
        rate[at] += dps
    for contact in contacts:
        at = within(time_s, contact.start_s, contact.start_s + SHOCK_S)
        since_s = time_s[at] - contact.start_s
        force[at] += G_MPS2 * _shock_g(contact, since_s)[:, None] * np.array([-0.35, 0.15, 1.0])
        rate[at] += _GYRO_RING_DPS * _ring(contact, since_s)[:, None] * np.array([0.4, 1.0, 0.3])
    for touch in touches:
        at = within(time_s, touch.start_s, touch.end_s)
        rough = touch.roughness_mps2 * touch.presence(time_s[at]) * touch.tremor(_ROUGHNESS_HZ, time_s[at])
        force[at] += rough[:, None] * np.array([0.8, 0.3, 0.5])
    return force, rate


def _in_shank_axes(motion: ShankMotion, level: tuple[Floats, Floats, Floats], time_s: Floats) -> tuple[Floats, Floats]:
    """Force given forward, left and up of the shank's heading, and rate, both turned into the leaning shank's axes.

    Yaw about the vertical, then pitch (positive: ankle ahead), then roll about the shank's own forward axis.
    """
    forward, left, up = level
    pitch, roll = np.radians(motion.pitch_deg), np.radians(motion.roll_deg)
    across = up * np.cos(pitch) - forward * np.sin(pitch)
    force = np.column_stack(
        (
            forward * np.cos(pitch) + up * np.sin(pitch),
            left * np.cos(roll) + across * np.sin(roll),
            across * np.cos(roll) - left * np.sin(roll),
        )
    )
    angles_deg = (motion.roll_deg, motion.pitch_deg, motion.yaw_deg)
    roll_dps, pitch_dps, yaw_dps = (np.gradient(angle_deg, time_s) for angle_deg in angles_deg)
    turn_dps = yaw_dps * np.cos(pitch)
    rate = np.column_stack(
        (
            roll_dps + yaw_dps * np.sin(pitch),
            turn_dps * np.sin(roll) - pitch_dps * np.cos(roll),
            turn_dps * np.cos(roll) + pitch_dps * np.sin(roll),
        )
    )
    return force, rate


def worn(params: ImuParams, force: Floats, rate: Floats, time_s: Floats) -> tuple[Floats, Floats]:
    """What the strapped sensor feels of ``bone_motion``, before noise: soft tissue, then its own axes.

    The first 0.35 s are needed for the tissue to settle.
    """
    if params.tissue_part > 0.0:
        response = _tissue_response(params, float(time_s[1] - time_s[0]))
        for axis in range(3):
            padded = np.concatenate((np.full(response.size - 1, force[0, axis]), force[:, axis]))
            wobble = np.convolve(padded, response, mode="valid")
            force[:, axis] += params.tissue_part * (wobble - force[:, axis])
    return params.strapped(force, rate, time_s)


def sensed(params: ImuParams, force: Floats, rate: Floats, time_s: Floats, noise: Noise) -> tuple[Floats, Floats]:
    """Bias, noise and range."""
    force = force + np.array(params.accel_bias_mps2) + params.accel_noise_mps2 * noise.normal(3)
    wander = params.gyro_wander_dps * np.sin(2.0 * np.pi * time_s[:, None] / np.array([710.0, 930.0, 1270.0]))
    warmth = 1.0 - np.exp(-np.maximum(time_s, 0.0) / _WARM_UP_S)
    bias_dps = np.array(params.gyro_bias_dps) + wander + warmth[:, None] * np.array(params.gyro_drift_dps)
    rate = rate + bias_dps + params.gyro_noise_dps * noise.normal(3)
    return (
        np.clip(force, -params.accel_range_mps2, params.accel_range_mps2),
        np.clip(rate, -params.gyro_range_dps, params.gyro_range_dps),
    )


def _tissue_response(params: ImuParams, dt_s: float) -> Floats:
    """Impulse response of a second-order resonance, 0.35 s long, of unit gain at rest."""
    t = np.arange(0.0, 0.35, dt_s)
    omega = 2.0 * np.pi * params.tissue_hz
    ringing = omega * np.sqrt(1.0 - params.tissue_damping**2)
    response = np.exp(-params.tissue_damping * omega * t) * np.sin(ringing * t)
    unit: Floats = response / response.sum()
    return unit


def _ring(contact: Contact, since_s: Floats) -> Floats:
    """Rate of a wobble that dies away: it integrates to no turn."""
    impact = contact.impact
    angle = 2.0 * np.pi * impact.frequency_hz
    ring = np.cos(angle * since_s) - np.sin(angle * since_s) / (angle * impact.decay_s)
    decaying: Floats = impact.peak_g * np.exp(-since_s / impact.decay_s) * ring
    return decaying


def _shock_g(contact: Contact, since_s: Floats) -> Floats:
    impact = contact.impact
    ring = np.exp(-since_s / impact.decay_s) * np.sin(2.0 * np.pi * impact.frequency_hz * since_s)
    shock: Floats = impact.peak_g * ring
    if contact.slap_bw > 0.0:
        later_s = np.maximum(since_s - contact.onset_s[2], 0.0)
        shock += 3.5 * contact.slap_bw * np.exp(-later_s / 0.02) * np.sin(2.0 * np.pi * 25.0 * later_s)
    return shock
