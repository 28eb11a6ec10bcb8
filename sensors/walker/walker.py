"""The walker: a body that plays a script and can be asked what any cell or shank IMU feels, in bounded memory."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from math import ceil

import numpy as np

from sensors.driver import Floats
from sensors.layout import Cell, Side
from sensors.walker.imu import ImuParams, bone_motion, sensed, worn
from sensors.walker.insole import InsoleParams, WornInsole
from sensors.walker.load import FootLoad, Sway, foot_load
from sensors.walker.motion import shank_motion
from sensors.walker.noise import Noise
from sensors.walker.person import Person
from sensors.walker.plan import FEET, Plan
from sensors.walker.pressure import CellMap, moment_n
from sensors.walker.segments import Segment, Stand
from sensors.walker.truth import TruthEvent

GRID_HZ = 500.0
MEMORY_S = 10.0

STRIKE_INDEX_S = 0.05
"""From a contact on: the centre of pressure over this time is its strike index (Cavanagh and Lafortune 1980)."""

_LOOKAHEAD_S = 2.5
"""A stumble's course depends on the stance after it: the plan is settled this far ahead."""

_LEAD_IN_N, _LEAD_OUT_N = 210, 40
"""Grid points around a chunk over which shank filters settle and smooth."""

_REST_STEP_N = 20
"""A resting foot only sways, below 1 Hz: 25 points a second are enough."""

_FEW_N = 5
"""Points that stand for all of a shank at rest."""


@dataclass(frozen=True, slots=True, eq=False)
class _Chunk:
    """Grid signals of one chunk, made when first asked for."""

    loads: dict[Side, FootLoad] = field(default_factory=dict)
    cells: dict[tuple[Side, tuple[Cell, ...]], Floats] = field(default_factory=dict)
    shanks: dict[Side, Floats] = field(default_factory=dict)


