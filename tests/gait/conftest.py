"""A made-up walk that is plain enough to reason about, and ways to push it through the engine."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest

from hub.gait import Calibration, GaitEngine
from hub.session import Block, Floats, InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import Cell, LoadUnit, Region, Role, Side

CELLS = (
    Cell(0.5, 0.10, Region.HEEL),
    Cell(0.6, 0.45, Region.MIDFOOT),
    Cell(0.4, 0.72, Region.FOREFOOT),
    Cell(0.4, 0.92, Region.TOES),
)
STRIDE_S = 1.2
STANCE_S = 0.74
BODY_N = 700.0


@dataclass(frozen=True)
class Recording:
    """A session with its samples, and the contacts that were put in."""

    session: Session
    streams: dict[Role, tuple[Floats, Floats]]
    contacts: dict[Side, list[float]]
    lifts: dict[Side, list[float]]

    @property
    def until_s(self) -> float:
        return max(float(time_s[-1]) for time_s, _ in self.streams.values()) + 0.01

    def blocks(self, sizes: Callable[[Role], Iterator[int]]) -> list[Block]:
        """Each sensor's stream cut into blocks of the given sizes, in order of their last sample."""
        blocks = []
        for rank, (role, (time_s, values)) in enumerate(self.streams.items()):
            start, size = 0, sizes(role)
            while start < len(time_s):
                end = min(start + next(size), len(time_s))
                until_s = float(time_s[end]) if end < len(time_s) else self.until_s
                blocks.append(
                    (float(time_s[end - 1]), rank, Block(role, time_s[start:end], values[start:end], until_s))
                )
                start = end
        return [block for _, _, block in sorted(blocks, key=lambda item: item[:2])]

    def only(self, *roles: Role) -> "Recording":
        sensors = {role: self.session.sensors[role] for role in roles}
        streams = {role: self.streams[role] for role in roles}
        return replace(self, session=replace(self.session, sensors=sensors), streams=streams)

    def mirrored(self) -> "Recording":
        other = {
            Role.LEFT_INSOLE: Role.RIGHT_INSOLE,
            Role.RIGHT_INSOLE: Role.LEFT_INSOLE,
            Role.LEFT_SHIN: Role.RIGHT_SHIN,
            Role.RIGHT_SHIN: Role.LEFT_SHIN,
        }
        affected = {"left": "right", "right": "left"}.get(self.session.wearer.affected_side, "both")
        session = replace(
            self.session,
            wearer=replace(self.session.wearer, affected_side=affected),
            sensors={other[role]: spec for role, spec in self.session.sensors.items()},
        )
        return replace(self, session=session, streams={other[role]: stream for role, stream in self.streams.items()})

    def mapped(self, change: Callable[[Role, Floats, Floats], tuple[Floats, Floats]]) -> "Recording":
        return replace(self, streams={role: change(role, *stream) for role, stream in self.streams.items()})


def _hump(phase: Floats, start: float, end: float) -> Floats:
    """Smooth rise from ``start`` and fall to ``end``."""
    rise = np.clip((phase - start) / 0.10, 0.0, 1.0)
    fall = np.clip((end - phase) / 0.12, 0.0, 1.0)
    return rise * fall


def _share(time_s: Floats, side: Side, still_s: float, strides: int, starts: Floats) -> Floats:
    """Half of the weight on each foot in standing; all of it on the right one when the left one is first lifted."""
    last_s = float(starts[strides])
    if side is Side.LEFT:
        knots = [still_s + STANCE_S, still_s + STANCE_S + 0.1, last_s + 0.5 * STRIDE_S, last_s + 0.5 * STRIDE_S + 0.2]
        return np.interp(time_s, knots, [0.5, 1.0, 1.0, 0.5])
    return np.interp(time_s, [still_s + 0.5, still_s + 0.7, last_s - 0.2, last_s - 0.1], [0.5, 1.0, 1.0, 0.5])


