"""Events: what the hub says happened. The one place for kinds and their fields, units and meaning."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b

from sensors.layout import Side

Value = float | int | str | bool | None


class Kind(StrEnum):
    """Event kinds."""

    INITIAL_CONTACT = "initial_contact"
    FINAL_CONTACT = "final_contact"
    STEP = "step"
    TOE_FIRST = "toe_first"
    TOE_DRAG = "toe_drag"
    FOOT_SLAP = "foot_slap"
    TRIP = "trip"
    TOE_CATCH = "toe_catch"
    FALL = "fall"
    WALK_START = "walk_start"
    WALK_END = "walk_end"
    COMPENSATION = "compensation"
    EXERCISE_REP = "exercise_rep"
    QUALITY = "quality"


class Context(StrEnum):
    """What the person was doing. Rates are per context: toes first on stairs are no foot drop."""

    OFF = "off"  # shoes off, or being put on
    DANGLING = "dangling"
    SITTING = "sitting"
    STANDING = "standing"
    WALKING = "walking"
    STAIRS = "stairs"  # or a steep ramp
    TURNING = "turning"
    TIPTOE = "tiptoe"
    BACKWARD = "backward"
    VEHICLE = "vehicle"
    AIDED = "aided"  # crutches, rail: the feet bear part of the weight only
    UNKNOWN = "unknown"


ON_FOOT = frozenset({Context.WALKING, Context.STAIRS, Context.TURNING, Context.TIPTOE, Context.BACKWARD, Context.AIDED})
"""Contexts in which steps are taken."""

STEP_KINDS = frozenset({Kind.INITIAL_CONTACT, Kind.FINAL_CONTACT, Kind.STEP})
"""What comes with every step, several times. It may wait for others to go together, and goes first when old steps must
make room; the journal's schema knows these kinds too."""

NOT_DETECTED_YET = frozenset({Kind.EXERCISE_REP})
"""Kinds that have a name and fields, and that no detector makes yet."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event or of another payload; an event's own fields are all null where not known.

    Parameters
    ----------
    type : JSON type; a list holds texts.
    meaning : in words, with the unit.
    nullable : of fields that every payload of its kind has: null where not known.
    one_of : all values that a text can have, where they are few.
    """

    type: str
    meaning: str
    nullable: bool = False
    one_of: tuple[str, ...] = ()


NUMBER, INTEGER, STRING, BOOLEAN, LIST = "number", "integer", "string", "boolean", "list"

BOUT_SIDE_MEASURES = {
    "step_time_s": "step time",
    "stance_time_s": "stance time",
    "swing_time_s": "swing time",
    "stance_pct": "stance in % of the stride",
    "stride_length_m": "stride length",
    "shank_range_deg": "shank pitch range",
    "shank_at_contact_deg": "shank pitch at initial contact",
    "swing_peak_dps": "highest shank pitch rate in swing",
    "peak_load_pct": "highest load",
    "loading_rate": "loading rate",
    "push_off_ratio": "push-off ratio",
    "cop_backward_pct": "backward travel of the centre of pressure",
}
"""Measures of a step that a walk has per side: median, and spread (1.4826 times the median absolute deviation)."""

FATIGUE_MEASURES = {
    "toe_first_pct": "toe-first share",
    "swing_time_s": "swing time",
    "shank_range_deg": "shank pitch range",
}
"""Measures of the affected side that are followed within a walk."""

_UNITS = ("s", "pct", "m", "deg", "dps")


def of_side(measure: str, side: Side, what: str = "") -> str:
    """Name of a walk's measure of one side: ``stance_time_s`` to ``stance_time_left_s``, its unit last."""
    stem, _, unit = measure.rpartition("_")
    if unit not in _UNITS:
        stem, unit = measure, ""
    return "_".join(filter(None, (stem, side.value, what, unit)))


