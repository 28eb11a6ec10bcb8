"""The device page, made from the catalogue: ``python -m sensors.reference > docs/devices.md``."""

import sys
from collections.abc import Iterable
from textwrap import fill

from sensors.catalogue import CATALOGUE, DeviceType
from sensors.transducers import LoadCell

WIDTH = 120
DAY_S = 86400.0

HEAD = """\
# Devices

*Made from the device catalogue by `python -m sensors.reference > docs/devices.md`.*

Every driver was written from public sources and checked against an emulator that speaks the same bytes. A driver that
has not met its device says so here; the first thing to do with a real one is to record it and look at scales and signs.

"""

UNKNOWN = """
## What is not known

- **Pressure has no physical unit** on any of these insoles, unless one of the open profile claims it: the hub gets
  counts of the converter and works relative to the wearer's own usual loads.
"""

EMULATORS = """
## Emulators

They make the same bytes from a body's signals, on a clock of their own with drift. A cell reads {unloaded:g} counts
without load and rises towards {full:g} along a voltage divider's curve, with half the span at {half_n:g} N; IMU
values are clipped at the range. An insole's own IMU feels what the shank feels, since the simulated body has no foot
segment of its own.
"""


def reference() -> str:
    """The page."""
    cell = LoadCell()
    emulators = EMULATORS.format(unloaded=cell.unloaded_counts, full=cell.full_counts, half_n=cell.half_load_n)
    return (
        HEAD + _table(CATALOGUE) + _options(CATALOGUE) + _firmware(CATALOGUE) + UNKNOWN + _notes(CATALOGUE) + emulators
    )


def _table(kinds: Iterable[DeviceType]) -> str:
    rows = [
        (
            "| `type` | device | worn | recognised by | Hz, default first | clock | loss shows | MTU | motors | "
            "battery | tested |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in kinds:
        rates = [kind.default_rate_hz, *(rate for rate in kind.rates_hz if rate != kind.default_rate_hz)]
        clock = (
            "none"
            if kind.clock is None
            else f"{kind.clock.resolution_s * 1000:g} ms, wraps after {_span(kind.clock.wraps_after_s)}"
        )
        facts = (
            ", ".join(f"{rate:g}" for rate in rates),
            clock,
            "yes" if kind.loss_visible else "no",
            f"≥ {kind.min_mtu}",
        )
        cells = (
            f"`{kind.key}`",
            kind.title,
            "in the shoe" if kind.is_insole else "on the shin",
            kind.recognised_by,
            *(facts if kind.example is None else ["as described"] * len(facts)),
            "yes" if kind.has_motors else "no",
            "%" if kind.tells_battery else "no %",
            "on hardware" if kind.tested_on_hardware else "not on hardware",
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _span(seconds: float) -> str:
    return f"{seconds:g} s" if seconds <= DAY_S else f"{seconds / DAY_S:.1f} days"


def _options(kinds: Iterable[DeviceType]) -> str:
    rows = ["", "## Options", "", "| `type` | option | values, default first |", "|---|---|---|"]
    for kind in kinds:
        for name, values in kind.options.items():
            rows.append(f"| `{kind.key}` | `{name}` | {', '.join(f'`{value}`' for value in values)} |")
    return "\n".join(rows) + "\n"


def _firmware(kinds: Iterable[DeviceType]) -> str:
    rows = ["", "## Firmware with known faults", "", "| `type` | version | fault |", "|---|---|---|"]
    for kind in kinds:
        rows += [f"| `{kind.key}` | {version} | {fault} |" for version, fault in kind.known_bad_firmware.items()]
    return "\n".join(rows) + "\n\n`scan` and `doctor` say so, and the `note` of the sensor's MQTT state.\n"


def _notes(kinds: Iterable[DeviceType]) -> str:
    items = (f"- **{kind.title}.** {' '.join(kind.notes.split())}" for kind in kinds)
    return "\n".join(fill(item, WIDTH, subsequent_indent="  ", break_on_hyphens=False) for item in items) + "\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
