"""The disk of a hub's state folder, which can be full, read-only or slow.

Where this user may mount (root), it is a small file system of its own: full and read-only are real. Elsewhere *full* is
a bound on the size of files; *read-only* and *slow* are injected into the journal's connection (``hub_child.py``), as
*read-only* is for files that a running hub holds open, since no system lets go of those.
"""

import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SIZE_MB = 200
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


class Disk:
    """Mounted, or a plain folder, as ``is_own`` tells."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_own = False
        self._filler = folder / "filler"
        self._is_full = False
        self.is_read_only = False

    @contextmanager
    def mounted(self) -> Iterator["Disk"]:
        """Be there."""
        self.folder.mkdir()
        self.is_own = os.geteuid() == 0 and _ran("mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", self.folder)
        try:
            yield self
        finally:
            if self.is_own:
                _ran("umount", "--lazy", self.folder)

    def fill(self, pid: int | None) -> None:
        """Leave no byte free; for ``pid``, the hub that runs, and all that begin from now on."""
        self._is_full = True
        if not self.is_own:
            self.hub_began(pid)
            return
        with self._filler.open("ab", 0) as filler, suppress(OSError):
            for size in (2**20, 4096, 1):
                with suppress(OSError):
                    while filler.write(bytes(size)):
                        pass

    def free(self, pid: int | None) -> None:
        """Have room again."""
        self._is_full = False
        self._filler.unlink(missing_ok=True)
        if not self.is_own and pid is not None:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, UNLIMITED)

    def let_write(self) -> None:
        """It is no longer read-only."""
        self.is_read_only = False
        self._remount("rw")

    def hub_begins(self) -> None:
        """No hub runs, and one will: nothing is open, so read-only can be real."""
        if self.is_read_only:
            self._remount("ro")

    def hub_began(self, pid: int | None) -> None:
        """A hub runs there now."""
        if self._is_full and not self.is_own and pid is not None:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    def _remount(self, how: str) -> None:
        if self.is_own:
            _ran("mount", "-o", f"remount,{how}", self.folder)


def _ran(*command: str | Path) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
        return False
