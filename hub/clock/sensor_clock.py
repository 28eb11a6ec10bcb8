"""Hub time for the samples of one sensor, from its packets' device time and their arrival.

With a device clock, hub time = the lower envelope of arrival over unwrapped device time (``envelope``). Without one,
samples are counted, those that the packets' own counter shows as missing too, and the count at the nominal rate is the
device time. In both cases the stamps follow the envelope smoothly and strictly increase. What cannot be known is the
least delay itself (radio and firmware, some milliseconds): all stamps of a sensor are late by it.
"""

from collections import deque
from dataclasses import dataclass
from operator import le

import numpy as np

from hub.clock.envelope import DelayEnvelope
from hub.session import Floats
from sensors.driver import DeviceClock, Reading

_CRYSTAL_DRIFT = 200e-6  # crystals keep 20-50 ppm, cheap ones at the edge of their range 100 and more
_UNCLOCKED_DRIFT = 0.06  # rates without a clock are within 5 % of nominal; the rest is for the noise of a short fit

_SLEW = 0.1
_SLEW_TIME_S = 0.5
_AHEAD_S = 0.1  # further than this ahead of the envelope a stamp steps back instead of slewing back
_MAX_DELAY_S = 5.0  # a packet that seems older than this tells of another clock, not of a delay
_STEPPED_S = 1.0  # a clock that is ahead by more was set, and not merely heard late before

_REMEMBERED = 8
_SEQUENCE_MODULUS = 65536
_SMOOTHING = 1 / 64
_SHORTEST_S = 1e-4  # between two samples

_NONE = np.empty(0)


@dataclass(frozen=True, slots=True)
class ClockStatus:
    """How one sensor's clock has done since it was made.

    Parameters
    ----------
    drift_ppm : hub seconds per device second, less one. Without a device clock: nominal over true rate, less one.
    delay_ms, jitter_ms : how much later than the least delayed packets arrive, on average, and its mean deviation.
    wraps : how often the device's time began again because its field was full.
    reboots : how often it jumped for another reason; across a new link, only where more than its drift shows it.
    duplicates : packets that came again and were dropped.
    lost : samples that never came.
    dropped : samples that came but had no place before their own arrival.
    """

    drift_ppm: float
    delay_ms: float
    jitter_ms: float
    wraps: int
    reboots: int
    duplicates: int
    lost: int
    dropped: int


