"""The settings' part of the API."""

from collections.abc import Callable

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.page.model import Answer
from hub.page.refused import RefusedError
from hub.page.requests import read
from hub.page.settings_model import CHANGES, TryContact, TrySound
from hub.page.source import NotDoneError, OutdatedError, SettingsSource

NOT_KEPT = {"Cache-Control": "no-store"}


class SettingsPages:
    """Shows and changes settings, after ``check`` has let the visitor through."""

    def __init__(self, settings: SettingsSource, check: Callable[[Request], None]) -> None:
        self._settings = settings
        self._check = check
        self.routes = [
            Route("/api/settings", self._shown),
            Route("/api/settings/scan", self._scan, methods=["POST"]),
            Route("/api/settings/try", self._try, methods=["POST"]),
            Route("/api/settings/sound", self._sound, methods=["POST"]),
            Route("/api/settings/changes/{name}", self._change, methods=["POST"]),
        ]

    async def _shown(self, request: Request) -> Response:
        self._check(request)
        return _told((await self._settings.shown()).model_dump(mode="json"))

    async def _change(self, request: Request) -> Response:
        self._check(request)
        model = CHANGES.get(request.path_params["name"])
        if model is None:
            raise RefusedError(404, "not_found", "there is no such setting")
        change = await read(request, model)
        try:
            settings = await self._settings.change(change)
        except OutdatedError as error:
            raise RefusedError(409, "outdated", str(error)) from error
        except NotDoneError as error:
            raise RefusedError(409, "not_done", str(error)) from error
        response = _told(settings.model_dump(mode="json"))
        if settings.begins_anew:
            response.background = BackgroundTask(self._begin_anew)  # first the browser has its answer
        return response

    async def _begin_anew(self) -> None:
        self._settings.begin_anew()  # on the loop: what is no coroutine would be run by a thread

    async def _scan(self, request: Request) -> Response:
        self._check(request)
        try:
            return _told((await self._settings.heard()).model_dump(mode="json"))
        except NotDoneError as error:
            raise RefusedError(409, "not_done", str(error)) from error

    async def _try(self, request: Request) -> Response:
        self._check(request)
        asked = await read(request, TryContact)
        try:
            said = await self._settings.try_contact(asked.name)
        except NotDoneError as error:
            raise RefusedError(409, "not_done", str(error)) from error
        return _told(Answer(obeyed=True, message=said).model_dump())

    async def _sound(self, request: Request) -> Response:
        self._check(request)
        asked = await read(request, TrySound)
        return _told((await self._settings.try_sound(asked.on, asked.volume_pct)).model_dump(mode="json"))


def _told(told: object) -> JSONResponse:
    return JSONResponse(told, headers=NOT_KEPT)
