from pathlib import Path

import pytest

from hub.config import load_config, parse_config
from hub.config.reference import EXAMPLE, reference
from hub.errors import ConfigError

ROOT = Path(__file__).parent.parent.parent

FIVE_MISTAKES = """
[hub]
name = "at home"

[radio]
silense_s = 3

[[wearers]]
nickname = "anna"
affected_side = "lfet"

[[wearers.devices]]
role = "left_insole"
type = "orphe_insole"
address = "C0:FF:EE:00:00"

[[wearers.devices]]
role = "left_shin"
type = "witmotoin"
name = "WT901"
"""


def problems(text: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "hub.toml")
    return {problem.key_path: str(problem) for problem in caught.value.problems}


def test_the_example_of_the_reference_is_right(tmp_path: Path) -> None:
    password = tmp_path / "mqtt"
    password.write_text("secret\n")
    config = parse_config(EXAMPLE.replace("/etc/insole-hub/mqtt-password", str(password)), "example")
    assert config.topic_base == "insole/home"
    assert config.mqtt is not None
    secret = config.mqtt.password()
    assert secret is not None
    assert secret.get_secret_value() == "secret"
    assert "secret" not in repr(config)


@pytest.mark.parametrize(
    ("given", "kept"), [("hci1", "hci1"), ("00:1a:7d:da:71:13", "00:1A:7D:DA:71:13"), (" hci0 ", "hci0")]
)
def test_an_adapter_is_given_by_name_or_address(given: str, kept: str) -> None:
    config = parse_config(f'[radio]\nadapter = "{given}"\n{EXAMPLE.split("[mqtt]")[0]}', "example")
    assert config.radio.adapter == kept


def test_what_is_no_adapter_is_told_with_an_example() -> None:
    found = problems(f'[radio]\nadapter = "bluetooth"\n{EXAMPLE.split("[mqtt]")[0]}')
    assert "'bluetooth' is no Bluetooth adapter (expected its address such as" in found["radio.adapter"]


def test_five_mistakes_are_reported_at_once_with_path_and_hint() -> None:
    found = problems(FIVE_MISTAKES)
    assert set(found) == {
        "hub.name",
        "radio.silense_s",
        "wearers[1].affected_side",
        "wearers[1].devices[1].address",
        "wearers[1].devices[2].type",
    }
    assert all(line.endswith(")") for line in found.values()), "each with its hint"
    assert "did you mean silence_s?" in found["radio.silense_s"]
    assert "did you mean left?" in found["wearers[1].affected_side"]
    assert "known: " in found["wearers[1].devices[2].type"]
    assert "C0:FF:EE:12:34:56" in found["wearers[1].devices[1].address"]


DEVICE = "wearers[1].devices[3]"
TLS = "tls = true\n"
ONE = {
    "neither address nor name": ('address = "C0:FF:EE:00:00:03"', "", DEVICE, "insole-hub scan"),
    "unknown option": ("rate_hz = 100", 'options = { colour = "red" }', f"{DEVICE}.options.colour", "known: "),
    "rate that the type has not": ("rate_hz = 100", "rate_hz = 70", f"{DEVICE}.rate_hz", "it can at 50, "),
    "role of another kind": ('"right_insole"', '"right_shin"', "wearers[1].devices[2].role", "can be left_insole"),
    "role taken": ('"right_insole"', '"left_insole"', "wearers[1].devices[2].role", "wearers[1].devices[1]"),
    "address taken": (
        "C0:FF:EE:00:00:02",
        "c0-ff-ee-00-00-01",
        "wearers[1].devices[2].address",
        "wearers[1].devices[1]",
    ),
    "control character": ('"anna"', '"an\\u0007na"', "wearers[1].nickname", "one word"),
    "broker's own topics": ("tls = true", 'base = "$SYS/insole"', "mqtt.base", "insole/home"),
    "password without user": ('username = "insole"', "", "mqtt.username", "name the user"),
    "two passwords": ("tls = true", 'password_env = "HOME"', "mqtt.password_env", "keep one"),
    "certificates without tls": ("tls = true", 'ca_file = "PASSWORD"', "mqtt.tls", "set tls = true"),
    "certificate without key": (
        "tls = true",
        'tls = true\nclient_cert_file = "PASSWORD"',
        "mqtt.client_key_file",
        "missing",
    ),
    "no certificate": ("tls = true", f'{TLS}ca_file = "/nowhere/ca.pem"', "mqtt.ca_file", "No such file"),
    "certificate folder": ("tls = true", f'{TLS}ca_file = "/"', "mqtt.ca_file", "Is a directory"),
    "password not there": ("PASSWORD", "/nowhere/mqtt", "mqtt.password_file", "/nowhere/mqtt"),
    "password empty": ("PASSWORD", "EMPTY", "mqtt.password_file", "is empty"),
    "password no text": ("PASSWORD", "BINARY", "mqtt.password_file", "is not UTF-8 text"),
    "variable not set": ("password_file", "password_env", "mqtt.password_env", "is not set"),
    "no wearers": ("[[wearers", "[[people", "wearers", "missing"),
}


