"""Mistakes that lie between keys. Found on what was read, before types are checked, so that all are told at once."""

from collections.abc import Iterator, Mapping

from hub.config.values import usual_address
from hub.errors import ConfigProblem


def problems_between_keys(data: Mapping[str, object]) -> Iterator[ConfigProblem]:
    """Values that do not go with others, each right by itself."""
    yield from _given_twice(data)
    yield from _contacts(data)
    page = data.get("page")
    if isinstance(page, Mapping) and page.get("mode") == "proxy" and not page.get("names"):
        yield ConfigProblem("page.names", "is missing", "behind a proxy, the host name that it is known by outside")
    mqtt = data.get("mqtt")
    if isinstance(mqtt, Mapping):
        yield from _mqtt(mqtt)
    influxdb = data.get("influxdb")
    if isinstance(influxdb, Mapping):
        yield from _influxdb(influxdb)


def _mqtt(given: Mapping[str, object]) -> Iterator[ConfigProblem]:
    if given.get("tls", False) is False and given.keys() & {"ca_file", "client_cert_file", "client_key_file"}:
        yield ConfigProblem("mqtt.tls", "is not true, but certificates are given", "set tls = true")
    pair = {"client_cert_file", "client_key_file"}
    if len(given.keys() & pair) == 1:
        (missing,) = pair - given.keys()
        yield ConfigProblem(f"mqtt.{missing}", "is missing", "client_cert_file and client_key_file go together")
    yield from _passwords("mqtt", given)


def _influxdb(given: Mapping[str, object]) -> Iterator[ConfigProblem]:
    yield from _passwords("influxdb", given)
    tokens = given.keys() & {"token_file", "token_env"}
    if len(tokens) == 2:
        yield ConfigProblem("influxdb.token_env", "is given beside token_file", "keep one of them")
    if tokens and "username" in given:
        yield ConfigProblem("influxdb.username", "is given beside a token", "a token is enough; 1.x has users instead")
    if "ca_file" in given and str(given.get("url", "")).startswith("http:"):
        yield ConfigProblem("influxdb.ca_file", "is given, but the url is not encrypted", "begin the url with https://")


def _passwords(table: str, given: Mapping[str, object]) -> Iterator[ConfigProblem]:
    passwords = given.keys() & {"password_file", "password_env"}
    if passwords and "username" not in given:
        yield ConfigProblem(f"{table}.username", "is missing, but a password is given", "name the user that it is for")
    if len(passwords) == 2:
        yield ConfigProblem(f"{table}.password_env", "is given beside password_file", "keep one of them")


def _contacts(data: Mapping[str, object]) -> Iterator[ConfigProblem]:
    nicknames = [str(wearer.get("nickname", "")).strip() for _, wearer in _tables(data, "wearers", "")]
    names: dict[str, str] = {}
    for path, contact in _tables(data, "contacts", ""):
        yield from _taken(contact, "name", path, names, "answers and messages go by the name")
        given = contact.get("wearers")
        for nickname in given if isinstance(given, list) else ():
            if isinstance(nickname, str) and nickname.strip() not in nicknames:
                known = ", ".join(nicknames)
                yield ConfigProblem(f"{path}.wearers", f"nobody is called {nickname!r}", f"known: {known}")


def _given_twice(data: Mapping[str, object]) -> Iterator[ConfigProblem]:
    nicknames: dict[str, str] = {}
    addresses: dict[str, str] = {}
    for wearer_path, wearer in _tables(data, "wearers", ""):
        yield from _taken(wearer, "nickname", wearer_path, nicknames, "give each wearer a nickname of their own")
        roles: dict[str, str] = {}
        for path, device in _tables(wearer, "devices", f"{wearer_path}."):
            yield from _taken(device, "role", path, roles, "a wearer has one device for each role")
            yield from _taken(device, "address", path, addresses, "`insole-hub scan` prints each device's own")


def _tables(data: Mapping[str, object], key: str, prefix: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    entries = data.get(key)
    for number, entry in enumerate(entries if isinstance(entries, list) else (), 1):
        if isinstance(entry, Mapping):
            yield f"{prefix}{key}[{number}]", entry


def _taken(
    table: Mapping[str, object], key: str, path: str, holders: dict[str, str], hint: str
) -> Iterator[ConfigProblem]:
    given = table.get(key)
    if not isinstance(given, str):
        return
    value = usual_address(given) if key == "address" else given.strip()
    holder = holders.setdefault(value, path)
    if holder != path:
        yield ConfigProblem(f"{path}.{key}", f"{value!r} is given to {holder} already", hint)
