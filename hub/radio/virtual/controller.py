"""The hub's controller: bumble's, made to answer as a real one does where Linux depends on it."""

import asyncio
import struct

from bumble import hci, ll
from bumble.controller import Connection, Controller
from bumble.core import PhysicalTransport
from bumble.transport.common import TransportSink, TransportSource

from hub.radio.virtual.link import Link

_ACL_HEAD = struct.Struct("<BHH")
"""Packet type, connection handle with flags, length of what follows."""
_FIRST_FLUSHABLE = 2 << 12
_ENHANCED_COMPLETE = 1 << 9
"""LE event mask: the host wants the enhanced form of the event that tells a connection."""
_DEFAULT_EVENT_MASK = 0x1F
"""What a host wants that has not said otherwise."""


class HubController(Controller):
    """A controller that a kernel can drive.

    bumble's own never tells a connection in the enhanced form. Linux waits for that alone, up to 20 s in which it does
    nothing else that it is asked, such as hanging up. Nor can bumble's give a pending connection up, or be reset.
    """

    le_event_mask = _DEFAULT_EVENT_MASK

    def __init__(
        self,
        link: Link,
        address: str,
        *,
        host_source: TransportSource | None = None,
        host_sink: TransportSink | None = None,
    ) -> None:
        super().__init__("hub", host_source, host_sink, link, address)
        self._air = link

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Tell the host, in the form that it has asked for."""
        if isinstance(packet, hci.HCI_LE_Connection_Complete_Event) and self.le_event_mask & _ENHANCED_COMPLETE:
            packet = _enhanced(packet)
        super().send_hci_packet(packet)

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Give the pending connection up, and tell that it has not come about."""
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

    def on_hci_disconnect_command(self, command: hci.HCI_Disconnect_Command) -> None:
        """Hang up; the host hears that it was itself who did."""
        connection = self.find_le_connection_by_handle(command.connection_handle)
        if connection is None:
            self._send_hci_command_status(hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR, command.op_code)
            return
        self._send_hci_command_status(hci.HCI_COMMAND_STATUS_PENDING, command.op_code)
        connection.send_ll_control_pdu(ll.TerminateInd(command.reason))
        self.on_le_disconnected(connection, hci.HCI_ErrorCode.CONNECTION_TERMINATED_BY_LOCAL_HOST_ERROR)

    def on_hci_reset_command(self, command: hci.HCI_Reset_Command) -> hci.HCI_StatusReturnParameters:
        """Forget everything; the devices notice that nobody answers any more."""
        for connection in self.le_connections.values():
            self._air.desert(connection)
        self.le_connections.clear()
        self.pending_le_connection = None
        self.le_scan_enable = False
        self.le_event_mask = _DEFAULT_EVENT_MASK
        return super().on_hci_reset_command(command)

    def on_link_acl_data(self, sender_address: hci.Address, transport: PhysicalTransport, data: bytes) -> None:
        """Hand data to the host, without the object and the debug text that bumble makes of each packet."""
        connection: Connection | None = self.le_connections.get(sender_address)
        if connection is None or self.host is None:
            return
        head = _ACL_HEAD.pack(hci.HCI_ACL_DATA_PACKET, connection.handle | _FIRST_FLUSHABLE, len(data))
        asyncio.get_running_loop().call_soon(self.host.on_packet, head + data)


def _enhanced(told: hci.HCI_LE_Connection_Complete_Event) -> hci.HCI_LE_Enhanced_Connection_Complete_Event:
    return hci.HCI_LE_Enhanced_Connection_Complete_Event(
        status=told.status,
        connection_handle=told.connection_handle,
        role=told.role,
        peer_address_type=told.peer_address_type,
        peer_address=told.peer_address,
        local_resolvable_private_address=hci.Address.ANY,
        peer_resolvable_private_address=hci.Address.ANY,
        connection_interval=told.connection_interval,
        peripheral_latency=told.peripheral_latency,
        supervision_timeout=told.supervision_timeout,
        central_clock_accuracy=told.central_clock_accuracy,
    )
