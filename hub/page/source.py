"""The hub, as the page sees it: what there is to show, and who carries commands out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from hub.events import Value


class NotDoneError(Exception):
    """A command that the hub does not carry out; says why in one line."""


class Source(Protocol):
    """The hub. What the methods give is as the models of their names in ``hub.page.model``, as JSON objects."""

    @property
    def hub(self) -> str:
        """The hub's name."""

    @property
    def version(self) -> str:
        """The hub's version."""

    @property
    def wearers(self) -> Mapping[str, str]:
        """The affected side of each wearer, by nickname."""

    @property
    def commands(self) -> Mapping[str, type[BaseModel]]:
        """What can be asked for."""

    def health(self) -> tuple[bool, Mapping[str, Any]]:
        """Whether the hub lives, and what is to be told of its health."""

    def layout(self, nickname: str) -> Mapping[str, Any]:
        """Where the cells lie."""

    def frame(self, nickname: str) -> Mapping[str, Any]:
        """This moment."""

    def now(self, nickname: str) -> Mapping[str, Any]:
        """The present."""

    def calibration(self, nickname: str) -> Mapping[str, Any]:
        """Where a guided calibration stands."""

    @property
    def sounds(self) -> Mapping[str, bytes]:
        """WAV files of what can sound, by its name."""

    def listen(self, hear: Callable[[str, Mapping[str, Any]], None]) -> Callable[[], None]:
        """Have sounds told in the instant at which they are due, as a wearer and a ``Cue``; gives what ends that."""

    async def days(self, nickname: str, weeks: int) -> Sequence[Mapping[str, Value]]:
        """The days of the last weeks that are over.

        Raises
        ------
        JournalError : they cannot be read.
        """

    async def obey(self, nickname: str, command: BaseModel) -> str:
        """Carry a command out; what was done, in words.

        Raises
        ------
        NotDoneError : it cannot be.
        """
