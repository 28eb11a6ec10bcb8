"""The air: emulated devices around a hub's Bluetooth controller, in this process or behind an HCI transport."""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from bumble import hci, ll
from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink
from bumble.transport.common import Transport

from hub.radio.virtual.faults import Fault, Faults
from hub.radio.virtual.peripheral import Peripheral
from sensors.emulation import Body, Emulator

HUB_ADDRESS = "F0:0D:00:00:00:01"


@dataclass(frozen=True, slots=True)
class AirDevice:
    """A device to put on the air: what it says, where it is found, and what goes wrong with it."""

    emulator: Emulator
    address: str
    faults: Faults = field(default_factory=Faults)


class Air:
    """Devices worn by one body, and the hub's controller among them. Enter it to switch everything on.

    ``start_s`` is the event loop's time at which the scenario began, so that hub time minus ``start_s`` is scenario
    time, which is the body's.
    """

    def __init__(self, devices: Sequence[AirDevice], body: Body, *, seed: int = 0) -> None:
        self.start_s = asyncio.get_running_loop().time()
        self._link = _Link()
        self._tasks = asyncio.TaskGroup()
        self._peripherals: dict[str, Peripheral] = {}
        for number, device in enumerate(devices):
            self._link.connect_delays_s[hci.Address(device.address)] = device.faults.connect_delay_s
            self._peripherals[device.address] = Peripheral(
                device.emulator,
                body,
                device.address,
                self._link,
                self.now_s,
                faults=device.faults,
                seed=seed * 1000 + number,
            )

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._running = [
            self._tasks.create_task(peripheral.run(), name=f"air {address}")
            for address, peripheral in self._peripherals.items()
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._running:
            task.cancel()
        await self._tasks.__aexit__(kind, error, trace)

    def now_s(self) -> float:
        """Scenario time."""
        return asyncio.get_running_loop().time() - self.start_s

    def controller(self, transport: Transport | None = None, *, address: str = HUB_ADDRESS) -> Controller:
        """A central's controller, driven through ``transport``, or by a host in this process that attaches to it.

        Each has an ``address`` of its own; the hub's is the default, another stands for a phone.
        """
        if transport is None:
            return _HubController("hub", link=self._link, public_address=address)
        return _HubController(
            "hub", host_source=transport.source, host_sink=transport.sink, link=self._link, public_address=address
        )

    def counts(self) -> dict[str, Counter[Fault]]:
        """What the faults have done so far, by address."""
        return {address: peripheral.line.counts for address, peripheral in self._peripherals.items()}


class _HubController(Controller):
    """A controller whose pending connection can be given up."""

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        pending = self.pending_le_connection
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.pending_le_connection = None
        asyncio.get_running_loop().call_soon(
            self.send_hci_packet,
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=pending.peer_address.address_type,
                peer_address=pending.peer_address,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            ),
        )
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)


class _Link(LocalLink):
    """A link that delivers data under the address that the connection was made with, and lets a device answer late."""

    def __init__(self) -> None:
        LocalLink.__init__(self)
        self.connect_delays_s: dict[hci.Address, float] = {}
        self._held: dict[hci.Address, deque[tuple[Controller, hci.Address, PhysicalTransport, bytes]]] = {}

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        if isinstance(packet, ll.ConnectInd):
            delay_s = self.connect_delays_s.get(packet.advertiser_address, 0.0)
            if delay_s > 0:
                self._held[packet.advertiser_address] = deque()
                asyncio.get_running_loop().call_later(delay_s, self._release, packet.advertiser_address)
        super().send_advertising_pdu(sender_controller, packet)

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        if destination_address in self._held:
            self._held[destination_address].append((sender_controller, destination_address, transport, data))
            return
        connection = sender_controller.le_connections.get(destination_address)
        receiver = self.find_le_controller(destination_address)
        if connection is not None and receiver is not None:
            asyncio.get_running_loop().call_soon(receiver.on_link_acl_data, connection.self_address, transport, data)

    def _release(self, address: hci.Address) -> None:
        for held in self._held.pop(address, ()):
            self.send_acl_data(*held)
