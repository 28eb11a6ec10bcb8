"""How often codes may be tried: a bucket of tries per address, and one for all. Pure."""

from dataclasses import dataclass, field

MOST_ADDRESSES = 256
"""Beyond, the fullest buckets are forgotten: they are those that have not tried for longest."""


@dataclass(slots=True)
class Bucket:
    """Tries that are left; they come back with time."""

    most_n: float
    per_s: float
    left_n: float
    seen_s: float

    def take(self, now_s: float) -> bool:
        """Take a try; False where none is left."""
        self.fill(now_s)
        if self.left_n < 1.0:
            return False
        self.left_n -= 1.0
        return True

    def fill(self, now_s: float) -> None:
        """Give back what has come back since."""
        self.left_n = min(self.most_n, self.left_n + (now_s - self.seen_s) * self.per_s)
        self.seen_s = now_s


@dataclass(slots=True)
class Attempts:
    """5 tries per address and 30 in all; one comes back every 12 s, and every 2 s.

    With 8 digits, that live for 10 min, all devices of a network together find a code with a chance of 3 in a million.
    """

    per_address: dict[str, Bucket] = field(default_factory=dict)
    of_all: Bucket = field(default_factory=lambda: Bucket(30.0, 0.5, 30.0, 0.0))

    def may_try(self, address: str, now_s: float) -> bool:
        """Whether another try is taken from that address."""
        own = self.per_address.get(address)
        if own is None:
            if len(self.per_address) >= MOST_ADDRESSES:
                self._forget(now_s)
            own = self.per_address[address] = Bucket(5.0, 1.0 / 12.0, 5.0, now_s)
        return own.take(now_s) and self.of_all.take(now_s)

    def _forget(self, now_s: float) -> None:
        for bucket in self.per_address.values():
            bucket.fill(now_s)
        fullest = sorted(self.per_address, key=lambda address: self.per_address[address].left_n)
        for address in fullest[MOST_ADDRESSES // 2 :]:
            del self.per_address[address]
