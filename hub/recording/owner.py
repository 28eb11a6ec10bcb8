"""Whose a recording is, as its name says."""

import re

_NAME = re.compile(r"(.+?)-\d{8}T\d{6}(\.\d+)?Z")
"""A nickname and a stamp, which tells anna from anna-lena."""


def owner_of(name: str) -> str:
    """Nickname in the name of a clip, or of a run's folder; empty where it is no name that the hub gives."""
    named = _NAME.match(name)
    return "" if named is None else named.group(1)
