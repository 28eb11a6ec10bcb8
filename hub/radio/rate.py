"""How fast samples come, and how many do not. Pure."""

from collections import deque

WINDOW_S = 5.0
_SLOT_S = 0.5


class RateMeter:
    """Samples received and lost over the last ``WINDOW_S`` seconds, in slots, so that its cost does not grow."""

    def __init__(self) -> None:
        self._slots: deque[tuple[int, int, int]] = deque()  # slot number, received, lost
        self._start_s: float | None = None

    def add(self, now_s: float, received_n: int, lost_n: int) -> None:
        """Samples that arrived at ``now_s``, and those found missing."""
        if self._start_s is None:
            self._start_s = now_s
        number = int(now_s / _SLOT_S)
        if self._slots and self._slots[-1][0] == number:
            _, received, lost = self._slots.pop()
            received_n, lost_n = received_n + received, lost_n + lost
        self._slots.append((number, received_n, lost_n))
        self._forget(now_s)

    def rate_hz(self, now_s: float) -> float:
        """Samples per second."""
        self._forget(now_s)
        if self._start_s is None:
            return 0.0
        span_s = min(WINDOW_S, max(now_s - self._start_s, _SLOT_S))
        return sum(received for _, received, _ in self._slots) / span_s

    def loss_pct(self, now_s: float) -> float:
        """Share of samples that were lost."""
        self._forget(now_s)
        received = sum(received for _, received, _ in self._slots)
        lost = sum(lost for *_, lost in self._slots)
        return 100.0 * lost / (received + lost) if received + lost else 0.0

    def _forget(self, now_s: float) -> None:
        oldest = int((now_s - WINDOW_S) / _SLOT_S)
        while self._slots and self._slots[0][0] <= oldest:
            self._slots.popleft()
