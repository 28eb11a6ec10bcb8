"""Files that only their owner and the hub may read, written whole or not at all."""

import os
import pwd
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from hub.errors import InsoleHubError

HUB_USER = "insole-hub"


@dataclass(frozen=True, slots=True)
class PrivateFolder:
    """Where configuration and secrets go. What root writes is the hub's user's to read."""

    path: Path

    def check(self) -> None:
        """See that files can be made there, before anybody is asked anything.

        Raises
        ------
        InsoleHubError
            They cannot; says what to do.
        """
        if not self.path.is_dir():
            raise InsoleHubError(f"there is no folder {self.path}; make it, or name another file with --output")
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise InsoleHubError(f"{self.path} cannot be written by this user; put sudo before the command")

    def free_name(self, name: str) -> str:
        """A name that no file has there: this one, or with a number behind it."""
        names = (f"{name}-{n}" if n > 1 else name for n in count(1))
        return next(each for each in names if not (self.path / each).exists())

    def keep(self, name: str, under: str) -> Path:
        """Put a copy of a file beside it.

        Raises
        ------
        InsoleHubError
            It cannot be read or written. Root follows no link: the hub may write here, and would get to read what
            root alone may.
        """
        path = self.path / name
        try:
            descriptor = os.open(path, os.O_RDONLY | (os.O_NOFOLLOW if os.geteuid() == 0 else 0))
            with os.fdopen(descriptor, encoding="utf-8") as file:
                return self.write(under, file.read())
        except (OSError, UnicodeDecodeError) as error:
            raise InsoleHubError(f"{path} cannot be kept: {error}") from error

    def write(self, name: str, text: str) -> Path:
        """Put a file there, in the place of one of this name.

        Raises
        ------
        InsoleHubError
            It cannot be written.
        """
        path = self.path / name
        new = path.with_name(f".{name}.new")
        try:
            new.unlink(missing_ok=True)
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                if (user := hub_user()) is not None:
                    os.fchown(descriptor, 0, user.pw_gid)
                    os.fchmod(descriptor, 0o640)
                file.flush()
                os.fsync(descriptor)
            new.replace(path)
        except OSError as error:
            with suppress(OSError):
                new.unlink()
            raise InsoleHubError(f"{path} cannot be written: {error.strerror or error}") from error
        return path


def hub_user() -> pwd.struct_passwd | None:
    """The hub's own user, where there is one and root acts for it."""
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        return pwd.getpwnam(HUB_USER)
    return None
