"""How often something may happen: so many at once, and then so many a second. Pure."""

from collections.abc import Iterable


class Allowance:
    """A bucket that fills at a steady rate; each taking needs one.

    Parameters
    ----------
    per_s : rate of filling.
    at_once_n : what it holds, and starts with.
    """

    def __init__(self, per_s: float, at_once_n: int) -> None:
        self._per_s = per_s
        self._most = float(at_once_n)
        self._left = self._most
        self._at_s: float | None = None

    def take(self, now_s: float) -> bool:
        """Whether one more is allowed now."""
        if self._at_s is not None:
            self._left = min(self._most, self._left + (now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class Allowances:
    """An allowance for each of ``whose``, so that nobody uses up another's; all other names share one."""

    def __init__(self, whose: Iterable[str], per_s: float, at_once_n: int) -> None:
        self._others = Allowance(per_s, at_once_n)
        self._own = {name: Allowance(per_s, at_once_n) for name in whose}

    def take(self, name: str, now_s: float) -> bool:
        """Whether one more of this name is allowed now."""
        return self._own.get(name, self._others).take(now_s)
