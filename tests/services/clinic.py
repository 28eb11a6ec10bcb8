"""A clinic on loopback: the files of ``deploy/clinic`` with real Mosquitto and InfluxDB, and homes enrolled in it."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from hub.influx import Bucket, DatabaseAddress, RefusedFile, Writer
from hub.influx.database import Database
from hub.influx.provision import Plan, provision
from hub.journal import Journal
from hub.mqtt import BrokerAddress, Publisher, Tls, Topics
from hub.support.backoff import Backoff
from tests.services.certificates import key_and_certificate
from tests.services.influxdb import ADMIN_TOKEN, ORG, Influxd
from tests.services.mosquitto import LOOPBACK, until
from tests.services.ports import free_port

SHIPPED = Path(__file__).parent.parent.parent / "deploy" / "clinic"
PATH = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}:/usr/sbin"


def passwords_file(path: Path, **users: str) -> None:
    """Users of a broker, as its own program hashes them."""
    path.write_text("".join(f"{name}:{password}\n" for name, password in users.items()))
    subprocess.run([_program("mosquitto_passwd"), "-U", path], check=True, capture_output=True)


def _program(name: str) -> str:
    found = shutil.which(name, path=PATH)
    assert found is not None, name
    return found


@dataclass
class Broker:
    """Mosquitto with these settings, which may be killed, started and asked to read its files again."""

    folder: Path
    settings: str
    port: int
    process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Return when it listens."""
        config = self.folder / "mosquitto.conf"
        config.write_text(self.settings + ("user root\n" if os.geteuid() == 0 else ""))
        config.chmod(0o600)
        with (self.folder / "log").open("ab") as log:
            command = [_program("mosquitto"), "-c", config]
            self.process = await asyncio.to_thread(subprocess.Popen, command, stdout=log, stderr=log)
        await until(self._listens)

    def _listens(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        with socket.socket() as probe:
            return probe.connect_ex((LOOPBACK, self.port)) == 0

    @property
    def log(self) -> str:
        """What it has said."""
        return (self.folder / "log").read_text()

    def reload(self) -> None:
        """As ``systemctl reload mosquitto``."""
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def save(self) -> None:
        """As it does each ``autosave_interval``."""
        assert self.process is not None
        self.process.send_signal(signal.SIGUSR1)

    async def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it."""
        if self.process is not None:
            self.process.send_signal(how)
            await asyncio.to_thread(self.process.wait)
            self.process = None


@dataclass
class Home:
    """One enrolled home: its own broker with the bridge, and of its hub what follows the journal.

    ``let``: comments of the shipped file that this home has taken away, by what their lines contain. ``batch_s``: how
    long its points wait for others.
    """

    clinic: "Clinic"
    name: str
    shard: Broker
    folder: Path
    let: tuple[str, ...] = ()
    batch_s: float = 1.0
    port: int = field(default_factory=free_port)

    async def enrol(self) -> None:
        """Run the shipped command, and let the shard know."""
        done = await asyncio.to_thread(self.clinic.enrol, self.shard, self.name, LOOPBACK, self.clinic.influxd.url)
        assert done.returncode == 0, done.stderr
        self.shard.reload()

    def broker(self) -> Broker:
        """The home's own broker: anything that the home has, and the file from the clinic."""
        bridge = (self.clinic.homes(self.shard) / self.name / "clinic.conf").read_text()
        for what in self.let:
            bridge = "\n".join(line.removeprefix("#") if what in line else line for line in bridge.splitlines()) + "\n"
        self.folder.mkdir(exist_ok=True)
        own = f"listener {self.port} {LOOPBACK}\nallow_anonymous true\npersistence true\n"
        own += f"persistence_location {self.folder}/\nmax_queued_messages 100000\nset_tcp_nodelay true\n"
        bridge = self.clinic.placed(bridge).replace("restart_timeout 5 120", "restart_timeout 1 2")
        return Broker(self.folder, own + bridge.replace(":8883", f":{self.shard.port}"), self.port)

    def database(self) -> DatabaseAddress:
        """As in the ``hub.toml`` that it was given."""
        folder = self.clinic.homes(self.shard) / self.name
        token = SecretStr((folder / "influxdb-token").read_text().strip())
        buckets = {Bucket.LASTING: "insole", Bucket.STEPS: "insole_steps"}
        return DatabaseAddress(self.clinic.influxd.url, ORG, buckets, token, folder / "clinic-ca.crt")

    @asynccontextmanager
    async def hub(self) -> AsyncIterator[tuple[Journal, Publisher, Writer]]:
        """Publisher and writer beside a journal."""
        async with AsyncExitStack() as held:
            journal = await held.enter_async_context(Journal(self.folder / "journal.db", power_safe=False))
            database = await held.enter_async_context(Database(self.database()))
            topics = Topics(f"insole/{self.name}")
            publisher = Publisher(
                BrokerAddress(LOOPBACK, self.port), topics, journal, version="1", backoff=Backoff(0.1, 1.0)
            )
            writer = Writer(
                database,
                self.name,
                RefusedFile(self.folder / "refused.jsonl"),
                batch_s=self.batch_s,
                backoff=lambda: Backoff(first_s=0.5, longest_s=2.0),
            )
            tasks = [asyncio.create_task(publisher.run()), asyncio.create_task(writer.follow_events(journal))]
            try:
                yield journal, publisher, writer
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Clinic:
    """Shards, a front that hears them all, and a database, all with TLS. ``async with clinic(...)`` makes one."""

    folder: Path
    influxd: Influxd
    shards: list[Broker]
    front: Broker

    @property
    def certificates(self) -> Path:
        """The clinic's authority and its server's certificate."""
        return self.folder / "certificates"

    def placed(self, settings: str) -> str:
        """A shipped file with this clinic's paths in place of a machine's own."""
        return _placed(settings, self.certificates)

    def homes(self, shard: Broker) -> Path:
        """Where folders for its homes are made."""
        return shard.folder / "homes"

    def enrol(self, shard: Broker, *arguments: str, path: str = PATH) -> subprocess.CompletedProcess[str]:
        """Run the shipped command on this shard's machine, whose programs lie in ``path``."""
        environment = {
            **os.environ,
            "PATH": path,
            "CLINIC_USERS": str(shard.folder / "clinic-users"),
            "CLINIC_HOMES": str(self.homes(shard)),
            "CLINIC_CA": str(self.certificates / "authority.crt"),
            "INSOLE_HUB_INFLUXDB_ADMIN_TOKEN": ADMIN_TOKEN,
        }
        return subprocess.run(
            [SHIPPED / "enrol", *arguments], env=environment, capture_output=True, text=True, check=False
        )

    def address(self, broker: Broker, user: str, password: str) -> BrokerAddress:
        """As somebody who may come in."""
        return BrokerAddress(LOOPBACK, broker.port, user, SecretStr(password), Tls(self.certificates / "authority.crt"))


def _placed(settings: str, certificates: Path) -> str:
    return settings.replace("/etc/mosquitto/certs/clinic-ca.crt", str(certificates / "authority.crt")).replace(
        "/etc/mosquitto/certs", str(certificates)
    )


def _shipped(name: str, folder: Path, certificates: Path, port: int) -> str:
    settings = _placed((SHIPPED / "mosquitto" / f"{name}.conf").read_text(), certificates)
    return (
        settings.replace("listener 8883", f"listener {port} {LOOPBACK}")
        .replace("/etc/mosquitto/clinic-users", str(folder / "clinic-users"))
        .replace("/etc/mosquitto/clinic-acl", str(SHIPPED / "mosquitto" / f"{name}.acl"))
        .replace("/var/lib/mosquitto/", f"{folder}/")
    )


def _front(settings: str, shards: list[Broker]) -> str:
    """The shipped file, with one of its connections for each shard, as it says."""
    before, _, connection = settings.partition("connection shard-1\n")
    connection = connection.replace("PASSWORD", "of the front").replace("restart_timeout 2 60", "restart_timeout 1 2")
    return before + "".join(
        f"connection shard-{n}\n"
        + connection.replace("mqtt-1.clinic.example:8883", f"{LOOPBACK}:{shard.port}").replace("shard-1", f"shard-{n}")
        for n, shard in enumerate(shards, 1)
    )


@asynccontextmanager
async def clinic(folder: Path, influxd: str, *, shards_n: int) -> AsyncIterator[Clinic]:
    """Everything of it runs, and nobody is enrolled yet."""
    certificates = folder / "certificates"
    certificates.mkdir(parents=True)
    authority = key_and_certificate(certificates, "authority")
    key_and_certificate(certificates, "server", authority, hosts=[LOOPBACK])
    shards, users = [], {"front": "of the front"}
    for n in range(1, shards_n + 1):
        (own := folder / f"shard-{n}").mkdir()
        passwords_file(own / "clinic-users", **users)
        port = free_port()
        shards.append(Broker(own, _shipped("shard", own, certificates, port), port))
    (own := folder / "front").mkdir()
    passwords_file(own / "clinic-users", watch="of the watch", desk="of the desk")
    port = free_port()
    front = Broker(own, _front(_shipped("front", own, certificates, port), shards), port)
    (folder / "influxd").mkdir()
    one = Clinic(folder, Influxd(influxd, folder / "influxd", certificates=certificates), shards, front)
    try:
        await asyncio.to_thread(one.influxd.start)
        address = DatabaseAddress(
            one.influxd.url,
            ORG,
            {Bucket.LASTING: "insole", Bucket.STEPS: "insole_steps"},
            SecretStr(ADMIN_TOKEN),
            certificates / "authority.crt",
        )
        await asyncio.to_thread(list, provision(Plan(address, {}, folder / "unused-token")))
        for broker in (*shards, front):
            await broker.start()
        yield one
    finally:
        for broker in (front, *shards):
            await broker.end(signal.SIGKILL)
        await asyncio.to_thread(one.influxd.end, signal.SIGKILL)
