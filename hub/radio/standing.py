"""How one link stands: its status and its counts, kept in one place and told on with every change of state."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from hub.errors import LinkError
from hub.radio.broken_link import BrokenLinkError
from hub.radio.devices import DeviceSpec, Found
from hub.radio.states import LinkEvent, LinkState
from hub.radio.status import LinkCounts, LinkStatus
from sensors.driver import Facts

log = logging.getLogger(__name__)

_NOT_HELD = {LinkEvent.DATA, LinkEvent.PAUSE, LinkEvent.REST}
"""What ends the belief that somebody else holds the device."""


class Standing:
    """The status of the link of ``spec``; ``on_change`` is told every change of state."""

    def __init__(self, spec: DeviceSpec, on_change: Callable[[LinkStatus], None]) -> None:
        self.counts = LinkCounts()
        self.last_data_s: float | None = None
        self._spec = spec
        self._on_change = on_change
        self._status = LinkStatus(spec.role, spec.device_key, _now_s(), spec.wearer)
        self._warned = False
        self._advertised = self._told = Facts()

    @property
    def state(self) -> LinkState:
        """What the link is doing."""
        return self._status.state

    @property
    def address(self) -> str | None:
        """The device's address; None before it was found."""
        return self._status.address

    def status(self) -> LinkStatus:
        """The link as it is now."""
        return replace(self._status, last_data_s=self.last_data_s, counts=replace(self.counts))

    def move(self, event: LinkEvent, *, reason: str | None = None, until_s: float | None = None) -> None:
        """Something has happened; a ``reason`` in words takes the place of the one before."""
        before = self._status.state
        held = (self._status.held or event is LinkEvent.HELD) and event not in _NOT_HELD
        if reason is not None:
            self._status = replace(self._status, reason=reason)
        self._status = replace(self._status.after(event, _now_s()), until_s=until_s, held=held)
        if self._status.state is not before:
            self._on_change(self.status())

    def streams(self) -> None:
        """Valid data come: whatever was wrong is over."""
        self._warned = False
        log.info("%s: streaming", self._spec)
        self.move(LinkEvent.DATA, reason="")

    def failed(self, error: BrokenLinkError, until_s: float) -> None:
        """The link was lost, or was not made; the next attempt is at ``until_s``."""
        self.warn_once(error)
        self.move(LinkEvent.FAILED, reason=error.reason, until_s=until_s)

    def explain(self, reason: str) -> None:
        """Why no data come, without a change of state."""
        self._status = replace(self._status, reason=reason)

    def found(self, found: Found) -> None:
        """The device was heard."""
        self._advertised = found.facts if found.device_key == self._spec.device_key else Facts()
        self._status = replace(self._status, address=found.address, rssi_dbm=found.rssi_dbm)
        self._join_facts()

    def facts_seen(self, facts: Facts) -> None:
        """The device has told something about itself."""
        self._told = facts
        self._join_facts()

    def warn_once(self, error: LinkError) -> None:
        """Log the first failure of an outage as a warning, the others quietly."""
        log.log(logging.DEBUG if self._warned else logging.WARNING, "%s", error)
        self._warned = True

    def _join_facts(self) -> None:
        """Some devices tell their firmware in their advertisement alone."""
        self._status = replace(self._status, facts=self._told.over(self._advertised))


def _now_s() -> float:
    return asyncio.get_running_loop().time()
