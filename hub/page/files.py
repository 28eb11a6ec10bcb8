"""The page's own files, read once: a path is a name in a table, so none leads anywhere else."""

import hashlib
from collections.abc import Mapping
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
    ".wav": "audio/wav",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file as it is sent."""

    body: bytes
    media_type: str
    tag: str


def page_files(sounds: Mapping[str, bytes]) -> dict[str, PageFile]:
    """All files by their path; ``sounds`` are WAV files by their name."""
    bodies = {path.relative_to(STATIC).as_posix(): path.read_bytes() for path in sorted(STATIC.rglob("*.*"))}
    bodies |= {f"sounds/{name}.wav": sound for name, sound in sounds.items()}
    files = {f"/{path}": _file(path, body) for path, body in bodies.items()}
    return {**files, "/": files["/index.html"]}


def _file(path: str, body: bytes) -> PageFile:
    return PageFile(body, TYPES[Path(path).suffix], f'"{hashlib.sha256(body).hexdigest()[:16]}"')


def answer(file: PageFile, request: Request) -> Response:
    """The file, or the word that the browser has it already."""
    headers = {"ETag": file.tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    return Response(file.body, media_type=file.media_type, headers=headers)
