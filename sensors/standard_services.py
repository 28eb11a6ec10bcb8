"""Battery level and firmware revision, by the services that Bluetooth itself defines; for drivers and for emulators."""

from dataclasses import replace

from sensors.driver import Action, Facts, Read, Subscribe
from sensors.emulation import EmulatorOptions, GattCharacteristic, GattService
from sensors.errors import DecodeError, DecodeReason

BATTERY_SERVICE = "180f"
BATTERY_LEVEL = "2a19"
INFORMATION_SERVICE = "180a"
FIRMWARE_REVISION = "2a26"

ASK_FIRMWARE: tuple[Action, ...] = (Read(FIRMWARE_REVISION, optional=True),)
ASK_BATTERY: tuple[Action, ...] = (Read(BATTERY_LEVEL, optional=True), Subscribe(BATTERY_LEVEL, optional=True))

BATTERY = GattService(BATTERY_SERVICE, (GattCharacteristic(BATTERY_LEVEL, frozenset({"read", "notify"})),))
INFORMATION = GattService(INFORMATION_SERVICE, (GattCharacteristic(FIRMWARE_REVISION, frozenset({"read"})),))

EMULATED_FIRMWARE = "0.0.0-emulated"


def take_in(facts: Facts, characteristic: str, data: bytes) -> Facts:
    """The facts with what a value tells; as they were, if it is of no characteristic of these services.

    Raises
    ------
    DecodeError
        A battery level that is none.
    """
    if characteristic == BATTERY_LEVEL:
        if len(data) != 1:
            raise DecodeError(DecodeReason.WRONG_LENGTH, data, f"battery level of {len(data)} bytes")
        if data[0] > 100:
            raise DecodeError(DecodeReason.OUT_OF_RANGE, data, f"battery level of {data[0]} %")
        return replace(facts, battery_pct=float(data[0]))
    if characteristic == FIRMWARE_REVISION:
        return replace(facts, firmware=data.decode("utf-8", "replace").strip("\0 ") or None)
    return facts


def emulated(characteristic: str, options: EmulatorOptions) -> bytes:
    """What an emulated device answers to a read; nothing, if it is of no characteristic of these services."""
    return {
        BATTERY_LEVEL: bytes((round(options.battery_pct),)),
        FIRMWARE_REVISION: EMULATED_FIRMWARE.encode(),
    }.get(characteristic, b"")
