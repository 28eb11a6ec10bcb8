"""A contact's service: an HTTP server on the loopback address that takes apprise's JSON, or is out of order."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Service:
    """``with Service() as service``: ``got`` are the messages taken; ``status`` is what it answers."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status = 200
        self.asked_n = 0
        self.silent = threading.Event()
        """Set: takes a message and never answers."""
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                service.asked_n += 1
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if service.silent.is_set():
                    service.released.wait(60)
                    return
                if service.status == 200:
                    service.got.append(body)
                self.send_response(service.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def address(self) -> str:
        return f"json://user:hidden-secret@127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> "Service":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
