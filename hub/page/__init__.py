"""The hub's own page: live view, today, alerts; for this machine, or for paired devices of the home's network."""

from hub.page.access import Role, Visitor
from hub.page.history_source import History, NotThereError
from hub.page.pairing import FOLDER, Paired, make_code
from hub.page.server import Door, serve
from hub.page.source import NotDoneError, OutdatedError, SettingsSource, Source
from hub.page.stats import PageStats

__all__ = [
    "FOLDER",
    "Door",
    "History",
    "NotDoneError",
    "NotThereError",
    "OutdatedError",
    "PageStats",
    "Paired",
    "Role",
    "SettingsSource",
    "Source",
    "Visitor",
    "make_code",
    "serve",
]
