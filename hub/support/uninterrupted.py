"""A library's request runs to its end, whoever stops waiting for it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def uninterrupted(request: Coroutine[Any, Any, T]) -> T:
    """Await a request so that cancelling the caller ends the caller and leaves the request itself alone.

    bumble and aiomqtt wait with ``asyncio.wait_for``, which before Python 3.12 loses a cancellation that meets an
    answer: the caller would go on for ever. And a request cut short leaves its answer to be taken for the next one's.
    """
    task = asyncio.ensure_future(request)
    task.add_done_callback(_retrieve)
    return await asyncio.shield(task)


def _retrieve(task: asyncio.Future[Any]) -> None:
    if not task.cancelled():
        task.exception()
