"""Takes out of texts what is nobody else's business: addresses, names, secrets. Pure.

Each thing taken out has a name that stays the same throughout a bundle, so that what belongs together can still be
seen: ``<device 1>``, ``<wearer 2>``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from hub.config import Config

_BLUETOOTH_ADDRESS = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[:_-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])")
_IP_ADDRESS = re.compile(r"(?<![\d.])(?!127\.|0\.0\.0\.0)(?:\d{1,3}\.){3}\d{1,3}(?![\d.]*\d)")
_HOME = re.compile(r"/home/[^/\s\"':,]+")
_SECRET_LINE = re.compile(
    r"(?im)^(?P<key>[^\n=]*(?:password|secret|token|passphrase|api_?key)[^\n=]*)=(?P<gap>\s*)(?P<value>[^\n]+)$"
)
_SECRET_IN_URL = re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")
_POINTS_TO_SECRET = ("_file", "_env")


@dataclass(slots=True)
class Redactor:
    """Replaces what it was told of, and every Bluetooth or network address.

    Parameters
    ----------
    names : words to take out and what kind each is, such as ``{"anna": "wearer"}``.
    secrets : values to take out altogether.
    """

    names: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    _known: dict[str, str] = field(default_factory=dict)
    _counted: dict[str, int] = field(default_factory=dict)

    def __call__(self, text: str) -> str:
        """The text without them."""
        for secret in sorted(filter(None, self.secrets), key=len, reverse=True):
            text = text.replace(secret, "<secret>")
        text = _SECRET_LINE.sub(_without_value, text)
        text = _SECRET_IN_URL.sub("<secret>", text)
        text = _BLUETOOTH_ADDRESS.sub(lambda found: self._name("device", _canonical(found[0])), text)
        text = _IP_ADDRESS.sub(lambda found: self._name("address", found[0]), text)
        text = _HOME.sub("/home/<user>", text)
        for word in sorted(filter(None, self.names), key=len, reverse=True):
            if whole := re.compile(rf"(?<!\w){re.escape(word)}(?!\w)").search(text):
                text = re.sub(rf"(?<!\w){re.escape(whole[0])}(?!\w)", self._name(self.names[word], word), text)
        return text

    def _name(self, kind: str, thing: str) -> str:
        if thing not in self._known:
            self._counted[kind] = self._counted.get(kind, 0) + 1
            self._known[thing] = f"<{kind} {self._counted[kind]}>"
        return self._known[thing]


def redactor_for(config: Config | None) -> Redactor:
    """One that knows whom and what a configuration names."""
    if config is None:
        return Redactor()
    names = {config.hub.name: "hub"} if config.hub.name != "home" else {}
    secrets: list[str] = []
    for wearer in config.wearers:
        names[wearer.nickname] = "wearer"
        names.update({device.name: "device name" for device in wearer.devices if device.name})
    if config.mqtt is not None:
        names.update(_of_host(config.mqtt.host, config.mqtt.username))
        try:
            password = config.mqtt.password()
        except ValueError:
            password = None
        if password is not None:
            secrets.append(password.get_secret_value())
    return Redactor(names, tuple(secrets))


def _of_host(host: str, username: str | None) -> Iterable[tuple[str, str]]:
    if host not in {"localhost", "127.0.0.1", "::1"}:
        yield host, "host"
    if username is not None:
        yield username, "user"


def _without_value(found: re.Match[str]) -> str:
    if found["key"].strip().lower().endswith(_POINTS_TO_SECRET):
        return found[0]
    return f"{found['key']}={found['gap']}<secret>"


def _canonical(address: str) -> str:
    return address.upper().replace("_", ":").replace("-", ":")
