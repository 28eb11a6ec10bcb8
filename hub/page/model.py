"""What the page's API says and takes. The published schema is made from here."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from hub.alert import Rule, Severity, State
from hub.day_fields import DAY_FIELDS
from hub.events import BOOLEAN, NUMBER, STRING, Context
from hub.events import Field as DayField
from sensors.layout import Region, Side
from sensors.layout import Role as SensorRole

Foot = Literal["left", "right"]
CueKind = Literal["good_step", "toe_first"]


class Said(BaseModel):
    """Something that the hub says."""

    model_config = ConfigDict(frozen=True)


class Asked(BaseModel):
    """Something that the hub is asked; nothing unknown is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Refusal(Said):
    """Why something was not done."""

    error: str = Field(description="the reason as one word, which stays the same")
    message: str = Field(description="the reason in words, with what to do")


class WearerShown(Said):
    """Somebody whose page this may show."""

    nickname: str = Field(description="what they are called")
    affected_side: Literal["left", "right", "both", "none"] = Field(description="side with foot drop")


class About(Said):
    """Who looks at which hub."""

    hub: str = Field(description="the hub's name")
    version: str = Field(description="version of the hub; a page of another one loads itself anew")
    role: str = Field(description="wearer, caregiver or owner")
    commands: list[str] = Field(description="what this role may ask for")
    wearers: list[WearerShown] = Field(description="whom this device may see")


class CellPlace(Said):
    """Where a pressure cell lies."""

    x: float = Field(description="0 medial .. 1 lateral")
    y: float = Field(description="0 heel .. 1 toe")
    region: Region = Field(description="part of the foot")


class Layout(Said):
    """The cells of both insoles, in the order of a frame's; empty where there is no insole."""

    left: list[CellPlace] = Field(description="left insole")
    right: list[CellPlace] = Field(description="right insole")


class FootFrame(Said):
    """One foot at one moment."""

    cells: list[int] = Field(description="load of each cell, % of the highest that this foot has shown of late")
    cop: tuple[float, float] | None = Field(description="centre of pressure, x and y; null while off the ground")


class Cue(Said):
    """A sound that is due at once; on the stream as ``cue``."""

    kind: CueKind = Field(description="which; its file is /sounds/KIND.wav")
    gain: float = Field(description="loudness, 0..1 of the file's amplitude")
    time_s: float = Field(description="when the foot touched, on the hub's clock as in frames")


class ShankFrame(Said):
    """Pitch of both shanks, degrees, positive with the ankle ahead of the knee; null where not known."""

    left: float | None = Field(description="left shin")
    right: float | None = Field(description="right shin")


class Frame(Said):
    """One moment, 25 times a second; null where no data flow."""

    time_s: float = Field(description="the hub's clock, s")
    left: FootFrame | None = Field(description="left foot")
    right: FootFrame | None = Field(description="right foot")
    shank: ShankFrame = Field(description="both shanks")


class Step(Said):
    """One of the last steps."""

    side: Side = Field(description="which foot")
    strike: Literal["heel", "flat", "toe", "unknown"] = Field(description="what touched first")
    drag: bool = Field(description="the toes dragged or scuffed in it")
    trip: bool = Field(description="it was tripped in")


class Sensor(Said):
    """One sensor."""

    role: SensorRole = Field(description="where it is worn")
    state: str = Field(description="as in the MQTT payload of a sensor")
    battery_pct: float | None = Field(description="charge, 0..100")
    battery_days: float | None = Field(description="days until it is empty")
    rate_hz: float | None = Field(description="samples per second that arrive")
    loss_pct: float | None = Field(description="samples that did not arrive, %")
    note: str | None = Field(description="what is wrong, in words")


class AlertShown(Said):
    """An alert that is open, or a trip or fall of the last 24 h that nobody has labelled."""

    id: str = Field(description="for answers")
    rule: Rule = Field(description="why it was raised")
    severity: Severity = Field(description="how much it matters")
    state: State = Field(description="where in its life it is")
    what: str = Field(description="what happened, in words")
    happened: str = Field(description="when, UTC, ISO 8601")
    count: int = Field(description="how often it happened within 10 min")
    told: list[str] = Field(description="contacts that were told")
    answered_by: str = Field(description="who looks after it, as far as they said")
    can_be_fine: bool = Field(description="whether the wearer's word ends it: an open trip or fall")


_TYPES: dict[str, Any] = {NUMBER: float, STRING: str, BOOLEAN: bool}


def _of_day(field: DayField) -> Any:
    kind = _TYPES[field.type]
    return (kind | None if field.nullable else kind, Field(description=field.meaning))


_DAY: dict[str, Any] = {name: _of_day(each) for name, each in DAY_FIELDS.items()}

Day = create_model("Day", __base__=Said, __doc__="A day in figures.", **_DAY)
"""A wearer's local day, with the fields of ``hub.day_fields``."""


class Cues(Said):
    """Which steps sound."""

    on: Literal["off", "good_step", "toe_first"] = Field(description="which of the trained side")
    every: int = Field(description="only every so-many-th of them, before any fading")


class Now(Said):
    """A wearer's present, told when it changes."""

    walking: bool = Field(description="in a walking bout")
    context: Context = Field(description="what the person is doing, as far as known")
    flowing: bool = Field(description="whether any sensor's data come in")
    kept: bool = Field(
        description="false: the hub's disk cannot be used; what happens is told, and lies in memory only"
    )
    today: Day | None = Field(description="the day so far; null in the hub's first second")  # type: ignore[valid-type]
    steps: list[Step] = Field(description="the last 30 steps, oldest first")
    cues: Cues = Field(description="what sounds")
    aids: list[str] | None = Field(description="aids that are on, as somebody said; null: nobody has said so far")
    sensors: list[Sensor] = Field(description="all sensors of the wearer")
    alerts: list[AlertShown] = Field(description="what wants an answer, the newest first")


class Sentence(Said):
    """Something to be said to the wearer, in English, and what another language needs to say it."""

    key: str = Field(description="which sentence")
    values: dict[str, str | float] = Field(description="what is put into it")
    text: str = Field(description="in English")


class FootFelt(Said):
    """What an insole feels."""

    load_pct: int = Field(description="load, % of the weight; of the highest so far while that is not known")
    heel_pct: int = Field(description="of it on the heel, %")
    words: Sentence = Field(description="the same in words")


class LegFelt(Said):
    """What a shin sensor feels."""

    turning_dps: int = Field(description="how fast it turns, degrees per second")
    words: Sentence = Field(description="the same in words")


class FeetFelt(Said):
    """Both feet; null without an insole."""

    left: FootFelt | None = Field(description="left foot")
    right: FootFelt | None = Field(description="right foot")


class LegsFelt(Said):
    """Both legs; null without a shin sensor."""

    left: LegFelt | None = Field(description="left shin")
    right: LegFelt | None = Field(description="right shin")


class Exercise(Said):
    """One exercise of the calibration."""

    task: str = Field(description="which")
    mark: Literal["done", "skipped", "impossible"] | None = Field(description="what became of it; null: it is to come")
    said: Sentence | None = Field(description="how it went")


class Calibration(Said):
    """A guided calibration, told when it changes: where it stands, or how it ended within the last 10 min."""

    state: Literal["none", "doing", "refused", "timing", "ended", "stopped"] = Field(description="as on MQTT")
    task: str | None = Field(description="the present exercise")
    instruction: Sentence | None = Field(description="what the wearer is asked to do")
    said: Sentence | None = Field(description="how it goes, why it was refused, or why it has stopped")
    done_pct: int = Field(description="how much of the exercise is done, %")
    again_s: int | None = Field(description="seconds until a refused exercise begins again")
    feet: FeetFelt = Field(description="what the insoles feel now")
    legs: LegsFelt = Field(description="what the shin sensors feel now")
    exercises: list[Exercise] = Field(description="all, in their order")
    found: list[Sentence] = Field(description="at the end: what came of it")


class Days(Said):
    """Days that are over, oldest first."""

    days: list[Day] = Field(description="each day on which something was measured")  # type: ignore[valid-type]


class Answer(Said):
    """What became of a command."""

    obeyed: bool = Field(description="whether it was carried out")
    message: str = Field(description="what was done, or why not")


class Pairing(Asked):
    """A device shows the code that the hub gave."""

    code: str = Field(max_length=40, description="the 8 digits; spaces do not matter")
    name: str = Field("", max_length=40, description="what the device is called, for the owner's list")


class Device(Said):
    """A paired device."""

    id: str = Field(description="for forgetting it")
    name: str = Field(description="what it called itself")
    role: str = Field(description="wearer, caregiver or owner")
    wearer: str = Field(description="whom it may see; empty: all")
    paired: str = Field(description="when, UTC, ISO 8601")


class Devices(Said):
    """All paired devices."""

    devices: list[Device] = Field(description="in the order of pairing")
