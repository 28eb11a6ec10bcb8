"""Who may see and ask for what, and which requests come from this page itself. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address


class Role(StrEnum):
    """What somebody is to the hub."""

    WEARER = "wearer"
    CAREGIVER = "caregiver"
    OWNER = "owner"


EVERYBODY = frozenset(Role)

MAY_ASK: Mapping[str, frozenset[Role]] = {
    "acknowledge": EVERYBODY,
    "label": EVERYBODY,
    "note": EVERYBODY,
    "aid": EVERYBODY,
    "calibrate": EVERYBODY,  # its exercises tell by themselves whether they were done
    "fine": frozenset({Role.WEARER, Role.OWNER}),  # only whoever walked can know
}
"""Who may ask for a command; the owner alone for those that are not named."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at the page. ``wearer``: whom they may see; empty: all. ``device``: what they are paired as."""

    role: Role
    wearer: str = ""
    device: str = ""

    def may_see(self, nickname: str) -> bool:
        """Whether that wearer's figures are theirs to see."""
        return self.wearer in {"", nickname}

    def may_ask(self, command: str) -> bool:
        """Whether they may ask for that command."""
        return self.role in MAY_ASK.get(command, {Role.OWNER})


AT_THIS_MACHINE = Visitor(Role.OWNER)
"""Where the page is served to this machine only, whoever uses it is its owner."""


BY_PROXIES = ("forwarded", "x-forwarded-for", "x-forwarded-host")
"""Headers by which a proxy tells for whom it asks."""


def came_through_proxy(headers: Mapping[str, str]) -> bool:
    """Whether somebody else is behind a request of this machine's."""
    return any(name in headers for name in BY_PROXIES)


def host_name(host: str) -> str:
    """The name or address of a ``Host`` header, without port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower().rstrip(".")


def is_our_host(host: str, reached_at: str, names: Iterable[str]) -> bool:
    """Whether a request was meant for this hub.

    A page on the internet whose name is made to point here (DNS rebinding) sends its own name, which is none of ours;
    an address is ours if it is the one that was reached.
    """
    name = host_name(host)
    if name in names:
        return True
    try:
        return ip_address(name) == ip_address(reached_at)
    except ValueError:
        return False


def is_same_origin(origin: str, host: str) -> bool:
    """Whether a request with this ``Origin`` comes from the page that was served under this ``Host``."""
    scheme, separator, rest = origin.partition("://")
    return bool(separator and host) and scheme in {"http", "https"} and rest.lower() == host.lower()
