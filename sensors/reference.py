"""The device page, made from the catalogue: ``python -m sensors.reference > docs/devices.md``."""

import sys
from collections.abc import Iterable

from sensors.brilliant_sole import packets as brilliant_sole
from sensors.catalogue import CATALOGUE, DeviceType
from sensors.orphe_insole import packets as orphe_insole
from sensors.transducers import LoadCell

HEAD = """\
# Devices

*Made from the device catalogue by `python -m sensors.reference > docs/devices.md`.*

Every driver was written from public sources and checked against an emulator that speaks the same bytes. A driver that
has not met its device says so here; the first thing to do with a real one is to record it and look at scales and signs.

"""

NOTES = """\

## What is not known

- **Pressure has no physical unit** on either insole: the hub gets counts of the converter and works relative to the
  wearer's own usual loads.
- **ORPHE INSOLE.** The IMU samples at {imu_hz:g} Hz, as the maker measured, while {packets_hz:g} packets a second carry
  two or four samples each: a packet's samples are spread at the former. Which of them the packet's stamp belongs to is
  not published; the hub fits each device's clock to arrivals, which absorbs the difference. Cell positions are the
  maker's; his *midfoot-lateral* cell lies level with the ball and counts as forefoot. Packets need an
  MTU of {orphe_mtu}: with less they arrive cut short and count as truncated.
- **Brilliant Sole.** Units of acceleration and rate and the origin of the cell positions are not published. The
  defaults are those of its predecessor, whose firmware is open; the options change them. Message numbers above
  {last_stable} differ between firmware versions and are passed over.
- **WitMotion** frames carry neither time nor count: the hub makes time from arrivals, and a lost frame shows only as a
  gap. Settings are not saved to the device, so every connection sets them again and reads the rate back.

## Emulators

They make the same bytes from a body's signals, on a clock of their own with drift. A cell reads {unloaded:g} counts
without load and rises towards {full:g} along a voltage divider's curve, with half the span at {half_n:g} N; IMU
values are 16-bit integers, clipped at the range. An insole's own IMU feels what the shank feels, since the simulated
body has no foot segment of its own.
"""


def reference() -> str:
    """The page."""
    cell = LoadCell()
    notes = NOTES.format(
        imu_hz=orphe_insole.IMU_RATE_HZ,
        packets_hz=orphe_insole.PACKETS_HZ,
        orphe_mtu=orphe_insole.MIN_MTU,
        last_stable=int(max(brilliant_sole.Message)),
        unloaded=cell.unloaded_counts,
        full=cell.full_counts,
        half_n=cell.half_load_n,
    )
    return HEAD + _table(CATALOGUE) + _options(CATALOGUE) + notes


def _table(kinds: Iterable[DeviceType]) -> str:
    rows = [
        "| `type` | device | worn | recognised by | rates in Hz, default first | clock | loss shows | MTU | hardware |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in kinds:
        rates = [kind.default_rate_hz, *(rate for rate in kind.rates_hz if rate != kind.default_rate_hz)]
        clock = (
            "none"
            if kind.clock is None
            else f"{kind.clock.resolution_s * 1000:g} ms, wraps after {kind.clock.wraps_after_s:g} s"
        )
        cells = (
            f"`{kind.key}`",
            kind.title,
            "in the shoe" if kind.is_insole else "on the shin",
            kind.recognised_by,
            ", ".join(f"{rate:g}" for rate in rates),
            clock,
            "yes" if kind.loss_visible else "no",
            f"≥ {kind.min_mtu}",
            "tested" if kind.tested_on_hardware else "not tested",
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _options(kinds: Iterable[DeviceType]) -> str:
    rows = ["", "## Options", "", "| `type` | option | values, default first |", "|---|---|---|"]
    for kind in kinds:
        for name, values in kind.options.items():
            rows.append(f"| `{kind.key}` | `{name}` | {', '.join(f'`{value}`' for value in values)} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
