"""How much this process writes to the disk: what wears a memory card out."""

from collections import deque
from pathlib import Path

DAY_S = 86_400.0

_IO = Path("/proc/self/io")


def written_bytes() -> int | None:
    """Bytes that this process has caused to be written since it began; None where the system does not say."""
    try:
        lines = _IO.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("write_bytes:")), None)


class DayWindow:
    """A count that only grows, over the last 24 h."""

    def __init__(self) -> None:
        self._counts: deque[tuple[float, int]] = deque()

    def see(self, now_s: float, count: int) -> None:
        """Take a reading; once a minute is enough."""
        self._counts.append((now_s, count))
        while len(self._counts) > 1 and self._counts[1][0] <= now_s - DAY_S:
            self._counts.popleft()

    @property
    def grown(self) -> int | None:
        """By how much it has grown in the last 24 h, or since the first reading; None without a reading."""
        return self._counts[-1][1] - self._counts[0][1] if self._counts else None
