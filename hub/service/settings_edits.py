"""What a change of the page's settings does to the text of hub.toml."""

import re
from collections.abc import Callable

from hub.config import Config, ContactConfig
from hub.config.editing import Values, add, put, remove
from hub.language import ENGLISH
from hub.page import NotDoneError
from hub.page.settings_model import (
    AddContact,
    AddSensor,
    AddWearer,
    Change,
    ChangeContact,
    ChangeSensor,
    RemoveContact,
    RemoveSensor,
    RemoveWearer,
    SensorTaken,
    SetCues,
)
from sensors.layout import Role

KeepSecret = Callable[[str], str]
"""Puts a secret into a file of its own, and gives its path."""

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[!-~]+")


def edited(text: str, config: Config, change: Change, keep_secret: KeepSecret) -> str:
    """The text with the change in it.

    Raises
    ------
    NotDoneError
        What the change is about is not there, or it cannot be.
    ConfigError
        The text is laid out in a way that cannot be changed.
    """
    match change:
        case AddSensor():
            text = _add_sensor(text, config, change)
        case ChangeSensor():
            text = _change_sensor(text, config, change)
        case RemoveSensor():
            text = _remove_sensor(text, config, change)
        case AddContact():
            text = add(text, ("contacts",), {"name": change.name, **_address(change, keep_secret), **_told_of(change)})
        case ChangeContact():
            at = ("contacts", _contact(config, change.was))
            text = put(text, at, {"name": change.name, **_told_of(change), **_address(change, keep_secret)})
        case RemoveContact():
            text = remove(text, ("contacts",), _contact(config, change.name))
        case AddWearer():
            text = _add_wearer(text, config, change)
        case RemoveWearer():
            text = _remove_wearer(text, config, change)
        case SetCues():
            text = _set_cues(text, config, change)
    return text


def find_contact(config: Config, name: str) -> ContactConfig:
    """Somebody who is told.

    Raises
    ------
    NotDoneError
        There is nobody of this name.
    """
    return config.contacts[_contact(config, name)]


def _add_sensor(text: str, config: Config, change: AddSensor) -> str:
    wearer = _wearer(config, change.wearer)
    if any(device.role is change.role for device in config.wearers[wearer].devices):
        raise NotDoneError(f"{change.wearer} has one there already: {_words(change.role)}; remove that first")
    return add(text, ("wearers", wearer, "devices"), _taken(change))


def _taken(change: SensorTaken) -> Values:
    return {
        "role": change.role.value,
        "type": change.type,
        "address": change.address,
        "label": change.label or None,
    }


def _add_wearer(text: str, config: Config, change: AddWearer) -> str:
    values: Values = {
        "nickname": change.nickname,
        "affected_side": change.affected_side,
        "mass_kg": change.mass_kg,
        "height_m": change.height_m,
    }
    text = add(text, ("wearers",), values)
    return add(text, ("wearers", len(config.wearers), "devices"), _taken(change))


def _remove_wearer(text: str, config: Config, change: RemoveWearer) -> str:
    wearer = _wearer(config, change.nickname)
    if len(config.wearers) == 1:
        raise NotDoneError("nobody else wears sensors here; add somebody before this one is removed")
    if names := [each.name for each in config.contacts if change.nickname in each.wearers]:
        raise NotDoneError(f"{', '.join(names)} is told of {change.nickname} by name; change that first")
    return remove(text, ("wearers",), wearer)


def _change_sensor(text: str, config: Config, change: ChangeSensor) -> str:
    wearer, device = _sensor(config, change.wearer, change.role)
    for number, other in enumerate(config.wearers[wearer].devices):
        if other.role is change.to and number != device:
            text = put(text, ("wearers", wearer, "devices", number), {"role": change.role.value})
    return put(text, ("wearers", wearer, "devices", device), {"role": change.to.value, "label": change.label or None})


def _remove_sensor(text: str, config: Config, change: RemoveSensor) -> str:
    wearer, device = _sensor(config, change.wearer, change.role)
    if len(config.wearers[wearer].devices) == 1:
        raise NotDoneError("this is the only sensor; add another one before it is removed")
    return remove(text, ("wearers", wearer, "devices"), device)


def _set_cues(text: str, config: Config, change: SetCues) -> str:
    """What is as it was stays as it is written."""
    wearer = _wearer(config, change.wearer)
    was = config.wearers[wearer].cues.model_dump()
    asked = change.cues.model_dump() | {"quiet": change.cues.quiet or None}
    values = {
        key: list(value) if isinstance(value, tuple) else value for key, value in asked.items() if value != was[key]
    }
    return put(text, ("wearers", wearer, "cues"), values) if values else text


def _address(change: AddContact | ChangeContact, keep_secret: KeepSecret) -> Values:
    address = change.address.get_secret_value().strip()
    if not address and isinstance(change, ChangeContact):
        return {}
    if not _ADDRESS.fullmatch(address):
        raise NotDoneError("the address of the service is none, such as ntfys://ntfy.sh/a-topic-that-nobody-guesses")
    return {"url_file": keep_secret(address), "url_env": None}


def _told_of(change: AddContact | ChangeContact) -> Values:
    """Without what is so anyway."""
    return {
        "order": change.order if change.order != 1 else None,
        "wearers": list(change.wearers) or None,
        "severity": change.severity.value if change.severity != "low" else None,
        "quiet": change.quiet or None,
        "language": change.language if change.language != ENGLISH else None,
    }


def _wearer(config: Config, nickname: str) -> int:
    for number, wearer in enumerate(config.wearers):
        if wearer.nickname == nickname:
            return number
    raise NotDoneError(f"nobody here is called {nickname!r}")


def _sensor(config: Config, nickname: str, role: Role) -> tuple[int, int]:
    wearer = _wearer(config, nickname)
    for number, device in enumerate(config.wearers[wearer].devices):
        if device.role is role:
            return wearer, number
    raise NotDoneError(f"{nickname} has no such sensor: {_words(role)}")


def _contact(config: Config, name: str) -> int:
    for number, contact in enumerate(config.contacts):
        if contact.name == name:
            return number
    raise NotDoneError(f"nobody who is told is called {name!r}")


def _words(role: Role) -> str:
    return role.value.replace("_", " ")
