"""The page's own files, read once: a path is a name in a table, so none leads anywhere else."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

STATIC = Path(__file__).parent / "static"

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file as it is sent."""

    body: bytes
    media_type: str
    tag: str


def page_files() -> dict[str, PageFile]:
    """All files by their path."""
    files = {}
    for path in sorted(STATIC.rglob("*.*")):
        body = path.read_bytes()
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        files["/" + path.relative_to(STATIC).as_posix()] = PageFile(body, TYPES[path.suffix], tag)
    return {**files, "/": files["/index.html"]}


def answer(file: PageFile, request: Request) -> Response:
    """The file, or the word that the browser has it already."""
    headers = {"ETag": file.tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    return Response(file.body, media_type=file.media_type, headers=headers)
