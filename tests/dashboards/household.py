"""What a household tells beside walking: the diary of each wearer, and how sensors and hub do. Made up."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from hub.diary import Aid, AidsChanged, DiaryEntry, Exercise, ExerciseDone, Noted, Recalibrated, What
from hub.influx.points import Point, hub_point, sensor_point
from sensors.layout import Role
from tests.dashboards.months import COURSES, END, Course, aids_on

_ROLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE, Role.LEFT_SHIN)
_DISCHARGE_H = 60.0


def diary(days_n: int, courses: tuple[Course, ...] = COURSES, *, seed: int = 2) -> Iterator[DiaryEntry]:
    """What was said, per wearer in order of time."""
    for number, course in enumerate(courses):
        rng = np.random.default_rng((seed, number))
        for day in range(days_n):
            start = END - timedelta(days=days_n - day)
            for hour, what in _said(day, days_n, rng):
                at_ns = int((start + timedelta(hours=hour)).timestamp()) * 10**9
                name = f"{course.wearer.nickname}-{day}-{hour}-{what.kind}"
                yield DiaryEntry(name, course.wearer.nickname, at_ns, what)


def _said(day: int, days_n: int, rng: np.random.Generator) -> Iterator[tuple[int, What]]:
    aids = aids_on(day, days_n)
    if aids not in {None, aids_on(day - 1, days_n) if day else None}:
        yield 7, AidsChanged((Aid.BRACE,) if aids == "brace" else ())
    if day == days_n // 2:
        yield 9, Recalibrated("zero of the left insole renewed")
    if day % 13 == 5:
        yield 12, Noted("tired after the stairs", ("tired", "stairs"), 3.0)
    if rng.random() < 0.6:
        yield 10, ExerciseDone(Exercise.TOE_LIFTS, float(rng.integers(60, 300)), 15.0)
        yield 11, ExerciseDone(Exercise.CALF_STRETCH)


def states(
    hub: str, days_n: int, courses: tuple[Course, ...] = COURSES, *, every_s: int = 60, seed: int = 3
) -> Iterator[Point]:
    """How sensors and hub were, every so often."""
    rng = np.random.default_rng(seed)
    for n in range(days_n * 86_400 // every_s):
        at_s = n * every_s
        time_ns = (int((END - timedelta(days=days_n)).timestamp()) + at_s) * 10**9
        for number, course in enumerate(courses):
            for place, role in enumerate(_ROLES):
                figures = _sensor(at_s / 3600.0 + 17.0 * place + 5.0 * number, float(rng.random()))
                yield sensor_point(hub, course.wearer.nickname, role, figures, time_ns)
        yield hub_point(hub, _hub(at_s, float(rng.random())), time_ns)


def _sensor(hours: float, chance: float) -> dict[str, float | str]:
    return {
        "state": "streaming" if 8.0 < hours % 24.0 < 20.0 else "sleeping",
        "battery_pct": round(100.0 - 90.0 * (hours % _DISCHARGE_H) / _DISCHARGE_H),
        "battery_days": round((_DISCHARGE_H - hours % _DISCHARGE_H) / 24.0, 1),
        "rate_hz": 100.0,
        "loss_pct": round(0.4 * chance, 2),
        "rssi_dbm": round(-60.0 - 15.0 * chance),
        "jitter_ms": round(4.0 * chance, 1),
        "drift_ppm": round(18.0 + chance, 1),
        "connections": float(int(hours // 5.0)),
        "samples": hours * 360_000.0,
        "samples_lost": hours * 700.0,
    }


def _hub(at_s: int, chance: float) -> dict[str, float | str]:
    hour = at_s / 3600.0
    is_away = hour % 400.0 < 6.0
    return {
        "state": "degraded" if is_away else "ok",
        **({"reasons": "the broker cannot be reached"} if is_away else {}),
        "version": "0.1.0",
        "memory_mb": round(96.0 + 6.0 * chance, 1),
        "processor_pct": round(3.0 + 2.0 * chance, 1),
        "loop_lag_ms": round(2.0 + 20.0 * chance**8, 1),
        "temperature_c": round(52.0 + 8.0 * chance, 1),
        "disk_free_mb": 20_000.0 - hour,
        "journal_mb": round(20.0 + hour * 0.05, 1),
        "events_waiting": 0.0,
        "events_dropped": 0.0,
        "mqtt_waiting": 300.0 * (hour % 400.0) if is_away else 0.0,
        "influxdb_waiting": 0.0,
    }
