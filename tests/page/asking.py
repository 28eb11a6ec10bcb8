"""Requests as raw as a test wants them."""

import asyncio
import http.client
import json
from typing import Any


def _ask(port: int, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, Any, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    read = answer.read()
    connection.close()
    is_json = answer.headers.get_content_type() == "application/json"
    return answer.status, json.loads(read) if is_json and read else read, answer.headers


async def get(port: int, path: str, **headers: str) -> tuple[int, Any, Any]:
    return await asyncio.to_thread(_ask, port, "GET", path, None, _named(headers))


async def post(port: int, path: str, body: object = None, **headers: str) -> tuple[int, Any, Any]:
    """As the page itself posts, but for the headers given."""
    own = {"Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/json"} | _named(headers)
    sent = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    return await asyncio.to_thread(
        _ask, port, "POST", path, sent, {name: value for name, value in own.items() if value}
    )


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-").title(): value for name, value in headers.items()}
