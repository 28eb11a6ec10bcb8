"""What blocks a machine's radios, as the kernel tells everybody: the switches of rfkill. Reads files only."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RfKill:
    """A switch that blocks a radio: a program's (soft), or one to touch (hard)."""

    kind: str
    name: str
    soft_blocked: bool
    hard_blocked: bool


def switches(root: Path = Path("/")) -> tuple[RfKill, ...]:
    """All switches of the machine under ``root``; none where that cannot be seen."""
    return tuple(_switch(path) for path in sorted((root / "sys/class/rfkill").glob("rfkill*")))


def block_of(adapter: str, root: Path = Path("/")) -> str | None:
    """How an adapter such as hci0 is blocked: hard, soft, or not at all."""
    own = [switch for switch in switches(root) if (switch.kind, switch.name) == ("bluetooth", adapter)]
    if any(switch.hard_blocked for switch in own):
        return "hard"
    return "soft" if any(switch.soft_blocked for switch in own) else None


def _switch(path: Path) -> RfKill:
    return RfKill(_text(path / "type"), _text(path / "name"), _text(path / "soft") == "1", _text(path / "hard") == "1")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # the adapter was pulled out meanwhile
        return ""
