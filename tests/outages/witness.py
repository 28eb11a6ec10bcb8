"""What a broker has acknowledged, as somebody between hub and broker hears it: pure, MQTT 3.1.1."""

import json
from collections.abc import Iterator
from typing import Any

PUBLISH, PUBACK = 3, 4


class Witness:
    """Hears a connection's bytes both ways. ``acknowledged``: ids of the events that the broker has taken."""

    def __init__(self) -> None:
        self.acknowledged: set[str] = set()
        self._said: dict[int, str] = {}
        self._upward, self._downward = bytearray(), bytearray()

    def hear_hub(self, data: bytes) -> None:
        """What the hub says, in any pieces."""
        for kind, flags, body in _packets(self._upward, data):
            if kind == PUBLISH and flags >> 1 & 3 == 1:
                topic_n = int.from_bytes(body[:2], "big")
                if b"/event/" in body[2 : 2 + topic_n]:
                    number = int.from_bytes(body[2 + topic_n : 4 + topic_n], "big")
                    payload: dict[str, Any] = json.loads(body[4 + topic_n :])
                    self._said[number] = payload["id"]

    def hear_broker(self, data: bytes) -> None:
        """What the broker says."""
        for kind, _, body in _packets(self._downward, data):
            if kind == PUBACK and (said := self._said.pop(int.from_bytes(body[:2], "big"), None)) is not None:
                self.acknowledged.add(said)


def _packets(waiting: bytearray, data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Kind, flags and body of each packet that is whole now."""
    waiting += data
    while True:
        length, shift, at = 0, 0, 1
        while at < len(waiting) and at <= 4:
            length |= (waiting[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if not waiting[at - 1] & 0x80:
                break
        else:
            return
        if len(waiting) < at + length:
            return
        packet = bytes(waiting[: at + length])
        del waiting[: at + length]
        yield packet[0] >> 4, packet[0] & 0x0F, packet[at:]
