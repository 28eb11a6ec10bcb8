"""The only place that speaks Bluetooth: scan, connect, supervise, recover. See docs/radio.md."""

from hub.radio.bluetooth import Bluetooth
from hub.radio.bound_names import BoundNames
from hub.radio.devices import DeviceSpec, Found
from hub.radio.finder import scan
from hub.radio.inbox import Inbox
from hub.radio.radio import Radio
from hub.radio.settings import RadioSettings
from hub.radio.states import LinkState
from hub.radio.status import AdapterCounts, AdapterStatus, LinkCounts, LinkStatus

__all__ = [
    "AdapterCounts",
    "AdapterStatus",
    "Bluetooth",
    "BoundNames",
    "DeviceSpec",
    "Found",
    "Inbox",
    "LinkCounts",
    "LinkState",
    "LinkStatus",
    "Radio",
    "RadioSettings",
    "scan",
]
