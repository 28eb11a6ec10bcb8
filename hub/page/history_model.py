"""What the page's API says of the past: walks, trips with their clips, aids, exercises."""

from typing import Literal

from pydantic import Field

from hub.alert import Rule, State
from hub.diary import Exercise as ExerciseName
from hub.page.model import Layout, Said
from sensors.layout import Side

Strike = Literal["heel", "flat", "toe", "unknown"]


class Walk(Said):
    """A walk that has ended, as in the event ``walk_end``."""

    id: str = Field(description="of the event")
    began: str = Field(description="when, UTC, ISO 8601")
    duration_s: float = Field(description="first to last initial contact")
    steps: int = Field(description="initial contacts of both feet")
    toe_first_pct: float | None = Field(description="toe-first contacts, % of the trained side's judged ones")
    drags: int = Field(description="toe drags and scuffs")
    trips: int = Field(description="confirmed trips")
    cadence_spm: float | None = Field(description="steps per minute")
    speed_mps: float | None = Field(description="speed of level walking")
    coverage_pct: float = Field(description="data quality: time with data from all sensors, %")
    aids: str | None = Field(description="aids that were on, such as brace+stick; none; null: nobody had said")


class Walks(Said):
    """The walks of a local day, in their order."""

    day: str = Field(description="local date")
    walks: list[Walk] = Field(description="each that ended on it")


class WalkSteps(Said):
    """Every initial contact of a walk, one entry in each list."""

    at_s: list[float] = Field(description="since the walk began")
    side: list[Side] = Field(description="which foot")
    strike: list[Strike] = Field(description="what touched first")
    lead_ms: list[float | None] = Field(description="forefoot before heel; negative: heel first")
    good: list[bool | None] = Field(description="heel first without a drag before; null: not judged")
    drag: list[bool] = Field(description="the toes dragged or scuffed in the swing before")
    trip: list[bool] = Field(description="tripped in the swing before")
    shank_deg: list[float | None] = Field(description="pitch of the shank at the contact; positive: ankle ahead")


class WalkMinute(Said):
    """One minute of a walk. Strikes, good steps and the shank are the trained side's."""

    steps: int = Field(description="initial contacts of both feet")
    heel: int = Field(description="heel first")
    flat: int = Field(description="flat")
    toe: int = Field(description="toes first")
    unknown: int = Field(description="strike not known")
    good: int = Field(description="heel first without a drag before")
    drags: int = Field(description="steps with a toe drag, of both feet")
    trips: int = Field(description="steps with a trip, of both feet")
    shank_deg: float | None = Field(description="pitch of the shank at contact, median")
    seen_pct: float = Field(description="data quality: time without reported gaps, %")


class WalkFatigue(Said):
    """How a measure of the trained side changed in a walk; null: the walk is too short, or it was not measured."""

    measure: Literal["toe_first_pct", "swing_time_s", "shank_range_deg"] = Field(description="which")
    first: float | None = Field(description="in the first minute")
    last: float | None = Field(description="in the last minute")
    per_min: float | None = Field(description="change per minute")
    onset_min: float | None = Field(description="minute at which it began to change; null: steady, or too short")


class WalkTrouble(Said):
    """Something that was wrong with the data."""

    at_s: float = Field(description="since the walk began")
    sensor: str | None = Field(description="role of the sensor; null: the whole hub")
    issue: str = Field(description="as in the event quality")
    reason: str = Field(description="in words")
    duration_s: float | None = Field(description="how long, where it is known")


class WalkOpened(Said):
    """A walk step by step."""

    walk: Walk = Field(description="as a whole")
    judged: int = Field(description="steps of the trained side that could be judged")
    good: int = Field(description="of these, good ones")
    kept_steps: int = Field(description="steps that are still in the journal; the oldest make room after months")
    steps: WalkSteps = Field(description="each step")
    minutes: list[WalkMinute] = Field(description="each minute, the last one shorter")
    fatigue: list[WalkFatigue] = Field(description="how it changed")
    fatigue_least_min: float = Field(description="shorter walks tell nothing of fatigue")
    troubles: list[WalkTrouble] = Field(description="what was wrong with the data")
    absent: str | None = Field(description="what is null and why, in words")


class ClipState(Said):
    """Whether the seconds around an event can be played."""

    state: Literal["kept", "coming", "made_way", "missing"] = Field(
        description="kept; coming: it is written some seconds after the event; made_way: it made room for newer ones; "
        "missing: it was not kept, or deleted"
    )


class IncidentEvent(ClipState):
    """One trip or fall of an incident."""

    id: str = Field(description="of the event, and of its clip")
    happened: str | None = Field(description="when, UTC, ISO 8601; null: it is not in the journal")
    kind: Literal["trip", "fall"] = Field(description="which")


