"""What is told about links: how each one does, and what was counted. Pure."""

from dataclasses import dataclass, field, replace

from hub.radio.states import TRANSITIONS, LinkEvent, LinkState
from sensors.catalogue import device_type
from sensors.driver import Facts
from sensors.layout import Role


@dataclass(slots=True)
class LinkCounts:
    """What has happened to a link since the hub started. The link counts in its own; a status carries a copy.

    Parameters
    ----------
    connections : links made.
    connect_failures : attempts that made none.
    disconnections : links that the device or the air ended.
    silences : times at which no valid data came for too long.
    resubscriptions, forgettings : what was tried to mend a link, beside connecting again: subscribing again, and having
        the system forget the device.
    stale_links : connections that the system held though nobody in the hub talked to the device.
    refusals : actions that the device does not know or refuses, though its driver cannot do without.
    rejections : devices that were sent away, because they turned out to be another's.
    pauses, rests, wakes : times that the link was let go for another app, let go to spare its battery, and made again
        after that.
    packets, packets_dropped : bytes taken in, and those for which the inbox had no room.
    """

    connections: int = 0
    connect_failures: int = 0
    disconnections: int = 0
    silences: int = 0
    resubscriptions: int = 0
    forgettings: int = 0
    stale_links: int = 0
    refusals: int = 0
    rejections: int = 0
    pauses: int = 0
    rests: int = 0
    wakes: int = 0
    packets: int = 0
    packets_dropped: int = 0


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """A link at one moment.

    Parameters
    ----------
    role, wearer, device_key : whose link it is.
    state, since_s : what it is doing, and since when in hub time.
    until_s : paused or lost: hub time at which it goes on by itself; else None.
    held : somebody else seems to hold the device; so until data come, through all attempts.
    reason : why no valid data come, in words: from the first loss, or the first long search in vain, until data come.
        Empty while all is well and during the first attempt.
    address : the device's; None before it was found.
    rssi_dbm : signal strength of its last advertisement; None before.
    last_data_s : hub time at which the last valid data arrived; None before.
    facts : what the device says about itself.
    counts : what has happened since the hub started.
    """

    role: Role
    device_key: str
    since_s: float
    wearer: str = ""
    state: LinkState = LinkState.SEARCHING
    until_s: float | None = None
    held: bool = False
    reason: str = ""
    address: str | None = None
    rssi_dbm: int | None = None
    last_data_s: float | None = None
    facts: Facts = field(default_factory=Facts)
    counts: LinkCounts = field(default_factory=LinkCounts)

    @property
    def note(self) -> str:
        """What its owner should know of the device, though data come; mostly nothing."""
        return self.facts.note or device_type(self.device_key).firmware_fault(self.facts.firmware) or ""

    def after(self, event: LinkEvent, now_s: float) -> "LinkStatus":
        """The status after ``event``; itself where the state does not answer to it."""
        state = TRANSITIONS[self.state].get(event)
        return self if state is None else replace(self, state=state, since_s=now_s)


@dataclass(slots=True)
class AdapterCounts:
    """What has happened to the adapter since the hub started.

    Parameters
    ----------
    scans, scan_restarts, scan_failures : scans begun, those begun because nobody was heard, and those that failed.
    power_ons, power_cycles, usb_resets : what was tried to mend it.
    mend_failures : those of them that it, or the system, refused.
    """

    scans: int = 0
    scan_restarts: int = 0
    scan_failures: int = 0
    power_ons: int = 0
    power_cycles: int = 0
    usb_resets: int = 0
    mend_failures: int = 0


@dataclass(frozen=True, slots=True)
class AdapterStatus:
    """The adapter at one moment: its name of today, what is wrong with it in words, and what was counted."""

    name: str | None
    trouble: str
    counts: AdapterCounts
