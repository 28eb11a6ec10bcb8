"""hub.toml as the page changes it: whole or not at all, the former one beside it for undoing. Waits for the disk."""

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hub.config import Config, ContactConfig, parse_config
from hub.errors import ConfigError, InsoleHubError
from hub.page import NotDoneError, OutdatedError
from hub.support.private_files import PrivateFolder

CONTACT = "contact"
"""How the files with contacts' addresses are called; a number may follow."""

Edit = Callable[[str, Config], str]
"""Makes a text of hub.toml another one. Raises NotDoneError or ConfigError."""


@dataclass(frozen=True, slots=True)
class Former:
    """What was before the last change. ``of``: the version that the change made; ``change``: its name."""

    of: str
    change: str
    text: str


@dataclass(frozen=True, slots=True)
class Current:
    """The file as it is now. ``former``: None where there is nothing to undo."""

    text: str
    version: str
    config: Config
    former: Former | None


class SettingsFile:
    """One hub.toml."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute().resolve()
        self._folder = PrivateFolder(self.path.parent)
        self._undo = f"{self.path.name}.undo"

    def why_not(self) -> str:
        """Why it cannot be changed; empty: it can."""
        if not os.access(self._folder.path, os.W_OK | os.X_OK):
            by_hand = "change hub.toml by hand, or make that folder the hub's to write (deploy/README.md)"
            return f"the hub may not write into {self._folder.path}; {by_hand}"
        return ""

    def read(self) -> Current:
        """What it holds.

        Raises
        ------
        NotDoneError
            It cannot be read, or holds mistakes.
        """
        try:
            text = self.path.read_text(encoding="utf-8-sig")
            config = parse_config(text, str(self.path))
        except UnicodeDecodeError as error:
            raise NotDoneError("hub.toml is not UTF-8 text; save it as plain UTF-8 text") from error
        except OSError as error:
            raise NotDoneError(f"{self.path} cannot be read: {error.strerror}") from error
        except ConfigError as error:
            raise NotDoneError(f"hub.toml has mistakes, which `insole-hub check` lists: {error.problems[0]}") from error
        version = _version(text)
        former = self._former()
        return Current(text, version, config, former if former is not None and former.of == version else None)

    def change(self, version: str, change: str, edit: Edit) -> Current:
        """Change it; how it is then.

        Raises
        ------
        OutdatedError
            It is no longer of that version.
        NotDoneError
            The change is not right, or cannot be written. All is as it was.
        """
        if why := self.why_not():
            raise NotDoneError(why)
        before = self.read()
        if before.version != version:
            raise OutdatedError("the settings have been changed elsewhere meanwhile; look at them and try again")
        secrets_before = set(self._secrets())
        try:
            text = edit(before.text, before.config)
            config = parse_config(text, str(self.path))
            former = Former(_version(text), change, before.text)
            dropped = self._former()
            self._folder.write(self._undo, json.dumps({"of": former.of, "change": change, "text": before.text}))
            self._folder.write(self.path.name, text)
        except BaseException as error:
            self._forget(set(self._secrets()) - secrets_before)  # no secret lies about that nothing names
            if isinstance(error, ConfigError):
                raise NotDoneError(error.problems[0].message) from error
            if isinstance(error, InsoleHubError):
                raise NotDoneError(str(error)) from error
            raise
        if dropped is not None:
            self._forget(_named(dropped.text) - _named(text) - _named(before.text))
        return Current(text, former.of, config, former)

    def undo(self, text: str, _: Config) -> str:
        """The edit that brings the former text back.

        Raises
        ------
        NotDoneError
            There is none.
        """
        former = self._former()
        if former is None or former.of != _version(text):
            raise NotDoneError("there is nothing to undo")
        return former.text

    def keep_secret(self, secret: str) -> str:
        """Put a contact's address into a file of its own; the file's path."""
        return str(self._folder.write(self._folder.free_name(CONTACT), secret + "\n"))

    def _former(self) -> Former | None:
        try:
            return Former(**json.loads((self._folder.path / self._undo).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _secrets(self) -> list[Path]:
        return [path for path in self._folder.path.glob(f"{CONTACT}*") if _is_ours(path)]

    def _forget(self, secrets: set[Path]) -> None:
        for path in secrets:
            if path.parent == self._folder.path and _is_ours(path):
                with suppress(OSError):
                    path.unlink()


def kind_of_service(contact: ContactConfig) -> str:
    """How the address of a contact's service begins, which is no secret; empty where it cannot be read."""
    try:
        return contact.url().get_secret_value().partition("://")[0]
    except ValueError:
        return ""


def _is_ours(path: Path) -> bool:
    return re.fullmatch(rf"{CONTACT}(-\d+)?", path.name) is not None


def _named(text: str) -> set[Path]:
    """Files of contacts' addresses that a text names."""
    return {Path(each["url_file"]) for each in tomllib.loads(text).get("contacts", ()) if "url_file" in each}


def _version(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
