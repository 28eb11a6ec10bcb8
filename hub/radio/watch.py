"""When a link has been silent for too long. Pure: told what comes and what time it is."""

STALL_S = 0.5
"""A look that comes so late was held up: bytes may lie unread, and the device is not to blame yet."""


class Watch:
    """Watches one connection for valid data.

    Parameters
    ----------
    start_s : when the connection began.
    first_data_s, silence_s : how long to wait for the first valid data, and for more of it afterwards.
    """

    def __init__(self, start_s: float, first_data_s: float, silence_s: float) -> None:
        self.look_s = start_s + first_data_s
        """When to look next."""
        self.valid_s: float | None = None
        """When the last valid data arrived."""
        self._silence_s = silence_s
        self._packet_s = start_s

    def packet_seen(self, arrival_s: float) -> None:
        """Bytes arrived; nobody has decoded them yet."""
        self._packet_s = arrival_s

    def data_seen(self, arrival_s: float) -> None:
        """Bytes that arrived then were valid data."""
        if self.valid_s is None:
            self.look_s = arrival_s + self._silence_s
        self.valid_s = arrival_s

    def is_silent(self, now_s: float, undecoded: bool) -> bool:
        """Look, at ``look_s`` or later, and set the time of the next look.

        ``undecoded``: packets wait to be decoded. While they are recent, they may yet prove valid.
        """
        if self.valid_s is not None and self.valid_s + self._silence_s > now_s:
            self.look_s = self.valid_s + self._silence_s
            return False
        may_be_valid = undecoded and self._packet_s + self._silence_s > now_s
        held_up = now_s - self.look_s > STALL_S
        self.look_s = now_s + self._silence_s
        return not (may_be_valid or held_up)
