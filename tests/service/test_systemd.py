import socket
from pathlib import Path

import pytest

from hub.service.systemd import ServiceManager


@pytest.fixture
def manager_socket(tmp_path: Path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(30)
        yield listener, str(tmp_path / "notify")


def test_what_is_said_arrives(manager_socket) -> None:
    listener, name = manager_socket
    manager = ServiceManager({"NOTIFY_SOCKET": name})
    manager.ready()
    manager.alive()
    manager.status("two lines\nof text")
    manager.status("two lines of text")
    manager.stopping()
    said = [listener.recv(1000) for _ in range(4)]
    assert said == [b"READY=1", b"WATCHDOG=1", b"STATUS=two lines of text", b"STOPPING=1"]


def test_an_abstract_socket_is_found() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("")  # the kernel chooses an abstract name
        listener.settimeout(30)
        ServiceManager({"NOTIFY_SOCKET": "@" + listener.getsockname()[1:].decode()}).ready()
        assert listener.recv(1000) == b"READY=1"


def test_without_a_manager_or_with_a_deaf_one_nothing_happens(tmp_path: Path) -> None:
    ServiceManager({}).ready()
    ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).alive()
