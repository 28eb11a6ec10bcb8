"""The wizard: listens, asks, tries what was answered, and writes hub.toml and a file for each secret."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import SecretStr

from hub.alerts.delivery import send
from hub.alerts.words import Writer
from hub.config import Config, parse_config
from hub.doctor import trials
from hub.doctor.finding import Finding, Level
from hub.errors import InsoleHubError
from hub.first_run import answers
from hub.first_run.tables import Worn, table, wearer_table
from hub.radio import Found
from hub.support.private_files import PrivateFolder
from sensors.catalogue import device_type
from sensors.layout import Side

Answer = TypeVar("Answer")

HUB_NAME = "home"


class Person(Protocol):
    """Whoever sits at the terminal."""

    def ask(self, question: str, answer: Callable[[str], Answer], default: str | None = None) -> Answer:
        """Ask until ``answer`` takes what is said; what it refuses with a ValueError is told."""

    def secret(self, question: str) -> SecretStr:
        """Ask for what nobody else may see; empty where nothing is said."""

    def agrees(self, question: str, *, default: bool) -> bool:
        """Ask for yes or no."""

    def tell(self, text: str) -> None:
        """Say something."""

    def show(self, found: list[Found]) -> None:
        """Show sensors."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be set up.

    Parameters
    ----------
    path : of hub.toml.
    listen : hears which sensors are in reach.
    state_dir : where the hub is to keep what it measures; None: its default.
    broker, influxdb_url : where events are to go; None: the hub's own broker, no database.
    """

    path: Path
    listen: Callable[[], list[Found]]
    state_dir: Path | None = None
    broker: answers.BrokerPlace | None = None
    influxdb_url: str | None = None


@dataclass(slots=True)
class _Gathered:
    """Tables of the file, and the secrets that go into files beside it."""

    folder: PrivateFolder
    tables: list[str] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)

    def keep(self, name: str, secret: SecretStr) -> Path:
        path = self.folder.write(self.folder.free_name(name), secret.get_secret_value() + "\n")
        self.written.append(path)
        return path

    def forget(self) -> None:
        for path in self.written:
            path.unlink(missing_ok=True)


def set_up(task: Task, person: Person) -> Config:
    """Lead through it. Nothing that is there already is lost: an old hub.toml is kept under another name.

    Raises
    ------
    InsoleHubError
        It cannot be done or is not wanted; hub.toml is then as it was.
    """
    folder = PrivateFolder(task.path.absolute().parent)
    folder.check()
    if task.path.exists() and not person.agrees(f"{task.path} is there already. Replace it?", default=False):
        raise InsoleHubError(f"{task.path} stays as it is")
    worn = _sensors(task, person)
    gathered = _Gathered(folder, [table("[hub]", name=HUB_NAME, state_dir=task.state_dir)])
    nickname = person.ask("Who wears them? A nickname, no full name", answers.nickname)
    affected = person.ask(
        "Which side has foot drop: left, right, both or none", answers.one_of("left", "right", "both", "none")
    )
    gathered.tables.append(wearer_table(nickname, affected, worn))
    try:
        _contacts(gathered, person, nickname)
        _destinations(task, gathered, person)
        return _finish(task, gathered, person)
    except BaseException:
        gathered.forget()  # no secret lies about that no configuration names
        raise


def _sensors(task: Task, person: Person) -> list[Worn]:
    while True:
        found = [each for each in task.listen() if each.device_key is not None]
        person.show(found)
        worn = _places(found, person)
        if worn:
            return worn
        person.tell(
            "No sensor was found. Switch them on, charge them, and end their phone apps: a device that is connected "
            "elsewhere does not advertise. A hub that runs holds them as well: sudo systemctl stop insole-hub."
        )
        if not person.agrees("Listen again?", default=True):
            raise InsoleHubError("without a sensor there is nothing to set up")


def _places(found: Iterable[Found], person: Person) -> list[Worn]:
    """Each place is one sensor's, the nearest first: a neighbour's is farther away."""
    worn: dict[str, Worn] = {}
    for each in sorted(found, key=lambda each: -each.rssi_dbm):
        kind = device_type(each.device_key or "")
        told = Worn(each, each.facts.side or Side.LEFT)
        if each.facts.side is None:
            place = "under which foot" if kind.is_insole else "on which shin"
            question = f"{kind.title} {each.name} ({each.address}): {place}, left, right or neither"
            side = person.ask(question, answers.side)
            if side is None:
                continue
            told = replace(told, side=side)
        if told.role in worn:
            person.tell(f"{each.name} ({each.address}) is left out: a nearer one is the {told.role.replace('_', ' ')}.")
            continue
        worn[told.role] = told
    return list(worn.values())


def _contacts(gathered: _Gathered, person: Person, nickname: str) -> None:
    """Who is told; each gets a message at once."""
    question = f"Who is told when {nickname} trips or falls? A name, or Enter for nobody"
    while name := person.ask(question, str.strip, default=""):
        person.tell("Their service as apprise writes it, such as ntfys://ntfy.sh/TOPIC or tgram://TOKEN/CHAT; see")
        person.tell("docs/alerts.md. It is a secret: it is not shown, and goes into a file of its own.")
        address = person.secret("Address")
        if not address.get_secret_value():
            person.tell("No address, so nobody is told.")
            continue
        outcome = asyncio.run(send(address, Writer(f"insole/{HUB_NAME}").trial(name, HUB_NAME)))
        person.tell(f"{name}: {outcome.trouble or 'a test message was taken by the service; look whether it has come'}")
        if not outcome.trouble or person.agrees("Keep this address all the same?", default=False):
            gathered.tables.append(table("[[contacts]]", name=name, url_file=gathered.keep("contact", address)))
            question = "Who else? A name, or Enter for nobody"


def _destinations(task: Task, gathered: _Gathered, person: Person) -> None:
    if (place := task.broker) is not None:
        password = None
        if place.username is not None:
            password = gathered.keep("mqtt-password", person.secret(f"Password of {place.username} at the broker"))
        gathered.tables.append(
            table(
                "[mqtt]",
                host=place.host,
                port=place.port,
                username=place.username,
                password_file=password,
                tls=place.tls,
            )
        )
    if task.influxdb_url is not None:
        token = gathered.keep("influxdb-token", person.secret("Token that may write to the database"))
        gathered.tables.append(table("[influxdb]", url=task.influxdb_url, token_file=token))


def _finish(task: Task, gathered: _Gathered, person: Person) -> Config:
    text = "# Made by `insole-hub setup`; every key: docs/config.md\n" + "\n".join(gathered.tables)
    config = parse_config(text, str(task.path))
    for finding in asyncio.run(_tried(config)):
        person.tell(f"{finding.check}: {finding.what}" + (f"\n  → {finding.remedy}" if finding.remedy else ""))
        if finding.level is Level.PROBLEM and not person.agrees("Write the file all the same?", default=True):
            raise InsoleHubError(f"{task.path} was not written")
    if task.path.exists():
        kept = f"{task.path.name}.before-{datetime.now().astimezone():%Y%m%dT%H%M%S}"
        person.tell(f"The old file is kept as {gathered.folder.keep(task.path.name, kept)}.")
    person.tell(f"{gathered.folder.write(task.path.name, text)} is written.")
    return config


async def _tried(config: Config) -> list[Finding]:
    return [await trials.broker(config), *(await trials.database(config) if config.influxdb is not None else ())]
