"""What the page's settings say and take; for the owner alone."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretStr, StringConstraints

from hub.alert import Severity
from hub.language import ENGLISH
from hub.page.model import Asked, CueKind, Said
from sensors.layout import Role, Side

PRINTED = r"^[^\x00-\x1f\x7f]*$"
"""One line, as it goes into messages and logs."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=PRINTED)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=PRINTED)]
Quiet = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20, pattern=PRINTED)]
QUIET = "local time of day, such as 22:00-07:00; empty: none"
AffectedSide = Literal["left", "right", "both", "none"]
Told = Literal[CueKind, "off"]
Way = Literal["sound", "vibration"]


class SensorSet(Said):
    """A sensor as it is configured."""

    role: Role = Field(description="where it is worn")
    type: str = Field(description="kind of device, as in the device table")
    title: str = Field(description="the kind in words")
    address: str | None = Field(description="Bluetooth address; null: it is found by its name")
    name: str | None = Field(description="advertised name, where it is found by that")
    label: str = Field(description="what it is called at home; empty: nothing")


class CuesSet(Asked):
    """Which steps are told by a sound or a vibration, and how; bounds as of hub.toml."""

    on: Told = Field(description="which steps of the affected side")
    by: tuple[Way, ...] = Field(min_length=1, description="sound, vibration of the insole, or both")
    every: int = Field(strict=True, ge=1, le=100, description="only every so-many-th of them")
    heel_lead_ms: float = Field(ge=0, le=80, description="the target: the heel was so much before the forefoot")
    volume_pct: float = Field(ge=1, le=100, description="volume of the sound")
    strength_pct: float = Field(ge=10, le=100, description="how hard the insole's motors run")
    quiet: Quiet = Field(description=f"when no step is told, {QUIET}")
    fade_from: date | None = Field(description="from this day on they become fewer; null: they do not")
    fade_days: int = Field(strict=True, ge=1, le=730, description="so many days later ...")
    fade_to_every: int = Field(strict=True, ge=1, le=100, description="... only every so-many-th")


class WearerSet(Said):
    """A wearer's settings."""

    nickname: str = Field(description="what they are called")
    affected_side: AffectedSide = Field(description="side with foot drop")
    cues: CuesSet = Field(description="what is told at steps")
    sensors: list[SensorSet] = Field(description="in the order of the file")


class ContactSet(Said):
    """Somebody who is told of alerts. The address of their service is a secret and never told."""

    name: str = Field(description="what they are called")
    service: str = Field(description="kind of service: how its address begins; empty: it cannot be read")
    order: int = Field(description="the lowest is told first")
    wearers: list[str] = Field(description="whose alerts; empty: everybody's")
    severity: Severity = Field(description="alerts that matter less are not told")
    quiet: str = Field(description=f"when only falls are told, {QUIET}")
    language: str = Field(description="of the messages, as its tag")


class Settings(Said):
    """All that can be set on the page."""

    version: str = Field(description="of the file; a change names the one that it was made from")
    trouble: str = Field(description="why nothing can be changed here; empty: it can be")
    undo: str | None = Field(description="the change that `undo` takes back; null: there is none")
    begins_anew: bool = Field(
        description="the hub is about to begin anew with these settings: some seconds without data"
    )
    wearers: list[WearerSet] = Field(description="all wearers")
    contacts: list[ContactSet] = Field(description="in the order of telling")


class HeardSensor(Said):
    """A sensor that advertises."""

    address: str = Field(description="Bluetooth address")
    name: str = Field(description="as it advertises")
    rssi_dbm: int = Field(description="signal strength; nearer is higher")
    type: str = Field(description="kind of device, as in the device table")
    title: str = Field(description="the kind in words")
    is_insole: bool = Field(description="an insole; else for the shin")
    side: Side | None = Field(description="the side that it says it is for; null: it does not say")
    fault: str | None = Field(description="what is wrong with its firmware, as far as known")
    is_set: bool = Field(description="it is somebody's already")


class Heard(Said):
    """What is in reach."""

    sensors: list[HeardSensor] = Field(description="known kinds only, the nearest first")