def _walk_side_fields() -> dict[str, Field]:
    """Fields of a walk, per side."""
    fields: dict[str, Field] = {}
    for side in (Side.LEFT, Side.RIGHT):
        fields[f"strides_used_{side.value}"] = Field(NUMBER, f"level strides of the {side.value} foot in the medians")
        for strike in ("heel", "flat", "toe"):
            fields[f"{strike}_first_{side.value}_pct"] = Field(
                NUMBER,
                f"{strike} contacts, % of the {side.value} foot's judged ones, first and last two steps left out",
            )
        for measure, meaning in BOUT_SIDE_MEASURES.items():
            fields[of_side(measure, side)] = Field(NUMBER, f"{meaning}, {side.value}: median of level strides")
            fields[of_side(measure, side, "spread")] = Field(NUMBER, "its spread")
    return fields


def _walk_context_fields() -> dict[str, Field]:
    """Fields of a walk, per kind of steps."""
    fields: dict[str, Field] = {}
    for context in sorted(ON_FOOT):
        fields[f"{context.value}_steps"] = Field(NUMBER, f"steps in context {context.value}")
        fields[f"{context.value}_toe_drags"] = Field(NUMBER, "toe drags and scuffs among them")
        fields[f"{context.value}_toe_first_pct"] = Field(NUMBER, "toe-first, % of the affected side's judged ones")
    return fields


def _walk_fatigue_fields() -> dict[str, Field]:
    """Fields of a walk: how it changed. Affected side only."""
    fields: dict[str, Field] = {}
    for measure, meaning in FATIGUE_MEASURES.items():
        fields[f"{measure}_first_min"] = Field(NUMBER, f"{meaning} of the affected side in the first minute")
        fields[f"{measure}_last_min"] = Field(NUMBER, "the same in the last minute")
        fields[f"{measure}_per_min"] = Field(NUMBER, "its change per minute")
        fields[f"{measure}_per_100_steps"] = Field(NUMBER, "its change per 100 steps of both feet")
        fields[f"{measure}_onset_min"] = Field(NUMBER, "minute at which it began to change; null: steady, or too short")
    return fields


STRIKES = ("heel", "flat", "toe", "unknown")
STAGES = ("candidate", "confirmed")

