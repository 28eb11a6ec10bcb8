"""What is followed: the journal and its side logs, as far as those who follow need them, or anything like them."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from hub.alert import Change
from hub.diary import DiaryEntry
from hub.events import Event, Value


class Record(Protocol):
    """An event on disk."""

    @property
    def position(self) -> int:
        """Its place in the order of all events."""

    @property
    def wearer(self) -> str:
        """Whose it is."""

    @property
    def wall_time_ns(self) -> int:
        """When it happened, Unix time."""

    @property
    def event(self) -> Event:
        """What happened."""

    @property
    def aids(self) -> str | None:
        """Aids that were on."""


class Page(Protocol):
    """Events on disk, in order."""

    @property
    def records(self) -> Sequence[Record]:
        """The events."""

    @property
    def until(self) -> int:
        """Position up to which they were read."""


class EventSource(Protocol):
    """``hub.journal.Journal``, or anything that follows and remembers like it."""

    @property
    def is_kept(self) -> bool:
        """Whether what comes from it is on a disk, where its position is for good."""

    def cursor(self, destination: str) -> int:
        """Position up to which the destination has taken everything."""

    def waiting_n(self, destination: str) -> int:
        """How many events the destination has still to take, at most."""

    def follow_pages(self, destination: str, *, first: bool = False) -> AsyncGenerator[Page, None]:
        """Every record after the destination's cursor, now and in future; ``first``: woken ahead of the others."""

    def advance(self, destination: str, position: int) -> None:
        """The destination has taken everything up to here."""


class AlertRecord(Protocol):
    """A change of an alert on disk."""

    @property
    def position(self) -> int:
        """Its place in the order of all changes."""

    @property
    def change(self) -> Change:
        """The change."""


class AlertSource(Protocol):
    """``hub.journal.AlertLog``, or anything that follows and remembers like it."""

    def follow(self, destination: str) -> AsyncGenerator[AlertRecord, None]:
        """Every change after the destination's cursor, now and in future."""

    def advance(self, destination: str, position: int) -> None:
        """The destination has taken everything up to here."""


class Summary(Protocol):
    """A day in figures."""

    def to_dict(self) -> dict[str, Value]:
        """Figures by their names."""


class DayRecord(Protocol):
    """A day on disk."""

    @property
    def position(self) -> int:
        """Its place in the order of all days."""

    @property
    def wearer(self) -> str:
        """Whose it is."""

    @property
    def summary(self) -> Summary:
        """The day in figures."""


class DaySource(Protocol):
    """``hub.journal.DayLog``, or anything that follows and remembers like it."""

    def follow(self, destination: str) -> AsyncGenerator[DayRecord, None]:
        """Every day after the destination's cursor, now and in future."""

    def advance(self, destination: str, position: int) -> None:
        """The destination has taken everything up to here."""


class DiaryRecord(Protocol):
    """An entry of the diary on disk."""

    @property
    def position(self) -> int:
        """Its place in the order of all entries."""

    @property
    def entry(self) -> DiaryEntry:
        """The entry."""


class DiarySource(Protocol):
    """``hub.journal.DiaryLog``, or anything that follows and remembers like it."""

    def follow(self, destination: str) -> AsyncGenerator[DiaryRecord, None]:
        """Every entry after the destination's cursor, now and in future."""

    def advance(self, destination: str, position: int) -> None:
        """The destination has taken everything up to here."""
