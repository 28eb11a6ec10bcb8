"""Lets other threads through, the event loop's first of all: an alert may be waiting there."""

import time

_YIELD_S = 1e-4


def let_through() -> None:
    """Between slices of about a millisecond of a thread's work. Python alone would make the others wait for 5 ms."""
    time.sleep(_YIELD_S)
