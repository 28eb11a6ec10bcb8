"""What systemd is told: that the hub has started, how it does, and that it lives.

systemd's protocol is one datagram with a line of text. Its own Python package needs a compiler on the machine, and the
others are not kept up, so the few lines stand here.
"""

import os
import socket
from collections.abc import Mapping


class ServiceManager:
    """The service manager that started this process; where none did, nothing is said.

    Parameters
    ----------
    environment : ``NOTIFY_SOCKET`` names the socket; names that begin with @ are abstract.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        name = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + name[1:] if name.startswith("@") else name
        self._status = ""

    def ready(self) -> None:
        """Start-up is over."""
        self._say("READY=1")

    def alive(self) -> None:
        """The watchdog is fed."""
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        """The end has begun."""
        self._say("STOPPING=1")

    def status(self, text: str) -> None:
        """One line for ``systemctl status``; said when it changes."""
        line = " ".join(text.split())
        if line != self._status:
            self._status = line
            self._say(f"STATUS={line}")

    def _say(self, line: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as to:
                to.sendto(line.encode(), self._address)
        except OSError:
            return  # a manager that does not listen must not stop the hub; it acts when it hears nothing
