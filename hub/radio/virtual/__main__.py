"""``python -m hub.radio.virtual``: a process that is the air around a hub's Bluetooth controller.

Reads a scenario as JSON, offers the controller's HCI, and writes one JSON line when it is on the air and one, with what
the faults did, when it ends. It ends when the other end of its HCI closes, or on SIGTERM.
"""

import argparse
import asyncio
import json
import logging
import signal
import socket
import sys
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from pathlib import Path

from bumble.transport import open_transport
from bumble.transport.common import Transport

from hub.radio.virtual.attach import socket_transport
from hub.radio.virtual.control import controlled
from hub.radio.virtual.scenario import Scenario, ScenarioError
from hub.radio.virtual.stage import staged
from hub.radio.virtual.vhci import vhci_transport


async def _be_the_air(scenario: Scenario, transport: Transport, control: Path | None) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with staged(scenario) as air, AsyncExitStack() as held:
        if control is not None:
            await held.enter_async_context(controlled(air, control))
        air.controller(transport)
        _say({"start_s": air.start_s})
        transport.source.terminated.add_done_callback(lambda _future: ended.set())
        await ended.wait()
        _say({"counts": air.counts()})


async def _run(scenario: Scenario, arguments: argparse.Namespace) -> None:
    async with await _transport(arguments.hci_fd, arguments.hci) as transport:
        await _be_the_air(scenario, transport, arguments.control)


async def _transport(fd: int | None, moniker: str) -> AbstractAsyncContextManager[Transport]:
    if fd is not None:
        return await socket_transport(socket.socket(fileno=fd))
    return vhci_transport() if moniker == "vhci" else await open_transport(moniker)


def _say(what: dict[str, object]) -> None:
    with suppress(BrokenPipeError):  # nobody listens any more
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()


def main() -> int:
    """Run until the hub goes away. Exit code 2 for a scenario that cannot be staged."""
    parser = argparse.ArgumentParser(prog="python -m hub.radio.virtual", description=__doc__)
    parser.add_argument("scenario", nargs="?", default="-", help="JSON file; - for standard input")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--hci-fd", type=int, help="a connected stream socket, by its descriptor")
    way.add_argument(
        "--hci", default="", metavar="TRANSPORT", help="a bumble transport, such as vhci or tcp-server:_:9000"
    )
    parser.add_argument("--control", type=Path, metavar="SOCKET", help="where to take orders for faults")
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the hub; its end ends the air
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    try:
        text = sys.stdin.read() if arguments.scenario == "-" else Path(arguments.scenario).read_text(encoding="utf-8")
        asyncio.run(_run(Scenario.from_json(text), arguments))
    except (OSError, ScenarioError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
