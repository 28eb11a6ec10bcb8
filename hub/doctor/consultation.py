"""One visit to the doctor: everything that can be found out about this machine and a configuration."""

from dataclasses import dataclass
from pathlib import Path

from hub.config import Config
from hub.config.schema import default_state_dir
from hub.doctor import trials
from hub.doctor.checks import examine
from hub.doctor.finding import Finding, note
from hub.doctor.machine import Machine, look
from hub.doctor.vibration import vibration, vibration_of_running_hub
from hub.journal import JOURNAL, JournalFacts, look_at
from hub.radio import Bluetooth


@dataclass(frozen=True, slots=True)
class Consultation:
    """What was found. ``config`` and ``journal`` are None where there is no right configuration."""

    machine: Machine
    findings: tuple[Finding, ...]
    config: Config | None
    journal: JournalFacts | None


async def consult(path: Path | None, listen_s: float) -> Consultation:
    """Examine the machine, and with a configuration also what it names.

    Parameters
    ----------
    path : of the configuration; None where there is none.
    listen_s : how long to listen for sensors; 0 not at all.
    """
    config, findings = (None, [_NO_CONFIGURATION]) if path is None else trials.configuration(path)
    state_dir = config.hub.state_dir if config is not None else default_state_dir()
    machine = look(state_dir)
    findings = [*examine(machine), *findings]
    if config is None:
        return Consultation(machine, tuple(findings), None, None)
    facts = look_at(state_dir / JOURNAL)
    findings += [*trials.journal(facts), await trials.broker(config), *await trials.database(config)]
    findings += await trials.sound(config)
    if facts.held or machine.service == "active":  # a service keeps its journal where another user may not look
        findings += [*await trials.sensors_of_running_hub(config), *vibration_of_running_hub(config)]
    elif listen_s:
        bluetooth = Bluetooth.system(config.radio.adapter)
        findings += [*await trials.sensors(config, bluetooth, listen_s), *await vibration(config, bluetooth)]
    return Consultation(machine, tuple(findings), config, facts)


_NO_CONFIGURATION = note(
    "configuration", "there is no hub.toml here, so only the machine was examined", "name it with --config"
)
