"""What listens while a whole hub runs is what docs/remote-access.md says, and nothing else."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from hub.config import parse_config
from hub.config.schema import PageConfig
from hub.demo import DemoOptions, demo_config
from hub.page import PageStats, serve
from hub.service.page_view import door
from tests.page.still import Still
from tests.services.ports import free_port

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 120.0
PAGE, BROKER = 8330, 1883


def table() -> dict[str, tuple[str, str]]:
    """What listens, by name: ports and address as the page says."""
    text = (ROOT / "docs/remote-access.md").read_text().partition("## What listens")[2]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return {row[0]: (row[1], row[2]) for row in rows[2:]}


@pytest.fixture
def whole_hub(tmp_path: Path) -> Iterator[tuple[psutil.Process, dict[int, int]]]:
    """The demo, which is the whole hub, and which usual port each of its own stands for."""
    ports = {free_port(): PAGE, free_port(): BROKER}
    page, broker = ports
    command = [sys.executable, "-m", "hub", "demo", "--plain", "--port", str(broker), "--page-port", str(page)]
    with subprocess.Popen([*command, "--state", str(tmp_path)], stdout=subprocess.PIPE, text=True) as hub:
        assert hub.stdout is not None
        for line in hub.stdout:
            if "streaming" in line:
                break
        yield psutil.Process(hub.pid), ports
        hub.send_signal(signal.SIGKILL)


def test_a_whole_hub_listens_on_what_the_page_says_and_on_nothing_else(whole_hub) -> None:
    hub, ports = whole_hub
    listening = {
        (connection.type, connection.laddr.ip, ports.get(connection.laddr.port, connection.laddr.port))
        for process in (hub, *hub.children(recursive=True))
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN or (connection.type == socket.SOCK_DGRAM and not connection.raddr)
    }
    rows = (table()["page, `localhost`"], table()["the hub's own broker, without `[mqtt]`"])
    told = {(socket.SOCK_STREAM, address, int(port.removeprefix("tcp "))) for port, address in rows}
    assert listening == told


@pytest.mark.parametrize("mode", ["localhost", "proxy", "lan"])
async def test_each_mode_of_the_page_listens_where_the_page_says(mode: str, tmp_path: Path) -> None:
    config = demo_config(DemoOptions(state_dir=tmp_path, port=0, page_port=0))
    page = PageConfig(mode=mode, port=0, names=("insole.example.org",))
    async with serve(door(config.model_copy(update={"page": page})), Still(), PageStats()) as port:
        (address,) = {
            each.laddr.ip
            for each in psutil.Process(os.getpid()).net_connections("tcp4")
            if each.status == psutil.CONN_LISTEN and each.laddr.port == port
        }
    assert address == table()[f"page, `{mode}`"][1]


def test_the_usual_ports_are_those_of_the_page() -> None:
    config = parse_config(
        '[[wearers]]\nnickname = "a"\ndevices = [{ role = "left_shin", type = "witmotion", name = "A" }]\n', "hub.toml"
    )
    assert (config.page.port, config.broker.port, config.page.mode) == (PAGE, BROKER, "localhost")
