"""The journal's first page says where its tables begin. It is kept beside the file: without it nothing can be read."""

import os
from collections.abc import Iterator
from pathlib import Path

_HEADER_BYTES = 100
_CHANGE_COUNTER_AT, _PAGE_COUNT_AT, _FREE_PAGES_AT, _VALID_FOR_AT = 24, 28, 32, 92


def keep(path: Path) -> None:
    """Keep the first page of a sound journal whose log has been written into it; where it has not changed, do nothing.

    Raises
    ------
    OSError
        The disk does not take it.
    """
    page, kept = _first(path), _kept(path)
    if kept.exists() and _body(kept.read_bytes()) == _body(page):
        return
    new = kept.with_name(kept.name + ".new")
    with new.open("wb") as file:
        file.write(page)
        os.fsync(file.fileno())
    new.replace(kept)


def mended(damaged: Path, fresh: Path) -> Iterator[bytes]:
    """First pages with which a damaged journal may be readable, likeliest first.

    Parameters
    ----------
    fresh : an empty journal of this version: headers are the same in all but the number of pages.
    """
    page = _first(fresh)
    with damaged.open("rb") as file:
        here = file.read(len(page))
    header = bytearray(page[:_HEADER_BYTES])
    page_n = damaged.stat().st_size // len(page)
    header[_PAGE_COUNT_AT : _PAGE_COUNT_AT + 4] = page_n.to_bytes(4, "big")
    header[_VALID_FOR_AT : _VALID_FOR_AT + 4] = header[_CHANGE_COUNTER_AT : _CHANGE_COUNTER_AT + 4]
    header[_FREE_PAGES_AT : _FREE_PAGES_AT + 8] = bytes(8)  # none are known
    if _kept(damaged).exists() and len(kept := _kept(damaged).read_bytes()) == len(page):
        yield bytes(header) + _body(kept)
    yield bytes(header) + _body(here)


def _kept(path: Path) -> Path:
    return path.with_name(path.name + ".first-page")


def _first(path: Path) -> bytes:
    with path.open("rb") as file:
        page_bytes = int.from_bytes(file.read(_HEADER_BYTES)[16:18], "big")
        file.seek(0)
        return file.read(page_bytes)


def _body(page: bytes) -> bytes:
    return page[_HEADER_BYTES:]
