"""How hard the hub and its machine work: what grows unnoticed, and what makes everything late."""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

_STATM = Path("/proc/self/statm")
_TEMPERATURE = Path("/sys/class/thermal/thermal_zone0/temp")


@dataclass(frozen=True, slots=True)
class Strain:
    """Figures since the last reading; None where the system does not say.

    Parameters
    ----------
    memory_mb : memory that this process holds (resident), MB.
    processor_pct : processor time that it took, % of one core.
    loop_lag_ms : how late its event loop was at most: what arrives is seen that much later.
    temperature_c : of the machine's processor; a Raspberry Pi slows itself down from 80 on.
    disk_free_mb : room on the disk of the state folder, MB.
    """

    memory_mb: float | None
    processor_pct: float | None
    loop_lag_ms: float | None
    temperature_c: float | None
    disk_free_mb: float | None


class StrainMeter:
    """Measures a running hub on the disk of ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read_at: tuple[float, float] | None = None
        self._latest_s: float | None = None

    def see_wake(self, due_s: float, now_s: float) -> None:
        """The event loop woke somebody at ``now_s`` who was to be woken at ``due_s``."""
        self._latest_s = max(self._latest_s or 0.0, now_s - due_s)

    def read(self, now_s: float) -> Strain:
        """Figures up to now; the next reading begins here."""
        used_s, latest_s, before = time.process_time(), self._latest_s, self._read_at
        self._read_at, self._latest_s = (now_s, used_s), None
        return Strain(
            memory_mb=_resident_mb(),
            processor_pct=None
            if before is None or now_s <= before[0]
            else 100.0 * (used_s - before[1]) / (now_s - before[0]),
            loop_lag_ms=None if latest_s is None else 1e3 * latest_s,
            temperature_c=_temperature_c(),
            disk_free_mb=_free_mb(self._folder),
        )


def _resident_mb() -> float | None:
    try:
        pages_n = int(_STATM.read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages_n * os.sysconf("SC_PAGE_SIZE") / 1e6


def _temperature_c() -> float | None:
    try:
        return int(_TEMPERATURE.read_text(encoding="ascii")) / 1000.0
    except (OSError, ValueError):
        return None


def _free_mb(folder: Path) -> float | None:
    try:
        return shutil.disk_usage(folder).free / 1e6
    except OSError:
        return None
