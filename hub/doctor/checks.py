"""What the doctor makes of a machine: each check a function, each finding with its cause and remedy. Pure."""

from collections.abc import Callable, Iterator

from hub.doctor.finding import Finding, note, ok, problem, warning
from hub.doctor.machine import Machine
from hub.radio.causes import Cause

BLUEZ_LEAST = (5, 55)
"""Older ones are not supported by bleak."""

BLUEZ_GOOD = (5, 66)
"""Of Debian 12 and Raspberry Pi OS bookworm; the oldest that the hub was run with."""

INTERVAL_GOOD_MS = 15.0
"""Connection interval that carries two insoles and a shin IMU with room to spare."""

DISK_LEAST_BYTES, DISK_GOOD_BYTES = 50_000_000, 500_000_000
MEMORY_GOOD_BYTES = 100_000_000
TEMPERATURE_GOOD_C = 80.0
"""A Raspberry Pi slows itself down from here on."""

_MB = 1_000_000


def system(machine: Machine) -> Iterator[Finding]:
    """What it runs on."""
    where = ", in a container" if machine.container else ""
    yield ok("system", " ".join(filter(None, (machine.model, machine.system, f"Python {machine.python}{where}"))))


def bus(machine: Machine) -> Iterator[Finding]:
    """The way to BlueZ."""
    if machine.has_bus:
        yield ok("D-Bus", "the system bus is there")
    elif machine.container:
        yield problem(
            "D-Bus",
            "this container does not see the host's system bus",
            "mount /run/dbus/system_bus_socket into it, as docker-compose.yml does; where AppArmor forbids the bus, "
            "add `security_opt: [apparmor:unconfined]`",
        )
    else:
        yield problem("D-Bus", "there is no system bus", "start it: `sudo systemctl start dbus`")


def bluez(machine: Machine) -> Iterator[Finding]:
    """The system's Bluetooth service."""
    version = machine.bluez_version
    if version is None:
        if not machine.container:
            yield problem("BlueZ", "`bluetoothctl` is not there", "install it: `sudo apt install bluez`")
        return
    said = f"BlueZ {version[0]}.{version[1]}"
    if version < BLUEZ_LEAST:
        yield problem("BlueZ", f"{said} is too old", "upgrade the system; 5.55 is the least, 5.66 or newer is better")
    elif version < BLUEZ_GOOD:
        yield warning("BlueZ", f"{said} is older than any the hub was run with", "upgrade the system when you can")
    else:
        yield ok("BlueZ", said)


def bluetooth_settings(machine: Machine) -> Iterator[Finding]:
    """BlueZ's main.conf, where it stands in the hub's way."""
    general = machine.bluetooth_conf.get("General", {})
    if general.get("controllermode", "dual").strip().lower() == "bredr":
        yield problem(
            "BlueZ settings",
            "ControllerMode = bredr switches Bluetooth LE off",
            "set it to dual or le in /etc/bluetooth/main.conf, then restart the machine",
        )
    if machine.bluetooth_conf.get("Policy", {}).get("autoenable", "true").strip().lower() == "false":
        yield warning(
            "BlueZ settings",
            "AutoEnable = false leaves the adapter off after a restart",
            "set AutoEnable=true under [Policy] in /etc/bluetooth/main.conf",
        )


def radio_switches(machine: Machine) -> Iterator[Finding]:
    """rfkill."""
    for switch in machine.rfkill:
        if switch.kind != "bluetooth":
            continue
        if switch.hard_blocked:
            yield problem("rfkill", f"a switch on the machine blocks {switch.name}", "turn the radio on at the switch")
        elif switch.soft_blocked:
            yield problem("rfkill", f"{switch.name} is blocked", "`sudo rfkill unblock bluetooth`")


def adapters(machine: Machine) -> Iterator[Finding]:
    """The Bluetooth adapters."""
    if not machine.adapters:
        yield problem(
            "adapter",
            "there is no Bluetooth adapter",
            "plug a USB adapter in; on a Raspberry Pi see whether config.txt has `dtoverlay=disable-bt`; `dmesg | "
            "grep -i bluetooth` tells more",
        )
    for adapter in machine.adapters:
        slow = adapter.max_interval_ms
        if slow is not None and slow > INTERVAL_GOOD_MS:
            yield note(
                "adapter",
                f"{adapter.name} ({adapter.bus}) asks for connection intervals of up to {slow:g} ms",
                "if packets of three sensors get lost, set MinConnectionInterval=6 and MaxConnectionInterval=12 under "
                "[LE] in /etc/bluetooth/main.conf",
            )
        else:
            yield ok("adapter", f"{adapter.name} ({adapter.bus})")


