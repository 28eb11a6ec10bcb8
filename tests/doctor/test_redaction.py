from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.config import parse_config
from hub.doctor.redaction import Redactor, redactor_for

CONFIG = """
[hub]
name = "house-7"
[mqtt]
host = "broker.anna-smith.example"
username = "annas-hub"
password_file = "{file}"
[[wearers]]
nickname = "anna"
[[wearers.devices]]
role = "left_shin"
type = "witmotion"
address = "C0:FF:EE:12:34:56"
[[wearers.devices]]
role = "right_insole"
type = "orphe_insole"
name = "INS-Anna"
"""

PRIVATE = ("house-7", "anna-smith", "annas-hub", "C0:FF:EE", "c0_ff_ee", "INS-Anna", "hunter2", "192.168.1.17", "smith")


@pytest.fixture
def redact(tmp_path: Path) -> Redactor:
    password = tmp_path / "password"
    password.write_text("hunter2\n")
    return redactor_for(parse_config(CONFIG.format(file=password), "hub.toml"))


def test_nothing_private_of_a_configuration_and_a_log_is_left(redact: Redactor) -> None:
    log = """
    anna left shin: streaming
    INFO MQTT broker broker.anna-smith.example:1883: connected as annas-hub from 192.168.1.17
    /org/bluez/hci0/dev_C0_FF_EE_12_34_56 and c0:ff:ee:12:34:56 and C0-FF-EE-12-34-56, INS-Anna
    mqtt://annas-hub:hunter2@broker.anna-smith.example
    /home/smith/hub.toml: password = "other"
    anna's clip of 127.0.0.1
    """
    told = redact(CONFIG.format(file="/etc/insole-hub/password") + log)
    for word in PRIVATE:
        assert word.lower() not in told.lower()
    assert "other" not in told
    assert "anna" not in told.lower().replace("<wearer 1>", "")
    assert 'password_file = "/etc/insole-hub/password"' in told
    assert told.count("<device 1>") == 4
    assert "dev_<device 1>" in told
    assert "127.0.0.1" in told


def test_the_same_thing_has_the_same_name_everywhere() -> None:
    redact = Redactor({"anna": "wearer", "bert": "wearer"})
    assert redact("anna; 10.0.0.2") == "<wearer 1>; <address 1>"
    assert redact("10.0.0.3 of bert, 10.0.0.2 of anna") == "<address 2> of <wearer 2>, <address 1> of <wearer 1>"


def test_a_name_within_a_word_stays() -> None:
    redact = Redactor({"ann": "wearer"})
    assert redact("an annual walk of ann") == "an annual walk of <wearer 1>"


def test_versions_and_times_are_no_addresses() -> None:
    text = "bleak 3.1.0, BlueZ 5.66, 12:34:56, 2026-11-27T12:00:00, 127.0.0.1:1883, 0.0.0.0"
    assert Redactor()(text) == text


@given(
    octets=st.lists(st.integers(0, 255), min_size=6, max_size=6),
    separator=st.sampled_from(":_-"),
    before=st.text(st.characters(exclude_characters="0123456789abcdefABCDEF:_-<>"), max_size=20),
    lower=st.booleans(),
)
def test_no_bluetooth_address_gets_through(octets: list[int], separator: str, before: str, lower: bool) -> None:
    address = separator.join(f"{octet:02X}" for octet in octets)
    told = Redactor()(f"{before} {address.lower() if lower else address}.")
    assert address.lower() not in told.lower()
    assert "<device 1>" in told


@given(secret=st.text(st.characters(categories=["L", "N"]), min_size=6), around=st.text(max_size=30))
def test_no_known_secret_gets_through(secret: str, around: str) -> None:
    told = Redactor(secrets=(secret,))(f"{around}{secret}{around}")
    assert secret not in told or secret in "<secret>"
