"""The hub, as the page sees it: what there is to show, and who carries commands out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from hub.events import Value
from hub.page.history_source import History
from hub.page.model import CueKind
from hub.page.settings_model import Change, Heard, Settings, SoundTried


class NotDoneError(Exception):
    """A command that the hub does not carry out; says why in one line."""


class OutdatedError(NotDoneError):
    """A change that was made from settings that are others by now."""


class SettingsSource(Protocol):
    """What the owner can set. ``change``, ``heard`` and ``try_contact`` raise NotDoneError where they cannot."""

    async def shown(self) -> Settings:
        """All settings as they are."""

    async def change(self, change: Change) -> Settings:
        """Change them, on disk and as far as that can be in the running hub.

        Raises
        ------
        OutdatedError : they have changed since.
        """

    def begin_anew(self) -> None:
        """Have the hub begin anew, where a change needs that."""

    async def heard(self) -> Heard:
        """Listen for some seconds: which sensors are in reach."""

    async def try_contact(self, name: str) -> str:
        """Send a trial; what was done, in words."""

    async def try_sound(self, kind: CueKind, volume_pct: float) -> SoundTried:
        """Sound once."""


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

    @property
    def settings(self) -> SettingsSource:
        """What the owner can set."""

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
    def history(self) -> History:
        """What was."""

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
