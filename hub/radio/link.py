"""One device's link over many connections: search, connect, listen, lose, wait, and search again."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from bleak import BleakClient

from hub.backoff import Backoff
from hub.errors import LinkError
from hub.packets import Connected, Disconnected
from hub.radio.bluetooth import BLUETOOTH_ERRORS, Bluetooth
from hub.radio.causes import explain
from hub.radio.conversation import Conversation
from hub.radio.devices import DeviceSpec
from hub.radio.finder import Finder, Sighting
from hub.radio.inbox import Inbox
from hub.radio.settings import RadioSettings
from hub.radio.states import LinkCounts, LinkEvent, LinkStatus
from sensors.driver import Action, Facts

log = logging.getLogger(__name__)

HANG_UP_S = 2.0
HUNG_UP = "the hub hung up"


class Link:
    """Keeps one device connected. ``on_change`` is told every change of state."""

    def __init__(
        self,
        spec: DeviceSpec,
        bluetooth: Bluetooth,
        finder: Finder,
        inbox: Inbox,
        *,
        settings: RadioSettings,
        on_change: Callable[[LinkStatus], None],
    ) -> None:
        self.spec = spec
        self._bluetooth = bluetooth
        self._finder = finder
        self._inbox = inbox
        self._settings = settings
        self._on_change = on_change
        self._backoff = Backoff(settings.backoff_first_s, settings.backoff_most_s, Random())
        self._counts = LinkCounts()
        self._rejected: set[str] = set()
        self._pause_s: float | None = None
        self._conversation: Conversation | None = None
        self._task: asyncio.Task[object] | None = None
        self._stopping = False
        self._told = False
        self._last_data_s: float | None = None
        self._status = LinkStatus(spec.role, spec.device_key, _now_s(), spec.wearer)

    @property
    def connection(self) -> int | None:
        """The number of the present connection; None without one."""
        return self._conversation.number if self._conversation else None

    def status(self) -> LinkStatus:
        """The link as it is now."""
        return replace(self._status, last_data_s=self._last_data_s, counts=replace(self._counts))

    async def run(self) -> None:
        """Keep the device connected until ``stop``."""
        self._task = asyncio.current_task()
        while not self._stopping:
            try:
                await self._one_connection()
                self._end(HUNG_UP)
            except LinkError as error:
                self._warn_once(error)
                self._end(self._reason(error))
                if not self._stopping:
                    await asyncio.sleep(self._next_pause_s())
                    self._move(LinkEvent.RETRY)

    def stop(self, goodbye: tuple[Action, ...]) -> None:
        """Do the last actions where there is a connection, hang up, and return from ``run``."""
        self._stopping = True
        if self._conversation is not None:
            self._conversation.say_goodbye(goodbye)
        elif self._task is not None:
            self._task.cancel()

    def perform(self, actions: tuple[Action, ...]) -> None:
        """Have the device do something; without a connection there is nobody to do it."""
        if self._conversation is not None:
            self._conversation.perform(actions)

    def data_seen(self, arrival_s: float) -> None:
        """Valid data arrived on the present connection."""
        if self._conversation is not None:
            self._last_data_s = arrival_s
            self._conversation.data_seen(arrival_s)

    def facts_seen(self, facts: Facts) -> None:
        """The device has told something about itself."""
        self._status = replace(self._status, facts=facts)

    def reject(self, reason: str) -> None:
        """This is another's device: hang up. Only an address from the configuration is tried again, much later."""
        if self._conversation is None or self._status.address is None:
            return
        self._counts.rejections += 1
        if self.spec.address is None:
            self._rejected.add(self._status.address)
        else:
            self._pause_s = self._settings.rejected_s
        self._conversation.end(reason)

    async def _one_connection(self) -> None:
        sighting = await self._search()
        found = sighting.found
        self._status = replace(self._status, address=found.address, rssi_dbm=found.rssi_dbm)
        number = self._counts.connections + 1
        conversation = Conversation(
            self.spec,
            number,
            self._inbox,
            self._settings,
            counts=self._counts,
            on_event=self._on_conversation_event,
        )
        async with self._finder.quiet():
            self._move(LinkEvent.FOUND)
            client = await self._connect(sighting, conversation)
        self._counts.connections = number
        self._conversation = conversation
        self._move(LinkEvent.CONNECTED)
        if self._stopping:
            conversation.say_goodbye(())
        reason = HUNG_UP
        self._put_connected(found.address, number)
        try:
            await conversation.run(client)
        except LinkError as error:
            reason = self._reason(error)
            raise
        finally:
            self._conversation = None
            self._inbox.put(Disconnected(self.spec.role, _now_s(), reason, number, self.spec.wearer))
            await self._hang_up(client)

    async def _search(self) -> Sighting:
        reporting = asyncio.create_task(self._report_long_search(), name=f"radio search {self.spec}")
        try:
            return await self._finder.find(self.spec, frozenset(self._rejected))
        finally:
            reporting.cancel()

    async def _report_long_search(self) -> None:
        while True:
            await asyncio.sleep(self._settings.search_s)
            self._search_is_long()

    def _search_is_long(self) -> None:
        reason = self._finder.trouble
        if not reason:
            if self._rejected:
                return  # why those were sent away says more
            reason = f"not found for {self._settings.search_s:g} s; is it on and in reach?"
            self._warn_once(LinkError(str(self.spec), reason))
        self._status = replace(self._status, reason=reason)

    async def _connect(self, sighting: Sighting, conversation: Conversation) -> BleakClient:
        try:
            async with asyncio.timeout(self._settings.connect_s):
                return await self._bluetooth.connect(sighting.device, str(self.spec), conversation.on_disconnect)
        except TimeoutError as error:
            self._counts.connect_failures += 1
            reason = f"found, but no connection within {self._settings.connect_s:g} s"
            raise LinkError(str(self.spec), reason) from error
        except BLUETOOTH_ERRORS as error:
            self._counts.connect_failures += 1
            raise LinkError(str(self.spec), f"could not connect: {explain(error)}") from error

    async def _hang_up(self, client: BleakClient) -> None:
        try:
            async with asyncio.timeout(HANG_UP_S):
                await client.disconnect()
        except BLUETOOTH_ERRORS as error:
            log.debug("%s: hanging up failed: %s", self.spec, error)

    def _put_connected(self, address: str, number: int) -> None:
        spec = self.spec
        self._inbox.put(
            Connected(
                spec.role,
                spec.device_key,
                address,
                spec.role.side,
                spec.options,
                _now_s(),
                datetime.now(UTC),
                number,
                spec.wearer,
            )
        )

    def _on_conversation_event(self, event: LinkEvent) -> None:
        if event is LinkEvent.DATA:
            self._backoff.reset()
            self._told = False
            self._status = replace(self._status, reason="")
            log.info("%s: streaming", self.spec)
        self._move(event)

    def _warn_once(self, error: LinkError) -> None:
        log.log(logging.DEBUG if self._told else logging.WARNING, "%s", error)
        self._told = True

    def _next_pause_s(self) -> float:
        backoff_s = self._backoff.next_s()
        pause_s, self._pause_s = self._pause_s or backoff_s, None
        return pause_s

    def _reason(self, error: LinkError) -> str:
        return str(error).removeprefix(f"{self.spec}: ")

    def _end(self, reason: str) -> None:
        self._status = replace(self._status, reason=reason)
        self._move(LinkEvent.FAILED)

    def _move(self, event: LinkEvent) -> None:
        before = self._status.state
        self._status = self._status.after(event, _now_s())
        if self._status.state is not before:
            self._on_change(self.status())


def _now_s() -> float:
    return asyncio.get_running_loop().time()
