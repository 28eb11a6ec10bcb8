"""The error of a link that could not be made or kept."""

from hub.errors import LinkError
from hub.radio.ladder import Failure


class BrokenLinkError(LinkError):
    """A link has failed; ``failure`` tells how, which decides what is tried next, and ``reason`` says it in words."""

    def __init__(self, device: str, failure: Failure, reason: str) -> None:
        super().__init__(device, reason)
        self.failure = failure
        self.reason = reason
