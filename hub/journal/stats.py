"""What a journal counts."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JournalStats:
    """Counts since start.

    ``duplicates_n``: known ids, ignored; ``dropped_n``: lost because too many waited for the disk; ``refused_n``: not
    JSON (NaN, infinity); ``failures_n``: commits that failed and were tried again; ``unreadable_n``: rows skipped;
    ``removed_of``: each wearer's old steps that made room, and ``untold_of`` them those that some destination had not
    taken; ``removed_n`` and ``untold_n``: of all.
    ``used_bytes``: size of what is kept, as of the last look; ``is_overfull``: too much, and nothing of it may go.
    """

    pending_n: int
    committed_n: int
    duplicates_n: int
    dropped_n: int
    refused_n: int
    failures_n: int
    unreadable_n: int
    removed_of: Mapping[str, int]
    untold_of: Mapping[str, int]
    used_bytes: int
    is_overfull: bool

    @property
    def removed_n(self) -> int:
        """Old steps of all wearers that made room."""
        return sum(self.removed_of.values())

    @property
    def untold_n(self) -> int:
        """Those among them that some destination had not taken."""
        return sum(self.untold_of.values())
