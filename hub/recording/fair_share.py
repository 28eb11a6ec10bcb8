"""Who makes room where several share it: whoever takes the most, the oldest first. Pure.

So who takes no more than an equal share loses nothing because of another.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that takes room, and whose it is."""

    path: Path
    owner: str
    size: int


def making_room(kept: Iterable[Kept], too_much_bytes: float) -> Iterator[Kept]:
    """What is to go of ``kept``, which comes oldest first, until so many bytes are gone."""
    oldest: dict[str, deque[Kept]] = defaultdict(deque)
    taken: dict[str, int] = defaultdict(int)
    for file in kept:
        oldest[file.owner].append(file)
        taken[file.owner] += file.size
    while too_much_bytes > 0 and oldest:
        most = max(oldest, key=lambda owner: taken[owner])
        going = oldest[most].popleft()
        if not oldest[most]:
            del oldest[most]
        taken[most] -= going.size
        too_much_bytes -= going.size
        yield going
