"""Topics that earlier runs have retained at the broker and this one no longer says: a wearer renamed, gone, moved."""

import logging
from collections.abc import Iterable
from pathlib import Path

from hub.errors import RecordingError
from hub.mqtt.address import BrokerAddress
from hub.support.state_file import read_state, write_state

logger = logging.getLogger(__name__)


class KeptTopics:
    """Remembers on disk what lies at the broker, before it is said there, so that a kill loses nothing.

    Parameters
    ----------
    path : the file.
    address : the broker; what an earlier run told another broker cannot be reached from here, and is forgotten.
    said : all topics that this run retains.
    """

    def __init__(self, path: Path, address: BrokerAddress, said: Iterable[str]) -> None:
        self._path = path
        self._broker = str(address)
        self._said = sorted(said)
        self.stale = tuple(topic for topic in self._remembered() if topic not in self._said)
        """To be emptied at the broker; then comes ``cleared``."""
        self._write([*self._said, *self.stale])

    def cleared(self) -> None:
        """The broker has taken the empty payloads."""
        self._write(self._said)

    def _remembered(self) -> list[str]:
        try:
            state = read_state(self._path)
        except RecordingError as error:
            logger.warning("%s", error)
            return []
        if not isinstance(state, dict) or state.get("broker") != self._broker:
            return []
        topics = state.get("topics")
        return [str(topic) for topic in topics] if isinstance(topics, list) else []

    def _write(self, topics: list[str]) -> None:
        try:
            write_state(self._path, {"broker": self._broker, "topics": topics})
        except RecordingError as error:
            logger.warning("%s; a wearer who is renamed may stay at the broker", error)
