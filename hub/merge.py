"""Several sensors to one ordered stream of blocks. Pure: time comes in with the samples.

A block goes out as soon as its samples come in, for the engine waits by itself for the slowest sensor (``until_s``).
What is added here is the word that a sensor is silent. One that has given nothing for ``PATIENCE_S`` is given up: it
must not hold the others up, so until it is back it is moved on by empty blocks, close behind the present, and what it
delivers for that time afterwards is dropped and counted.

Where all fall silent together, it is the hub, its computer or the air that stood still, and what the sensors measured
meanwhile comes in a burst. Nobody is held up by waiting for it: none is given up within ``STANDSTILL_S``, and once the
burst begins each has ``PATIENCE_S`` for its share.

Silence is judged at the instants of a fixed grid, each before the first arrival after it. The blocks are therefore a
function of the arrivals alone: when ``tick`` is called only decides how soon they come out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from math import floor, inf, nextafter

import numpy as np

from hub.session import Block, Floats
from sensors.layout import Role

PATIENCE_S = 1.0  # what a link holds back while it repeats itself, or a busy computer, comes within this
UNHEARD_S = 0.3  # no sensor at all for six of the longest usual connection intervals (50 ms): a standstill
STANDSTILL_S = 3.0  # our choice: by then the radio has asked a silent link for data again (2 s)
BEHIND_S = 0.1  # of a sensor that was given up: two connection intervals, so that its return costs few samples
GRID_S = 0.05
_FINE_N = 80  # instants of silence of all sensors together, after which
_THINNED_N = 20  # only one in so many is judged: hours without any sensor cost next to nothing


class Merge:
    """Blocks of several sensors, with the promises that ``Block`` makes."""

    def __init__(self) -> None:
        self._empty: dict[Role, tuple[Floats, Floats]] = {}
        self._until_s: dict[Role, float] = {}
        self._given_up: set[Role] = set()
        self._late_n: Counter[Role] = Counter()
        self._grid_n = self._data_n = 0
        self._heard_s = self._heard_from_s = -inf

    def begin(self, channels: Mapping[Role, int], start_s: float) -> None:
        """Merge these sensors from now on, as if none had given anything before.

        Parameters
        ----------
        channels : number of columns of each sensor's values.
        start_s : arrival from which on silence is noticed.
        """
        self._empty = {role: (np.empty(0), np.empty((0, width))) for role, width in channels.items()}
        self._until_s = dict.fromkeys(channels, -inf)
        self._given_up = set(channels)
        self._grid_n = self._data_n = floor(start_s / GRID_S)
        self._heard_s = self._heard_from_s = start_s

    def late_n(self, role: Role) -> int:
        """Samples of a sensor that came after it had been given up for their time, and were dropped."""
        return self._late_n[role]

    def tick(self, now_s: float) -> list[Block]:
        """Empty blocks of the sensors that were silent at the grid's instants up to now. None before ``begin``.

        ``now_s`` must not be later than any arrival that is still to be pushed.
        """
        instant_n = floor(now_s / GRID_S)
        if not self._until_s or instant_n <= self._grid_n:
            return []
        instants = self._instants(self._grid_n + 1, instant_n + 1)
        self._grid_n = instant_n
        return [block for instant in instants for block in self._silent_at(instant * GRID_S)]

    def push(self, role: Role, time_s: Floats, values: Floats, arrival_s: float) -> list[Block]:
        """Take stamped samples in.

        Parameters
        ----------
        time_s, values : (n,) strictly increasing hub times and (n, channels), as in ``Block``.
        arrival_s : when they arrived; never before an earlier call's.

        Returns
        -------
        The blocks of silence up to the arrival, then the samples' own.
        """
        blocks = self.tick(arrival_s)
        self._data_n = self._grid_n
        if arrival_s - self._heard_s > UNHEARD_S:
            self._heard_from_s = arrival_s
        self._heard_s = arrival_s
        self._given_up.discard(role)  # also where all of these come too late: the next ones then do not
        until_s = self._until_s[role]
        if len(time_s) and time_s[0] < until_s:
            first = int(np.searchsorted(time_s, until_s))
            self._late_n[role] += first
            time_s, values = time_s[first:], values[first:]
        if len(time_s):
            self._until_s[role] = until_s = nextafter(float(time_s[-1]), inf)
            blocks.append(Block(role, time_s, values, until_s))
        return blocks

    def _instants(self, start_n: int, end_n: int) -> Iterator[int]:
        """The grid's instants from ``start_n`` to before ``end_n``, thinned once all sensors are silent for long."""
        thin_from_n = max(start_n, min(end_n, self._data_n + _FINE_N))
        yield from range(start_n, thin_from_n)
        yield from range(thin_from_n + -thin_from_n % _THINNED_N, end_n, _THINNED_N)

    def _silent_at(self, instant_s: float) -> Iterator[Block]:
        if UNHEARD_S < instant_s - self._heard_s <= STANDSTILL_S:
            return
        for role, until_s in self._until_s.items():
            excused_s = min(self._heard_from_s, until_s + STANDSTILL_S)
            if max(until_s, excused_s) < instant_s - PATIENCE_S:
                self._given_up.add(role)
            if role in self._given_up and until_s < instant_s - BEHIND_S:
                self._until_s[role] = instant_s - BEHIND_S
                yield Block(role, *self._empty[role], instant_s - BEHIND_S)
