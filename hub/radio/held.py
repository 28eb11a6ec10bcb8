"""Why a device that is on cannot be had: somebody else seems to hold it. Pure."""

from dataclasses import dataclass

NEAR_DBM = -80
"""An advertisement that is heard as strongly comes from nearby: the air is not to blame for what follows."""

REFUSALS_N = 3
DROPS_N = 2


@dataclass(frozen=True, slots=True)
class HeldSigns:
    """What is known of a device that is searched for, since it last sent valid data.

    Parameters
    ----------
    is_heard : it advertises now; else nothing has been heard of it for as long as a search should take.
    heard_dbm : how strongly it was last heard; None: not at all.
    refused_n : how many connection attempts have failed though it was heard.
    freed : the hub had let go of it for another app, and has not heard of it after.
    dropped_n : how many connections the system held to it that nobody in the hub had made.
    """

    is_heard: bool
    heard_dbm: int | None
    refused_n: int
    freed: bool
    dropped_n: int


def who_holds(signs: HeldSigns) -> str:
    """In words who seems to hold the device, and what to do; empty where nothing speaks for it."""
    near = signs.heard_dbm is not None and signs.heard_dbm >= NEAR_DBM
    if signs.dropped_n >= DROPS_N:
        return "another program on this machine connects it again and again; stop that program"
    if near and signs.is_heard and signs.refused_n >= REFUSALS_N:
        return f"it is nearby, but has refused {signs.refused_n} connections; a phone or another hub may hold it"
    if near and not signs.is_heard and signs.refused_n:
        return (
            "it was nearby, could not be connected, and is heard no more; a phone may hold it, or it was switched off"
        )
    if signs.freed and not signs.is_heard:
        return "it was let go for another app, and not heard since; close that app, or switch the sensor off and on"
    return ""