class Walker:
    """A synthetic person, exact and repeatable: the same seed and script give the same samples and the same truth,
    whatever times they are asked for in. Satisfies ``sensors.emulation.Body``.

    Signals are made on a grid of 500 Hz in chunks and interpolated. Each sensor may be asked in portions of any
    size, but for nothing more than ``MEMORY_S`` before the latest time anyone asked for. Before ``start_s`` the person
    stands; after the script, too, for ever.

    Parameters
    ----------
    script : segments, finite or endless.
    imu, insole : what each sensor adds; None draws a usual one per side from the seed.
    chunk_s : whole seconds that are made at once: longer is faster, shorter is smoother for who asks in real time.
    """

    def __init__(
        self,
        script: Iterable[Segment],
        *,
        seed: int = 1,
        person: Person | None = None,
        start_s: float = 0.0,
        imu: ImuParams | None = None,
        insole: InsoleParams | None = None,
        chunk_s: int = 1,
    ) -> None:
        self._seed = seed
        self._start_s = start_s
        self._chunk_s, self._chunk_n = chunk_s, int(GRID_HZ) * chunk_s
        self._memory_n = ceil(MEMORY_S / chunk_s)
        self._plan = Plan(person or Person(), np.random.default_rng((seed, 0)))
        self._portions = _play(script, self._plan)
        rng = np.random.default_rng((seed, 1))
        self._sway = {side: Sway(rng) for side in FEET}
        self._imu = {side: imu or ImuParams.drawn(rng) for side in FEET}
        self._insole = {side: insole or InsoleParams.drawn(rng) for side in FEET}
        self._maps: dict[tuple[Cell, ...], CellMap] = {}
        self._worn: dict[tuple[Side, int], WornInsole] = {}
        self._rest: dict[Side, tuple[tuple[float, ...], tuple[Floats, Floats]]] = {}
        self._newest = 0
        self._chunks: dict[int, _Chunk] = {}

    @property
    def person(self) -> Person:
        """Who walks."""
        return self._plan.person

    def cell_forces_n(self, side: Side, cells: tuple[Cell, ...], time_s: Floats) -> Floats:
        """(n, cells) newtons under each cell at ascending times.

        Raises
        ------
        ValueError : times that are forgotten already, or a layout without cells.
        """
        forces_n = self._sample(time_s, len(cells), lambda chunk: self._cell_chunk(chunk, side, cells))
        return self._insole[side].converted(forces_n)

    def shank(self, side: Side, time_s: Floats) -> tuple[Floats, Floats]:
        """(n, 3) specific force in m/s^2 and (n, 3) angular rate in deg/s, in the mounted sensor's axes.

        Raises
        ------
        ValueError : times that are forgotten already.
        """
        both = self._sample(time_s, 6, lambda chunk: self._shank_chunk(chunk, side))
        return both[:, :3], both[:, 3:]

    def truth_before(self, time_s: float, *, closing: bool = False) -> list[TruthEvent]:
        """Truth of what began before ``time_s`` and was not fetched yet, by time.

        An interval comes when it is planned to its end; ``closing`` cuts it, and the one under way, at ``time_s``.
        """
        until_s = time_s - self._start_s
        self._extend(until_s)
        known = self._plan.truth
        due = [event for event in known if event.time_s < until_s]
        later = [event for event in known if event.time_s >= until_s]
        known.clear()
        known.extend(later)
        if closing:
            due = [event.cut(until_s) for event in due]
            due += [
                TruthEvent(begin_s, Side.BOTH, kind, until_s - begin_s)
                for kind, begin_s in self._plan.unfinished
                if begin_s < until_s
            ]
        due += [row for side in FEET for row in self._strike_indices(side, due)]
        return sorted((event.shifted(self._start_s) for event in due), key=lambda event: event.time_s)

    def _strike_indices(self, side: Side, truth: Iterable[TruthEvent]) -> list[TruthEvent]:
        """Centre of pressure over the first 50 ms of a foot's contacts with a strike, from its noise-free load."""
        contacts_s = sorted(e.time_s for e in truth if e.side is side and e.kind == "initial_contact" and e.value)
        if not contacts_s:
            return []
        times_s = np.array(contacts_s)[:, None] + np.arange(0.0, STRIKE_INDEX_S, 1.0 / GRID_HZ)
        load = foot_load(self._plan, side, times_s.ravel(), self._sway[side])
        force_n, moment = (each.reshape(times_s.shape).sum(axis=1) for each in (load.total_n, moment_n(load)))
        return [
            TruthEvent(contact_s, side, "strike_index", f"{100.0 * moment[index] / force_n[index]:.1f}")
            for index, contact_s in enumerate(contacts_s)
            if force_n[index] > 0.0
        ]

    def _extend(self, until_s: float) -> None:
        while self._plan.settled_s < until_s + _LOOKAHEAD_S:
            next(self._portions)

    def _sample(self, time_s: Floats, columns_n: int, chunk_of: Callable[[int], Floats]) -> Floats:
        """Interpolate between grid points; a chunk ends one point later, so that each sample lies in one chunk."""
        place = np.maximum(time_s - self._start_s, 0.0) * GRID_HZ
        left = np.floor(place).astype(int)
        right_part = (place - left)[:, None]
        chunks = left // self._chunk_n
        result = np.empty((time_s.size, columns_n))
        begin = 0
        while begin < time_s.size:
            chunk = int(chunks[begin])
            end = int(np.searchsorted(chunks, chunk, side="right"))
            grid, at = chunk_of(chunk), left[begin:end] - chunk * self._chunk_n
            part = right_part[begin:end]
            result[begin:end] = grid[at] * (1.0 - part) + grid[at + 1] * part
            begin = end
        return result

    def _chunk(self, chunk: int) -> "_Chunk":
        """What was made of a chunk so far; plans far enough for a new one and forgets what is too old."""
        if chunk in self._chunks:
            return self._chunks[chunk]
        if chunk > self._newest:
            self._newest = chunk
            oldest = chunk - self._memory_n
            for old in [key for key in self._chunks if key < oldest]:
                del self._chunks[old]
            self._plan.forget_before(float((oldest - 1) * self._chunk_s))
        if chunk < self._newest - self._memory_n:
            raise ValueError(f"{chunk * self._chunk_s + self._start_s} s is forgotten: ask in ascending order of time")
        self._extend(float((chunk + 1) * self._chunk_s))
        return self._chunks.setdefault(chunk, _Chunk())

    def _cell_chunk(self, chunk: int, side: Side, cells: tuple[Cell, ...]) -> Floats:
        made = self._chunk(chunk)
        if (side, cells) not in made.cells:
            time_s = (chunk * self._chunk_n + np.arange(self._chunk_n + 1)) / GRID_HZ
            rests = self._plan.foot_rests(side, float(time_s[0]), float(time_s[-1]))
            if side not in made.loads:
                at_s = time_s[::_REST_STEP_N] if rests else time_s
                made.loads[side] = foot_load(self._plan, side, at_s, self._sway[side])
            if cells not in self._maps:
                self._maps[cells] = CellMap(cells)
            forces_n = self._maps[cells].forces_n(made.loads[side])
            if rests:
                forces_n = _filled(forces_n)
            made.cells[side, cells] = self._insole_of(side, len(cells)).sensed(
                forces_n, made.loads[side].laced[: 1 if rests else None], time_s, self._noise(2, side, chunk)
            )
        return made.cells[side, cells]

    def _insole_of(self, side: Side, cells_n: int) -> WornInsole:
        if (side, cells_n) not in self._worn:
            rng = np.random.default_rng((self._seed, 3, FEET.index(side)))
            self._worn[side, cells_n] = WornInsole(self._insole[side], cells_n, self.person.weight_n, rng)
        return self._worn[side, cells_n]

    def _shank_chunk(self, chunk: int, side: Side) -> Floats:
        made = self._chunk(chunk)
        if side not in made.shanks:
            first = chunk * self._chunk_n
            time_s = np.arange(first - _LEAD_IN_N, first + self._chunk_n + 1 + _LEAD_OUT_N) / GRID_HZ
            inner = slice(_LEAD_IN_N, _LEAD_IN_N + self._chunk_n + 1)
            span_s = float(time_s[0]), float(time_s[-1])
            if self._plan.shank_rests(side, *span_s) and not self._imu[side].slip_between(*span_s):
                force, rate = self._worn_rest(side, time_s[:_FEW_N])
            else:
                force, rate = (values[inner] for values in self._worn_motion(side, time_s))
            noise = self._noise(4, side, chunk)
            made.shanks[side] = np.hstack(sensed(self._imu[side], force, rate, time_s[inner], noise))
        return made.shanks[side]

    def _noise(self, what: int, side: Side, chunk: int) -> Noise:
        return Noise((self._seed, what, FEET.index(side)), chunk * self._chunk_s, self._chunk_s, int(GRID_HZ))

    def _worn_rest(self, side: Side, time_s: Floats) -> tuple[Floats, Floats]:
        """The same for a whole chunk in which the shank rests, from a few points of it; kept while the pose is."""
        slipped_n = sum(slip.at_s < time_s[0] for slip in self._imu[side].slips)
        pose = slipped_n, *(track.last_before(float(time_s[-1])) for track in self._plan.legs[side].posture_tracks)
        if side not in self._rest or self._rest[side][0] != pose:
            few = self._worn_motion(side, time_s)
            force, rate = (np.tile(values[time_s.size // 2], (self._chunk_n + 1, 1)) for values in few)
            self._rest[side] = pose, (force, rate)
        return self._rest[side][1]

    def _worn_motion(self, side: Side, time_s: Floats) -> tuple[Floats, Floats]:
        """Force and rate in the sensor's axes at grid times, before noise."""
        leg = self._plan.legs[side]
        force, rate = bone_motion(
            shank_motion(self._plan, side, time_s),
            phase=leg.phase(time_s),
            walking=self._plan.walking(time_s),
            time_s=time_s,
            contacts=leg.contacts,
            touches=leg.touches,
            shaking=leg.shaking,
        )
        return worn(self._imu[side], force, rate, time_s)


def _filled(forces_n: Floats) -> Floats:
    """(n, cells) between the points of a resting foot, on straight lines; the last point ends them."""
    part = np.arange(_REST_STEP_N)[:, None] / _REST_STEP_N
    lines = forces_n[:-1, None] * (1.0 - part) + forces_n[1:, None] * part
    return np.concatenate((lines.reshape(-1, forces_n.shape[1]), forces_n[-1:]))


def _play(script: Iterable[Segment], plan: Plan) -> Iterator[None]:
    """Segment after segment, then standing for ever."""
    for segment in script:
        yield from segment.play(plan)
    while True:
        yield from Stand(60.0).play(plan)
