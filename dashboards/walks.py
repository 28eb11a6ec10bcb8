"""Walk detail: one walk, or a day of them, step by step."""

from collections.abc import Iterator

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards.frame import CALIBRATIONS, TRIPS, framed
from dashboards.influxql import AID, CONTEXT, SIDE, Select, field, kind_is
from dashboards.panels import DEGREES, PERCENT, SECONDS, SPEED, Panel, lines, listing, words
from hub.events import Kind
from hub.influx.schema import Name, Tag
from sensors.layout import Side

_READ = (
    "Choose a walk in the table, and its time above (or draw over a curve). Steps are kept for 90 days, walks for "
    "ever. Blue is the left foot, orange the right one. Foot, aid and "
    "what the person was doing can be chosen above; *All* also shows what nobody had said anything about."
)
_CONTACT, _STEP = kind_is(Kind.INITIAL_CONTACT.value), kind_is(Kind.STEP.value)


def walks() -> Dashboard:
    """Step by step."""
    return framed(
        "walks",
        "Walk detail",
        "The walks of a time, and every step of them.",
        _panels(),
        since="now-24h",
        chosen=True,
        marks=(TRIPS, CALIBRATIONS),
    )


def _panels() -> Iterator[Panel]:
    yield words(_READ)
    yield listing(
        "Walks",
        Select(
            Name.WALK,
            (
                field("duration_s", "lasted"),
                field("steps", "steps"),
                field("cadence_spm", "steps per minute"),
                field("speed_mps", "speed"),
                field("toe_first_pct", "toes first"),
                field("toe_drags_per_1000_steps", "drags per 1000 steps"),
                field("trips", "trips"),
                field("swing_time_symmetry_pct", "swing symmetry"),
                field("coverage_pct", "coverage"),
                field("absent", "not known, and why"),
            ),
            (AID,),
            newest=100,
        ),
        "Walking bouts, newest first; the time is their end. Figures that the data was not good enough for are left "
        "out, with the reason in the last column.",
        {"lasted": SECONDS, "speed": SPEED, "toes first": PERCENT, "swing symmetry": PERCENT, "coverage": PERCENT},
        height=9,
    )
    yield _of_steps(
        "Strike index",
        "strike_index_pct",
        _CONTACT,
        "Where the foot first bears load, % of its length from the heel: about 0-30 heel, 70-100 toes.",
        PERCENT,
    )
    yield _of_steps(
        "Lead of the toes",
        "lead_ms",
        _CONTACT,
        "By how many milliseconds the forefoot touches before the heel; below 0 the heel was first, as it should.",
        "ms",
    )
    yield _of_steps(
        "Swing time",
        "swing_time_s",
        _STEP,
        "From the foot leaving the ground to its next contact.",
        SECONDS,
        decimals=2,
    )
    yield _of_steps(
        "Stance time", "stance_time_s", _STEP, "From contact to the foot leaving the ground.", SECONDS, decimals=2
    )
    yield _of_steps(
        "Shank angle at contact",
        "shank_at_contact_deg",
        _STEP,
        "Pitch of the shin when the foot lands; above 0 the ankle is ahead of the knee. Only of legs with a shin "
        "sensor.",
        DEGREES,
    )
    yield _of_steps(
        "Shank range",
        "shank_range_deg",
        _STEP,
        "How far the shin swings in a stride. High with few drags: steppage or haste; low: shuffling.",
        DEGREES,
    )
    yield _of_steps(
        "Stride length",
        "stride_length_m",
        _STEP,
        "Way of the ankle from stance to stance; estimated only, unless a timed walk has scaled it.",
        "lengthm",
        decimals=2,
    )
    yield _of_steps(
        "Backward travel of the centre of pressure",
        "cop_backward_pct",
        _STEP,
        "By how much the centre of pressure goes back towards the heel in early stance, % of foot length: high after "
        "toe-first contacts.",
        PERCENT,
    )
    yield listing(
        "What happened",
        Select(
            Name.EVENT,
            (
                field(Tag.KIND.value, "what"),
                field(Tag.SIDE.value, "foot"),
                field("duration_s", "for"),
                field("phase", "in the swing"),
                field("context", "while"),
                field("confidence", "confidence"),
                field("reason", "why"),
            ),
            (
                kind_is(
                    Kind.TOE_FIRST.value,
                    Kind.TOE_DRAG.value,
                    Kind.FOOT_SLAP.value,
                    Kind.TRIP.value,
                    Kind.TOE_CATCH.value,
                    Kind.FALL.value,
                    Kind.QUALITY.value,
                ),
                SIDE,
                AID,
                CONTEXT,
            ),
            newest=500,
        ),
        "Every event but plain steps, newest first; quality events tell where the data is not to be trusted.",
        {"for": SECONDS},
    )


def _of_steps(title: str, name: str, kind: str, says: str, unit: str, *, decimals: int = 0) -> Panel:
    queries = [
        Select(
            Name.STEP, (field(name, side.value),), (kind, f"\"{Tag.SIDE.value}\" = '{side.value}'", SIDE, AID, CONTEXT)
        )
        for side in (Side.LEFT, Side.RIGHT)
    ]
    return lines(title, queries, says, unit, decimals=decimals, from_zero=False, joined=False)
