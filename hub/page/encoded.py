"""Large answers as JSON without keeping the event loop waiting: made in a thread, a little at a time."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hub.support.let_through import let_through

SLICE_N = 50
"""Entries of a list that are encoded in one go, in well below a millisecond."""


def encoded(told: Mapping[str, Any]) -> bytes:
    """The JSON text, UTF-8. Takes its time: in a thread."""
    return "".join(_pieces(told)).encode()


def _pieces(told: Any) -> Iterator[str]:
    if isinstance(told, Mapping):
        yield "{"
        for n, (name, value) in enumerate(told.items()):
            yield f"{',' if n else ''}{json.dumps(name)}:"
            yield from _pieces(value)
        yield "}"
    elif isinstance(told, list) and len(told) > SLICE_N:
        yield "["
        for start in range(0, len(told), SLICE_N):
            yield f"{',' if start else ''}{_text(told[start : start + SLICE_N])[1:-1]}"
            let_through()
        yield "]"
    else:
        yield _text(told)


def _text(told: Any) -> str:
    return json.dumps(told, separators=(",", ":"), allow_nan=False)
