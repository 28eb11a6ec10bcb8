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
    password = tmp_path / "password"
    password.write_text("secret\n")
    config = parse_config(EXAMPLE.replace("/etc/insole-hub/mqtt-password", str(password)), "example")
    assert config.topic_base == "insole/home"
    assert config.mqtt is not None
    secret = config.mqtt.password()
    assert secret is not None
    assert secret.get_secret_value() == "secret"
    assert "secret" not in repr(config)


def test_five_mistakes_are_reported_at_once_with_path_and_hint() -> None:
    found = problems(FIVE_MISTAKES)
    assert set(found) == {
        "hub.name",
        "radio.silense_s",
        "wearers[1].affected_side",
        "wearers[1].devices[1].address",
        "wearers[1].devices[2].type",
    }
    assert "did you mean silence_s?" in found["radio.silense_s"]
    assert "did you mean left?" in found["wearers[1].affected_side"]
    assert "known: " in found["wearers[1].devices[2].type"]
    assert "C0:FF:EE:12:34:56" in found["wearers[1].devices[1].address"]


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ('address = "C0:FF:EE:00:00:01"', "wearers[1].devices[1]", "insole-hub scan"),
        ("[[wearers]]\n", "wearers", "missing"),
        ("tls = true", "mqtt", "tls"),
        ('username = "insole"', "mqtt", "no username"),
        ("rate_hz = 100", "wearers[1].devices[3]", "no option 'colour'"),
    ],
)
def test_what_is_missing_is_named(change: str, path: str, words: str) -> None:
    text = EXAMPLE
    if change == "[[wearers]]\n":
        text = "[hub]\nname = 'home'\n"
    elif change == "tls = true":
        text = text.replace(change, 'ca_file = "ca.pem"')
    elif change == "rate_hz = 100":
        text = text.replace(change, 'options = { colour = "red" }')
    else:
        text = text.replace(change, "")
    assert words in problems(text)[path]


def test_syntax_error_names_line() -> None:
    assert "line 2" in problems("[hub]\nname = \n")["file"]


def test_role_and_type_must_agree_and_roles_and_addresses_be_single() -> None:
    assert (
        "cannot be the left_insole"
        in problems(EXAMPLE.replace('role = "left_shin"', 'role = "left_insole"'))["wearers[1].devices[3]"]
    )
    assert "left_insole" in problems(EXAMPLE.replace('role = "right_insole"', 'role = "left_insole"'))["wearers[1]"]
    assert "more than one device" in problems(EXAMPLE.replace("00:02", "00:01"))["file"]


def test_a_password_that_is_not_there_stops_the_start() -> None:
    assert "mqtt-password" in problems(EXAMPLE.replace("/etc/insole-hub/", "/nowhere/"))["mqtt"]


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_unreadable_files_say_why(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "hub.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert caught.value.problems[0].key_path == "file"


def test_the_reference_page_is_fresh() -> None:
    assert (ROOT / "docs" / "config.md").read_text() == reference()
