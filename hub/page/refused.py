"""Requests that are refused: with a status, a word that stays the same, and a line for a person. All are counted."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from hub.page.model import Refusal
from hub.page.stats import PageStats


class RefusedError(Exception):
    """A request that is not answered as it was hoped."""

    def __init__(self, status: int, error: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.headers = dict(headers or {})


_WORDS = {
    404: ("not_found", "there is nothing here"),
    405: ("method", "this cannot be done here with this method"),
}


class Refuser:
    """Answers what was refused."""

    def __init__(self, stats: PageStats) -> None:
        self._stats = stats

    def answer(self, error: RefusedError) -> JSONResponse:
        """The answer, counted."""
        self._stats.refused[error.error] += 1
        told = Refusal(error=error.error, message=str(error)).model_dump()
        return JSONResponse(told, error.status, headers={"Cache-Control": "no-store", **error.headers})

    async def refused(self, _: Request, error: Exception) -> JSONResponse:
        """Starlette's way in."""
        assert isinstance(error, RefusedError)
        return self.answer(error)

    async def not_there(self, _: Request, error: Exception) -> JSONResponse:
        """What Starlette itself refuses."""
        assert isinstance(error, HTTPException)
        word, message = _WORDS.get(error.status_code, ("refused", str(error.detail)))
        return self.answer(RefusedError(error.status_code, word, message, error.headers))
