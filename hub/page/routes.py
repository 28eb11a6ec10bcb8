"""What can be asked of the page: its files, the API, the stream."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from ipaddress import ip_address

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.errors import JournalError, PageError, RecordingError
from hub.page.access import AT_THIS_MACHINE, Role, Visitor, came_through_proxy
from hub.page.attempts import Attempts
from hub.page.files import answer as file_answer
from hub.page.files import page_files
from hub.page.history_routes import NOT_KEPT, history_routes, weeks_asked
from hub.page.model import About, Answer, Devices, Pairing, WearerShown
from hub.page.openapi import openapi
from hub.page.pairing import Paired, exchange
from hub.page.refused import RefusedError, Refuser
from hub.page.requests import read
from hub.page.settings_routes import SettingsPages
from hub.page.source import NotDoneError, Source
from hub.page.stream import Streams

COOKIE = "insole_hub"
COOKIE_S = 400 * 24 * 3600
"""The longest that browsers keep one; renewed at each visit."""


Endpoint = Callable[[Request], Awaitable[Response]]


class Pages:
    """The application behind the guard.

    Parameters
    ----------
    paired : the devices that may see the page; None: whoever reaches it may.
    """

    def __init__(self, source: Source, streams: Streams, refuser: Refuser, paired: Paired | None) -> None:
        self._source = source
        self._streams = streams
        self._paired = paired
        self._files = page_files(source.sounds)
        self._schema = openapi(source.commands, source.version)
        self._attempts = Attempts()
        self._pairing = asyncio.Lock()
        self.app = Starlette(
            routes=[
                Route("/health", self._health),
                Route("/api/openapi.json", self._openapi),
                Route("/api/hub", self._about),
                Route("/api/pair", self._pair, methods=["POST"]),
                Route("/api/unpair", self._unpair, methods=["POST"]),
                Route("/api/devices", self._devices),
                Route("/api/devices/{device}/forget", self._forget, methods=["POST"]),
                Route("/api/wearers/{nickname}/layout", self._of_wearer(source.layout)),
                Route("/api/wearers/{nickname}/now", self._of_wearer(source.now)),
                Route("/api/wearers/{nickname}/calibration", self._of_wearer(source.calibration)),
                Route("/api/wearers/{nickname}/days", self._days),
                *history_routes(source.history, self._wearer),
                Route("/api/wearers/{nickname}/stream", self._stream),
                Route("/api/wearers/{nickname}/commands/{name}", self._command, methods=["POST"]),
                *SettingsPages(source.settings, self._owner).routes,
                *(Route(path, self._file) for path in self._files),
            ],
            exception_handlers={RefusedError: refuser.refused, HTTPException: refuser.not_there},
        )
        self.app.router.redirect_slashes = False

    async def _health(self, request: Request) -> Response:
        """For this machine only: a container's check, a person at the terminal."""
        is_here = request.client is not None and ip_address(request.client.host).is_loopback
        if not is_here or came_through_proxy(request.headers):
            raise RefusedError(403, "not_here", "this is told on the hub's own machine only")
        lives, told = self._source.health()
        return JSONResponse(told, 200 if lives else 503, headers=NOT_KEPT)

    async def _file(self, request: Request) -> Response:
        return file_answer(self._files[request.url.path], request)

    async def _openapi(self, _: Request) -> Response:
        return JSONResponse(self._schema)

    async def _about(self, request: Request) -> Response:
        visitor = self._visitor(request)
        told = About(
            hub=self._source.hub,
            version=self._source.version,
            role=visitor.role.value,
            commands=[name for name in self._source.commands if visitor.may_ask(name)],
            wearers=[
                WearerShown.model_validate({"nickname": nickname, "affected_side": side})
                for nickname, side in self._source.wearers.items()
                if visitor.may_see(nickname)
            ],
        )
        response = _told(told)
        if visitor.device:
            _give_cookie(response, request.cookies[COOKIE])
        return response

    async def _pair(self, request: Request) -> Response:
        if self._paired is None:
            raise RefusedError(409, "no_pairing", "this hub asks for no code: it serves its own machine only")
        asked = await read(request, Pairing)
        address = request.client.host if request.client is not None else ""
        if not self._attempts.may_try(address, time.monotonic()):
            raise RefusedError(429, "too_many_tries", "too many codes were tried; wait a minute", {"Retry-After": "60"})
        async with self._pairing:
            try:
                cookie = await asyncio.to_thread(
                    exchange, self._paired.folder, asked.code, asked.name, datetime.now(UTC)
                )
            except (PageError, RecordingError) as error:
                raise RefusedError(503, "not_paired", str(error)) from error
        if cookie is None:
            raise RefusedError(403, "code", "this code is wrong, used up or older than 10 minutes")
        response = _told(Answer(obeyed=True, message="paired"))
        _give_cookie(response, cookie)
        return response

    async def _unpair(self, request: Request) -> Response:
        visitor = self._visitor(request)
        if self._paired is None or not self._paired.forget(visitor.device):
            raise RefusedError(409, "no_pairing", "this hub asks for no code: it serves its own machine only")
        response = _told(Answer(obeyed=True, message="forgotten"))
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    async def _devices(self, request: Request) -> Response:
        self._owner(request)
        return _told(Devices(devices=[] if self._paired is None else self._paired.devices()))

    async def _forget(self, request: Request) -> Response:
        self._owner(request)
        if self._paired is None or not self._paired.forget(request.path_params["device"]):
            raise RefusedError(404, "not_found", "no such device is paired")
        return _told(Answer(obeyed=True, message="forgotten"))

    def _of_wearer(self, tell: Callable[[str], object]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            return JSONResponse(tell(self._wearer(request)), headers=NOT_KEPT)

        return endpoint

    async def _days(self, request: Request) -> Response:
        nickname, weeks = self._wearer(request), weeks_asked(request)
        try:
            days = await self._source.days(nickname, weeks)
        except JournalError as error:
            raise RefusedError(503, "journal", str(error)) from error
        return JSONResponse({"days": days}, headers=NOT_KEPT)

    async def _stream(self, request: Request) -> Response:
        visitor = self._visitor(request)
        paired = self._paired
        return self._streams.response(self._wearer(request), lambda: paired is None or paired.is_paired(visitor.device))

    async def _command(self, request: Request) -> Response:
        visitor, nickname, name = self._visitor(request), self._wearer(request), request.path_params["name"]
        model: type[BaseModel] | None = self._source.commands.get(name)
        if model is None:
            raise RefusedError(404, "not_found", f"no such command; known: {', '.join(self._source.commands)}")
        if not visitor.may_ask(name):
            raise RefusedError(403, "role", f"a {visitor.role.value} cannot ask for this")
        command = await read(request, model)
        try:
            return _told(Answer(obeyed=True, message=await self._source.obey(nickname, command)))
        except NotDoneError as error:
            raise RefusedError(409, "not_done", str(error)) from error

    def _visitor(self, request: Request) -> Visitor:
        if self._paired is None:
            return AT_THIS_MACHINE
        visitor = self._paired.visitor(request.cookies.get(COOKIE, ""))
        if visitor is None:
            raise RefusedError(401, "unpaired", "this device is not paired; `insole-hub page code` shows a code")
        return visitor

    def _owner(self, request: Request) -> None:
        visitor = self._visitor(request)
        if visitor.role is not Role.OWNER:
            raise RefusedError(403, "role", f"a {visitor.role.value} cannot ask for this")

    def _wearer(self, request: Request) -> str:
        visitor, nickname = self._visitor(request), str(request.path_params["nickname"])
        if nickname not in self._source.wearers or not visitor.may_see(nickname):
            raise RefusedError(404, "not_found", "nobody here is called that")
        return nickname


def _told(told: BaseModel) -> JSONResponse:
    return JSONResponse(told.model_dump(mode="json"), headers=NOT_KEPT)


def _give_cookie(response: Response, cookie: str) -> None:
    response.set_cookie(COOKIE, cookie, max_age=COOKIE_S, httponly=True, samesite="strict")
