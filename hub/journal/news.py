"""Who waits for the journal is woken at each news, and told of its end."""

import asyncio

from hub.errors import JournalError


class News:
    """Wakes all who wait, those first who ask for it; after the end there is nothing to wait for but its error."""

    def __init__(self) -> None:
        self.failure: JournalError | None = None
        """Why the journal has ended."""
        self._first, self._then = asyncio.Event(), asyncio.Event()

    def tell(self) -> None:
        """Something has been written, or taken by somebody."""
        for waited in (self._first, self._then):
            waited.set()
        self._first, self._then = asyncio.Event(), asyncio.Event()

    def end(self, failure: JournalError) -> None:
        """The journal has ended; the first error is the one that counts."""
        self.failure = self.failure or failure
        self.tell()

    def check(self) -> None:
        """Go on, unless the journal has ended.

        Raises
        ------
        JournalError
            It has.
        """
        if self.failure is not None:
            raise self.failure

    async def wait(self, *, first: bool = False) -> None:
        """Return at the next news.

        Raises
        ------
        JournalError
            The journal has ended.
        """
        self.check()
        await (self._first if first else self._then).wait()
