"""Single faults of sensors and links, each alone on otherwise perfect ones: what a detector must bear, by name."""

from sensors.driver import G_MPS2
from sensors.walker.imu import ImuParams
from sensors.walker.insole import InsoleParams
from sensors.walker.loss import LossParams
from sensors.walker.strap import Slip

INSOLE_FAULTS: dict[str, InsoleParams] = {
    "preload": InsoleParams(preload_bw=0.08),
    "gain_spread": InsoleParams(gain_spread=0.1),
    "noise": InsoleParams(noise_n=4.0),
    "temperature": InsoleParams(warm_up_bw=0.05),
    "cross_talk": InsoleParams(cross_talk=0.05),
    "creep": InsoleParams(creep=0.08),
    "hysteresis": InsoleParams(hysteresis=0.1),
    "dead_heel_cell": InsoleParams(dead_cells=(0,), fails_at_s=60.0),
    "dead_forefoot_cell": InsoleParams(dead_cells=(4,), fails_at_s=60.0),
    "stuck_cell": InsoleParams(stuck_cells=((5, 60.0),), fails_at_s=60.0),
    "saturation": InsoleParams(saturation_n=100.0),
    "eight_bit": InsoleParams(step_n=400.0 / 256.0),
}
"""Upper ends of the usual ranges. A cell carries 100-150 N in the modelled walk; it saturates below that."""

IMU_FAULTS: dict[str, ImuParams] = {
    "mounted_askew": ImuParams(yaw_deg=25.0, roll_deg=10.0, pitch_deg=-10.0),
    "soft_tissue": ImuParams(tissue_part=0.5, tissue_hz=10.0),
    "noise": ImuParams(gyro_noise_dps=1.5, accel_noise_mps2=0.3),
    "gyro_bias": ImuParams(gyro_bias_dps=(2.0, -2.0, 2.0)),
    "gyro_drift": ImuParams(gyro_drift_dps=(1.5, 2.0, -1.0)),
    "accel_bias": ImuParams(accel_bias_mps2=(0.02 * G_MPS2, -0.02 * G_MPS2, 0.02 * G_MPS2)),
    "slip_round_the_leg": ImuParams(slips=(Slip(120.0, yaw_deg=20.0),)),
    "slip_down": ImuParams(slips=(Slip(120.0, pitch_deg=12.0), Slip(240.0, roll_deg=-10.0))),
    "small_range": ImuParams(gyro_range_dps=250.0, accel_range_mps2=2.0 * G_MPS2),
}

LINK_FAULTS: dict[str, LossParams] = {
    "loss_1_pct": LossParams(lost=0.01),
    "loss_5_pct": LossParams(lost=0.05),
    "gaps": LossParams(gaps_per_h=30.0, gap_s=(0.1, 20.0)),
    "drift": LossParams(drift_ppm=50.0),
    "jitter": LossParams(jitter_s=0.015),
}
