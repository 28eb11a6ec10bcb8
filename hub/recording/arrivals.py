"""Arrivals as MCAP messages: packets byte for byte, the rest as JSON. Every field comes back bit for bit."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from hub.packets import Calibrated, Connected, Disconnected, Entry, Packet
from sensors.driver import DriverOptions
from sensors.layout import Role, Side
from sensors.sketch_layout import SketchLayout

PACKET_ENCODING = "insole-hub-packet"
LINK_ENCODING = "json"

_CALIBRATION = "calibration"
_SKETCH: TypeAdapter[SketchLayout | None] = TypeAdapter(SketchLayout | None)

_STAMP = struct.Struct("<dI")
"""Before a packet's bytes: f64 arrival_s, u32 connection, little endian."""


@dataclass(frozen=True, slots=True)
class Topic:
    """An MCAP channel: name, encoding of its messages, and what all of them have in common."""

    name: str
    encoding: str
    common: tuple[tuple[str, str], ...]


def topic_of(arrival: Entry) -> Topic:
    """The channel that an arrival belongs to."""
    if isinstance(arrival, Calibrated):
        place = "/".join(name for name in (arrival.wearer, _CALIBRATION) if name)
        return Topic(f"/{place}", LINK_ENCODING, (("wearer", arrival.wearer), ("holds", _CALIBRATION)))
    common = (("wearer", arrival.wearer), ("role", arrival.role.value))
    place = "/".join(name for name in (arrival.wearer, arrival.role.value) if name)
    match arrival:
        case Packet(device_key=device_key, characteristic=characteristic):
            of_packet = (("device_key", device_key), ("characteristic", characteristic))
            return Topic(f"/{place}/packet/{characteristic}", PACKET_ENCODING, (*common, *of_packet))
        case _:
            return Topic(f"/{place}/link", LINK_ENCODING, common)


def encode(arrival: Entry) -> bytes:
    """The message of an arrival, without what its topic says."""
    link: dict[str, object]
    match arrival:
        case Calibrated(kept=kept, arrival_s=arrival_s):
            link = {"arrival_s": arrival_s, "kept": kept}
        case Packet(arrival_s=arrival_s, connection=connection, data=data):
            return _STAMP.pack(arrival_s, connection) + data
        case Connected():
            link = {
                "state": "connected",
                "arrival_s": arrival.arrival_s,
                "connection": arrival.connection,
                "device_key": arrival.device_key,
                "address": arrival.address,
                "side": arrival.side.value,
                "rate_hz": arrival.options.rate_hz,
                "options": arrival.options.options,
                "sketch": _SKETCH.dump_python(arrival.options.sketch, mode="json"),
                "wall_time": arrival.wall_time.isoformat(),
            }
        case Disconnected():
            link = {
                "state": "disconnected",
                "arrival_s": arrival.arrival_s,
                "connection": arrival.connection,
                "reason": arrival.reason,
            }
    return json.dumps(link, allow_nan=False).encode()


def decode(encoding: str, common: Mapping[str, str], message: bytes) -> Entry:
    """Inverse of ``topic_of`` and ``encode``.

    Raises
    ------
    ValueError, KeyError, struct.error : not a message that ``encode`` wrote.
    """
    wearer = common["wearer"]
    if common.get("holds") == _CALIBRATION:
        adopted = json.loads(message)
        return Calibrated(dict(adopted["kept"]), adopted["arrival_s"], wearer)
    role = Role(common["role"])
    if encoding == PACKET_ENCODING:
        arrival_s, connection = _STAMP.unpack_from(message)
        data = message[_STAMP.size :]
        return Packet(role, common["device_key"], common["characteristic"], data, arrival_s, connection, wearer)
    link = json.loads(message)
    if link["state"] == "disconnected":
        return Disconnected(role, link["arrival_s"], link["reason"], link["connection"], wearer)
    return Connected(
        role=role,
        device_key=link["device_key"],
        address=link["address"],
        side=Side(link["side"]),
        options=DriverOptions(link["rate_hz"], link["options"], _SKETCH.validate_python(link.get("sketch"))),
        arrival_s=link["arrival_s"],
        wall_time=datetime.fromisoformat(link["wall_time"]),
        connection=link["connection"],
        wearer=wearer,
    )
