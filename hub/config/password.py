"""Passwords and keys that the configuration only points at."""

import os
from pathlib import Path

from pydantic import SecretStr

from hub.config.mistake import mistake


def readable_file(path: Path) -> Path:
    """A file that is there and can be read."""
    _bytes_of(path)
    return path


def password_in_file(path: Path) -> SecretStr:
    """The only line of a file.

    Raises
    ------
    ValueError
        The file is not there, cannot be read, is empty, or is not text.
    """
    try:
        password = _bytes_of(path).decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise mistake(f"{path} is not UTF-8 text", "save the password as plain UTF-8 text") from error
    if not password:
        raise mistake(f"{path} is empty", "write the password into it, and nothing else")
    return SecretStr(password)


def password_in_variable(name: str) -> SecretStr:
    """The value of an environment variable.

    Raises
    ------
    ValueError
        It is not set, or empty.
    """
    password = os.environ.get(name)
    if not password:
        state = "is not set" if password is None else "is empty"
        hint = "set it where the hub is started, for example with Environment= or env_file"
        raise mistake(f"environment variable {name} {state}", hint)
    return SecretStr(password)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        hint = "check the path, and that the hub's user may read the file"
        raise mistake(f"{path} cannot be read: {error.strerror}", hint) from error
