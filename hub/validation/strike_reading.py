"""Strikes read from the raw cells with a threshold of their own, as a second opinion on the order of heel and forefoot.

The detector sees sums of cells against levels that it has learnt on the way. Here each cell is read by itself against
its own unloaded value in the swing before, at a level far below the detector's, with the whole recording at hand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from hub.events import Event, Kind
from hub.gait.detectors.strike import StrikeParams
from hub.recording.session_folder import SessionFolder, Stream
from hub.recording.truth import WALK, Truth
from hub.session import InsoleSpec
from hub.validation.score import Proportion
from sensors.layout import Region

FOREFOOT = {Region.FOREFOOT, Region.TOES}
MOMENTS = 3
"""Fewest samples of an unloaded cell that show its noise."""


@dataclass(frozen=True, slots=True)
class ReadingParams:
    """How raw cells are read."""

    level_pct: float = 1.0  # of the cell's own highest load; the detector has 3 % of the whole foot's (our choice)
    noise_sigmas: float = 5.0  # and above the cell's noise in swing
    before_s: float = 0.15  # the swing's end, from which a cell's unloaded value and noise are taken
    clear_s: float = 0.05  # just before the contact: not taken, the load may have begun
    after_s: float = 0.40  # cells that load later were not first
    paired_s: float = 0.1  # a true contact so near is the one that was told


@dataclass(frozen=True, slots=True)
class Reading:
    """When heel and forefoot took load, to the sample; None where they did not.

    ``strike`` is the detector's, ``known`` what another sensor than the cells says of it; empty where none does.
    """

    time_s: float
    heel_s: float | None
    fore_s: float | None
    period_s: float
    strike: str
    known: str = ""

    def order(self, flat_band_s: float) -> str | None:
        """heel or toe first, or flat within the band and the sample of the reading; None without load."""
        if self.heel_s is None or self.fore_s is None:
            return "heel" if self.heel_s is not None else "toe" if self.fore_s is not None else None
        lead_s = self.heel_s - self.fore_s
        if abs(lead_s) <= flat_band_s + self.period_s:
            return "flat"
        return "toe" if lead_s > 0 else "heel"


def read_strikes(
    folder: SessionFolder, events: Iterable[Event], params: ReadingParams | None = None, *, checked: bool = False
) -> list[Reading]:
    """Readings of all initial contacts in the true walks whose strike was told, one foot after the other.

    Parameters
    ----------
    checked : strikes of the truth were checked with a sensor that is not in the recording.
    """
    params = params or ReadingParams()
    walks, near_s = [row for row in folder.truth if row.kind == WALK], params.paired_s
    told = [
        event
        for event in events
        if event.kind is Kind.INITIAL_CONTACT
        and event.fields["strike"] != "unknown"
        and (not walks or any(walk.time_s - near_s <= event.time_s <= walk.end_s + near_s for walk in walks))
    ]
    readings = []
    for role, stream in folder.streams.items():
        spec = folder.session.sensors[role]
        if not isinstance(spec, InsoleSpec):
            continue
        heel, fore = (
            _Zone(stream, [n for n, cell in enumerate(spec.cells) if cell.region in regions], params)
            for regions in ({Region.HEEL}, FOREFOOT)
        )
        known = [row for row in folder.truth if checked and row.kind == Kind.INITIAL_CONTACT and row.side is role.side]
        readings += [
            Reading(
                event.time_s,
                heel.onset_s(event.time_s),
                fore.onset_s(event.time_s),
                1.0 / spec.rate_hz,
                str(event.fields["strike"]),
                _strike_near(known, event.time_s, near_s),
            )
            for event in told
            if event.side is role.side
        ]
    return readings


def _strike_near(contacts: Sequence[Truth], time_s: float, within_s: float) -> str:
    nearest = min(contacts, key=lambda row: abs(row.time_s - time_s), default=None)
    return nearest.value if nearest and abs(nearest.time_s - time_s) <= within_s else ""


def agreement(readings: Iterable[Reading], flat_band_s: float | None = None) -> Proportion:
    """Contacts whose order the detector told as it was read, of those whose heel and forefoot were clearly apart.

    A reading that another sensor refutes is not asked, whatever the detector says.
    """
    band_s = StrikeParams().flat_band_s if flat_band_s is None else flat_band_s
    clear = [
        reading
        for reading in readings
        if (order := reading.order(band_s)) in {"heel", "toe"} and reading.known in {"", order}
    ]
    return Proportion(sum(reading.strike == reading.order(band_s) for reading in clear), len(clear))


class _Zone:
    """Some cells of a recorded insole."""

    def __init__(self, stream: Stream, cells: list[int], params: ReadingParams) -> None:
        self._time_s = stream.time_s
        self._cells = stream.values[:, cells]
        self._levels = self._cells.max(axis=0, initial=0.0) * params.level_pct / 100
        self._params = params

    def onset_s(self, contact_s: float) -> float | None:
        """When the first of the cells took load about a contact; None where none did."""
        params = self._params
        first, quiet, last = np.searchsorted(
            self._time_s, [contact_s - params.before_s, contact_s - params.clear_s, contact_s + params.after_s]
        )
        if quiet - first < MOMENTS:
            return None
        onsets_s = []
        for cell, level in zip(self._cells.T, self._levels, strict=True):
            unloaded = cell[first:quiet]
            over = cell[first:last] > np.median(unloaded) + max(level, params.noise_sigmas * float(unloaded.std()))
            rises = np.flatnonzero(over[1:] & ~over[:-1])
            if len(rises):
                onsets_s.append(float(self._time_s[first + 1 + rises[0]]))
        return min(onsets_s, default=None)
