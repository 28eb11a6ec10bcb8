"""A device that is configured by its name is bound to the address under which it first sent valid data.

Anybody may give a device any name. So a name counts once, while nobody else in reach bears it; from then on the address
does, also after a restart.
"""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from hub.errors import RecordingError
from hub.radio.devices import DeviceSpec
from hub.support.state_file import read_state, write_state

log = logging.getLogger(__name__)

MOST_N = 100
"""So many bearers of one name are told apart; more are a hoax, and are not counted."""


class Namesakes:
    """Who is heard under one name. Pure.

    Parameters
    ----------
    alone_s : how long the only bearer must have been heard before it is taken for the one that is meant.
    """

    def __init__(self, alone_s: float) -> None:
        self._alone_s = alone_s
        self._since_s: dict[str, float] = {}

    def __len__(self) -> int:
        """How many have been heard."""
        return len(self._since_s)

    def see(self, address: str, now_s: float) -> None:
        """One is heard."""
        if len(self._since_s) < MOST_N:
            self._since_s.setdefault(address, now_s)

    def is_alone(self, address: str, now_s: float) -> bool:
        """Whether this one has been heard for long enough, and no other."""
        return set(self._since_s) == {address} and now_s - self._since_s[address] >= self._alone_s


class BoundNames:
    """Keeps which name is bound to which address.

    Parameters
    ----------
    path : where that is kept between runs; None: nowhere.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._bound: dict[str, dict[str, str]] = {}
        if path is None:
            return
        try:
            self._bound = _checked(read_state(path))
        except RecordingError as error:
            log.warning("%s", error)

    def known(self, spec: DeviceSpec) -> DeviceSpec:
        """The device with the address that its name is bound to, if it is bound; an address that is given stays."""
        bound = self._bound.get(str(spec))
        if spec.address is not None or bound is None or (bound["name"], bound["type"]) != (spec.name, spec.device_key):
            return spec
        return replace(spec, address=bound["address"])

    def bind(self, spec: DeviceSpec, address: str) -> None:
        """The device of that name has sent valid data from that address."""
        if self.known(spec).address is None and spec.name is not None:
            self._bound[str(spec)] = {"name": spec.name, "type": spec.device_key, "address": address}
            log.info("%s: %r is bound to its address from now on", spec, spec.name)
            self._keep()

    def release(self, spec: DeviceSpec) -> None:
        """The device turned out to be another's."""
        if spec.address is None and self._bound.pop(str(spec), None) is not None:
            self._keep()

    def _keep(self) -> None:
        if self.path is not None:
            state = {"bound": dict(self._bound)}
            writing = asyncio.get_running_loop().run_in_executor(None, write_state, self.path, state)
            writing.add_done_callback(_warn)


def _checked(state: Any) -> dict[str, dict[str, str]]:
    if state is None:
        return {}
    bound = state.get("bound") if isinstance(state, dict) else None
    fields = {"name", "type", "address"}
    if not isinstance(bound, dict) or not all(
        isinstance(each, dict) and set(each) == fields for each in bound.values()
    ):
        log.warning("the file of names holds something else; names are bound anew")
        return {}
    return bound


def _warn(writing: "asyncio.Future[None]") -> None:
    if not writing.cancelled() and (error := writing.exception()) is not None:
        log.warning("%s; names are bound anew after the next start", error)
