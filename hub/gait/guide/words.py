"""What a guided calibration says. Each sentence has a key, so that a page can say it in another language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

WORDS = {
    # what is felt
    "feels_air": "in the air",
    "feels_light": "lightly on the floor",
    "feels_part": "on the floor",
    "feels_weight": "bears weight",
    "feels_moving": "moves",
    "feels_still": "is still",
    # what to do
    "lift": "Sit down with both feet on the floor. Then lift your {foot} foot a hand's width and hold it still.",
    "stand": "Stand up and stand still on both feet. Hold on to something only if you must.",
    "lean": "Lean over to the {foot} as far as you dare and stay there. Both feet stay on the floor.",
    "heel_raises": "Hold on to a table. Rise onto your toes and come down again, three times, slowly.",
    "toe_raises": "Hold on to a table. Stand on your heels: lift the toes of both feet and put them down, three times. "
    "It does not matter if one foot cannot.",
    "swing": "Hold on to a table, or sit on a high chair. Lift your {foot} foot and swing the leg five times.",
    "walk": "Walk at your usual pace, straight ahead, for 20 to 40 metres. Then stand still until I say so.",
    # while it is done
    "lift_wait": "I wait for your {foot} foot to leave the floor.",
    "lift_hold": "Your {foot} foot is in the air. Hold it: {held:.0f} of {wanted:.0f} seconds.",
    "stand_hold": "Standing still: {held:.0f} of {wanted:.0f} seconds.",
    "lean_wait": "{share:.0f} % of your weight is on the {foot} foot. A little farther.",
    "lean_hold": "{share:.0f} % of your weight is on the {foot} foot. Stay: {held:.0f} of {wanted:.0f} seconds.",
    "raises": "{left} times with the left foot, {right} times with the right one; three are wanted.",
    "swing_wait": "I wait for your {foot} foot to leave the floor.",
    "swing_count": "Your {foot} leg has swung {swings:.0f} times; five are wanted.",
    "swing_hold": "Your {foot} foot is in the air: {held:.0f} of {wanted:.0f} seconds.",
    "walk_count": "{steps} steps. Go on.",
    "walk_enough": "{steps} steps, that is enough. Stop where it suits you and stand still.",
    # accepted
    "lift_done": "Good: your {foot} insole is zeroed.",
    "stand_done": "Good: you stood still, with {share:.0f} % of your weight on the left foot.",
    "stand_done_one": "Good: you stood still.",
    "lean_done": "Good: {share:.0f} % of your weight was on the {foot} foot.",
    "heel_raises_done": "Good: your heels rose {left} times on the left and {right} times on the right.",
    "toe_raises_done": "Good: your toes rose {left} times on the left and {right} times on the right.",
    "swing_done": "Good: I know what your {foot} shoe presses while the leg swings.",
    "walk_done": "Good: {steps} steps.",
    "skipped": "Left out.",
    "needs_sensors": "Not possible with these sensors.",
    "needs_before": "Not possible because an earlier step was left out.",
    # refused
    "silent": "The {sensor} has gone silent. Is it switched on, charged and near?",
    "still_pressed": "Your {foot} foot still pressed on the ground: it never became lighter. "
    "Lift it clear of the floor, toes too.",
    "pressed_before": "Your {foot} foot was not quite in the air when you held it up: now it is lighter. "
    "Hold it up once more, toes clear of the floor.",
    "held_short": "You held your {foot} foot up for only {held:.0f} of {wanted:.0f} seconds.",
    "both_feet": "Both feet became lighter together. Lift only your {foot} foot and leave the other one on the floor.",
    "other_foot": "It was your {other} foot that you lifted. Now the {foot} one, please.",
    "insoles_swapped": "You lifted your {foot} foot, but the {other} insole felt it: the insoles are swapped. "
    "Put each into the other shoe, or change the roles in hub.toml, and begin again.",
    "other_or_swapped": "The {other} insole felt it, not the {foot} one. Did you lift your {other} foot? Then lift "
    "the {foot} one. If it was the {foot} one, the insoles are swapped: put each into the other shoe and begin again.",
    "stood_short": "You stood still for only {held:.0f} of {wanted:.0f} seconds.",
    "one_foot": "Only your {foot} foot bore weight. Stand on both feet.",
    "leaned_little": "Only {share:.0f} % of your weight came onto the {foot} foot. Lean farther, or leave this out.",
    "leaned_other": "The load rose under the {other} foot, not under the {foot} one. Lean to the {foot}. If you did, "
    "the insoles are swapped: put each into the other shoe and begin again.",
    "leaned_off": "Part of your weight was missing. Do not lean on a table or a stick meanwhile.",
    "heels_few": "Your heels left the ground only {best} of 3 times.",
    "toes_few": "Your toes left the ground only {best} of 3 times. Leave this out if they cannot.",
    "insole_reversed": "When your heels rose, the {foot} insole felt it at the toes: it lies in the shoe the wrong way "
    "round. Turn it and begin again.",
    "swung_little": "Your {foot} leg swung only {swings:.0f} of 5 times with the foot in the air.",
    "air_short": "Your {foot} foot was in the air for only {held:.0f} of {wanted:.0f} seconds.",
    "shin_on_other_leg": "Your {foot} leg swings, but the sensor of the other shin feels it: the shin sensor is on the "
    "wrong leg. Strap it to the {other} leg, or change its role in hub.toml, and begin again.",
    "shin_still": "Your {foot} foot is in the air, but its shin sensor hardly moves. Swing the leg. If you did, the "
    "sensor is on the other leg, or its strap is loose.",
    "walked_short": "That were only {steps} steps. At least {wanted} are needed, some 20 metres.",
    "sides_do_not_fit": "While you walked, the {foot} shin swung when the {other} insole was light: the shin sensor is "
    "on the wrong leg, or the insoles are swapped. Put that right and begin again.",
    "strap_slipped": "The {foot} shin sensor turned on the leg by {moved:.0f} degrees while you walked. "
    "Tighten its strap and walk again.",
    "sat_before": "Each foot bore {times:.1f} times what both bore when you stood: you were not standing then. "
    "Stand once more.",
    # how it ended
    "result_zero": "{sensor}: zeroed.",
    "result_zero_walk": "{sensor}: zero taken from the walk, for the foot held up was heavier.",
    "result_load": "{sensor}: knows your weight.",
    "result_load_stood": "{sensor}: knows your weight, guessed from standing.",
    "result_swing": "{sensor}: knows what your shoe presses while the leg swings.",
    "result_axes": "{sensor}: knows how it sits on your leg.",
    "result_stride_scale": "{sensor}: stride lengths are multiplied by {scale:.2f}, from {metres:g} timed metres.",
    "result_no_scale": "Stride length stays an estimate: {why}.",
    "result_share": "Standing, {share:.0f} % of your weight is on the left foot.",
    "result_toes": "Toes lifted: left {left} times, right {right} times.",
    "result_all": "All that was wanted is calibrated.",
    "result_some": "Calibrated as far as it went; the rest is learnt while you walk, as without a calibration.",
    "result_nothing": "Nothing was calibrated; all stays as it was.",
    "stopped": "Stopped; the calibration is as it was.",
    "interrupted": "A sensor came, went or changed. Begin again; the calibration is as it was.",
    "forgotten": "Not ended within {minutes:.0f} minutes; the calibration is as it was.",
}
"""English."""


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence: a key of ``WORDS`` and what is put into it."""

    key: str
    values: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """In English."""
        return WORDS[self.key].format(**self.values)


def say(key: str, **values: str | float) -> Said:
    """A sentence."""
    return Said(key, values)
