"""bumble's requests must run to their end, whoever stops waiting for them."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def uninterrupted(request: Coroutine[Any, Any, T]) -> T:
    """Await a bumble request so that cancelling the caller leaves the request itself alone.

    Cut short, a request leaves its answer to be taken for that of the next one. And bumble waits with
    ``asyncio.wait_for``, which before Python 3.12 loses a cancellation that meets an answer.
    """
    task = asyncio.ensure_future(request)
    task.add_done_callback(_retrieve)
    return await asyncio.shield(task)


def _retrieve(task: asyncio.Future[Any]) -> None:
    if not task.cancelled():
        task.exception()
