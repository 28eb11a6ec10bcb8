"""Which deliveries are under way, and how far all of them are done. Pure."""

from collections import deque


class InFlight:
    """Deliveries sent in order and acknowledged in any order; the cursor never passes one that is open."""

    def __init__(self) -> None:
        self._sent: deque[int] = deque()
        self._acknowledged: set[int] = set()

    def __len__(self) -> int:
        return len(self._sent)

    def send(self, position: int) -> None:
        """Note a delivery; positions rise."""
        self._sent.append(position)

    def acknowledge(self, position: int) -> int | None:
        """Note an acknowledgement; gives the last position before which all is done, where that has moved."""
        self._acknowledged.add(position)
        done = None
        while self._sent and self._sent[0] in self._acknowledged:
            done = self._sent.popleft()
            self._acknowledged.discard(done)
        return done
