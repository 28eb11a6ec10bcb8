"""A wearer's day in figures: names, units and meaning. The one place for them; MQTT and the database use it."""

from hub.events import BOOLEAN, NUMBER, STRING, Field

DAY_FIELDS = {
    "day": Field(STRING, "local date that the figures belong to"),
    "steps": Field(NUMBER, "initial contacts of both feet"),
    "judged_steps": Field(NUMBER, "contacts of the affected side whose strike is known"),
    "good_step_pct": Field(
        NUMBER, "heel-first contacts after a swing without drag, % of `judged_steps`", nullable=True
    ),
    "toe_first_pct": Field(NUMBER, "toe-first contacts, % of `judged_steps`", nullable=True),
    "drags": Field(NUMBER, "toe drags and scuffs"),
    "drags_per_1000_steps": Field(NUMBER, "the same per 1000 steps of both feet", nullable=True),
    "slaps": Field(NUMBER, "foot slaps"),
    "trips": Field(NUMBER, "confirmed trips"),
    "falls": Field(NUMBER, "confirmed falls"),
    "walks": Field(NUMBER, "walking bouts that have ended"),
    "walking_min": Field(NUMBER, "minutes in walking bouts"),
    "cadence_spm": Field(
        NUMBER, "steps per minute: mean of the walks, by their durations; so are the next four", nullable=True
    ),
    "speed_mps": Field(NUMBER, "speed of level walking", nullable=True),
    "length_estimated": Field(BOOLEAN, "true: no timed walk has scaled the speed", nullable=True),
    "step_time_symmetry_pct": Field(NUMBER, "symmetry of step times, as in `walk_end`", nullable=True),
    "stance_time_symmetry_pct": Field(NUMBER, "the same of stance times", nullable=True),
    "swing_time_symmetry_pct": Field(NUMBER, "the same of swing times", nullable=True),
    "coverage_pct": Field(
        NUMBER, "data quality: time with data from all sensors, % of the finished walking bouts", nullable=True
    ),
    "gaps": Field(NUMBER, "data quality: holes in a sensor's data"),
    "sensor_losses": Field(NUMBER, "data quality: times that a sensor fell silent"),
    "absent": Field(STRING, "what is null and why, in words", nullable=True),
}
"""A wearer's day."""
