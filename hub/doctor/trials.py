"""What can only be found out by trying: the configuration, the broker, the journal, sound, the sensors on the air."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.config import Config, load_config
from hub.cues.player import sound_trouble
from hub.cues.sound import samples
from hub.doctor.finding import Finding, note, ok, problem, warning
from hub.errors import ConfigError, DeliveryError, LinkError
from hub.influx import REFUSED, RefusedFile
from hub.journal import JournalFacts
from hub.mqtt import BrokerAddress, SensorCondition, Topics, broker_trouble, retained
from hub.mqtt.broker import LOOPBACK
from hub.radio import Bluetooth, Found, scan
from hub.service.configured import broker_address, database_address
from hub.service.cues import SILENT, settings_of

WEAK_DBM = -85
"""Packets begin to be lost about here."""

DRIFT_PPM = 5_000.0
"""No quartz is half a percent off: the rate is another than was set, or what numbers nothing loses samples unseen."""

LOSS_PCT = 5.0
"""More than this is worth somebody's while (our choice)."""

_FIND = "switch it on and charge it; end its phone app: a device that is connected elsewhere does not advertise"

_AT_REST = {SensorCondition.NOT_WORN, SensorCondition.SLEEPING, SensorCondition.PAUSED}

_MB = 1_000_000


def configuration(path: Path) -> tuple[Config | None, list[Finding]]:
    """The configuration where it is right, and a finding for each mistake where not."""
    try:
        config = load_config(path)
    except ConfigError as error:
        return None, [
            problem("configuration", f"{path}: {mistake.key_path}: {mistake.message}", mistake.hint)
            for mistake in error.problems
        ]
    return config, [ok("configuration", f"{path} is right")]


async def broker(config: Config) -> Finding:
    """Whether the broker lets the hub in."""
    if config.mqtt is None:
        return ok("broker", f"the hub runs its own on this machine, port {config.broker.port}")
    address = broker_address(config.mqtt)
    trouble = await broker_trouble(address)
    if trouble is None:
        return ok("broker", f"{address} lets the hub in")
    cause, _, remedy = trouble.partition("; ")
    return problem("broker", cause, remedy)


async def database(config: Config) -> list[Finding]:
    """Whether the database lets the hub in, and what it has refused."""
    if config.influxdb is None:
        return [note("database", "none is configured: events go nowhere but to the journal and MQTT")]
    from hub.influx.probe import database_trouble  # noqa: PLC0415 - large; see there

    address = database_address(config.influxdb)
    trouble = await database_trouble(address)
    cause, _, remedy = (trouble or "").partition("; ")
    findings = [problem("database", cause, remedy) if trouble else ok("database", f"{address} lets the hub write")]
    refused = RefusedFile(config.hub.state_dir / REFUSED)
    try:
        refused.open()
    except OSError as error:
        return [*findings, warning("database", f"{refused.path} cannot be read: {error.strerror}", "mend the file")]
    if refused.n:
        newest = refused.before[-1]
        findings.append(
            warning(
                "database",
                f"{refused.n} points were refused, the newest because {newest.reason}",
                f"they are kept in {refused.path}; mend the cause, and the next start of the hub writes them",
            )
        )
    return findings


def journal(facts: JournalFacts) -> Iterator[Finding]:
    """What the journal looks like."""
    for path in facts.damaged:
        yield warning(
            "journal",
            f"a damaged journal was set aside as {path.name}",
            "the disk or card may be failing: copy the state folder and replace it. What could be read of the file "
            "goes on in the journal; remove the file when nobody needs it",
        )
    if facts.trouble:
        cause, _, remedy = facts.trouble.partition("; ")
        yield problem("journal", cause, remedy)
    elif facts.bytes_n is None:
        yield note("journal", "there is none yet; the first run makes it")
    else:
        newest = datetime.fromtimestamp(facts.newest_ns / 1e9, UTC) if facts.newest_ns else None
        last = f", the newest of {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
        yield ok("journal", f"{facts.events_n} events{last}; {facts.bytes_n / _MB:.1f} MB")
        for destination, waiting_n in facts.backlog:
            if waiting_n > 0:
                yield warning(
                    "journal",
                    f"{waiting_n} events wait for {destination}",
                    "they are sent when it is there again; see the broker and the database above",
                )


