"""What is said on each topic: JSON objects, with wall time, without device addresses. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

from hub.alert import Alert
from hub.day_fields import DAY_FIELDS
from hub.events import Event, Field, Value
from hub.mqtt.fields import STATE_FIELDS, SensorCondition


@dataclass(frozen=True, slots=True)
class SensorCounts:
    """What came and what was lost of one sensor since the hub started; as in ``SENSOR_FIELDS``."""

    connections: int = 0
    connect_failures: int = 0
    disconnections: int = 0
    silences: int = 0
    refusals: int = 0
    rejections: int = 0
    resubscriptions: int = 0
    forgettings: int = 0
    stale_links: int = 0
    pauses: int = 0
    rests: int = 0
    wakes: int = 0
    packets: int = 0
    packets_dropped: int = 0
    packets_doubled: int = 0
    packets_faulty: int = 0
    samples: int = 0
    samples_lost: int = 0
    samples_late: int = 0


@dataclass(frozen=True, slots=True)
class HubCounts:
    """What the hub counts since it started; as in ``hub.count_fields``."""

    adapter: str | None
    adapter_trouble: str | None
    scans: int
    scan_restarts: int
    scan_failures: int
    adapter_power_ons: int
    adapter_power_cycles: int
    adapter_usb_resets: int
    adapter_mend_failures: int
    events_kept: int
    events_waiting: int
    events_dropped: int
    events_refused: int
    journal_failures: int
    journal_mb: float
    steps_removed: int
    steps_removed_untold: int
    disk_written_mb: float | None
    memory_mb: float | None
    processor_pct: float | None
    loop_lag_ms: float | None
    temperature_c: float | None
    disk_free_mb: float | None
    mqtt_acknowledged: int
    mqtt_connections: int
    mqtt_failures: int
    mqtt_waiting: int
    influxdb_written: int
    influxdb_failures: int
    influxdb_refused: int
    influxdb_outlived: int
    influxdb_dropped: int
    influxdb_waiting: int | None
    clips_kept: int
    recording_failures: int
    clips_removed: int
    recordings_removed: int
    commands_obeyed: int
    commands_refused: int
    commands_dropped: int
    page_watchers: int
    page_frames_dropped: int
    page_refused: int
    cues_played: int
    cues_vibrated: int
    cues_missed: int


@dataclass(frozen=True, slots=True)
class WearerCounts:
    """What the hub counts of a wearer since it started; as in ``hub.count_fields``."""

    steps_removed: int
    steps_removed_untold: int
    clips_kept: int
    clips_removed: int
    recordings_removed: int
    recording_failures: int
    commands_dropped: int


@dataclass(frozen=True, slots=True)
class SensorState:
    """State of one sensor; None where not known."""

    condition: SensorCondition
    battery_pct: float | None = None
    battery_days: float | None = None
    rate_hz: float | None = None
    loss_pct: float | None = None
    rssi_dbm: float | None = None
    drift_ppm: float | None = None
    jitter_ms: float | None = None
    last_data_wall_ns: int | None = None
    note: str | None = None
    counts: SensorCounts = field(default_factory=SensorCounts)


@dataclass(frozen=True, slots=True)
class CalibrationState:
    """Where a guided calibration stands; as in ``CALIBRATION_FIELDS``."""

    state: str
    task: str | None = None
    number: int | None = None
    of: int = 0
    instruction: str | None = None
    said: str | None = None
    done_pct: float = 0.0
    again_s: float | None = None
    feels: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    found: tuple[str, ...] = ()


OFFLINE = b'{"state":"offline"}'
"""The last will."""


def online(version: str, wall_time_ns: int) -> bytes:
    """The hub is there."""
    return _encode({"state": "online", "version": version}, wall_time_ns)


def event(happened: Event, wall_time_ns: int, position: int | None) -> bytes:
    """An event with the wall time of when it happened, and its place in the journal; None: it is not kept."""
    return _encode(happened.to_dict() | {"position": position}, wall_time_ns)


def alert(raised: Alert, wall_time_ns: int) -> bytes:
    """An alert as of ``wall_time_ns``."""
    return _encode(
        {
            "id": raised.id,
            "rule": raised.rule.value,
            "severity": raised.severity.value,
            "state": raised.state.value,
            "what": raised.what,
            "subject": raised.subject,
            "happened": iso(raised.happened_ns),
            "confidence": raised.confidence,
            "count": raised.count,
            "told": list(raised.told),
            "answered_by": raised.answered_by,
            "label": raised.label,
        },
        wall_time_ns,
    )


def wearer_state(day: Mapping[str, Value | list[str]], wall_time_ns: int) -> bytes:
    """The wearer's day so far, as of ``wall_time_ns``.

    Raises
    ------
    ValueError
        Not exactly the fields of ``STATE_FIELDS``.
    """
    return _encode_exactly(day, STATE_FIELDS, wall_time_ns)


def day_over(day: Mapping[str, Value], wall_time_ns: int) -> bytes:
    """A day that is over, as it was counted by ``wall_time_ns``.

    Raises
    ------
    ValueError
        Not exactly the fields of ``DAY_FIELDS``.
    """
    return _encode_exactly(day, DAY_FIELDS, wall_time_ns)


def sensor_state(state: SensorState, wall_time_ns: int) -> bytes:
    """How a sensor is doing, as of ``wall_time_ns``."""
    return _encode(
        {
            "state": state.condition.value,
            "battery_pct": state.battery_pct,
            "battery_days": state.battery_days,
            "rate_hz": state.rate_hz,
            "loss_pct": state.loss_pct,
            "rssi_dbm": state.rssi_dbm,
            "last_data": None if state.last_data_wall_ns is None else iso(state.last_data_wall_ns),
            "note": state.note,
            "drift_ppm": state.drift_ppm,
            "jitter_ms": state.jitter_ms,
            **asdict(state.counts),
        },
        wall_time_ns,
    )


def hub_counts(counts: HubCounts, wall_time_ns: int) -> bytes:
    """What the hub has counted, as of ``wall_time_ns``."""
    return _encode(asdict(counts), wall_time_ns)


def wearer_counts(counts: WearerCounts, wall_time_ns: int) -> bytes:
    """What the hub has counted of a wearer, as of ``wall_time_ns``."""
    return _encode(asdict(counts), wall_time_ns)


def health(state: str, reasons: Sequence[str], wall_time_ns: int) -> bytes:
    """How the hub is, as of ``wall_time_ns``."""
    return _encode({"state": state, "reasons": list(reasons)}, wall_time_ns)


def calibration(state: CalibrationState, wall_time_ns: int) -> bytes:
    """Where a guided calibration stands, as of ``wall_time_ns``."""
    return _encode(asdict(state), wall_time_ns)


def answer(message: str, wall_time_ns: int, *, obeyed: bool) -> bytes:
    """What became of a command."""
    return _encode({"obeyed": obeyed, "message": message}, wall_time_ns)


def iso(wall_time_ns: int) -> str:
    """UTC in ISO 8601 with microseconds, cut and not rounded."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=wall_time_ns // 1000)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _encode_exactly(
    values: Mapping[str, Value | list[str]], described: Mapping[str, Field], wall_time_ns: int
) -> bytes:
    if set(values) != set(described):
        message = f"fields differ from what is described: {sorted(set(values) ^ set(described))}"
        raise ValueError(message)
    return _encode(values, wall_time_ns)


def _encode(fields: Mapping[str, Value | list[str]], wall_time_ns: int) -> bytes:
    timed = {**fields, "wall_time": iso(wall_time_ns), "wall_time_ns": wall_time_ns}
    return json.dumps(timed, separators=(",", ":"), allow_nan=False).encode()
