"""What goes wrong between a device and the hub, on purpose: seeded, counted, and the same in every run. Pure."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from sensors.emulation import Notification


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults of one device's link; the default is a perfect link. Times are seconds of the scenario.

    Parameters
    ----------
    loss_pct, doubled_pct, garbage_pct : share of notifications that never leave, leave twice, or carry random bytes.
    jitter_s : each notification leaves up to so much later; order is kept, as it is on a real link.
    burst_every_s, burst_hold_s : at every multiple of the first, notifications are held back for the second and then
        leave together.
    silent_s : spans (from, to) in which the device says nothing though the link stands.
    disconnect_at_s : times at which the device hangs up.
    away_s : spans (from, to) in which it is off, asleep or out of reach: no link, no advertising.
    forget_at_s : times at which the device forgets who has subscribed, though the link stands.
    connect_delay_s : how long after connecting the device leaves the first requests unanswered.
    mtu : largest ATT packet that the device takes; 23 is the least that the standard allows.
    """

    loss_pct: float = 0.0
    doubled_pct: float = 0.0
    garbage_pct: float = 0.0
    jitter_s: float = 0.0
    burst_every_s: float = 0.0
    burst_hold_s: float = 0.0
    silent_s: tuple[tuple[float, float], ...] = ()
    disconnect_at_s: tuple[float, ...] = ()
    away_s: tuple[tuple[float, float], ...] = ()
    forget_at_s: tuple[float, ...] = ()
    connect_delay_s: float = 0.0
    mtu: int = 517


class Fault(StrEnum):
    """What was done to a notification or a link. ``SENT`` counts what reached the radio, to compare with."""

    SENT = "sent"
    LOST = "lost"
    DOUBLED = "doubled"
    GARBLED = "garbled"
    DELAYED = "delayed"
    HELD = "held"
    SILENCED = "silenced"
    CUT_OFF = "cut_off"
    DISCONNECTED = "disconnected"
    WENT_AWAY = "went_away"
    FORGOT = "forgot"
    CONNECT_DELAYED = "connect_delayed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notification's bytes and the earliest time at which they may leave."""

    due_s: float
    characteristic: str
    data: bytes


class FaultyLine:
    """The way from a device's firmware to its radio. Equal input and seed give equal output and ``counts``."""

    def __init__(self, faults: Faults, seed: int) -> None:
        self.counts: Counter[Fault] = Counter()
        self._random = Random(seed)
        self._waiting: deque[Delivery] = deque()
        self._last_due_s = float("-inf")
        self.change(faults)

    def change(self, faults: Faults) -> None:
        """From now on these go wrong instead."""
        self._faults = faults
        self._disconnects = deque(sorted(faults.disconnect_at_s))
        self._lapses = deque(sorted(faults.forget_at_s))

    def put(self, notification: Notification) -> None:
        """Take what the device's firmware notifies."""
        faults, chance = self._faults, self._random
        lost, doubled, garbled, late = (chance.random() for _ in range(4))
        if any(start <= notification.time_s < end for start, end in faults.silent_s):
            self.counts[Fault.SILENCED] += 1
            return
        if lost < faults.loss_pct / 100:
            self.counts[Fault.LOST] += 1
            return
        data = notification.data
        if garbled < faults.garbage_pct / 100:
            self.counts[Fault.GARBLED] += 1
            data = chance.randbytes(len(data))
        delivery = Delivery(self._due_s(notification.time_s, late), notification.characteristic, data)
        self._waiting.append(delivery)
        if doubled < faults.doubled_pct / 100:
            self.counts[Fault.DOUBLED] += 1
            self._waiting.append(delivery)

    def take(self, now_s: float) -> Iterator[Delivery]:
        """What may leave by ``now_s``, in the order in which it was put."""
        while self._waiting and self._waiting[0].due_s <= now_s:
            self.counts[Fault.SENT] += 1
            yield self._waiting.popleft()

    def connected(self) -> None:
        """A link begins."""
        if self._faults.connect_delay_s > 0:
            self.counts[Fault.CONNECT_DELAYED] += 1

    def must_disconnect(self, now_s: float) -> bool:
        """Whether a time to hang up has come since this was last asked."""
        if due := _due(self._disconnects, now_s):
            self.counts[Fault.DISCONNECTED] += 1
        return due

    def must_vanish(self, now_s: float) -> bool:
        """Whether the device is away, so that its link ends without a word."""
        if away := self.is_away(now_s):
            self.counts[Fault.WENT_AWAY] += 1
        return away

    def must_forget(self, now_s: float) -> bool:
        """Whether a time to forget subscriptions has come since this was last asked."""
        if due := _due(self._lapses, now_s):
            self.counts[Fault.FORGOT] += 1
        return due

    def is_away(self, now_s: float) -> bool:
        """Whether nothing is heard of the device."""
        return any(start <= now_s < end for start, end in self._faults.away_s)

    def moves_in_s(self, now_s: float) -> float | None:
        """How long until the device goes away or comes back; None where it does not."""
        times_s = [time_s for span in self._faults.away_s for time_s in span if time_s > now_s]
        return min(times_s) - now_s if times_s else None

    def disconnected(self) -> None:
        """The link is gone, and what still waited with it."""
        if self._waiting:
            self.counts[Fault.CUT_OFF] += len(self._waiting)
        self._waiting.clear()

    def _due_s(self, time_s: float, late: float) -> float:
        faults = self._faults
        due_s = time_s
        if faults.jitter_s > 0:
            self.counts[Fault.DELAYED] += 1
            due_s += late * faults.jitter_s
        if faults.burst_every_s > 0:
            into_burst_s = time_s % faults.burst_every_s
            if into_burst_s < faults.burst_hold_s:
                self.counts[Fault.HELD] += 1
                due_s = max(due_s, time_s - into_burst_s + faults.burst_hold_s)
        self._last_due_s = max(self._last_due_s, due_s)
        return self._last_due_s


def _due(times_s: deque[float], now_s: float) -> bool:
    """Whether any of the times has come; those that have are taken out."""
    due = False
    while times_s and times_s[0] <= now_s:
        times_s.popleft()
        due = True
    return due
