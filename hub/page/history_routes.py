"""What can be asked of the past."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.errors import JournalError
from hub.page.encoded import encoded
from hub.page.history_source import History, NotThereError
from hub.page.refused import RefusedError

WEEKS, MOST_WEEKS = 8, 520

OF_WEARER = "/api/wearers/{nickname}"

_DAY = re.compile(r"20\d\d-\d\d-\d\d", re.ASCII)

NOT_KEPT = {"Cache-Control": "no-store"}

Answer = Callable[[History, str, Request], Awaitable[Mapping[str, Any]]]

ANSWERS: Mapping[str, Answer] = {
    "walks": lambda past, who, request: past.walks(who, day_asked(request)),
    "walks/{walk}": lambda past, who, request: past.walk(who, request.path_params["walk"]),
    "incidents": lambda past, who, request: past.incidents(who, weeks_asked(request)),
    "incidents/{incident}": lambda past, who, request: past.incident(who, request.path_params["incident"]),
    "incidents/{incident}/clips/{event}": lambda past, who, request: past.clip(
        who, request.path_params["incident"], request.path_params["event"]
    ),
    "aids": lambda past, who, request: past.aids(who, weeks_asked(request)),
    "exercises": lambda past, who, request: past.exercises(who, weeks_asked(request)),
}
"""By the path below a wearer's."""


def history_routes(past: History, wearer_of: Callable[[Request], str]) -> list[Route]:
    """The routes; ``wearer_of`` says whom a request is about, or refuses it."""

    def endpoint(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            nickname = wearer_of(request)
            try:
                told = await answer(past, nickname, request)
            except NotThereError as error:
                raise RefusedError(404, error.word, str(error)) from error
            except JournalError as error:
                raise RefusedError(503, "journal", str(error)) from error
            body = await asyncio.to_thread(encoded, told)
            return Response(body, media_type="application/json", headers=NOT_KEPT)

        return answered

    return [Route(f"{OF_WEARER}/{path}", endpoint(answer)) for path, answer in ANSWERS.items()]


def weeks_asked(request: Request) -> int:
    """How many weeks a request asks for."""
    weeks = request.query_params.get("weeks", str(WEEKS))
    if not (weeks.isascii() and weeks.isdecimal() and len(weeks) < 5 and 1 <= int(weeks) <= MOST_WEEKS):
        raise RefusedError(422, "wrong", f"weeks: a whole number from 1 to {MOST_WEEKS}")
    return int(weeks)


def day_asked(request: Request) -> date | None:
    """The local day that a request asks for; None: it names none."""
    day = request.query_params.get("day")
    if day is None:
        return None
    try:
        return date.fromisoformat(day if _DAY.fullmatch(day) else "")
    except ValueError as error:
        raise RefusedError(422, "wrong", "day: a date such as 2026-11-28") from error
