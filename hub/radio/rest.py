"""When a device that was let go to spare its battery is connected again. Pure: told what is heard and when."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RestSettings:
    """Times of a rest.

    Parameters
    ----------
    look_every_s, look_s : the hub listens for a resting device for the second, once in the first.
    quiet_looks_n : a device that was not heard in so many looks in a row and then is has been switched on or moved.
    visit_first_s, visit_most_s : a device that can be heard all the while is visited after the first.
    patience_doublings_n : with each visit in a row that finds the device not worn, ``visit_first_s`` and
        ``quiet_looks_n`` double, the latter so many times at most, the former up to ``visit_most_s``.
    """

    look_every_s: float = 10.0
    look_s: float = 3.0
    quiet_looks_n: int = 3
    visit_first_s: float = 30.0
    visit_most_s: float = 600.0
    patience_doublings_n: int = 3


class Rest:
    """One rest of one device.

    An advertisement alone ends no rest: a device that was let go may advertise for ever. Three things do. It was quiet
    and is heard again: it slept, and somebody moved it. Or it says something else than at the beginning, such as that
    it is worn. Or it is time for a visit, to look whether it is worn by now.

    Parameters
    ----------
    start_s : hub time.
    in_vain_n : rests in a row that ended though the device was not worn. After the first, what it says is believed no
        more: some devices count in their advertisements.
    """

    def __init__(self, start_s: float, in_vain_n: int, settings: RestSettings) -> None:
        self._visit_at_s = start_s + min(settings.visit_first_s * 2.0 ** min(in_vain_n, 60), settings.visit_most_s)
        self._quiet_looks_n = settings.quiet_looks_n * 2 ** min(in_vain_n, settings.patience_doublings_n)
        self._believed = in_vain_n == 0
        self._said: bytes | None = None
        self._unheard_n = 0

    def unheard(self) -> None:
        """A look was in vain."""
        self._unheard_n += 1

    def ends_with(self, said: bytes, now_s: float) -> bool:
        """The device is heard to say this; whether that ends the rest."""
        is_back = self._unheard_n >= self._quiet_looks_n
        is_news = self._believed and self._said not in {None, said}
        self._unheard_n = 0
        self._said = said if self._said is None else self._said
        return is_back or is_news or now_s >= self._visit_at_s
