"""Why a database did not take points: what the writer does next."""

from hub.errors import DeliveryError


class BusyError(DeliveryError):
    """The database does not answer, or cannot take points now; it asks to be left alone for ``pause_s``."""

    def __init__(self, destination: str, message: str, pause_s: float = 0.0) -> None:
        super().__init__(destination, message)
        self.pause_s = pause_s


class ClosedError(DeliveryError):
    """The database will not let the hub in until somebody has changed something."""
