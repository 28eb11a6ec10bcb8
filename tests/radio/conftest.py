import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from tests.radio.warp import WarpedLoop

IN_REAL_TIME = {"test_attach", "test_bluez", "test_causes", "test_control", "test_process", "test_vhci"}
"""Files whose tests wait for a socket or another process."""


def pytest_asyncio_loop_factories(item: pytest.Item) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"real": asyncio.SelectorEventLoop} if item.path.stem in IN_REAL_TIME else {"warped": WarpedLoop}


@pytest.fixture(autouse=True)
async def no_task_is_left_behind() -> AsyncIterator[None]:
    yield
    left = [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith(("radio ", "air "))]
    assert not left
