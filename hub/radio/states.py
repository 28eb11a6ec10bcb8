"""The life of a link: its states, and what moves it from one to the next. Pure."""

from enum import StrEnum


class LinkState(StrEnum):
    """What a link is doing."""

    SEARCHING = "searching"
    CONNECTING = "connecting"
    SETTING_UP = "setting_up"
    WAITING_FOR_DATA = "waiting_for_data"
    STREAMING = "streaming"
    SILENT = "silent"
    LOST = "lost"
    SLEEPING = "sleeping"
    HELD_ELSEWHERE = "held_elsewhere"
    PAUSED = "paused"


class LinkEvent(StrEnum):
    """What happens to a link."""

    FOUND = "found"
    CONNECTED = "connected"
    SET_UP = "set_up"
    DATA = "data"
    SILENCE = "silence"
    FAILED = "failed"
    RETRY = "retry"
    HELD = "held"
    REST = "rest"
    WAKE = "wake"
    PAUSE = "pause"
    RESUME = "resume"


_ASKED = {LinkEvent.REST: LinkState.SLEEPING, LinkEvent.PAUSE: LinkState.PAUSED}
"""What the hub asks for, in whatever state the link is."""

TRANSITIONS: dict[LinkState, dict[LinkEvent, LinkState]] = {
    LinkState.SEARCHING: {
        LinkEvent.FOUND: LinkState.CONNECTING,
        LinkEvent.HELD: LinkState.HELD_ELSEWHERE,
        LinkEvent.FAILED: LinkState.LOST,
        **_ASKED,
    },
    LinkState.CONNECTING: {LinkEvent.CONNECTED: LinkState.SETTING_UP, LinkEvent.FAILED: LinkState.LOST, **_ASKED},
    LinkState.SETTING_UP: {
        LinkEvent.SET_UP: LinkState.WAITING_FOR_DATA,
        LinkEvent.DATA: LinkState.STREAMING,
        LinkEvent.SILENCE: LinkState.SILENT,
        LinkEvent.FAILED: LinkState.LOST,
        **_ASKED,
    },
    LinkState.WAITING_FOR_DATA: {
        LinkEvent.DATA: LinkState.STREAMING,
        LinkEvent.SILENCE: LinkState.SILENT,
        LinkEvent.FAILED: LinkState.LOST,
        **_ASKED,
    },
    LinkState.STREAMING: {LinkEvent.SILENCE: LinkState.SILENT, LinkEvent.FAILED: LinkState.LOST, **_ASKED},
    LinkState.SILENT: {LinkEvent.DATA: LinkState.STREAMING, LinkEvent.FAILED: LinkState.LOST, **_ASKED},
    LinkState.LOST: {LinkEvent.RETRY: LinkState.SEARCHING, **_ASKED},
    LinkState.HELD_ELSEWHERE: {LinkEvent.FOUND: LinkState.CONNECTING, LinkEvent.FAILED: LinkState.LOST, **_ASKED},
    LinkState.SLEEPING: {
        LinkEvent.WAKE: LinkState.SEARCHING,
        LinkEvent.FAILED: LinkState.LOST,
        LinkEvent.PAUSE: LinkState.PAUSED,
    },
    LinkState.PAUSED: {
        LinkEvent.RESUME: LinkState.SEARCHING,
        LinkEvent.FAILED: LinkState.LOST,
        LinkEvent.REST: LinkState.SLEEPING,
    },
}
"""What each state answers to; whatever is not here changes nothing."""