class Incident(Said):
    """A trip or fall, with those that came soon after and were told with it."""

    id: str = Field(description="of the alert, for answers")
    rule: Rule = Field(description="trip or fall")
    happened: str = Field(description="when, UTC, ISO 8601")
    count: int = Field(description="how often, within 10 min")
    state: State = Field(description="where in its life the alert is")
    real: bool | None = Field(description="whether it happened, as somebody said; null: nobody has")


class Incidents(Said):
    """Trips and falls, the newest first."""

    incidents: list[Incident] = Field(description="each")


class IncidentNote(Said):
    """Something that was written down about it."""

    at: str = Field(description="when, UTC, ISO 8601")
    text: str = Field(description="in words")
    tags: list[str] = Field(description="in a word each")


class IncidentOpened(Said):
    """A trip or fall with all that is known of it."""

    incident: Incident = Field(description="the whole")
    what: str = Field(description="what happened, in words")
    answered_by: str = Field(description="who looked after it, as far as they said")
    label_note: str = Field(description="what was said with the label")
    notes: list[IncidentNote] = Field(description="notes about it, in the order in which they were made")
    events: list[IncidentEvent] = Field(description="each trip and fall of it")


class ClipEvent(Said):
    """A trip or fall within a clip."""

    id: str = Field(description="of the event")
    kind: Literal["trip", "fall"] = Field(description="which")
    side: Side = Field(description="which foot")
    at_s: float = Field(description="when it happened, since the clip began")
    decided_at_s: float = Field(description="when it was decided")
    confidence: float = Field(description="0..1")
    strategy: str | None = Field(description="of a trip: elevating, lowering, delayed or unknown")
    recovery_s: float | None = Field(description="of a trip: seconds until gait was steady again")


class ClipStep(Said):
    """An initial contact within a clip, as it was told."""

    at_s: float = Field(description="since the clip began")
    side: Side = Field(description="which foot")
    strike: Strike = Field(description="what touched first")


class ClipFoot(Said):
    """One foot in each picture."""

    cells: list[list[int] | None] = Field(description="load of each cell, % of the foot's highest in the clip")
    cop: list[tuple[float, float] | None] = Field(description="centre of pressure, x and y; null: off the ground")


class ClipShanks(Said):
    """Pitch of both shanks in each picture, degrees; null where not known."""

    left: list[float | None] = Field(description="left shin")
    right: list[float | None] = Field(description="right shin")


class Clip(Said):
    """The seconds around a trip or fall, to be played. Null in a picture: no data."""

    began: str = Field(description="when, UTC, ISO 8601")
    length_s: float = Field(description="how long it lasts")
    rate_hz: float = Field(description="pictures a second")
    layout: Layout = Field(description="where the cells lie")
    left: ClipFoot = Field(description="left foot")
    right: ClipFoot = Field(description="right foot")
    shanks: ClipShanks = Field(description="both shins")
    events: list[ClipEvent] = Field(description="the trips and falls for which it was kept")
    steps: list[ClipStep] = Field(description="steps within it that are still in the journal")
    damage: str | None = Field(description="what of it cannot be read, in words")


class AidMeasure(Said):
    """One measure with an aid: the mean of its days, and against the reference."""

    measure: str = Field(description="as in the event walk_end")
    mean: float | None = Field(description="mean of the days; null: not measured")
    days: int = Field(description="days on which it was measured")
    difference: float | None = Field(description="from the reference")
    detectable: float | None = Field(description="smallest difference that these days can show; see docs/page.md")
    verdict: Literal["more", "less", "no_clear_change", "too_few_days"] | None = Field(description="in a word")


class WithAids(Said):
    """All walks with the same aids."""

    aids: str = Field(description="such as brace+stick; none. Walks of which nobody had said are left out")
    walks: int = Field(description="how many")
    days: int = Field(description="on how many days")
    is_reference: bool = Field(description="the others are compared with it")
    measures: list[AidMeasure] = Field(description="each measure")


class AidsCompared(Said):
    """Walks with one aid against walks with another, the reference first."""

    least_days: int = Field(description="fewer days on either side tell nothing")
    aids: list[WithAids] = Field(description="each set of aids")


class ExerciseDone(Said):
    """An exercise that was done."""

    exercise: ExerciseName = Field(description="which")
    at: str = Field(description="when it was over, UTC, ISO 8601")
    duration_s: float | None = Field(description="how long it took, as far as known")
    repetitions: float | None = Field(description="how often, as far as somebody said")


class ExercisesDone(Said):
    """Exercises, the newest first."""

    exercises: list[ExerciseDone] = Field(description="each that was done")
