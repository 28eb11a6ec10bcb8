from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.page.living import chromium


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The home's network of a test is this machine."""
    monkeypatch.setattr("hub.page.server.EVERYWHERE", "127.0.0.1")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser
