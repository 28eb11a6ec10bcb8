"""The hub's own HTTP server, on this machine only: for now its health."""

from hub.page.server import serve

__all__ = ["serve"]