FIELDS: dict[Kind, dict[str, Field]] = {
    Kind.INITIAL_CONTACT: {
        "strike": Field(STRING, "what touched first: heel, flat, toe or unknown", one_of=STRIKES),
        "strike_index_pct": Field(NUMBER, "centre of pressure in the first 50 ms, % of foot length from the heel"),
        "lead_ms": Field(NUMBER, "forefoot before heel, ms; negative: heel first"),
    },
    Kind.FINAL_CONTACT: {
        "unclear": Field(BOOLEAN, "true: the foot was not seen to leave the ground; the time is the shin's"),
    },
    Kind.STEP: {
        "step_time_s": Field(NUMBER, "initial contact of the other foot to this one"),
        "stride_time_s": Field(NUMBER, "initial contact to the previous one of the same foot"),
        "stance_time_s": Field(NUMBER, "initial to final contact of the stance before this stride's swing"),
        "swing_time_s": Field(NUMBER, "final contact to this initial contact"),
        "single_support_s": Field(NUMBER, "this foot alone on the ground, within the stride"),
        "double_support_s": Field(NUMBER, "both feet on the ground, within the stride"),
        "step_pct": Field(NUMBER, "step time, % of the stride"),
        "stance_pct": Field(NUMBER, "stance time, % of the stride"),
        "swing_pct": Field(NUMBER, "swing time, % of the stride"),
        "single_support_pct": Field(NUMBER, "single support, % of the stride"),
        "double_support_pct": Field(NUMBER, "double support, % of the stride"),
        "stride_length_m": Field(NUMBER, "way of the ankle from mid-stance to mid-stance; negative: backward"),
        "speed_mps": Field(NUMBER, "stride length over stride time"),
        "length_estimated": Field(BOOLEAN, "true: no timed walk has scaled length and speed of this leg"),
        "strike": Field(STRING, "strike of the contact that ends the step", one_of=STRIKES),
        "peak_load_pct": Field(NUMBER, "highest load in stance, % of the wearer's own usual peak"),
        "loading_rate": Field(NUMBER, "rise of load to its first hump, % of usual peak load per second"),
        "push_off_ratio": Field(NUMBER, "second hump of load over the first"),
        "cop_start_pct": Field(NUMBER, "gait line: where the centre of pressure starts, % of foot length"),
        "cop_end_pct": Field(NUMBER, "gait line: where it ends"),
        "cop_backward_pct": Field(
            NUMBER, "backward travel of the centre of pressure in early stance, % of foot length"
        ),
        "shank_range_deg": Field(NUMBER, "shank pitch range over the stride"),
        "shank_at_contact_deg": Field(NUMBER, "shank pitch at initial contact; positive: ankle ahead of knee"),
        "swing_peak_dps": Field(NUMBER, "highest shank pitch rate in swing"),
        "absent": Field(STRING, "what is null and why: step, stride, stance, support, load, shank or length, in words"),
    },
    Kind.TOE_FIRST: {
        "lead_ms": Field(NUMBER, "forefoot before heel, ms"),
        "reason": Field(STRING, "why, in words"),
    },
    Kind.TOE_DRAG: {
        "duration_s": Field(NUMBER, "how long the forefoot touched in swing; null: a shin alone, a possible drag"),
        "impulse": Field(NUMBER, "load over the drag, % of usual peak load times seconds"),
        "phase": Field(STRING, "part of the swing: early, mid or late", one_of=("early", "mid", "late")),
        "scuff": Field(BOOLEAN, "true for a brief touch below 0.1 s"),
    },
    Kind.FOOT_SLAP: {
        "slap_time_ms": Field(NUMBER, "heel contact to forefoot contact"),
        "loading_rate": Field(NUMBER, "highest forefoot loading, % of usual peak load per second"),
    },
    Kind.TRIP: {
        "stage": Field(STRING, "candidate or confirmed", one_of=STAGES),
        "candidate_id": Field(STRING, "on a confirmation: the candidate's id"),
        "strategy": Field(
            STRING, "elevating, lowering, delayed or unknown", one_of=("elevating", "lowering", "delayed", "unknown")
        ),
        "recovery_steps": Field(NUMBER, "steps until gait was steady again"),
        "recovery_s": Field(NUMBER, "seconds until gait was steady again"),
        "swing_phase_pct": Field(NUMBER, "when in swing it happened, % of the expected swing"),
    },
    Kind.TOE_CATCH: {
        "candidate_id": Field(STRING, "id of the trip candidate that no recovery followed"),
        "swing_phase_pct": Field(NUMBER, "when in swing it happened, % of the expected swing"),
    },
    Kind.FALL: {
        "stage": Field(STRING, "candidate or confirmed", one_of=STAGES),
        "candidate_id": Field(STRING, "on a confirmation: the candidate's id"),
        "cause": Field(STRING, "trip, other or unknown", one_of=("trip", "other", "unknown")),
    },
    Kind.WALK_START: {},
    Kind.WALK_END: {
        "duration_s": Field(NUMBER, "first to last initial contact"),
        "steps": Field(NUMBER, "initial contacts in the bout"),
        "cadence_spm": Field(NUMBER, "steps per minute"),
        "toe_first_pct": Field(
            NUMBER,
            "toe-first contacts of the affected side, % of its judged level ones, first and last two steps left out",
        ),
        "toe_drags": Field(NUMBER, "toe drags and scuffs in the bout"),
        "toe_drags_per_1000_steps": Field(NUMBER, "the same per 1000 steps of both feet"),
        "trips": Field(NUMBER, "confirmed trips in the bout"),
        "coverage_pct": Field(NUMBER, "time with data from all sensors, % of the bout"),
        "speed_mps": Field(NUMBER, "speed of level walking"),
        "distance_m": Field(NUMBER, "way of the whole bout"),
        "length_estimated": Field(BOOLEAN, "true: no timed walk has scaled lengths, speed and distance"),
        "stride_time_s": Field(NUMBER, "stride time of both feet: median of level strides"),
        "stride_time_cv_pct": Field(NUMBER, "its spread in %; of 30 level strides or more"),
        "double_support_s": Field(NUMBER, "double support: median of level strides"),
        "double_support_pct": Field(NUMBER, "the same in % of the stride"),
        "step_time_symmetry_pct": Field(
            NUMBER, "100 (P - N) / ((P + N) / 2) of step times; P the affected side, or left where not just one is"
        ),
        "stance_time_symmetry_pct": Field(NUMBER, "the same of stance times"),
        "swing_time_symmetry_pct": Field(NUMBER, "the same of swing times"),
        **_walk_side_fields(),
        **_walk_context_fields(),
        **_walk_fatigue_fields(),
        "absent": Field(STRING, "what is null and why, in words"),
    },
    Kind.COMPENSATION: {
        "type": Field(
            STRING,
            "steppage, circumduction, vaulting or hip_hike",
            one_of=("steppage", "circumduction", "vaulting", "hip_hike"),
        ),
        "share_pct": Field(NUMBER, "strides of the last ten that show it, %"),
    },
    Kind.EXERCISE_REP: {
        "exercise": Field(STRING, "which exercise"),
        "quality": Field(NUMBER, "0..1 against the wearer's own calibrated range"),
    },
    Kind.QUALITY: {
        "sensor": Field(STRING, "role of the sensor concerned; null for the whole hub"),
        "issue": Field(
            STRING,
            "gap, sensor_lost, sensor_back, drift, strap_slipped, cell_stuck, not_worn, cannot, learning, late_data, "
            "re_zero, re_fit",
        ),
        "reason": Field(STRING, "what it is and what the hub cannot do meanwhile, in words"),
        "duration_s": Field(NUMBER, "how long, where it has a length"),
        "count": Field(NUMBER, "how many samples or packets, where it counts"),
    },
}
"""Every kind with its own fields. Payload schemas, docs and the database schema are made from this table."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the wearer or to the data.

    Parameters
    ----------
    id : stable across replays; made by ``event_id``.
    time_s : when it happened, on hub time.
    detected_at_s : sample time at which the decision fell; never before ``time_s``.
    confidence : 0..1.
    context : what the person was doing at ``time_s``, as far as it was known when the decision fell.
    fields : the kind's own fields, as listed in ``FIELDS``.
    """

    id: str
    kind: Kind
    side: Side
    time_s: float
    detected_at_s: float
    confidence: float
    fields: Mapping[str, Value] = field(default_factory=dict)
    context: Context = Context.UNKNOWN

    def to_dict(self) -> dict[str, Value]:
        """Flat JSON object with the common fields first."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "side": self.side.value,
            "time_s": self.time_s,
            "detected_at_s": self.detected_at_s,
            "confidence": self.confidence,
            "context": self.context.value,
            **self.fields,
        }

    def to_json(self) -> str:
        """One line of JSON; floats keep every bit."""
        return json.dumps(self.to_dict(), separators=(",", ":"), allow_nan=False)


COMMON_FIELDS = ("id", "kind", "side", "time_s", "detected_at_s", "confidence", "context")


def event_from_dict(data: Mapping[str, Value]) -> Event:
    """Inverse of ``Event.to_dict``."""
    return Event(
        id=str(data["id"]),
        kind=Kind(str(data["kind"])),
        side=Side(str(data["side"])),
        time_s=float(data["time_s"] or 0.0),
        detected_at_s=float(data["detected_at_s"] or 0.0),
        confidence=float(data["confidence"] or 0.0),
        fields={key: value for key, value in data.items() if key not in COMMON_FIELDS},
        context=Context(str(data.get("context", Context.UNKNOWN))),
    )


def event_id(namespace: str, kind: Kind, side: Side, time_s: float, discriminator: str = "") -> str:
    """Id that depends on what happened only: the same samples under the same namespace give the same id."""
    text = "|".join((namespace, kind, side, f"{time_s:.6f}", discriminator))  # formatting an enum takes twice as long
    return blake2b(text.encode(), digest_size=10).hexdigest()