def permission(machine: Machine) -> Iterator[Finding]:
    """Whether this user may use Bluetooth. In a container the host decides, by number."""
    if machine.is_root or "bluetooth" in machine.groups or machine.container:
        yield ok("permission", "this user may use Bluetooth")
    else:
        yield warning("permission", "this user is not in the group bluetooth", Cause.DENIED.split("; ", 1)[1])


def wifi(machine: Machine) -> Iterator[Finding]:
    """Wi-Fi on the same chip takes air time from the sensors."""
    on_board = any(adapter.bus == "uart" for adapter in machine.adapters)
    if machine.wifi_up and machine.wifi_shares_chip and on_board:
        yield warning(
            "Wi-Fi",
            f"{machine.wifi_up[0]} and the built-in Bluetooth share a chip and an antenna; packets get lost",
            "connect the machine by cable and `sudo rfkill block wifi`, or use a USB Bluetooth adapter on an extension",
        )
    elif machine.wifi_up:
        yield ok("Wi-Fi", f"{machine.wifi_up[0]} has a chip of its own")


def clock(machine: Machine) -> Iterator[Finding]:
    """The wall clock: it dates events, and certificates depend on it."""
    if machine.clock_synchronised is False:
        keeps = "it keeps time over a power cut" if machine.has_battery_clock else "and it stands still without power"
        yield warning(
            "clock",
            f"the wall clock follows no time server, {keeps}",
            "`sudo timedatectl set-ntp true`, and see that the network lets it reach one",
        )
    elif machine.clock_synchronised is None:
        yield note("clock", "whether the wall clock follows a time server cannot be seen from here")
    elif machine.has_battery_clock:
        yield ok("clock", "follows a time server")
    else:
        yield ok("clock", "follows a time server; without a battery it is wrong until the network is there")


def disk(machine: Machine) -> Iterator[Finding]:
    """Room for the journal."""
    if not machine.state_dir_writable:
        yield problem(
            "disk",
            "the state folder cannot be written by this user",
            "give it to the hub's user, or mount the disk writable: a card that turned read-only is worn out",
        )
    free = machine.disk_free_bytes
    if free is None:
        return
    said = f"{free / _MB:.0f} MB free"
    if free < DISK_LEAST_BYTES:
        yield problem("disk", said, "remove files: without room nothing is kept")
    elif free < DISK_GOOD_BYTES:
        yield warning("disk", said, "remove files, or lower recording.raw_max_mb")
    else:
        yield ok("disk", said)


def strength(machine: Machine) -> Iterator[Finding]:
    """Memory, heat and power."""
    memory = machine.memory_available_bytes
    if memory is not None and memory < MEMORY_GOOD_BYTES:
        yield warning(
            "memory", f"only {memory / _MB:.0f} MB are left", "stop other programs: the hub takes about 100 MB"
        )
    if machine.temperature_c is not None and machine.temperature_c >= TEMPERATURE_GOOD_C:
        yield warning(
            "heat", f"the processor has {machine.temperature_c:.0f} °C and slows down", "give it air or a heat sink"
        )
    if machine.power_problem:
        yield warning(
            "power", f"the Raspberry Pi reports: {machine.power_problem}", "use its own power supply and a short cable"
        )


def service(machine: Machine) -> Iterator[Finding]:
    """The systemd unit."""
    if machine.service == "failed":
        yield problem("service", "insole-hub has failed", "`journalctl -u insole-hub -n 50` says why")
    elif machine.service == "active":
        yield ok("service", "insole-hub is running")


CHECKS: tuple[Callable[[Machine], Iterator[Finding]], ...] = (
    system,
    bus,
    bluez,
    bluetooth_settings,
    radio_switches,
    adapters,
    permission,
    wifi,
    clock,
    disk,
    strength,
    service,
)


def examine(machine: Machine) -> list[Finding]:
    """All checks of the machine itself."""
    return [finding for check in CHECKS for finding in check(machine)]
