"""What the hub can be asked over MQTT: a model per command, from which the reference is made too. Pure."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.mqtt.topics import Topics

MOST_BYTES = 4096
"""No command is longer."""


class Command(BaseModel):
    """A command. Its name is the last level of the topic, its fields are the payload's."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: ClassVar[str]


class PauseRadio(Command):
    """Let go of the wearer's sensors for a while, so that the maker's app can have them."""

    name: ClassVar[str] = "pause_radio"
    minutes: float = Field(10.0, gt=0, le=120, description="how long, min; then they are connected again")


class ResumeRadio(Command):
    """End a pause before its time."""

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


COMMANDS: tuple[type[Command], ...] = (PauseRadio, ResumeRadio, Acknowledge, Fine, Label)


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
        raise CommandError(f"{where}: {first['msg']}" if where else str(first["msg"]), wearer, name) from error
