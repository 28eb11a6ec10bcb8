"""Pairing codes and paired devices, each a small file in the state folder that holds no secret but its hash.

A code is made by the command line, in a process of its own, and used up by the running hub.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from hub.errors import PageError, RecordingError
from hub.page.access import Role, Visitor
from hub.page.model import Device
from hub.support.state_file import read_state, set_aside, write_state

CODE_S = 600.0
"""A code lives so long."""

CODE_DIGITS = 8
MOST_DEVICES = 64
FOLDER = "page"
"""Within the state folder."""

SETTLED_S = 1.0
"""A folder that has changed more recently may change again without showing it: its clock is coarse."""

_ID_BYTES, _SECRET_BYTES = 6, 32
_CODE, _DEVICE = "code-", "device-"


class KeptCode(BaseModel):
    """A code as it is kept."""

    salt: str
    hash: str
    role: Role
    wearer: str
    until_s: float


class KeptDevice(BaseModel):
    """A paired device as it is kept."""

    hash: str
    role: Role
    wearer: str
    name: str
    paired: str


Kept = TypeVar("Kept", bound=BaseModel)


def make_code(folder: Path, visitor: Visitor, now: datetime) -> str:
    """A new code, to be shown to a person and told nobody else. It can be used once, within ``CODE_S``.

    Raises
    ------
    RecordingError : it cannot be kept.
    """
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    salt = secrets.token_bytes(16)
    kept = KeptCode(
        salt=salt.hex(),
        hash=_slow_hash(code, salt),
        role=visitor.role,
        wearer=visitor.wearer,
        until_s=now.timestamp() + CODE_S,
    )
    _write(folder / f"{_CODE}{secrets.token_hex(_ID_BYTES)}.json", kept)
    return code


def exchange(folder: Path, code: str, name: str, now: datetime) -> str | None:
    """Use a code up: the cookie of the device that is paired by it; None where there is no such code.

    Raises
    ------
    PageError : too many devices are paired.
    RecordingError : the device cannot be kept.
    """
    digits = "".join(code.split())
    for path, kept in _files(folder, _CODE, KeptCode):
        if not 0.0 <= kept.until_s - now.timestamp() <= CODE_S:  # the clock may have been set back
            path.unlink(missing_ok=True)
        elif hmac.compare_digest(_slow_hash(digits, bytes.fromhex(kept.salt)), kept.hash):
            if len(list(folder.glob(f"{_DEVICE}*.json"))) >= MOST_DEVICES:
                raise PageError(f"{MOST_DEVICES} devices are paired; let the owner forget some first")
            with suppress(FileNotFoundError):  # somebody else was faster
                path.unlink()
                return _pair(folder, kept, name, now)
    return None


def _pair(folder: Path, code: KeptCode, name: str, now: datetime) -> str:
    device, secret = secrets.token_hex(_ID_BYTES), secrets.token_hex(_SECRET_BYTES)
    paired = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    kept = KeptDevice(hash=_hash(secret), role=code.role, wearer=code.wearer, name=name, paired=paired)
    _write(folder / f"{_DEVICE}{device}.json", kept)
    return f"{device}.{secret}"


class Paired:
    """The paired devices. Looks at the folder again when something has changed in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._changed_ns: int | None = None
        self._known: dict[str, KeptDevice] = {}

    def visitor(self, cookie: str) -> Visitor | None:
        """Who shows this cookie."""
        device, _, secret = cookie.partition(".")
        known = self._now().get(device)
        if known is None or not hmac.compare_digest(known.hash, _hash(secret)):
            return None
        return Visitor(known.role, known.wearer, device)

    def is_paired(self, device: str) -> bool:
        """Whether the device still is."""
        return device in self._now()

    def devices(self) -> list[Device]:
        """All of them, in the order of pairing."""
        shown = [
            Device(id=device, name=known.name, role=known.role.value, wearer=known.wearer, paired=known.paired)
            for device, known in self._now().items()
        ]
        return sorted(shown, key=lambda each: each.paired)

    def forget(self, device: str) -> bool:
        """Forget a device; False where it is none."""
        if device not in self._now():
            return False
        (self.folder / f"{_DEVICE}{device}.json").unlink(missing_ok=True)
        self._changed_ns = None
        return True

    def _now(self) -> dict[str, KeptDevice]:
        try:
            changed_ns = self.folder.stat().st_mtime_ns
        except OSError:
            return {}
        if changed_ns != self._changed_ns:
            self._known = {
                path.stem.removeprefix(_DEVICE): kept for path, kept in _files(self.folder, _DEVICE, KeptDevice)
            }
            self._changed_ns = changed_ns if time.time_ns() - changed_ns > SETTLED_S * 1e9 else None
        return self._known


def files_of_wearer(folder: Path, wearer: str) -> list[Path]:
    """What is kept of devices and codes that see this wearer only."""
    devices = [path for path, kept in _files(folder, _DEVICE, KeptDevice) if kept.wearer == wearer]
    return devices + [path for path, kept in _files(folder, _CODE, KeptCode) if kept.wearer == wearer]


def _files(folder: Path, kind: str, model: type[Kept]) -> Iterator[tuple[Path, Kept]]:
    """The files of a kind that can be read; another is moved aside, and whoever it was of pairs anew."""
    for path in sorted(folder.glob(f"{kind}*.json")):
        try:
            yield path, model.model_validate(read_state(path))
        except RecordingError:
            continue
        except ValidationError as error:
            set_aside(path, error)


def _write(path: Path, kept: BaseModel) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_state(path, kept.model_dump(mode="json"))
    path.chmod(0o600)


def _slow_hash(code: str, salt: bytes) -> str:
    """A code is short: whoever finds the file must not be able to try all codes while it lives."""
    return hashlib.scrypt(code.encode(), salt=salt, n=2**12, r=8, p=1).hex()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
