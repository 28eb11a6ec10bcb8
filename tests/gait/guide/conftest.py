"""People who do the exercises of a guided calibration, rightly and wrongly, and what a guide says to it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from hub.gait.guide import FULL, Ended, Guide, State, Task
from hub.recording.session_folder import SessionFolder, Stream, blocks
from hub.session import InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit, Role, Side
from sensors.walker import PROFILES, ImuParams, Mistake, calibration_script, render_session
from sensors.walker.segments import Segment

INSOLES = (Role.LEFT_INSOLE, Role.RIGHT_INSOLE)


def filmed(
    script: Iterable[Segment],
    seconds: float,
    *,
    affected: Side = Side.LEFT,
    roles: tuple[Role, ...] | None = None,
    imu: ImuParams | None = None,
    seed: int = 1,
) -> SessionFolder:
    """What the sensors felt."""
    roles = roles or (*INSOLES, affected.shin)
    told = render_session(
        "foot_drop", seconds / 60, seed, script=script, affected_side=affected, roles=roles, rate_hz=50.0, imu=imu
    )
    insole = InsoleSpec(told.rate_hz, LoadUnit.N, told.cells)
    sensors = {role: insole if role.is_insole else ShinSpec(told.rate_hz) for role in roles}
    session = Session("calibration", Wearer(affected_side=affected.value), sensors)
    return SessionFolder(session, {role: Stream(told.time_s, told.values[role]) for role in roles})


@dataclass
class Told:
    """A guide, and what it refused on the way."""

    guide: Guide
    refused: list[tuple[Task, str]] = field(default_factory=list)

    @property
    def ended(self) -> dict[Task, Ended]:
        return {ended.task: ended for ended in self.guide.view.ended}


def guided(folder: SessionFolder, tasks: Iterable[Task] = FULL, *, size: int = 25, most_refusals: int = 20) -> Told:
    """Lead through it; whatever is refused is tried again."""
    told = Told(Guide(folder.session, tuple(tasks)))
    for block in blocks(folder, size):
        told.guide.push(block)
        view = told.guide.view
        if view.state is State.REFUSED:
            told.refused.append((view.task, view.said.key))
            if len(told.refused) == most_refusals:
                break
            told.guide.repeat()
        if told.guide.state is State.ENDED:
            break
    return told


def swapped(folder: SessionFolder, one: Role, other: Role) -> SessionFolder:
    """Two sensors in each other's places."""
    streams = dict(folder.streams)
    streams[one], streams[other] = streams[other], streams[one]
    return replace(folder, streams=streams)


def only(folder: SessionFolder, *roles: Role) -> SessionFolder:
    """The same without the other sensors."""
    sensors = {role: folder.session.sensors[role] for role in roles}
    return replace(
        folder,
        session=replace(folder.session, sensors=sensors),
        streams={role: folder.streams[role] for role in roles},
    )


@pytest.fixture(scope="session")
def well_done() -> SessionFolder:
    """All exercises done rightly, with a sensor on either shin."""
    script = calibration_script(PROFILES["foot_drop"])
    return filmed(script, 175.0, roles=(*INSOLES, Role.LEFT_SHIN, Role.RIGHT_SHIN))


def mistaken(*mistakes: Mistake) -> Iterable[Segment]:
    """All exercises, some wrongly first."""
    return calibration_script(PROFILES["foot_drop"], frozenset(mistakes))


def in_counts(folder: SessionFolder, noise: float, seed: int) -> SessionFolder:
    """The same with insoles that count, each sample of each cell with ``noise`` (standard deviation)."""
    rng = np.random.default_rng(seed)
    streams, sensors = dict(folder.streams), dict(folder.session.sensors)
    for role, spec in folder.session.sensors.items():
        if isinstance(spec, InsoleSpec):
            told = folder.streams[role]
            counts = np.round(18.0 * told.values + 300.0 + rng.normal(0.0, noise, told.values.shape))
            streams[role] = Stream(told.time_s, counts)
            sensors[role] = replace(spec, unit=LoadUnit.COUNTS)
    return replace(folder, session=replace(folder.session, sensors=sensors), streams=streams)
