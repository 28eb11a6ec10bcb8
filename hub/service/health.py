"""Is the hub alive? Judged by what its data path does, so that a hub that only keeps time is found out. Pure.

Data that arrive and are taken in are health. So is the proof that none can be expected: a device that is searched for
while the scanner hears or tries, one that is not worn and rests, one that is paused. Anything else that lasts is a hub
that is stuck, and the service manager is to start it anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hub.radio import LinkState, LinkStatus

TAKEN_WITHIN_S = 10.0
"""What arrived is taken in within this, also on a busy machine."""

FRESH_WITHIN_S = 30.0
"""A link that is said to stream has brought data within this; silence is to be noticed after some seconds."""

SCANNER_WITHIN_S = 180.0
"""A scanner that is wanted has heard, begun or failed within this: it begins anew when it hears nobody for 60 s."""

PASSING_WITHIN_S = 300.0
"""No link stays longer in a state that is to pass, unless it says until when: a device that is another's is left alone
for 10 min."""

_PASSING = {
    LinkState.CONNECTING,
    LinkState.SETTING_UP,
    LinkState.WAITING_FOR_DATA,
    LinkState.SILENT,
    LinkState.LOST,
}
_WITHOUT_DATA_BY_INTENT = {LinkState.STREAMING, LinkState.SLEEPING, LinkState.PAUSED}


class HealthState(StrEnum):
    """How the hub is."""

    OK = "ok"
    DEGRADED = "degraded"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Signs:
    """What can be seen of the data path at one moment; times in hub time.

    Parameters
    ----------
    links : every sensor's link.
    waiting_n, taken_s : arrivals that wait to be decoded, and when some were last taken.
    scanner_moved_s : when the scanner last heard, began or failed; None while nobody is searched for.
    scanner_trouble : why the last scan failed; empty where it did not.
    disk_trouble : what keeps the disk from being used, so that nothing is kept; empty where nothing does.
    journal_waiting_n, journal_trouble : events that wait for the disk, and whether commits fail.
    journal_overfull : it takes more room than it may, and nothing of it may go.
    journals_damaged : names of damaged journals that lie beside it.
    broker_trouble, database_trouble : what keeps each away; empty where nothing does.
    refused_n : points that the database will never take.
    """

    now_s: float
    links: tuple[LinkStatus, ...]
    waiting_n: int
    taken_s: float
    scanner_moved_s: float | None
    scanner_trouble: str = ""
    disk_trouble: str = ""
    journal_waiting_n: int = 0
    journal_trouble: bool = False
    journal_overfull: bool = False
    journals_damaged: tuple[str, ...] = ()
    broker_trouble: str = ""
    database_trouble: str = ""
    refused_n: int = 0


@dataclass(frozen=True, slots=True)
class Health:
    """How the hub is, with the reasons in words; none where all is well."""

    state: HealthState
    reasons: tuple[str, ...] = ()


def judge(signs: Signs) -> Health:
    """How a hub with these signs is."""
    stuck = tuple(_stuck(signs))
    if stuck:
        return Health(HealthState.STUCK, stuck)
    lacking = tuple(_lacking(signs))
    return Health(HealthState.DEGRADED if lacking else HealthState.OK, lacking)


def _stuck(signs: Signs) -> Iterator[str]:
    if signs.waiting_n and signs.now_s - signs.taken_s > TAKEN_WITHIN_S:
        yield f"{signs.waiting_n} packets wait to be decoded since {signs.now_s - signs.taken_s:.0f} s"
    if signs.scanner_moved_s is not None and signs.now_s - signs.scanner_moved_s > SCANNER_WITHIN_S:
        yield f"the scanner has done nothing for {signs.now_s - signs.scanner_moved_s:.0f} s"
    for link in signs.links:
        for_s = signs.now_s - link.since_s
        data_s = max(link.since_s, link.last_data_s or link.since_s)
        if link.state is LinkState.STREAMING and signs.now_s - data_s > FRESH_WITHIN_S:
            yield f"{name_of(link)}: said to stream, but no data for {signs.now_s - data_s:.0f} s"
        if link.state in _PASSING and for_s > PASSING_WITHIN_S and signs.now_s > (link.until_s or 0.0):
            yield f"{name_of(link)}: {link.state.value.replace('_', ' ')} for {for_s:.0f} s"


def _lacking(signs: Signs) -> Iterator[str]:
    if signs.disk_trouble:
        yield f"NOTHING IS KEPT, what happens is told from memory: {signs.disk_trouble}"
    if signs.scanner_trouble:
        yield signs.scanner_trouble
    for link in signs.links:
        if link.state not in _WITHOUT_DATA_BY_INTENT:
            reason = f", {link.reason}" if link.reason and link.reason != signs.scanner_trouble else ""
            yield f"{name_of(link)}: {link.state.value.replace('_', ' ')}{reason}"
    if signs.journal_trouble:
        yield f"the disk does not take events; {signs.journal_waiting_n} wait"
    if signs.journal_overfull:
        yield "the journal has no room left, and no old steps that may go; free the disk or raise journal.max_mb"
    for name in signs.journals_damaged:
        yield f"a damaged journal was set aside as {name}; the card may be failing (insole-hub doctor tells more)"
    if signs.broker_trouble:
        yield signs.broker_trouble
    if signs.database_trouble:
        yield signs.database_trouble
    if signs.refused_n:
        yield f"{signs.refused_n} points were refused by the database and are set aside; `insole-hub doctor` says why"


def name_of(link: LinkStatus) -> str:
    """Whose link, and which."""
    return f"{link.wearer} {link.role.value}".strip().replace("_", " ")
