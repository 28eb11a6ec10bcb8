import pytest


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The home's network of a test is this machine."""
    monkeypatch.setattr("hub.page.server.EVERYWHERE", "127.0.0.1")
