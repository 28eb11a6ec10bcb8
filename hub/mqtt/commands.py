"""What the hub can be asked over MQTT: a model per command, from which the reference is made too. Pure."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from hub.diary import Exercise
from hub.mqtt.topics import Topics

MOST_BYTES = 4096
"""No command is longer."""

_AT = "when, ISO 8601 with its zone; the same said twice with it counts once; absent: now"


class Command(BaseModel):
    """A command. Its name is the last level of the topic, its fields are the payload's."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: ClassVar[str]


class PauseRadio(Command):
    """Let go of the wearer's sensors for a while, so that the maker's app can have them."""

    name: ClassVar[str] = "pause_radio"
    minutes: float = Field(10.0, gt=0, le=120, description="how long, min; then they are connected again")


class ResumeRadio(Command):
    """Search at once for the wearer's sensors: ends a pause, a rest, and the wait after a failure."""

    name: ClassVar[str] = "resume_radio"


class Acknowledge(Command):
    """Look after an alert: nobody else is told."""

    name: ClassVar[str] = "acknowledge"
    alert: str = Field("", description="id of the alert; empty: all of the wearer's that nobody has answered")
    by: str = Field("", max_length=60, description="who; a contact's name keeps that contact from being told of it")


class Fine(Command):
    """The wearer is fine: the alert of a trip or fall ends."""

    name: ClassVar[str] = "fine"
    alert: str = Field("", description="id of the alert; empty: all of the wearer's trips and falls")


class Label(Command):
    """Say whether an alert was right; one that was not ends."""

    name: ClassVar[str] = "label"
    alert: str = Field(min_length=1, description="id of the alert, of the last 90 days")
    real: bool = Field(description="true: it happened; false: a false alarm")
    note: str = Field("", max_length=500, description="what really happened, in words")


class SetAid(Command):
    """Say that an aid is put on or off. Several may be on at once; nothing ends all."""

    name: ClassVar[str] = "aid"
    aid: Literal["brace", "stimulator", "stick", "other", "nothing"] = Field(
        description="`brace`: or another orthosis; `stimulator`: of the nerve, in swing; `stick`: or crutches, or a "
        "frame; `other`; `nothing`"
    )
    on: bool = Field(True, description="false: it is put off")
    called: str = Field("", max_length=60, description="of `other`: what it is")


class Note(Command):
    """Write something into the wearer's diary. Of text, tags and pain one is needed."""

    name: ClassVar[str] = "note"
    text: str = Field("", max_length=500, description="in words")
    tags: tuple[Annotated[str, StringConstraints(pattern=r"^[\w-]{1,20}$")], ...] = Field(
        (), max_length=8, description="words to look for later, such as `stairs` or `tired`"
    )
    pain: float | None = Field(None, ge=0, le=10, description="0: none, 10: the worst that can be thought of")
    alert: str = Field("", description="id of an alert that it is about, of the last 90 days")
    at: AwareDatetime | None = Field(None, description=_AT)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.text.strip() or self.tags or self.pain is not None):
            raise ValueError("says nothing; give a text, tags or pain")
        return self


class DoExercise(Command):
    """Say that an exercise begins or ends. One that begins ends the one before."""

    name: ClassVar[str] = "exercise"
    do: Literal["start", "stop", "done"] = Field(
        description="`stop` ends the one that was started; `done` tells of one that was not"
    )
    exercise: Exercise | None = Field(
        None, description=f"which: {', '.join(f'`{each}`' for each in Exercise)}; `stop` knows it"
    )
    repetitions: float | None = Field(None, ge=0, le=10_000, description="how many were done")
    duration_s: float | None = Field(None, ge=0, le=86_400, description="how long, s; `stop` knows it")
    at: AwareDatetime | None = Field(None, description=_AT)

    @model_validator(mode="after")
    def _names_it(self) -> Self:
        if self.exercise is None and self.do != "stop":
            raise ValueError(f"which exercise? known: {', '.join(Exercise)}")
        return self


class Calibrate(Command):
    """Begin, lead and end a guided calibration; it is told on `calibration` what is to be done and how it goes."""

    name: ClassVar[str] = "calibrate"
    do: Literal["start", "skip", "again", "mark", "took", "finish", "stop"] = Field(
        "start",
        description="`skip` leaves the present exercise out; `again` tries a refused one at once, which else begins by "
        "itself; `mark`: one of the two marks 10 m apart is passed; `took`: a stopwatch's times; `finish`: there are "
        "none; `stop` gives it up, and all is as it was",
    )
    re_zero: bool = Field(False, description="of `start`: only hold each foot in the air for some seconds")
    seconds: tuple[Annotated[float, Field(ge=1, le=120)], ...] = Field(
        (), max_length=4, description="of `took`: how long each walk took from mark to mark, s"
    )


COMMANDS: tuple[type[Command], ...] = (
    PauseRadio,
    ResumeRadio,
    Acknowledge,
    Fine,
    Label,
    SetAid,
    Note,
    DoExercise,
    Calibrate,
)


class CommandError(ValueError):
    """A command that cannot be obeyed; says why in one line. ``wearer`` and ``name`` are as in the topic."""

    def __init__(self, message: str, wearer: str, name: str) -> None:
        super().__init__(message)
        self.wearer = wearer
        self.name = name


def parse_command(topics: Topics, topic: str, payload: bytes) -> tuple[str, Command]:
    """The wearer and the command. An empty payload is one without fields.

    Raises
    ------
    CommandError
        No such command, or a payload that is not this command's.
    """
    wearer, name = topics.command_of(topic)
    kind = next((kind for kind in COMMANDS if kind.name == name), None)
    if kind is None:
        known = ", ".join(kind.name for kind in COMMANDS)
        raise CommandError(f"no command {name!r}; known: {known}", wearer, name)
    if len(payload) > MOST_BYTES:
        raise CommandError(f"{len(payload)} bytes are too long; at most {MOST_BYTES}", wearer, name)
    try:
        return wearer, kind.model_validate_json(payload or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise CommandError(f"{where}: {said}" if where else said, wearer, name) from error