async def sound(config: Config) -> list[Finding]:
    """Whether this machine can sound at steps: somebody hears one sound for each wearer who wants any."""
    if config.sound.device == SILENT:
        return []
    findings = []
    for wearer in config.wearers:
        settings = settings_of(wearer.cues)
        if settings.sounding is not None:
            said = f"{wearer.nickname}'s sound at steps"
            trouble = await sound_trouble(config.sound.device, samples(settings.sounding, settings.volume_pct))
            cause, _, remedy = trouble.partition("; ")
            findings.append(
                problem("sound", f"{said} cannot be played: {cause}", remedy)
                if trouble
                else ok("sound", f"{said} was just played on {config.sound.device!r}; was it heard?")
            )
    return findings


async def sensors_of_running_hub(config: Config) -> list[Finding]:
    """What the hub that runs says of its sensors: it holds them, so that nobody else can hear them."""
    if config.mqtt is None and not config.broker.port:
        return [note("sensor", "a hub is running and holds the sensors; stop it to have them looked for")]
    topics = Topics(config.topic_base)
    address = BrokerAddress(LOOPBACK, config.broker.port) if config.mqtt is None else broker_address(config.mqtt)
    try:
        told = await retained(address, topics.sensors)
    except DeliveryError as error:
        cause, _, remedy = str(error).partition("; ")
        return [warning("sensor", f"the running hub cannot be asked how its sensors do: {cause}", remedy)]
    findings = []
    for wearer in config.wearers:
        for device in wearer.devices:
            who = f"{wearer.nickname} {device.role.value}".replace("_", " ")
            findings.append(_as_told(who, _state(told.get(topics.sensor(wearer.nickname, device.role), b""))))
    return findings


def _state(payload: bytes) -> dict[str, Any]:
    """What was told of a sensor; nothing where something else stands there."""
    try:
        told = json.loads(payload)
    except ValueError:
        return {}
    return told if isinstance(told, dict) and isinstance(told.get("state"), str) else {}


def _as_told(who: str, told: dict[str, Any]) -> Finding:
    if not told:
        return warning(
            "sensor",
            f"the running hub says nothing of {who}",
            "it may run with another configuration, or not be let in at this broker: `journalctl -u insole-hub -n 50`",
        )
    if told["state"] != SensorCondition.STREAMING:
        why = f": {told['note']}" if told.get("note") else ""
        what = f"{who} is {told['state'].replace('_', ' ')}{why}"
        return note("sensor", what) if told["state"] in _AT_REST else warning("sensor", what, _FIND)
    drift_ppm, loss_pct = told.get("drift_ppm"), told.get("loss_pct")
    if isinstance(drift_ppm, int | float) and abs(drift_ppm) > DRIFT_PPM:
        return warning(
            "sensor",
            f"{who}'s clock is off by {drift_ppm / 1e4:+.1f} % against the hub's",
            "samples may be lost unseen: bring the hub nearer. If it stays, set the rate anew in the sensor's own app",
        )
    if isinstance(loss_pct, int | float) and loss_pct > LOSS_PCT:
        return warning("sensor", f"{who} loses {loss_pct:g} % of its samples", "bring the hub nearer, out of cupboards")
    return ok("sensor", f"{who} streams")


async def sensors(config: Config, bluetooth: Bluetooth, seconds: float) -> list[Finding]:
    """Whether the configured sensors can be heard. Not while a hub is connected to them: then they are silent."""
    try:
        heard = await scan(bluetooth, seconds)
    except LinkError as error:
        cause, _, remedy = str(error).removeprefix("scan: ").partition("; ")
        return [problem("Bluetooth", cause, remedy)]
    findings = [ok("Bluetooth", f"{len(heard)} devices heard in {seconds:g} s")]
    for wearer in config.wearers:
        for device in wearer.devices:
            who = f"{wearer.nickname} {device.role.value}".replace("_", " ")
            found = next((one for one in heard if _is(one, device.address, device.name)), None)
            findings.append(_of_sensor(who, found))
    return findings


def _is(found: Found, address: str | None, name: str | None) -> bool:
    return found.address == address.upper() if address is not None else found.name == name


def _of_sensor(who: str, found: Found | None) -> Finding:
    if found is None:
        return warning(
            "sensor",
            f"{who} is not heard",
            _FIND,
        )
    if found.rssi_dbm < WEAK_DBM:
        return warning("sensor", f"{who} is weak: {found.rssi_dbm} dBm", "bring the hub nearer, out of cupboards")
    if (fault := found.firmware_fault) is not None:
        cause, _, remedy = fault.partition("; ")
        return warning("sensor", f"{who}: {cause}", remedy)
    return ok("sensor", f"{who} is heard, {found.rssi_dbm} dBm")
