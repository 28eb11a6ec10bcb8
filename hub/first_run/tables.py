"""Tables of hub.toml as text. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hub.radio import Found
from sensors.catalogue import device_type
from sensors.layout import Side


@dataclass(frozen=True, slots=True)
class Worn:
    """A sensor that was found, and the side on which it is worn; ``is_guess``: nobody has told."""

    found: Found
    side: Side
    is_guess: bool = False

    @property
    def role(self) -> str:
        """As in the configuration."""
        assert self.found.device_key is not None
        return f"{self.side.value}_{'insole' if device_type(self.found.device_key).is_insole else 'shin'}"


def wearer_table(nickname: str, affected_side: str, worn: Iterable[Worn]) -> str:
    """Somebody and their sensors. Guesses are marked so."""
    lines = ["[[wearers]]", f"nickname = {quoted(nickname)}", f"affected_side = {quoted(affected_side)}"]
    for each in worn:
        guess = "   # left or right? the device does not tell" if each.is_guess else ""
        name = "".join(letter if letter.isprintable() else "?" for letter in each.found.name)
        lines += [
            "",
            "[[wearers.devices]]",
            f"role = {quoted(each.role)}{guess}",
            f"type = {quoted(each.found.device_key or '')}",
            f"address = {quoted(each.found.address)}   # {name}",
        ]
    return "\n".join(lines) + "\n"


def table(header: str, **values: str | int | bool | Path | None) -> str:
    """Any other table; what is None is left out."""
    lines = [header]
    for key, value in values.items():
        match value:
            case None:
                continue
            case bool():
                lines.append(f"{key} = {str(value).lower()}")
            case int():
                lines.append(f"{key} = {value}")
            case _:
                lines.append(f"{key} = {quoted(str(value))}")
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """As TOML writes text: as JSON does, but for one control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