@pytest.mark.parametrize("name", ONE)
def test_a_mistake_is_told_once_with_its_path_and_hint(tmp_path: Path, name: str) -> None:
    for file, content in {"PASSWORD": b"secret\r\n", "EMPTY": b"\n", "BINARY": b"\xff\xfe"}.items():
        (tmp_path / file).write_bytes(content)
    old, new, path, words = ONE[name]
    text = EXAMPLE.replace("/etc/insole-hub/mqtt-password", "PASSWORD")
    assert old in text
    text = text.replace(old, new)
    for file in ("PASSWORD", "EMPTY", "BINARY"):
        text = text.replace(file, str(tmp_path / file))
    found = problems(text)
    assert words in found[path]
    assert found[path].endswith(")"), "a hint"
    others = {"people"} if name == "no wearers" else set()
    assert set(found) - others == {path}


def test_mistakes_of_every_sort_are_told_together() -> None:
    text = (
        EXAMPLE.replace("00:02", "00:01")
        .replace("rate_hz = 100", "rate_hz = 70")
        .replace("tls = true", "ca_file = 'x'")
    )
    second = '[[wearers]]\nnickname = "anna"\naffected_side = "lfet"\n'
    assert set(problems(text + second)) == {
        "mqtt.password_file",
        "mqtt.ca_file",
        "mqtt.tls",
        "wearers[1].devices[2].address",
        "wearers[1].devices[3].rate_hz",
        "wearers[2].nickname",
        "wearers[2].affected_side",
        "wearers[2].devices",
    }


def test_syntax_error_names_line() -> None:
    assert "line 2" in problems("[hub]\nname = \n")["file"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("latin.toml", "is not UTF-8 text"),
        ("nowhere.toml", "No such file or directory (`insole-hub scan`"),
        (".", "Is a directory (name the file in it"),
        ("latin.toml/hub.toml", "Not a directory"),
    ],
)
def test_unreadable_files_say_why_in_one_line(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "latin.toml").write_bytes('[hub]\nname = "zürich"\n'.encode("latin-1"))
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / name)
    (problem,) = caught.value.problems
    assert problem.key_path == "file"
    assert words in str(problem)
    assert "\n" not in str(problem)


def test_the_reference_page_is_fresh() -> None:
    assert (ROOT / "docs" / "config.md").read_text() == reference()


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ('[recording]\nraw = "no"', "recording.raw", "true or false"),
        ("[journal]\npower_safe = 1", "journal.power_safe", "true or false"),
        ("[broker]\nport = true", "broker.port", "whole number"),
        ('[radio]\nsilence_s = "2"', "radio.silence_s", "a number"),
        ("[hub]\nname = 3", "hub.name", "text in quotes"),
        ("mqtt = 3", "mqtt", "a table"),
        ("wearers = 3", "wearers", "[[wearers]]"),
        ('[page]\nnames = "insole.home"', "page.names", "a list in square brackets"),
    ],
)
def test_a_wrong_type_is_told_in_the_words_of_toml(text: str, path: str, words: str) -> None:
    assert words in problems(text)[path]


def test_a_file_from_windows_is_read(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_bytes(b"\xef\xbb\xbf[hub]\r\nname = 'a b'\r\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert "hub.name" in {problem.key_path for problem in caught.value.problems}


INFLUXDB = '[influxdb]\nurl = "http://db.lan:8086"\n'


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ('[influxdb]\nurl = "db.lan:8086"', "influxdb.url", "is no address of a server (expected one such as"),
        ('[influxdb]\nurl = "http://db.lan:port"', "influxdb.url", "is no address of a server"),
        ('[influxdb]\nurl = "http://ada:secret@db.lan"', "influxdb.url", "holds a user or password"),
        (f'{INFLUXDB}token_env = "NO_SUCH_TOKEN"', "influxdb.token_env", "is not set"),
        (f'{INFLUXDB}token_file = "a"\ntoken_env = "B"', "influxdb.token_env", "beside token_file"),
        (f'{INFLUXDB}token_file = "a"\nusername = "ada"', "influxdb.username", "beside a token"),
        (f'{INFLUXDB}password_env = "B"', "influxdb.username", "is missing"),
        (f'{INFLUXDB}ca_file = "a"', "influxdb.ca_file", "not encrypted"),
        (f'{INFLUXDB}bucket = ""', "influxdb.bucket", "at least 1 character"),
    ],
)
def test_mistakes_of_the_database_are_told(text: str, path: str, words: str) -> None:
    found = problems(text)
    assert words in found[path]
    assert "secret" not in found[path]


def test_user_and_password_make_a_token_for_influxdb_1(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret\n")
    text = f'{INFLUXDB}username = "ada"\npassword_file = "{tmp_path / "password"}"\n'
    config = parse_config(EXAMPLE.partition("[mqtt]")[0] + text, "hub.toml").influxdb
    assert config is not None
    token = config.token()
    assert token is not None
    assert token.get_secret_value() == "ada:secret"
    assert "secret" not in repr(config)
