"""The life of a link: its states, what moves it from one to the next, and what is told about it. Pure."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from sensors.driver import Facts
from sensors.layout import Role


class LinkState(StrEnum):
    """What a link is doing."""

    SEARCHING = "searching"
    CONNECTING = "connecting"
    SETTING_UP = "setting_up"
    WAITING_FOR_DATA = "waiting_for_data"
    STREAMING = "streaming"
    SILENT = "silent"
    LOST = "lost"


class LinkEvent(StrEnum):
    """What happens to a link."""

    FOUND = "found"
    CONNECTED = "connected"
    SET_UP = "set_up"
    DATA = "data"
    SILENCE = "silence"
    FAILED = "failed"
    RETRY = "retry"


TRANSITIONS: dict[LinkState, dict[LinkEvent, LinkState]] = {
    LinkState.SEARCHING: {LinkEvent.FOUND: LinkState.CONNECTING, LinkEvent.FAILED: LinkState.LOST},
    LinkState.CONNECTING: {LinkEvent.CONNECTED: LinkState.SETTING_UP, LinkEvent.FAILED: LinkState.LOST},
    LinkState.SETTING_UP: {
        LinkEvent.SET_UP: LinkState.WAITING_FOR_DATA,
        LinkEvent.DATA: LinkState.STREAMING,
        LinkEvent.SILENCE: LinkState.SILENT,
        LinkEvent.FAILED: LinkState.LOST,
    },
    LinkState.WAITING_FOR_DATA: {
        LinkEvent.DATA: LinkState.STREAMING,
        LinkEvent.SILENCE: LinkState.SILENT,
        LinkEvent.FAILED: LinkState.LOST,
    },
    LinkState.STREAMING: {LinkEvent.SILENCE: LinkState.SILENT, LinkEvent.FAILED: LinkState.LOST},
    LinkState.SILENT: {LinkEvent.FAILED: LinkState.LOST},
    LinkState.LOST: {LinkEvent.RETRY: LinkState.SEARCHING},
}
"""What each state answers to; whatever is not here changes nothing."""


@dataclass(slots=True)
class LinkCounts:
    """What has happened to a link since the hub started. The link counts in its own; a status carries a copy.

    Parameters
    ----------
    connections : links made.
    connect_failures : attempts that made none.
    disconnections : links that the device or the air ended.
    silences : links that were given up because no valid data came.
    refusals : actions that the device does not know or refuses, though its driver cannot do without.
    rejections : devices that were sent away, because they turned out to be another's.
    packets, packets_dropped : bytes taken in, and those for which the inbox had no room.
    """

    connections: int = 0
    connect_failures: int = 0
    disconnections: int = 0
    silences: int = 0
    refusals: int = 0
    rejections: int = 0
    packets: int = 0
    packets_dropped: int = 0


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """A link at one moment.

    Parameters
    ----------
    role, wearer, device_key : whose link it is.
    state, since_s : what it is doing, and since when in hub time.
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
    reason: str = ""
    address: str | None = None
    rssi_dbm: int | None = None
    last_data_s: float | None = None
    facts: Facts = field(default_factory=Facts)
    counts: LinkCounts = field(default_factory=LinkCounts)

    def after(self, event: LinkEvent, now_s: float) -> "LinkStatus":
        """The status after ``event``; itself where the state does not answer to it."""
        state = TRANSITIONS[self.state].get(event)
        return self if state is None else replace(self, state=state, since_s=now_s)
