"""What every request meets first: was it meant for this hub, and does it come from this hub's own page?"""

from collections.abc import Collection, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.page.access import came_through_proxy, is_our_host, is_same_origin
from hub.page.refused import RefusedError, Refuser

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""On every answer: nothing inline, nothing from anywhere else, in nobody's frame."""

READS = {"GET", "HEAD"}


class Guard:
    """Stands before the application.

    Parameters
    ----------
    names : host names under which the page is reached, beside the addresses themselves.
    asks_codes : visitors show that they are paired. Where they do not, whoever comes in is the owner, and so nobody may
        come through a proxy.
    """

    def __init__(self, app: ASGIApp, names: Collection[str], refuser: Refuser, *, asks_codes: bool) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)
        self._refuser = refuser
        self._asks_codes = asks_codes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or hand on."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        try:
            self._check(scope)
        except RefusedError as error:
            await self._refuser.answer(error)(scope, receive, send_guarded)
        else:
            await self._app(scope, receive, send_guarded)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        reached_at = str(scope["server"][0])
        if len(hosts) != 1 or not is_our_host(hosts[0], reached_at, self._names):
            raise RefusedError(421, "host", "this hub is not called that; open it by its address, or see page.names")
        if not self._asks_codes and came_through_proxy(headers):
            raise RefusedError(403, "proxy", 'nobody is asked for a code here; behind a proxy set page.mode = "proxy"')
        from_elsewhere = headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
        if scope["method"] in READS:
            if from_elsewhere and str(scope["path"]).startswith("/api/"):
                raise RefusedError(403, "origin", "only the hub's own page may ask this")
        elif from_elsewhere or not is_same_origin(headers.get("origin", ""), hosts[0]):
            raise RefusedError(403, "origin", "only the hub's own page may ask this; Origin must be this address")
