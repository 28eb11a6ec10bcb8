import asyncio

import pytest

from hub.support.uninterrupted import uninterrupted


async def test_the_caller_ends_and_the_request_goes_on() -> None:
    answer = asyncio.Event()
    done: list[str] = []

    async def request() -> None:
        await answer.wait()
        done.append("answered")

    caller = asyncio.create_task(uninterrupted(request()))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert done == []
    answer.set()
    await asyncio.sleep(0)
    assert done == ["answered"]


async def test_a_cancellation_that_meets_the_answer_is_not_lost() -> None:
    """``asyncio.wait_for`` itself loses it before Python 3.12: then the line after the request is reached."""
    answer = asyncio.Event()

    async def caller() -> str:
        await uninterrupted(asyncio.wait_for(answer.wait(), 30))
        await asyncio.sleep(0)
        return "went on"

    task = asyncio.create_task(caller())
    for _ in range(5):  # until the request waits
        await asyncio.sleep(0)
    answer.set()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_results_and_errors_come_through() -> None:
    async def three() -> int:
        return 3

    async def fails() -> None:
        raise ValueError("no")

    assert await uninterrupted(three()) == 3
    with pytest.raises(ValueError, match="no"):
        await uninterrupted(fails())
