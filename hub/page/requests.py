"""Bodies of requests: bounded, in time, and as the model says."""

import asyncio
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from hub.page.refused import RefusedError

MOST_BYTES = 4096
"""No body is longer; as of MQTT commands."""

BODY_S = 10.0
"""A body that takes longer is given up."""

JSON = "application/json"
CLOSING = {"Connection": "close"}
"""Where a body was not read to its end, what comes after it would be taken for a request."""

Model = TypeVar("Model", bound=BaseModel)


async def read(request: Request, model: type[Model]) -> Model:
    """The body as the model says.

    Raises
    ------
    RefusedError : it is too long, too slow, not JSON, or not what the model says.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise RefusedError(415, "not_json", f"the body must be {JSON}", CLOSING)
    body = await _body(request)
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RefusedError(422, "wrong", f"{where}: {first['msg']}" if where else str(first["msg"])) from error


async def _body(request: Request) -> bytes:
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced) > MOST_BYTES:
        raise _too_long()
    body = b""
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                body += part
                if len(body) > MOST_BYTES:
                    raise _too_long()
    except TimeoutError as error:
        raise RefusedError(408, "slow", f"the body did not come within {BODY_S:g} s", CLOSING) from error
    except ClientDisconnect as error:
        raise RefusedError(400, "gone", "the connection ended before the body did", CLOSING) from error
    return body


def _too_long() -> RefusedError:
    return RefusedError(413, "too_long", f"at most {MOST_BYTES} bytes are taken", CLOSING)
