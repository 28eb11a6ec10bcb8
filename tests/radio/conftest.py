import asyncio
from collections.abc import AsyncIterator

import pytest


@pytest.fixture(autouse=True)
async def no_task_is_left_behind() -> AsyncIterator[None]:
    yield
    left = [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith(("radio ", "air "))]
    assert not left
