"""What was measured of a small clinic, and what that makes for a large one: arithmetic, shown."""

from dataclasses import dataclass

import numpy as np

WALKED_H_A_DAY = 4.0
"""Of each wearer, which is much."""
BUSIEST = 3.0
"""How many times as many walk in the busiest hour as on average over the day."""
SENSOR_POINTS_A_DAY = 1440.0 * (3 + 1)
"""Three sensors and the hub, once a minute."""
STEPS_DAYS = 90
"""So long steps, sensors and hub are kept."""
STATE_S = 1.0
"""A hub tells the wearer's day so often while they walk."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it. ``..._us``: processor time each; ``untold_n``: events that never came to the front."""

    homes_n: int
    events_a_min: float
    steps_a_min: float
    messages_hz: float
    points_hz: float
    shards_us: float
    front_us: float
    database_us: float
    home_kb: float
    point_bytes: float
    delays_ms: np.ndarray
    to_tell_n: int
    untold_n: int
    made_n: int
    rows_n: int


def measured_table(found: Measured) -> str:
    """What was measured, as Markdown."""
    delay_ms = np.percentile(found.delays_ms, [50, 99]) if len(found.delays_ms) else (np.nan, np.nan)
    rows = (
        ("homes, all walking", f"{found.homes_n}"),
        ("messages at the front", f"{found.messages_hz:.0f}/s"),
        ("points at the database", f"{found.points_hz:.0f}/s"),
        ("shards, processor for a message", f"{found.shards_us:.0f} µs"),
        ("front, processor for a message", f"{found.front_us:.0f} µs"),
        ("shards, memory for a home", f"{found.home_kb:.0f} kB"),
        ("database, processor for a point", f"{found.database_us:.0f} µs"),
        ("database, disk for a point", f"{found.point_bytes:.0f} bytes"),
        ("journal to front, median and 99 %", f"{delay_ms[0]:.0f} and {delay_ms[1]:.0f} ms"),
        ("events for the front; never came", f"{found.to_tell_n}; {found.untold_n}"),
        ("events in the journals; points in the database", f"{found.made_n}; {found.rows_n}"),
    )
    return "| measured | |\n|---|---|\n" + "".join(f"| {what} | {value} |\n" for what, value in rows)


def planned_table(found: Measured, homes_n: int) -> str:
    """What that makes for so many homes, as Markdown, with the arithmetic."""
    share = WALKED_H_A_DAY / 24.0
    busiest = homes_n * share * BUSIEST
    told_hz = busiest / STATE_S
    steps_hz = told_hz + busiest * found.events_a_min / 60.0
    walked_min = WALKED_H_A_DAY * 60.0
    points_a_day = homes_n * (found.events_a_min * walked_min + SENSOR_POINTS_A_DAY)
    busiest_hz = busiest * found.events_a_min / 60.0 + homes_n * SENSOR_POINTS_A_DAY / 86_400.0
    kept = homes_n * STEPS_DAYS * (found.steps_a_min * walked_min + SENSOR_POINTS_A_DAY)
    lasting = homes_n * 365.0 * (found.events_a_min - found.steps_a_min) * walked_min
    rows = (
        (
            "homes that walk in the busiest hour",
            f"{homes_n} x {WALKED_H_A_DAY:g} h / 24 h x {BUSIEST:g}",
            f"{busiest:.0f}",
        ),
        ("messages as shipped, busiest", f"{busiest:.0f} x 1 state/s", f"{told_hz:.0f}/s"),
        ("shards, cores", f"{told_hz:.0f}/s x {found.shards_us:.0f} µs", f"{told_hz * found.shards_us / 1e6:.2f}"),
        (
            "messages with every step, busiest",
            f"+ {busiest:.0f} x {found.events_a_min:.0f} events/min",
            f"{steps_hz:.0f}/s",
        ),
        ("shards, cores", f"{steps_hz:.0f}/s x {found.shards_us:.0f} µs", f"{steps_hz * found.shards_us / 1e6:.2f}"),
        ("shards, memory", f"{homes_n} x {found.home_kb:.0f} kB", f"{homes_n * found.home_kb / 1e6:.1f} GB"),
        (
            "points a day",
            f"{homes_n} x ({found.events_a_min:.0f}/min x {walked_min:.0f} min + {SENSOR_POINTS_A_DAY:.0f})",
            f"{points_a_day / 1e6:.0f} million",
        ),
        ("points, busiest", "events of those who walk, sensors of all", f"{busiest_hz:.0f}/s"),
        (
            "database, cores to write",
            f"{busiest_hz:.0f}/s x {found.database_us:.0f} µs",
            f"{busiest_hz * found.database_us / 1e6:.1f}",
        ),
        (
            f"disk, steps of {STEPS_DAYS} days",
            f"{kept / 1e9:.1f} thousand million x {found.point_bytes:.0f} bytes",
            f"{kept * found.point_bytes / 1e12:.2f} TB",
        ),
        (
            "disk, a year of what stays",
            f"{lasting / 1e9:.1f} thousand million x {found.point_bytes:.0f} bytes",
            f"{lasting * found.point_bytes / 1e12:.2f} TB",
        ),
    )
    return f"| for {homes_n} homes | how | |\n|---|---|---|\n" + "".join(
        f"| {what} | {how} | {value} |\n" for what, how, value in rows
    )