class Change(Asked):
    """A change of the settings."""

    name_of: ClassVar[str]
    version: str = Field(max_length=64, description="the version of the settings that it was made from")


class SensorTaken(Change):
    """Of a sensor that was heard."""

    role: Role = Field(description="where the sensor is worn")
    type: Name = Field(description="kind of device")
    address: Name = Field(description="Bluetooth address")
    label: Label = Field("", description="what the sensor is called at home")


class AddSensor(SensorTaken):
    """Take a sensor that was heard for a wearer."""

    name_of: ClassVar[str] = "add_sensor"
    wearer: Name = Field(description="whose")


class ChangeSensor(Change):
    """Say that a sensor is worn elsewhere, or called otherwise; with one that is there already it changes places."""

    name_of: ClassVar[str] = "change_sensor"
    wearer: Name = Field(description="whose")
    role: Role = Field(description="where it was")
    to: Role = Field(description="where it is")
    label: Label = Field("", description="what it is called at home")


class RemoveSensor(Change):
    """Give a sensor up."""

    name_of: ClassVar[str] = "remove_sensor"
    wearer: Name = Field(description="whose")
    role: Role = Field(description="which")


class _Contact(Change):
    name: Name = Field(description="what they are called")
    order: int = Field(1, ge=1, le=99, description="the lowest is told first")
    wearers: tuple[Name, ...] = Field((), max_length=20, description="whose alerts; empty: everybody's")
    severity: Severity = Field(Severity.LOW, description="alerts that matter less are not told")
    quiet: Quiet = Field("", description=f"when only falls are told, {QUIET}")
    language: Tag = Field(ENGLISH, description="of the messages, as its tag")


class AddContact(_Contact):
    """Tell somebody else of alerts."""

    name_of: ClassVar[str] = "add_contact"
    address: SecretStr = Field(max_length=1000, description="of their service, as apprise writes it")


class ChangeContact(_Contact):
    """Change what is known of somebody who is told."""

    name_of: ClassVar[str] = "change_contact"
    was: Name = Field(description="what they were called")
    address: SecretStr = Field(SecretStr(""), max_length=1000, description="of another service; empty: as it was")


class RemoveContact(Change):
    """Tell somebody no more."""

    name_of: ClassVar[str] = "remove_contact"
    name: Name = Field(description="who")


class AddWearer(SensorTaken):
    """Watch somebody else, who begins with a sensor that was heard."""

    name_of: ClassVar[str] = "add_wearer"
    nickname: Name = Field(description="what they are called in topics and pages; no full names")
    affected_side: AffectedSide = Field(description="side with foot drop")
    mass_kg: float | None = Field(None, gt=20, lt=300, description="body mass; only scales measures")
    height_m: float | None = Field(None, gt=0.8, lt=2.5, description="body height; only scales measures")


class RemoveWearer(Change):
    """Watch somebody no more; what was recorded stays."""

    name_of: ClassVar[str] = "remove_wearer"
    nickname: Name = Field(description="who")


class SetCues(Change):
    """Set what is told at steps, and how."""

    name_of: ClassVar[str] = "cues"
    wearer: Name = Field(description="whose steps")
    cues: CuesSet = Field(description="all of it")


class Undo(Change):
    """Take the last change back; once more brings it again."""

    name_of: ClassVar[str] = "undo"


CHANGES: Mapping[str, type[Change]] = {
    change.name_of: change
    for change in (
        AddSensor,
        ChangeSensor,
        RemoveSensor,
        AddContact,
        ChangeContact,
        RemoveContact,
        SetCues,
        Undo,
        AddWearer,
        RemoveWearer,
    )
}


class TrySound(Asked):
    """Have the hub's own loudspeaker sound once."""

    on: CueKind = Field(description="which sound")
    volume_pct: float = Field(ge=1, le=100, description="volume")


class SoundTried(Said):
    """What became of that."""

    gain: float = Field(description="amplitude of the sound for whoever plays it beside the hub, 0..1")
    trouble: str = Field(description="why the hub itself was not heard; empty: it was")


class TryContact(Asked):
    """Send a contact a message that is marked as a trial."""

    name: Name = Field(description="who")
