"""What joins the controllers on one air: bumble's link, with what real links do and it does not."""

import asyncio
from collections import deque

from bumble import hci, ll
from bumble.controller import Connection, Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink

_Data = tuple[Controller, hci.Address, PhysicalTransport, bytes]

SUPERVISION_S = 0.42
"""How long one end of a link hears nothing before it counts the link as lost: what Linux asks for."""


class Link(LocalLink):
    """Delivers data under the address that a connection was made with, lets a device answer late, or vanish."""

    def __init__(self) -> None:
        LocalLink.__init__(self)
        self.connect_delays_s: dict[hci.Address, float] = {}
        self._held: dict[hci.Address, deque[_Data]] = {}

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        """Spread an advertisement, or a call to one device."""
        if isinstance(packet, ll.ConnectInd):
            self._held.pop(packet.advertiser_address, None)  # of an earlier call
            delay_s = self.connect_delays_s.get(packet.advertiser_address, 0.0)
            if delay_s > 0:
                held = self._held[packet.advertiser_address] = deque()
                asyncio.get_running_loop().call_later(delay_s, self._release, packet.advertiser_address, held)
        super().send_advertising_pdu(sender_controller, packet)

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Carry data to the other end, or keep them while it answers nobody."""
        if destination_address in self._held:
            self._held[destination_address].append((sender_controller, destination_address, transport, data))
            return
        connection = sender_controller.le_connections.get(destination_address)
        receiver = self.find_le_controller(destination_address)
        if connection is not None and receiver is not None:
            asyncio.get_running_loop().call_soon(receiver.on_link_acl_data, connection.self_address, transport, data)

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Carry what controllers say to each other; to one that is gone, nothing."""
        receiver = self.find_le_controller(receiver_address)
        if receiver is not None:
            asyncio.get_running_loop().call_soon(self._on_control, receiver, sender_address, packet)

    def desert(self, connection: Connection) -> None:
        """This end is gone without a word: the other one notices after a while."""
        receiver = self.find_le_controller(connection.peer_address)
        if receiver is not None and connection.self_address in receiver.le_connections:
            deserted = receiver.le_connections[connection.self_address]
            asyncio.get_running_loop().call_later(SUPERVISION_S, self._notice, receiver, deserted)

    @staticmethod
    def _on_control(receiver: Controller, sender_address: hci.Address, packet: ll.ControlPdu) -> None:
        if sender_address in receiver.le_connections:
            receiver.on_ll_control_pdu(sender_address, packet)

    @staticmethod
    def _notice(receiver: Controller, deserted: Connection) -> None:
        if receiver.le_connections.get(deserted.peer_address) is deserted:  # nobody has hung up meanwhile
            receiver.on_le_disconnected(deserted, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)

    def _release(self, address: hci.Address, held: "deque[_Data]") -> None:
        if self._held.get(address) is held:
            del self._held[address]
            for data in held:
                self.send_acl_data(*data)