class SensorClock:
    """Stamps one sensor's samples.

    Parameters
    ----------
    rate_hz : nominal rate, as set.
    device_clock : the clock in its packets; None: samples are counted instead.
    """

    def __init__(self, rate_hz: float, device_clock: DeviceClock | None) -> None:
        self._recent: deque[tuple[int | None, float | None]] = deque(maxlen=_REMEMBERED)
        self._hub_s = self._arrival_s = self._last_stamp_s = -np.inf
        self._late_since: tuple[float, float, float] | None = None
        self._delay_s = self._jitter_s = 0.0
        self._wraps = self._reboots = self._duplicates = self._lost = self._dropped = 0
        self.connected_to_other(rate_hz, device_clock)

    @property
    def status(self) -> ClockStatus:
        """How it has done so far."""
        return ClockStatus(
            drift_ppm=1e6 * self._envelope.drift,
            delay_ms=1e3 * self._delay_s,
            jitter_ms=1e3 * self._jitter_s,
            wraps=self._wraps,
            reboots=self._reboots,
            duplicates=self._duplicates,
            lost=self._lost,
            dropped=self._dropped,
        )

    @property
    def lost(self) -> int:
        """Samples that never came; as in ``status``."""
        return self._lost

    def connected(self) -> None:
        """A new link to the same device: its time may have begun anew, and what was missed meanwhile is no loss.

        A reboot is counted only where the device's own time has jumped by more than its drift can explain.
        """
        self._new_link = True
        self._sequence: int | None = None
        self._recent.clear()

    def connected_to_other(self, rate_hz: float, device_clock: DeviceClock | None) -> None:
        """A new link to a device whose drift is not known. Stamps go on to increase."""
        self._wraps_after_s = device_clock.wraps_after_s if device_clock else 0.0
        if device_clock:
            self._envelope = DelayEnvelope(_CRYSTAL_DRIFT, fit_after_s=10.0, offset_window_s=60.0)
        else:
            self._envelope = DelayEnvelope(_UNCLOCKED_DRIFT, fit_after_s=1.0, offset_window_s=2.0)
        self._device_s = -np.inf
        self.connected()
        self.set_rate(rate_hz)

    def set_rate(self, rate_hz: float) -> None:
        """The device was set to another rate."""
        self._rate_hz = rate_hz
        self._new_link = self._new_link or not self._wraps_after_s
        if self._wraps_after_s:
            self._late_s, self._settle_s = 0.5, 5.0
        else:
            # Without a clock a loss shows only in that everything after it seems late: believed after three of the
            # longest usual connection intervals (50 ms), in one of which a packet would have come in time.
            self._late_s, self._settle_s = 0.06 + 1.0 / rate_hz, 0.15

    def stamp(self, reading: Reading, arrival_s: float) -> Floats:
        """Hub time of each sample.

        Parameters
        ----------
        reading : the next of this sensor.
        arrival_s : when its packet arrived; never before an earlier one's.

        Returns
        -------
        (n,) strictly increasing seconds, after all given out before. Empty where the reading must be dropped: it is a
        repetition, or would lie before what was already stamped.
        """
        n = len(reading.offset_s)
        if n == 0:
            return _NONE
        if self._is_repeated(reading.sequence, reading.device_time_s):
            self._duplicates += 1
            return _NONE
        if reading.device_time_s is None or not self._wraps_after_s:
            counted = n + self._missing(reading.sequence, n)
            device_s = (0.0 if self._device_s == -np.inf else self._device_s) + counted / self._rate_hz
        else:
            device_s = self._unwrapped(reading.device_time_s, arrival_s)
            if self._new_link and self._has_jumped(device_s, arrival_s):
                self._reboots += 1
        slope = self._follow(device_s, arrival_s, reading.sequence, n)
        return self._place([self._hub_s + slope * offset_s for offset_s in reading.offset_s.tolist()])

    def _is_repeated(self, sequence: int | None, device_time_s: float | None) -> bool:
        if sequence is None and device_time_s is None:
            return False
        key = (sequence, device_time_s)
        if key in self._recent:
            return True
        self._recent.append(key)
        return False

    def _unwrapped(self, device_time_s: float, arrival_s: float) -> float:
        """The device time nearest to what is expected at this arrival, of all that differ by whole wraps."""
        if self._device_s == -np.inf:
            return device_time_s
        expected_s = self._device_s + arrival_s - self._arrival_s
        return device_time_s + self._wraps_after_s * round((expected_s - device_time_s) / self._wraps_after_s)

    def _has_jumped(self, device_s: float, arrival_s: float) -> bool:
        """Whether a device's time is another than the one from the link before, run on."""
        if self._device_s == -np.inf:
            return False
        drift_s = _CRYSTAL_DRIFT * (arrival_s - self._arrival_s)
        delay_s = arrival_s - self._envelope.at(device_s)
        ran_on = -_STEPPED_S - drift_s <= delay_s <= _MAX_DELAY_S + drift_s
        return not ran_on or device_s < self._device_s - _STEPPED_S

    def _count(self, device_s: float, sequence: int | None, n: int) -> None:
        """Wraps and losses since the packet before, on a clock that has run on."""
        if self._wraps_after_s:
            self._wraps += int(device_s // self._wraps_after_s) - int(self._device_s // self._wraps_after_s)
        if sequence is not None and self._sequence is not None:
            missing = self._missing(sequence, n)
        else:
            missing = round((device_s - self._device_s) * self._rate_hz) - n
        self._lost += max(0, missing)

    def _missing(self, sequence: int | None, n: int) -> int:
        """Samples between the packet before and this one, by their numbers; as many to a packet as in this one."""
        if sequence is None or self._sequence is None:
            return 0
        return n * ((sequence - self._sequence - 1) % _SEQUENCE_MODULUS)

    def _follow(self, device_s: float, arrival_s: float, sequence: int | None, n: int) -> float:
        """Move the map on to this packet; returns hub seconds per device second within it."""
        envelope = self._envelope
        passed_s = device_s - self._device_s
        delay_s = arrival_s - envelope.at(device_s)
        stepped = passed_s <= 0 or not -_STEPPED_S <= delay_s <= _MAX_DELAY_S
        if self._new_link or stepped:
            if not self._new_link:
                self._note_step(delay_s)
            self._new_link = False
            self._sequence = sequence
            return self._jump(device_s, arrival_s, arrival_s)
        self._count(device_s, sequence, n)
        self._sequence = sequence
        envelope.add(device_s, arrival_s)
        target_s = envelope.at(device_s)
        delay_s = arrival_s - target_s
        self._delay_s += _SMOOTHING * (delay_s - self._delay_s)
        self._jitter_s += _SMOOTHING * (abs(delay_s - self._delay_s) - self._jitter_s)
        standing_s = self._standing_delay_s(device_s, arrival_s, delay_s)
        if standing_s:
            self._note_step(standing_s)
            return self._jump(device_s, arrival_s, target_s + standing_s)
        smooth_s = passed_s * (1.0 + envelope.drift)
        error_s = target_s - (self._hub_s + smooth_s)
        if error_s < -_AHEAD_S:
            moved_s, slope = target_s - self._hub_s, 1.0
        else:
            limit_s = _SLEW * passed_s
            moved_s = smooth_s + min(max(error_s * min(1.0, passed_s / _SLEW_TIME_S), -limit_s), limit_s)
            slope = moved_s / passed_s
        self._device_s, self._arrival_s, self._hub_s = device_s, arrival_s, self._hub_s + moved_s
        return slope

    def _jump(self, device_s: float, arrival_s: float, hub_s: float) -> float:
        self._envelope.restart(device_s, hub_s)
        self._device_s, self._arrival_s, self._hub_s = device_s, arrival_s, hub_s
        self._late_since = None
        return 1.0

    def _note_step(self, late_s: float) -> None:
        if self._wraps_after_s:
            self._reboots += 1
        else:
            self._lost += max(0, round(late_s * self._rate_hz))

    def _standing_delay_s(self, device_s: float, arrival_s: float, delay_s: float) -> float:
        """Least delay since packets became late, once they have stayed so and are no burst that is being caught up."""
        if delay_s <= self._late_s:
            self._late_since = None
            return 0.0
        if self._late_since is None:
            self._late_since = (device_s, arrival_s, delay_s)
            return 0.0
        from_device_s, from_arrival_s, least_s = self._late_since
        least_s = min(least_s, delay_s)
        waited_s = arrival_s - from_arrival_s
        if waited_s < self._settle_s:
            self._late_since = (from_device_s, from_arrival_s, least_s)
            return 0.0
        if device_s - from_device_s > 1.5 * waited_s:
            self._late_since = (device_s, arrival_s, delay_s)
            return 0.0
        return least_s

    def _place(self, time_s: list[float]) -> Floats:
        """Keep stamps strictly increasing: samples that overlap the ones before share the time that is left."""
        n, last_s = len(time_s), self._last_stamp_s
        if time_s[-1] <= last_s + n * _SHORTEST_S:
            self._dropped += n
            return _NONE
        if time_s[0] <= last_s or (n > 1 and any(map(le, time_s[1:], time_s))):
            first_s = max(last_s, time_s[0] - 1.0 / self._rate_hz)
            share_s = (time_s[-1] - first_s) / n
            time_s = [first_s + share_s * (index + 1) for index in range(n - 1)] + [time_s[-1]]
        self._last_stamp_s = time_s[-1]
        return np.array(time_s)
