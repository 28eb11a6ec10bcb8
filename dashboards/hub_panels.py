"""Panels about the machinery: sensors, their batteries and links, and the hub itself."""

from collections.abc import Callable, Iterator, Sequence

from dashboards.influxql import DAY, HOUR, Column, Query, Select, highest, last, lowest, mean, role_is
from dashboards.nested import Risen
from dashboards.panels import CELSIUS, DAYS, MEGABYTES, MILLISECONDS, NUMBER, PERCENT, Panel, bars, lines, listing
from hub.influx.schema import Name, Tag
from sensors.layout import Role

_NOW = ("time >= ${__to}ms - 1d",)
"""Of the last day of the time chosen: what was told of last needs no more."""


def sensors_now() -> Panel:
    """Each sensor as it was told of last."""
    return listing(
        "Sensors",
        Select(
            Name.SENSOR,
            (
                last("state", "state"),
                last("battery_pct", "charge"),
                last("battery_days", "lasts for"),
                last("loss_pct", "lost"),
                last("rssi_dbm", "signal, dBm"),
            ),
            _NOW,
            by=(Tag.ROLE,),
        ),
        "As the hub last told it, in the last 24 h of the time chosen; no row: not seen. How long a battery lasts is "
        "estimated from the way it was used. A sensor that sleeps or is not worn is well.",
        {"charge": PERCENT, "lasts for": DAYS, "lost": PERCENT},
        height=6,
        timed=False,
    )


def sensor_panels() -> Iterator[Panel]:
    """Batteries and radio links. Kept for 90 days, as steps are."""
    yield lines(
        "Batteries",
        _of_each(lambda called, role: Select(Name.SENSOR, (last("battery_pct", called),), (role,), every=HOUR)),
        "Charge of each sensor, as it says itself. Some devices tell nothing, some in coarse steps.",
        PERCENT,
        decimals=0,
        dots=False,
    )
    yield lines(
        "Lost on the air",
        _of_each(lambda called, role: Select(Name.SENSOR, (mean("loss_pct", called),), (role,), every=DAY)),
        "Share of samples that did not arrive while a sensor streamed, mean of each day.",
        PERCENT,
        decimals=2,
    )
    yield bars(
        "Links made",
        _of_each(lambda called, role: Risen(Name.SENSOR, "connections", called, (role,))),
        "How often the hub connected to each sensor, each day: once after each rest is usual, many times an hour is "
        "not. What fell into the hour in which the hub started is not counted.",
        NUMBER,
    )
    yield lines(
        "Clock drift",
        _of_each(lambda called, role: Select(Name.SENSOR, (mean("drift_ppm", called),), (role,), every=DAY)),
        "By how many millionths each sensor's clock is slower than the hub's, mean of each day. It is corrected for; "
        "a jump tells of a restart or another device.",
        "ppm",
        decimals=0,
        from_zero=False,
    )


def hub_panels() -> Iterator[Panel]:
    """The hub and its machine. Kept for 90 days, as steps are."""
    yield listing(
        "Hub",
        Select(
            Name.HUB,
            (
                last("state", "state"),
                last("reasons", "why, when it last was not well"),
                last("version", "version"),
                last("mqtt_waiting", "events not told on MQTT"),
                last("influxdb_waiting", "events not in this database"),
                highest("events_dropped", "events lost"),
            ),
            _NOW,
            by=(Tag.HUB,),
        ),
        "As it last told it, in the last 24 h of the time chosen. Events wait on its disk while the broker or this "
        "database is away, and are told later.",
        {},
        height=5,
        timed=False,
    )
    yield _of_hub("Memory", [mean("memory_mb", "held by the hub")], "Memory that the hub's process holds.", MEGABYTES)
    yield _of_hub(
        "Processor", [mean("processor_pct", "of one core")], "Processor time of the hub's process.", PERCENT, decimals=1
    )
    yield _of_hub(
        "Lateness",
        [highest("loop_lag_ms", "at most")],
        "How late the hub's event loop was at most in each hour: what arrived was seen that much later, and so were "
        "alerts.",
        MILLISECONDS,
    )
    yield _of_hub(
        "Temperature",
        [highest("temperature_c", "of the processor")],
        "The machine's processor at its hottest in each hour. A Raspberry Pi slows itself down from 80 °C on.",
        CELSIUS,
    )
    yield _of_hub(
        "Disk",
        [lowest("disk_free_mb", "free"), highest("journal_mb", "journal")],
        "Room left on the disk of the state folder, and what the journal takes. Old recordings and steps make way "
        "before it is full.",
        MEGABYTES,
    )
    yield _of_hub(
        "Waiting",
        [
            highest("mqtt_waiting", "for the broker"),
            highest("influxdb_waiting", "for this database"),
            highest("events_waiting", "for the disk"),
        ],
        "Most events that waited in each hour. An outage is a hill; one that does not end needs somebody.",
        NUMBER,
    )


def _of_hub(title: str, columns: Sequence[Column], says: str, unit: str, *, decimals: int = 0) -> Panel:
    queries = [Select(Name.HUB, (column,), every=HOUR) for column in columns]
    return lines(title, queries, says, unit, decimals=decimals, dots=False)


def _of_each(query: Callable[[str, str], Query]) -> list[Query]:
    return [query(role.value.replace("_", " "), role_is(role)) for role in Role]
