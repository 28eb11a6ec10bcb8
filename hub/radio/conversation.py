"""One connection to one device: bytes in, actions out, and the watch over both, until it ends."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakCharacteristicNotFoundError, BleakError

from hub.packets import Packet
from hub.radio.bluetooth import BLUETOOTH_ERRORS
from hub.radio.broken_link import BrokenLinkError
from hub.radio.devices import DeviceSpec
from hub.radio.inbox import Inbox
from hub.radio.ladder import Failure, LinkLadder, Rung
from hub.radio.settings import RadioSettings
from hub.radio.states import LinkEvent
from hub.radio.status import LinkCounts
from hub.radio.watch import Watch
from sensors.driver import Action, Pause, Read, Subscribe, Write, resolve_characteristic


@dataclass(frozen=True, slots=True)
class Offhand:
    """A write that nothing rests on. ``told`` is told why it was not done; an empty text where it was."""

    write: Write
    told: Callable[[str], None]


class Conversation:
    """What is said over one connection.

    Parameters
    ----------
    number : counts the connections of this device, from 1.
    ladder : says what is tried when it falls silent.
    on_event : is told what happens to the link.
    """

    def __init__(
        self,
        spec: DeviceSpec,
        number: int,
        inbox: Inbox,
        settings: RadioSettings,
        *,
        counts: LinkCounts,
        ladder: LinkLadder,
        on_event: Callable[[LinkEvent], None],
    ) -> None:
        self.number = number
        self._spec = spec
        self._inbox = inbox
        self._settings = settings
        self._counts = counts
        self._ladder = ladder
        self._on_event = on_event
        self._actions: deque[Action] = deque()
        self._subscribed: dict[str, BleakGATTCharacteristic] = {}
        self._offhand: Offhand | None = None
        self._writing: asyncio.Task[None] | None = None
        self._goodbye: tuple[Action, ...] | None = None
        self._ended: BrokenLinkError | None = None
        self._wake = asyncio.Event()
        self._now_s = asyncio.get_running_loop().time  # the monotonic clock
        self._watch = self._new_watch()
        self._has_data = False

    def perform(self, actions: Iterable[Action]) -> None:
        """Queue actions; they are done in order."""
        self._actions.extend(actions)
        if self._actions:
            self._wake.set()

    def try_now(self, offhand: Offhand) -> bool:
        """Do this at once or never, and go on whatever comes of it. False: no data flow, or another thing is done."""
        idle = self._has_data and not self._actions and self._offhand is None and self._writing is None
        if not idle or self._goodbye is not None or self._ended is not None:
            return False
        self._offhand = offhand
        self._wake.set()
        return True

    def data_seen(self, arrival_s: float) -> None:
        """Bytes that arrived at that time turned out to be valid data."""
        self._watch.data_seen(arrival_s)
        if not self._has_data:
            self._has_data = True
            self._on_event(LinkEvent.DATA)
            self._wake.set()

    def end(self, failure: Failure, reason: str) -> None:
        """Give the connection up: ``run`` raises ``BrokenLinkError``. The first reason stays."""
        if self._ended is None:
            self._ended = BrokenLinkError(str(self._spec), failure, reason)
        self._wake.set()

    def say_goodbye(self, actions: tuple[Action, ...]) -> None:
        """Do these last actions, then return from ``run``."""
        self._goodbye = actions
        self._wake.set()

    def on_disconnect(self) -> None:
        """For bleak: the link is gone."""
        if self._ended is None:
            self._counts.disconnections += 1
        self.end(Failure.DROPPED, "the device disconnected or went out of reach")

    async def run(self, client: BleakClient) -> None:
        """Do what is asked until goodbye.

        Raises
        ------
        BrokenLinkError
            The link broke, fell silent, or was given up.
        """
        try:
            await self._listen(client)
            for action in self._goodbye or ():
                await self._do(client, action)
        finally:
            self.end(Failure.DROPPED, "the conversation is over")
            self._end_offhand("the link ended")
            if self._writing is not None:
                self._writing.cancel()

    async def _listen(self, client: BleakClient) -> None:
        self._watch = self._new_watch()  # connecting does not count
        while self._goodbye is None:
            if self._ended is not None:
                raise self._ended
            if self._offhand is not None:
                await self._do_offhand(client, self._offhand)
                continue
            if self._actions:
                await self._do(client, self._actions[0])
                self._actions.popleft()
                if not self._actions:
                    self._on_event(LinkEvent.SET_UP)
                continue
            self._wake.clear()
            try:
                async with asyncio.timeout_at(self._watch.look_s):
                    await self._wake.wait()
            except TimeoutError:
                if self._watch.is_silent(self._now_s(), undecoded=len(self._inbox) > 0):
                    await self._break_silence(client)

    def _new_watch(self) -> Watch:
        return Watch(self._now_s(), self._settings.first_data_s, self._settings.silence_s)

    async def _break_silence(self, client: BleakClient) -> None:
        """No valid data for too long: ask for them once more, or give the link up."""
        self._counts.silences += 1
        self._on_event(LinkEvent.SILENCE)
        if self._watch.valid_s is None:
            self.end(Failure.NO_DATA, f"connected, but no valid data within {self._settings.first_data_s:g} s")
        elif not self._has_data or self._ladder.rung(Failure.SILENT, self._now_s()) is not Rung.RESUBSCRIBE:
            self.end(Failure.SILENT, f"no valid data for {self._settings.silence_s:g} s")
        else:
            self._has_data = False
            await self._resubscribe(client)
            self._watch.look_s = self._now_s() + self._settings.resubscribed_s

    async def _resubscribe(self, client: BleakClient) -> None:
        self._counts.resubscriptions += 1
        try:
            async with asyncio.timeout(self._settings.resubscribed_s):
                for name, there in self._subscribed.items():
                    await client.stop_notify(there)
                    await client.start_notify(there, partial(self._on_notification, name))
        except BLUETOOTH_ERRORS as error:
            self.end(Failure.SILENT, f"no valid data, and subscribing again failed: {str(error) or 'no answer'}")

    async def _do(self, client: BleakClient, action: Action) -> None:
        if isinstance(action, Pause):
            await asyncio.sleep(action.seconds)
            return
        try:
            async with asyncio.timeout(self._settings.action_s):
                if self._writing is not None:  # BlueZ has one write of a characteristic at a time, whoever waits for it
                    await asyncio.wait({self._writing})
                await self._ask(client, action)
        except BLUETOOTH_ERRORS as error:
            refused = isinstance(error, BleakError) and client.is_connected
            if refused and isinstance(action, Read | Subscribe) and action.optional:
                return
            self._counts.refusals += refused
            what = f"{type(action).__name__.lower()} of {action.characteristic}"
            self.end(Failure.REFUSED, f"{what} failed: {str(error) or 'no answer'}")

    async def _do_offhand(self, client: BleakClient, offhand: Offhand) -> None:
        self._writing = asyncio.create_task(self._write(client, offhand.write), name="offhand")
        self._writing.add_done_callback(self._end_writing)
        await asyncio.wait({self._writing}, timeout=self._settings.offhand_s)
        self._end_offhand("no answer")

    async def _write(self, client: BleakClient, write: Write) -> None:
        """It goes on when it is not waited for any more: it cannot be taken back."""
        try:
            await self._ask(client, write)
        except BLUETOOTH_ERRORS as error:
            self._end_offhand(str(error) or "no answer")
        else:
            self._end_offhand("")

    def _end_writing(self, _: asyncio.Task[None]) -> None:
        self._writing = None
        self._wake.set()

    def _end_offhand(self, trouble: str) -> None:
        offhand, self._offhand = self._offhand, None
        if offhand is not None:
            offhand.told(trouble)

    async def _ask(self, client: BleakClient, action: Read | Write | Subscribe) -> None:
        name = action.characteristic
        there = _characteristic(client, name)
        match action:
            case Read():
                data = await client.read_gatt_char(there)
                self._take(name, data)
            case Write(_, data, response):
                await client.write_gatt_char(there, data, response=_response(response, there.properties))
            case Subscribe():
                await client.start_notify(there, partial(self._on_notification, name))
                self._subscribed[name] = there

    def _on_notification(self, name: str, _: BleakGATTCharacteristic, data: bytearray) -> None:
        self._take(name, data)

    def _take(self, characteristic: str, data: bytearray) -> None:
        arrival_s = self._now_s()
        if self._ended is not None:
            return
        spec = self._spec
        packet = Packet(
            spec.role, spec.device_key, characteristic, bytes(data), arrival_s, self.number, wearer=spec.wearer
        )
        self._watch.packet_seen(arrival_s)
        self._counts.packets += 1
        if not self._inbox.put(packet):
            self._counts.packets_dropped += 1


def _characteristic(client: BleakClient, name: str) -> BleakGATTCharacteristic:
    present = {one.uuid: one for one in reversed(client.services.characteristics.values())}
    uuid = resolve_characteristic(name, present)
    if uuid is None:
        raise BleakCharacteristicNotFoundError(name)
    return present[uuid]


def _response(wanted: bool, properties: Collection[str]) -> bool:
    """Whether to write with response: as wanted, unless the characteristic allows only the other kind."""
    own, other = ("write", "write-without-response") if wanted else ("write-without-response", "write")
    return wanted if own in properties or other not in properties else not wanted
