"""The first run: what is asked, what is refused, what is written, and what is tried."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from hub.config import load_config
from hub.errors import ConfigError, InsoleHubError
from hub.first_run import answers
from hub.first_run.wizard import Task, set_up
from hub.radio import Found
from sensors.driver import Facts
from sensors.layout import Side
from tests.alerts.service import Service

LEFT = Found("C0:FF:EE:00:00:01", "ORPHE L", -50, "orphe_insole", Facts(side=Side.LEFT))
RIGHT = Found("C0:FF:EE:00:00:02", "ORPHE R", -52, "orphe_insole", Facts(side=Side.RIGHT))
SHIN = Found("C0:FF:EE:00:00:03", 'WT901"\n[page]', -60, "witmotion")
NEIGHBOURS = Found("C0:FF:EE:00:00:09", "ORPHE L", -80, "orphe_insole", Facts(side=Side.LEFT))
NO_SENSOR = Found("C0:FF:EE:00:00:0A", "television", -40, None)


class Scripted:
    """Somebody who says these things, one after the other; ``said`` is what they were told and asked."""

    def __init__(self, *script: str) -> None:
        self.script = list(script)
        self.said: list[str] = []

    def _next(self, question: str) -> str:
        self.said.append(question)
        assert self.script, f"nothing left to say to: {question}"
        return self.script.pop(0)

    def ask(self, question: str, answer: Callable[[str], object], default: str | None = None) -> object:
        while True:
            try:
                return answer(self._next(question) or default or "")
            except ValueError as error:
                self.said.append(str(error))

    def secret(self, question: str) -> SecretStr:
        return SecretStr(self._next(question))

    def agrees(self, question: str, *, default: bool) -> bool:
        return {"y": True, "n": False, "": default}[self._next(question)]

    def tell(self, text: str) -> None:
        self.said.append(text)

    def show(self, found: list[Found]) -> None:
        self.said += [each.address for each in found]

    @property
    def all_said(self) -> str:
        return "\n".join(self.said)


def task(folder: Path, *found: Found, **more: object) -> Task:
    return Task(folder / "hub.toml", lambda: list(found), state_dir=folder / "state", **more)


def test_three_questions_and_one_for_each_sensor_that_does_not_tell_its_side(tmp_path: Path) -> None:
    person = Scripted("right", "anna", "left", "")
    config = set_up(task(tmp_path, LEFT, RIGHT, SHIN, NO_SENSOR), person)
    assert not person.script
    assert load_config(tmp_path / "hub.toml") == config
    (wearer,) = config.wearers
    assert (wearer.nickname, wearer.affected_side) == ("anna", "left")
    worn = {device.role.value: device.address for device in wearer.devices}
    assert worn == {"left_insole": LEFT.address, "right_insole": RIGHT.address, "right_shin": SHIN.address}
    assert config.hub.state_dir == tmp_path / "state"
    assert (tmp_path / "hub.toml").stat().st_mode & 0o007 == 0


def test_what_is_no_answer_is_told_and_asked_again(tmp_path: Path) -> None:
    person = Scripted("up", "neither", "anna smith", "", "an/na", "anna", "port", "l", "")
    config = set_up(task(tmp_path, LEFT, SHIN), person)
    assert [device.address for device in config.wearers[0].devices] == [LEFT.address]
    assert config.wearers[0].affected_side == "left"
    assert "'up' is none of left, right, neither" in person.said
    assert "'port' is none of left, right, both, none" in person.said
    assert sum("is not one word without spaces" in said for said in person.said) == 3


def test_the_nearer_of_two_for_one_place_is_the_wearers(tmp_path: Path) -> None:
    person = Scripted("anna", "both", "")
    config = set_up(task(tmp_path, NEIGHBOURS, LEFT), person)
    assert [device.address for device in config.wearers[0].devices] == [LEFT.address]
    assert f"ORPHE L ({NEIGHBOURS.address}) is left out: a nearer one is the left insole." in person.said


def test_without_a_sensor_nothing_is_written(tmp_path: Path) -> None:
    person = Scripted("y", "n")
    with pytest.raises(InsoleHubError, match="without a sensor"):
        set_up(task(tmp_path, NO_SENSOR), person)
    assert list(tmp_path.iterdir()) == []


def test_who_is_told_gets_a_message_at_once_and_the_address_is_a_secret(tmp_path: Path) -> None:
    with Service() as service:
        person = Scripted("anna", "left", "Ben", service.address, "")
        config = set_up(task(tmp_path, LEFT), person)
        (message,) = service.got
    assert "Ben" in message["message"]
    (contact,) = config.contacts
    assert contact.url().get_secret_value() == service.address
    assert contact.url_file is not None
    assert contact.url_file.stat().st_mode & 0o007 == 0
    assert "hidden-secret" not in person.all_said + (tmp_path / "hub.toml").read_text()


def test_an_address_that_is_none_is_told_with_the_cause(tmp_path: Path) -> None:
    person = Scripted("anna", "left", "Ben", "nonsense", "n", "")
    config = set_up(task(tmp_path, LEFT), person)
    assert not config.contacts
    assert any(said.startswith("Ben: the address is none that apprise knows") for said in person.said)
    assert [path.name for path in tmp_path.iterdir()] == ["hub.toml"]


def test_broker_and_database_are_tried_and_said_with_cause_and_remedy(tmp_path: Path) -> None:
    place = answers.broker("mqtt://hub@127.0.0.1:9")
    person = Scripted("anna", "left", "", "broker-word", "database-word", "", "")
    config = set_up(task(tmp_path, LEFT, broker=place, influxdb_url="http://127.0.0.1:9"), person)
    assert config.mqtt is not None
    assert (config.mqtt.host, config.mqtt.port, config.mqtt.username) == ("127.0.0.1", 9, "hub")
    assert config.mqtt.password() == SecretStr("broker-word")
    assert config.influxdb is not None
    assert config.influxdb.token() == SecretStr("database-word")
    assert re.search(r"broker: MQTT broker 127.0.0.1:9: .*\n  → ", person.all_said)
    assert re.search(r"database: InfluxDB http://127.0.0.1:9: nothing listens there\n  → ", person.all_said)
    assert "-word" not in person.all_said + (tmp_path / "hub.toml").read_text()


def test_who_does_not_want_the_file_then_has_none_and_no_secret_lies_about(tmp_path: Path) -> None:
    person = Scripted("anna", "left", "", "word", "n")
    with pytest.raises(InsoleHubError, match="was not written"):
        set_up(task(tmp_path, LEFT, influxdb_url="http://127.0.0.1:9"), person)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_address_is_one_mistake_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        set_up(task(tmp_path, LEFT, influxdb_url="ftp://there"), Scripted("anna", "left", "", "word"))
    assert [problem.key_path for problem in caught.value.problems] == ["influxdb.url"]
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_replaced_only_by_consent_and_kept(tmp_path: Path) -> None:
    old = tmp_path / "hub.toml"
    old.write_text("# mine\n")
    with pytest.raises(InsoleHubError, match="stays as it is"):
        set_up(task(tmp_path, LEFT), Scripted(""))
    assert old.read_text() == "# mine\n"
    set_up(task(tmp_path, LEFT), Scripted("y", "anna", "left", ""))
    (kept,) = tmp_path.glob("hub.toml.before-*")
    assert kept.read_text() == "# mine\n"
    assert 'nickname = "anna"' in old.read_text()


@pytest.mark.parametrize("text", ["", "http://broker", "mqtt://a:secret@broker", "broker:port", "mqtt://broker/topic"])
def test_what_is_no_brokers_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected one such as|leave the password out"):
        answers.broker(text)


def test_without_a_terminal_it_says_so_and_ends() -> None:
    command = [sys.executable, "-m", "hub", "setup", "--demo"]
    done = subprocess.run(command, input="anna\n", capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert done.stderr == (
        "insole-hub: setup asks questions and needs a terminal; docs/config.md shows how to write hub.toml\n"
    )


def test_in_a_terminal_with_sensors_on_the_virtual_radio(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hub", "setup", "--demo", "--seconds", "2", "-o", str(tmp_path / "hub.toml")]
    with Service() as service:
        said, code = in_terminal(
            command,
            (": under which foot|on which shin", "left"),
            ("A nickname", "anna smith"),
            ("is not one word.*A nickname", "anna"),
            ("Which side", "left"),
            ("Who is told", "Ben"),
            ("Address", service.address),
            ("Who else", ""),
        )
        assert len(service.got) == 1
    assert code == 0, said
    assert "Next: insole-hub run" in said
    assert "hidden-secret" not in said
    roles = {device.role.value for device in load_config(tmp_path / "hub.toml").wearers[0].devices}
    assert roles == {"left_insole", "right_insole", "left_shin"}


def in_terminal(command: list[str], *talk: tuple[str, str]) -> tuple[str, int]:
    """Run it in a terminal and type each answer after what it answers; what was on the screen, and the exit code."""
    process, terminal = pty.fork()
    if process == 0:
        os.execv(command[0], command)
    said = ""

    def read(until: str) -> bool:
        nonlocal said
        start = len(said)
        while not re.search(until, said[start:], re.DOTALL):
            if not select.select([terminal], [], [], 120)[0]:
                os.kill(process, signal.SIGKILL)
                return False
            try:
                said += os.read(terminal, 4096).decode(errors="replace")
            except OSError:  # it has ended
                return False
        return True

    for question, answer in talk:
        assert read(question + r"[^\n]*: $"), f"it never asked {question!r}:\n{said}"
        os.write(terminal, (answer + "\n").encode())
    read("$never")
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    return said, os.waitstatus_to_exitcode(status)
