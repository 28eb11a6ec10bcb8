"""How often a link's two ends meet: the connection interval that the kernel asks devices for, through its debugfs.

A device that sends one packet each time they meet is bounded by it: at the kernel's own 30 to 50 ms, a hundred packets
a second do not pass.
"""

from pathlib import Path

UNIT_MS = 1.25
LEAST_MS = 7.5
"""The shortest interval that the standard allows."""

_DEBUGFS = Path("/sys/kernel/debug/bluetooth")


def ask_interval(adapter: str, longest_ms: float, debugfs: Path = _DEBUGFS) -> str:
    """Have the kernel ask for intervals of at most so long from now on, where it lets this user; says how that went."""
    least, most = (debugfs / adapter / f"conn_{which}_interval" for which in ("min", "max"))
    try:
        before_ms = int(most.read_text()) * UNIT_MS
        least.write_text(f"{round(LEAST_MS / UNIT_MS)}")  # first: the kernel keeps the least below the most
        most.write_text(f"{round(longest_ms / UNIT_MS)}")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        return f"{adapter}: the connection interval stays as the system has it ({why}); see docs/radio.md"
    return f"{adapter}: connection intervals of at most {longest_ms:g} ms, before {before_ms:g} ms"
