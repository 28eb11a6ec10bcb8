"""The past, as the page sees it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol


class NotThereError(Exception):
    """Something that is not there, or no longer; ``word`` stays the same, the text says why in one line."""

    def __init__(self, word: str, message: str) -> None:
        super().__init__(message)
        self.word = word


class History(Protocol):
    """What was. What the methods give is as the models of their names in ``hub.page.history_model``, as JSON objects.

    All raise ``JournalError`` where the journal cannot be read, and ``NotThereError`` where there is no such thing.
    """

    async def walks(self, nickname: str, day: date | None) -> Mapping[str, Any]:
        """The walks that ended on a local day; None: today."""

    async def walk(self, nickname: str, walk: str) -> Mapping[str, Any]:
        """One walk, step by step."""

    async def incidents(self, nickname: str, weeks: int) -> Mapping[str, Any]:
        """Trips and falls of the last weeks."""

    async def incident(self, nickname: str, incident: str) -> Mapping[str, Any]:
        """One trip or fall, and what was said of it."""

    async def clip(self, nickname: str, incident: str, event: str) -> Mapping[str, Any]:
        """The seconds around one of its events, to be played."""

    async def aids(self, nickname: str, weeks: int) -> Mapping[str, Any]:
        """Walks with one aid against walks with another."""

    async def exercises(self, nickname: str, weeks: int) -> Mapping[str, Any]:
        """Exercises that were done."""
