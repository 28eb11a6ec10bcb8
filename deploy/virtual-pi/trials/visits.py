"""``scan`` and ``doctor`` as the hub's user types them: what they say of a machine that is well, and of broken ones."""

import asyncio
import json
import os
import pwd
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import air
import machine
from seen import ROLES

PROGRAM = "/opt/insole-hub/bin/insole-hub"
CONFIG = Path("/etc/insole-hub/hub.toml")
WITH_BROKER = Path("/run/virtual-pi-broker.toml")
"""The same hub, whose broker is one of this machine; the hub's own answers in its place while the hub runs."""
SCANNED = Path("/run/virtual-pi-scan.toml")
LISTEN_S = 4
ADVERTISING_S = 8.0
"""After such a time all sensors that were let go advertise, and an adapter that was away is there."""

STREAMING_S = 40.0
"""After such a time a hub that was started says that all sensors stream."""

Change = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Visit:
    """One state of the machine and what the doctor is to say of it.

    Parameters
    ----------
    name : for the table.
    due : check and words of each problem that is to be named; there must be no other.
    heard : how many sensors are to be heard, or said to stream by the hub that runs.
    break_, mend : what is done before and after; before, the hub is stopped and all else is well.
    config : what is examined.
    """

    name: str
    due: tuple[tuple[str, str], ...]
    heard: int
    break_: Change
    mend: Change
    config: Path = CONFIG


@dataclass(frozen=True)
class Said:
    """What was said: ``right`` where it is what was due; ``problems`` as (check, words)."""

    name: str
    right: bool
    problems: list[tuple[str, str]]
    heard: int


async def _nothing() -> None:
    """All is well."""


async def _hub_runs() -> None:
    await machine.command("systemctl", "start", machine.UNIT)
    await asyncio.sleep(STREAMING_S)


async def _hub_stops() -> None:
    await machine.command("systemctl", "stop", machine.UNIT)
    await asyncio.sleep(ADVERTISING_S)


async def _block() -> None:
    machine.block_bluetooth(blocked=True)


async def _unblock() -> None:
    machine.block_bluetooth(blocked=False)
    await _switch_on()


async def _switch_off() -> None:
    await machine.command("bluetoothctl", "power", "off")


async def _switch_on() -> None:
    await asyncio.sleep(1.0)
    await machine.command("bluetoothctl", "power", "on")


async def _disable_bluetoothd() -> None:
    """A service that is only stopped is started by D-Bus at the first question."""
    await machine.command("systemctl", "disable", "--now", "bluetooth")


async def _mask_bluetoothd() -> None:
    await machine.command("systemctl", "mask", "--runtime", "--now", "bluetooth")


async def _start_bluetoothd() -> None:
    await machine.command("systemctl", "unmask", "--runtime", "bluetooth")
    await machine.command("systemctl", "enable", "--now", "bluetooth")
    await asyncio.sleep(ADVERTISING_S)


async def _pull_out() -> None:
    await machine.command("systemctl", "stop", "virtual-pi-air")


async def _put_in() -> None:
    await machine.command("systemctl", "start", "virtual-pi-air")
    await air.reach()
    await asyncio.sleep(ADVERTISING_S)


ALL = len(ROLES)
VISITS = (
    Visit("all well", (), ALL, _nothing, _nothing),
    Visit(
        "adapter blocked by rfkill",
        (("rfkill", "hci0 is blocked"), ("Bluetooth", "adapter is blocked")),
        0,
        _block,
        _unblock,
    ),
    Visit("adapter off", (("Bluetooth", "adapter is off"),), 0, _switch_off, _switch_on),
    Visit("Bluetooth disabled", (("Bluetooth", "service does not run"),), 0, _disable_bluetoothd, _start_bluetoothd),
    Visit("Bluetooth masked", (("Bluetooth", "service is masked"),), 0, _mask_bluetoothd, _start_bluetoothd),
    Visit(
        "adapter pulled out",
        (("adapter", "no Bluetooth adapter"), ("Bluetooth", "no Bluetooth adapter")),
        0,
        _pull_out,
        _put_in,
    ),
    Visit("broker stopped", (("broker", "127.0.0.1"),), ALL, _nothing, _nothing, WITH_BROKER),
    Visit("hub and broker run", (), ALL, _hub_runs, _hub_stops, WITH_BROKER),
)


async def visit_all() -> list[Said]:
    """Scan, then one visit after the other; the hub runs again at the end."""
    _write(WITH_BROKER, await asyncio.to_thread(CONFIG.read_text) + '\n[mqtt]\nhost = "127.0.0.1"\n')
    await _hub_stops()
    said = [await scan()]
    for visit in VISITS:
        await visit.break_()
        try:
            said.append(await _ask(visit))
        finally:
            await visit.mend()
        print(said[-1])
    await _hub_runs()
    return said


async def scan() -> Said:
    """What ``scan`` prints must be a right configuration that names all sensors, as it stands."""
    _, printed = await _type("scan", "--seconds", str(LISTEN_S))
    block = printed[max(printed.find("[[wearers]]"), 0) :]
    _write(SCANNED, block)
    code, checked = await _type("check", "-c", str(SCANNED))
    named = sum(address in block for address in ROLES.values())
    return Said("scan", code == 0 and named == len(ROLES), [("check", checked)] if code else [], named)


async def _ask(visit: Visit) -> Said:
    code, printed = await _type("doctor", "--json", "--seconds", str(LISTEN_S), "-c", str(visit.config))
    findings = json.loads(printed)
    problems = [(each["check"], each["what"]) for each in findings if each["level"] == "problem"]
    heard = sum(each["check"] == "sensor" and each["level"] == "ok" for each in findings)
    are_named = all(any(check == due and words in what for check, what in problems) for due, words in visit.due)
    right = are_named and len(problems) == len(visit.due) and heard == visit.heard and code == bool(problems)
    return Said(visit.name, right, problems, heard)


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o644)


async def _type(*words: str) -> tuple[int, str]:
    """Run the hub's program as its user; its exit code and what it prints."""
    user = pwd.getpwnam("insole-hub")
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        *words,
        stdout=asyncio.subprocess.PIPE,
        cwd=user.pw_dir,
        env={"PATH": os.environ["PATH"], "HOME": user.pw_dir, "COLUMNS": "120", "LANG": "C.UTF-8"},
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=os.getgrouplist(user.pw_name, user.pw_gid),
    )
    printed = (await process.communicate())[0].decode()
    assert process.returncode is not None
    return process.returncode, printed
