"""One device's link over many connections: search, connect, listen, lose, wait, and search again."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

from bleak import BleakClient

from hub.errors import LinkError
from hub.packets import Connected, Disconnected
from hub.radio.bluetooth import Bluetooth
from hub.radio.bound_names import BoundNames
from hub.radio.broken_link import BrokenLinkError
from hub.radio.caretaker import Caretaker
from hub.radio.connector import Connector
from hub.radio.conversation import Conversation, Offhand
from hub.radio.devices import DeviceSpec
from hub.radio.finder import Finder
from hub.radio.inbox import Inbox
from hub.radio.ladder import Failure, LinkLadder, Rung
from hub.radio.rest import Rest
from hub.radio.settings import RadioSettings
from hub.radio.standing import Standing
from hub.radio.states import LinkEvent, LinkState
from hub.radio.status import LinkStatus
from hub.support.backoff import Backoff
from sensors.driver import Action, Facts

HUNG_UP = "the hub hung up"

_RETURNS = {
    LinkState.LOST: LinkEvent.RETRY,
    LinkState.SLEEPING: LinkEvent.WAKE,
    LinkState.PAUSED: LinkEvent.RESUME,
}
"""What brings a link back to searching."""


class Link:
    """Keeps one device connected, but for the time of a pause or a rest.

    Parameters
    ----------
    on_change : is told every change of state.
    goodbye : the last actions before the hub hangs up.
    """

    def __init__(
        self,
        spec: DeviceSpec,
        bluetooth: Bluetooth,
        finder: Finder,
        inbox: Inbox,
        *,
        caretaker: Caretaker,
        names: BoundNames,
        settings: RadioSettings,
        chance: Random,
        on_change: Callable[[LinkStatus], None],
        goodbye: Callable[[], tuple[Action, ...]],
    ) -> None:
        self.spec = spec
        self._finder = finder
        self._inbox = inbox
        self._settings = settings
        self._goodbye = goodbye
        self._backoff = Backoff(settings.backoff_first_s, settings.backoff_most_s, chance)
        self._standing = Standing(spec, on_change)
        self._connector = Connector(
            spec, bluetooth, finder, caretaker=caretaker, names=names, settings=settings, standing=self._standing
        )
        self._names = names
        self._ladder = LinkLadder()
        self._next_pause_s: float | None = None
        self._conversation: Conversation | None = None
        self._waiting: asyncio.Timeout | None = None
        self._hanging_up: asyncio.Task[None] | None = None
        self._stopping = False
        self._paused_until_s = 0.0
        self._rest: Rest | None = None
        self._rests_in_vain_n = 0

    @property
    def connection(self) -> int | None:
        """The number of the present connection; None without one."""
        return self._conversation.number if self._conversation else None

    def status(self) -> LinkStatus:
        """The link as it is now."""
        return self._standing.status()

    async def run(self) -> None:
        """Keep the device connected until ``stop``."""
        while not self._stopping:
            try:
                async with asyncio.timeout(None) as self._waiting:
                    await self._be_where_wanted()
            except TimeoutError:
                if self._waiting is None or not self._waiting.expired():
                    raise
            finally:
                self._waiting = None
            if self._hanging_up is not None:
                await self._hanging_up
        self._standing.move(LinkEvent.FAILED, reason=HUNG_UP)

    def stop(self) -> None:
        """Say goodbye where there is a connection, hang up, and return from ``run``."""
        self._stopping = True
        self._call_away()

    def pause(self, until_s: float) -> None:
        """Let go of the device and leave it alone until that time; a later call takes the place of this one."""
        if not self._is_paused():
            self._standing.counts.pauses += 1
        self._paused_until_s = until_s
        self._call_away()

    def resume(self) -> None:
        """Search at once: ends a pause, a rest, and the wait after a failure."""
        self._backoff.reset()
        if self._is_paused():
            self.pause(_now_s())
        self.wake()
        if self._standing.state is LinkState.LOST:
            self._call_away()

    def rest(self) -> None:
        """Let go of the device until it wakes; see ``Rest``."""
        if self._rest is None:
            self._standing.counts.rests += 1
            self._rest = Rest(_now_s(), self._rests_in_vain_n, self._settings.rest)
            self._rests_in_vain_n += 1
            self._call_away()

    def wake(self) -> None:
        """End a rest."""
        if self._rest is not None:
            self._standing.counts.wakes += 1
            self._rest = None
            self._call_away()

    def worn(self) -> None:
        """The device is worn: it was not woken in vain."""
        self._rests_in_vain_n = 0

    def perform(self, actions: tuple[Action, ...]) -> None:
        """Have the device do something; without a connection there is nobody to do it."""
        if self._conversation is not None:
            self._conversation.perform(actions)

    def try_now(self, offhand: Offhand) -> bool:
        """Do this at once or never; see ``Conversation``. False without a connection, too."""
        return self._conversation is not None and self._conversation.try_now(offhand)

    def data_seen(self, arrival_s: float) -> None:
        """Valid data arrived on the present connection."""
        if self._conversation is not None:
            self._standing.last_data_s = arrival_s
            self._conversation.data_seen(arrival_s)

    def facts_seen(self, facts: Facts) -> None:
        """The device has told something about itself."""
        self._standing.facts_seen(facts)

    def reject(self, reason: str) -> None:
        """This is another's device: hang up. Only an address from the configuration is tried again, much later."""
        address = self._standing.address
        if self._conversation is None or address is None:
            return
        self._standing.counts.rejections += 1
        if self.spec.address is None:
            self._connector.rejected.add(address)
            self._names.release(self.spec)
        else:
            self._next_pause_s = self._settings.rejected_s
        self._conversation.end(Failure.REJECTED, reason)

    def _is_paused(self) -> bool:
        return _now_s() < self._paused_until_s

    def _is_called_away(self) -> bool:
        return self._stopping or self._rest is not None or self._is_paused()

    def _call_away(self) -> None:
        """Something has changed: have ``run`` look anew, after a goodbye where there is a connection."""
        if self._conversation is not None:
            if self._is_called_away():
                self._conversation.say_goodbye(self._goodbye())
        elif self._hanging_up is None and self._waiting is not None and not self._waiting.expired():
            self._waiting.reschedule(_now_s())

    async def _be_where_wanted(self) -> None:
        if self._is_paused():
            await self._sit_out_pause()
        elif self._rest is not None:
            await self._sit_out_rest(self._rest)
        else:
            await self._keep_connected()

    async def _sit_out_pause(self) -> None:
        self._standing.move(LinkEvent.PAUSE, reason="", until_s=self._paused_until_s)
        self._connector.freed()
        await asyncio.sleep(self._paused_until_s - _now_s())

    async def _sit_out_rest(self, rest: Rest) -> None:
        times = self._settings.rest
        self._standing.move(LinkEvent.REST, reason="")
        while self._rest is rest:
            await asyncio.sleep(times.look_every_s)
            try:
                sighting = await self._connector.look(times.look_s)
            except LinkError:
                continue
            if sighting is None:
                rest.unheard()
            elif rest.ends_with(sighting.found.said, _now_s()):
                self._standing.counts.wakes += 1
                self._rest = None

    async def _keep_connected(self) -> None:
        while not self._is_called_away():
            if (event := _RETURNS.get(self._standing.state)) is not None:
                self._standing.move(event)
            try:
                await self._one_connection()
            except BrokenLinkError as error:
                await self._recover(error)
            else:
                if not self._is_called_away():  # any more
                    self._standing.move(LinkEvent.FAILED, reason=HUNG_UP)

    async def _recover(self, error: BrokenLinkError) -> None:
        until_s = _now_s() + self._pause_s()
        self._standing.failed(error, until_s)
        if self._is_called_away():
            return
        if self._ladder.rung(error.failure, _now_s()) is Rung.FORGET:
            await self._connector.forget()
        await asyncio.sleep(until_s - _now_s())

    async def _one_connection(self) -> None:
        sighting = await self._connector.search()
        self._standing.found(sighting.found)
        number = self._standing.counts.connections + 1
        conversation = Conversation(
            self.spec,
            number,
            self._inbox,
            self._settings,
            counts=self._standing.counts,
            ladder=self._ladder,
            on_event=self._on_conversation_event,
        )
        async with self._finder.quiet():
            self._standing.move(LinkEvent.FOUND)
            client = await self._connector.connect(sighting, conversation.on_disconnect)
        self._standing.counts.connections = number
        self._conversation = conversation
        self._standing.move(LinkEvent.CONNECTED)
        if self._is_called_away():
            conversation.say_goodbye(())
        reason = HUNG_UP
        self._put_connected(sighting.found.address, number)
        try:
            await conversation.run(client)
        except BrokenLinkError as error:
            reason = error.reason
            raise
        finally:
            self._conversation = None
            self._inbox.put(Disconnected(self.spec.role, _now_s(), reason, number, self.spec.wearer))
            await self._hang_up(client)

    async def _hang_up(self, client: BleakClient) -> None:
        """Hang up to the end, whatever calls away meanwhile: a link left standing keeps the device from advertising."""
        self._hanging_up = asyncio.create_task(self._connector.hang_up(client), name=f"radio hang-up {self.spec}")
        self._hanging_up.add_done_callback(self._has_hung_up)
        await asyncio.shield(self._hanging_up)

    def _has_hung_up(self, _: asyncio.Task[None]) -> None:
        self._hanging_up = None

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
            self._ladder.succeeded()
            self._connector.succeeded()
            if self._standing.address is not None:
                self._names.bind(self.spec, self._standing.address)
            self._standing.streams()
        else:
            self._standing.move(event)

    def _pause_s(self) -> float:
        backoff_s = self._backoff.next_s()
        pause_s, self._next_pause_s = self._next_pause_s or backoff_s, None
        return pause_s


def _now_s() -> float:
    return asyncio.get_running_loop().time()