def make_walk(
    *,
    seconds: float = 24.0,
    rate_hz: float = 100.0,
    seed: int = 0,
    toe_first: bool = False,
    drag_pct: float = 0.0,
    still_s: float = 2.0,
    unit: LoadUnit = LoadUnit.N,
    offset: float = 0.0,
) -> Recording:
    """Two insoles and a left shin sensor. The left foot may land on its toes and drag with ``drag_pct`` of the weight.

    The feet stand still for ``still_s`` at either end, with half of the weight on each.
    """
    rng = np.random.default_rng(seed)
    streams: dict[Role, tuple[Floats, Floats]] = {}
    contacts: dict[Side, list[float]] = {}
    lifts: dict[Side, list[float]] = {}
    sensors: dict[Role, InsoleSpec | ShinSpec] = {}
    strides = int((seconds - 2 * still_s - 1.0) / STRIDE_S)
    stretch = 1.0 + 0.02 * rng.standard_normal(strides + 1)
    for side, role, lag in ((Side.LEFT, Role.LEFT_INSOLE, 0.0), (Side.RIGHT, Role.RIGHT_INSOLE, 0.5)):
        time_s = np.arange(int(seconds * rate_hz)) / rate_hz + (0.003 if side is Side.RIGHT else 0.0)
        starts = still_s + lag * STRIDE_S + STRIDE_S * np.concatenate(([0.0], np.cumsum(stretch)))[: strides + 1]
        early = toe_first and side is Side.LEFT
        heel, fore = np.zeros_like(time_s), np.zeros_like(time_s)
        for index, start_s in enumerate(starts):
            phase = (time_s - start_s) / STANCE_S
            first, last = index == 0, index == strides
            long_before = -100.0 if first else 0.0
            long_after = 100.0 if last else 1.0
            heel += _hump(
                phase,
                long_before if not early else max(long_before, -100.0 if first else 0.10),
                100.0 if last else 0.62,
            )
            fore += _hump(phase, long_before if early or first else 0.14, long_after)
            if drag_pct and side is Side.LEFT and not last:
                dragging = (time_s > start_s + STANCE_S + 0.15) & (time_s < start_s + STANCE_S + 0.30)
                fore += 2 * drag_pct / 100 * dragging
        contacts[side] = [float(start) for start in starts[1:]]
        lifts[side] = [float(start) + STANCE_S for start in starts[:-1]]
        share = _share(time_s, side, still_s, strides, starts)
        load = (
            share[:, None]
            * BODY_N
            * np.stack([0.5 * heel, 0.05 * np.minimum(heel, fore), 0.3 * fore, 0.2 * fore], axis=1)
        )
        load = np.maximum(load + 0.5 * rng.standard_normal(load.shape), 0.0)
        if unit is LoadUnit.ON_OFF:
            load = (load > 0.05 * BODY_N).astype(float)
        elif unit is LoadUnit.COUNTS:
            load = np.round(load) + offset
        streams[role] = (time_s, load)
        sensors[role] = InsoleSpec(rate_hz, unit, CELLS)
    time_s = np.arange(int(seconds * rate_hz)) / rate_hz + 0.001
    rate_dps = np.zeros_like(time_s)
    for contact_s, lift_s in zip(contacts[Side.LEFT], lifts[Side.LEFT], strict=True):
        for centre_s, width_s, height_dps in (
            (lift_s - 0.02, 0.07, -160.0),
            (0.4 * lift_s + 0.6 * contact_s, 0.09, 300.0),
            (contact_s + 0.01, 0.04, -90.0),
        ):
            rate_dps += height_dps * np.exp(-0.5 * ((time_s - centre_s) / width_s) ** 2)
    shin = np.zeros((len(time_s), 6))
    shin[:, 0] = 9.81
    shin[:, 5] = rate_dps
    shin += 0.02 * rng.standard_normal(shin.shape)
    streams[Role.LEFT_SHIN] = (time_s, shin)
    sensors[Role.LEFT_SHIN] = ShinSpec(rate_hz)
    session = Session("made up", Wearer(affected_side="left"), sensors)
    return Recording(session, streams, contacts, lifts)


def events_of(
    recording: Recording,
    blocks: Iterable[Block] | None = None,
    calibration: Calibration | None = None,
    *,
    finish: bool = True,
) -> list[str]:
    """All events as JSON lines."""
    engine = GaitEngine(recording.session, calibration)
    lines = []
    for block in whole(recording) if blocks is None else blocks:
        lines += [event.to_json() for event in engine.push(block)]
    return lines + ([event.to_json() for event in engine.finish()] if finish else [])


def whole(recording: Recording) -> list[Block]:
    """Each stream as one block."""

    def sizes(role: Role) -> Iterator[int]:
        yield len(recording.streams[role][0])

    return recording.blocks(sizes)


@pytest.fixture
def walk() -> Callable[..., Recording]:
    return make_walk
