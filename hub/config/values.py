"""Kinds of values in hub.toml, beside plain text and numbers."""

import re
from datetime import time
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from hub.config.mistake import mistake
from hub.config.password import password_in_file, password_in_variable, readable_file
from hub.config.topic_level import LEVEL_RULE, is_topic_base, is_topic_level
from hub.language import LANGUAGES
from sensors.catalogue import CATALOGUE

_UUID = re.compile(r"[0-9a-f]{4}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}")
_ADAPTER_NAME = re.compile(r"hci\d+")

DEVICE_TYPES = {device.key: device for device in CATALOGUE}


def usual_address(text: str) -> str:
    """A Bluetooth address in the one spelling that can be compared."""
    return text.strip().upper().replace("-", ":")


def _address(value: str) -> str:
    address = usual_address(value)
    if not _ADDRESS.fullmatch(address):
        raise mistake(f"{value!r} is no Bluetooth address", "expected six pairs of hex digits: C0:FF:EE:12:34:56")
    return address


def _adapter(value: str) -> str:
    if _ADAPTER_NAME.fullmatch(value):
        return value
    address = usual_address(value)
    if not _ADDRESS.fullmatch(address):
        hint = (
            "expected its address such as 00:1A:7D:DA:71:13, or its name such as hci0; `bluetoothctl list` shows both"
        )
        raise mistake(f"{value!r} is no Bluetooth adapter", hint)
    return address


def _uuid(value: str) -> str:
    uuid = value.strip().lower()
    if not _UUID.fullmatch(uuid):
        hint = "expected four hex digits, or all 32 of them such as 6e400003-b5a3-f393-e0a9-e50e24dcca9e"
        raise mistake(f"{value!r} is no UUID", hint)
    return uuid


def _topic_level(value: str) -> str:
    if not is_topic_level(value):
        raise mistake(f"{value!r} is not {LEVEL_RULE}", "it becomes part of MQTT topics")
    return value


def _topic_base(value: str) -> str:
    if value and not is_topic_base(value):
        raise mistake(f"{value!r} cannot begin MQTT topics", "expected words joined by '/', such as insole/home")
    return value


def _device_type(value: str) -> str:
    if value not in DEVICE_TYPES:
        raise mistake(f"unknown device type {value!r}", f"known: {', '.join(DEVICE_TYPES)}")
    return value


def _password_file(value: Path) -> Path:
    password_in_file(value)
    return value


def _password_variable(value: str) -> str:
    password_in_variable(value)
    return value


def quiet_span(text: str) -> tuple[time, time]:
    """Begin and end of a span of the day, as in ``22:00-07:00``; may go over midnight.

    Raises
    ------
    ValueError
        It is none.
    """
    try:
        begin, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        begin = end = time()
    if begin == end:
        raise mistake(f"{text!r} is no span of the day", "expected two times of day, such as 22:00-07:00")
    return begin, end


def _quiet_span(value: str) -> str:
    quiet_span(value)
    return value


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise mistake(f"unknown language {value!r}", f"known: {', '.join(sorted(LANGUAGES))}")
    return value


Address = Annotated[str, AfterValidator(_address)]
AdapterName = Annotated[str, AfterValidator(_adapter)]
Uuid = Annotated[str, AfterValidator(_uuid)]
TopicLevel = Annotated[str, AfterValidator(_topic_level)]
TopicBase = Annotated[str, AfterValidator(_topic_base)]
DeviceKey = Annotated[str, AfterValidator(_device_type)]
PasswordFile = Annotated[Path, AfterValidator(_password_file)]
PasswordVariable = Annotated[str, AfterValidator(_password_variable)]
LanguageTag = Annotated[str, AfterValidator(_language)]
QuietSpan = Annotated[str, AfterValidator(_quiet_span)]
ReadableFile = Annotated[Path, AfterValidator(readable_file)]
