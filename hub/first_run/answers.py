"""What may be answered to the questions: an answer is taken, or refused with one clear message. Pure."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from hub.config.topic_level import LEVEL_RULE, is_topic_level
from sensors.layout import Side

_LONGEST = 32


def nickname(text: str) -> str:
    """What a wearer is called.

    Raises
    ------
    ValueError
        It cannot be one.
    """
    text = text.strip()
    if not is_topic_level(text):
        raise ValueError(f"{text!r} is not {LEVEL_RULE}; it becomes part of MQTT topics")
    if len(text) > _LONGEST:
        raise ValueError(f"that is long for a nickname; at most {_LONGEST} characters")
    return text


def one_of(*choices: str) -> "Choice":
    """One of these words, or the beginning of one."""
    return Choice(choices)


@dataclass(frozen=True, slots=True)
class Choice:
    """Takes a word or the beginning of one."""

    choices: tuple[str, ...]

    def __call__(self, text: str) -> str:
        """The whole word; ValueError where it is none, or the beginning of several."""
        meant = [choice for choice in self.choices if text.strip() and choice.startswith(text.strip().lower())]
        if len(meant) != 1:
            raise ValueError(f"{text.strip()!r} is none of {', '.join(self.choices)}")
        return meant[0]


def side(text: str) -> Side | None:
    """On which leg a sensor is worn; None: it is not this wearer's."""
    said = Choice(("left", "right", "neither"))(text)
    return None if said == "neither" else Side(said)


@dataclass(frozen=True, slots=True)
class BrokerPlace:
    """Where a broker is."""

    host: str
    port: int | None
    username: str | None
    tls: bool


def broker(text: str) -> BrokerPlace:
    """A broker's address such as ``mqtts://anna@broker.lan:8883``; without a scheme it is not encrypted.

    Raises
    ------
    ValueError
        It is none, or holds a password, which would be seen by everybody on this machine.
    """
    expected = "expected one such as broker.lan, broker.lan:1883 or mqtts://user@broker.lan"
    try:
        parts = urlsplit(text if "://" in text else f"mqtt://{text}")
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{text!r} is no broker's address; {expected}") from error
    if parts.password is not None:
        raise ValueError("leave the password out: it is asked for, and kept in a file of its own")
    if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(f"{text!r} is no broker's address; {expected}")
    return BrokerPlace(parts.hostname, port, parts.username, parts.scheme == "mqtts")
