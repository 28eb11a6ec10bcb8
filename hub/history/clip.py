"""A clip made into a picture that moves: both feet's cells, centres of pressure and shanks, 50 times a second."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hub.events import Event, event_from_dict
from hub.history.shank import ShankTrack
from hub.intake import Intake
from hub.live import CellRange, centre_of, loads
from hub.packets import Calibrated
from hub.recording.raw import RawHeader, RawRecording
from hub.session import Block, Floats, InsoleSpec, Session, ShinSpec
from hub.support.let_through import let_through
from sensors.layout import Role, Side

RATE_HZ = 50.0
"""Pictures a second: the slowest insole has 50 samples."""

STALE_S = 0.15
"""A sample is no longer the present after this."""

PATIENCE_S = 1.0
"""Sensors that tell nothing by then are not waited for: the clip may have been kept without them."""

SLICE_N = 20
"""Arrivals or pictures made at a time, in about a millisecond."""

FEET = (Side.LEFT, Side.RIGHT)

Cells = Sequence[list[int] | None]
Places = Sequence[list[float] | None]


@dataclass(frozen=True, slots=True)
class PlayedClip:
    """A clip to be played.

    Parameters
    ----------
    begin_s, length_s : hub time of its first picture, and how long it lasts.
    session : what was worn; None where no sensor told enough.
    events : the trips and falls for which it was kept, on hub time.
    cells : of each insole in each picture the load of each cell, % of the highest of the clip; None: no data.
    cops : likewise the centre of pressure, x and y; None while off the ground.
    pitches_deg : likewise of each shin; None where not known.
    damage : what of the file cannot be read; None where all can.
    """

    begin_s: float
    length_s: float
    session: Session | None
    events: tuple[Event, ...]
    cells: Mapping[Side, Cells]
    cops: Mapping[Side, Places]
    pitches_deg: Mapping[Side, Sequence[float | None]]
    damage: str | None


def play(path: Path) -> PlayedClip:
    """Let a clip go through drivers and clocks again, and take pictures. Takes a while: in a thread.

    Raises
    ------
    RecordingError : it is gone, or cannot be read.
    """
    recording = RawRecording(path)
    header = recording.header
    intake = Intake(header.name, header.wearer, header.expected, PATIENCE_S)
    tracks = _Tracks(header)
    begin_s: float | None = None
    end_s = 0.0
    for n, arrival in enumerate(recording):
        begin_s, end_s = arrival.arrival_s if begin_s is None else begin_s, arrival.arrival_s
        if isinstance(arrival, Calibrated):
            continue
        result = intake.feed(arrival)
        if result.session is not None:
            tracks.begin(result.session)
        for block in result.blocks:
            tracks.push(block)
        if n % SLICE_N == 0:
            let_through()
    begin_s = end_s if begin_s is None else begin_s
    pictures_s = np.arange(begin_s, end_s, 1 / RATE_HZ)
    feet = {side: tracks.insoles[side.insole].pictures(pictures_s) for side in FEET}
    return PlayedClip(
        begin_s,
        end_s - begin_s,
        intake.session,
        tuple(event_from_dict(json.loads(text)) for text in header.events),
        {side: cells for side, (cells, _) in feet.items()},
        {side: cops for side, (_, cops) in feet.items()},
        {
            side: tracks.shanks[side.shin].pitches_deg(pictures_s, STALE_S)
            if side.shin in tracks.shanks
            else [None] * len(pictures_s)
            for side in FEET
        },
        recording.damage,
    )


@dataclass(slots=True)
class _InsoleTrack:
    """What one insole told: its cells, and a row of loads at each time."""

    spec: InsoleSpec | None = None
    time_s: list[float] = field(default_factory=list)
    rows: list[Floats] = field(default_factory=list)

    def pictures(self, pictures_s: Floats) -> tuple[Cells, Places]:
        """Cells and centre of pressure in each picture."""
        cells: list[list[int] | None] = []
        cops: list[list[float] | None] = []
        seen = CellRange(np.min(self.rows, axis=0), np.max(self.rows, axis=0)) if self.rows else None
        for n, row in enumerate(self._at(pictures_s)):
            now = () if row is None or seen is None else loads(row, seen)
            cop = centre_of(now, self.spec.cells) if now and self.spec is not None else None
            cells.append([round(100 * load) for load in now] or None)
            cops.append(None if cop is None else [round(part, 2) for part in cop])
            if n % SLICE_N == 0:
                let_through()
        return cells, cops

    def _at(self, pictures_s: Floats) -> Iterator[Floats | None]:
        """The newest row at each time; None where it is stale."""
        places = np.searchsorted(np.array(self.time_s), pictures_s, side="right") - 1
        for place, now_s in zip(places.tolist(), pictures_s.tolist(), strict=True):
            yield self.rows[place] if place >= 0 and now_s - self.time_s[place] <= STALE_S else None


class _Tracks:
    """What all sensors told. One that another device takes the place of begins anew."""

    def __init__(self, header: RawHeader) -> None:
        self.insoles = {side.insole: _InsoleTrack() for side in FEET}
        self.shanks: dict[Role, ShankTrack] = {}
        self._header = header
        self._specs: dict[Role, InsoleSpec | ShinSpec] = {}

    def begin(self, session: Session) -> None:
        """Sensors joined or changed."""
        known = self._header.kept.fitting(session)
        for role, spec in session.sensors.items():
            if self._specs.get(role) is spec:
                continue
            self._specs[role] = spec
            if isinstance(spec, InsoleSpec):
                self.insoles[role] = _InsoleTrack(spec)
            else:
                self.shanks[role] = ShankTrack(role, spec, known.shanks.get(role))

    def push(self, block: Block) -> None:
        """Take samples in."""
        if not block.role.is_insole:
            self.shanks[block.role].push(block)
        elif len(block.time_s):
            track = self.insoles[block.role]
            track.time_s += block.time_s.tolist()
            track.rows += list(block.values)
