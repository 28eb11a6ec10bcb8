"""Loopback ports for servers that tests start, stop and start again."""

import secrets
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"
LOWEST = 15_000


def free_port() -> int:
    """A port that nobody listens on, and that no client is given for its own end.

    A client that tries again and again to reach a server that is down else connects to itself in the end, and holds the
    server's port: paho, which binds its end first, once in some thousand attempts.
    """
    first_of_clients = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert first_of_clients > LOWEST, "this machine gives its clients all ports"
    while True:
        port = LOWEST + secrets.randbelow(first_of_clients - LOWEST)
        with socket.socket() as free:
            free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                free.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
