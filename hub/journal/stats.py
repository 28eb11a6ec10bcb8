"""What a journal counts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JournalStats:
    """Counts since start.

    ``duplicates_n``: known ids, ignored; ``dropped_n``: lost because too many waited for the disk; ``refused_n``: not
    JSON (NaN, infinity); ``failures_n``: commits that failed and were tried again; ``unreadable_n``: rows skipped;
    ``removed_n``: old steps that made room, and ``untold_n`` of them that some destination had not taken.
    ``used_bytes``: size of what is kept, as of the last look; ``is_overfull``: too much, and nothing of it may go.
    """

    pending_n: int
    committed_n: int
    duplicates_n: int
    dropped_n: int
    refused_n: int
    failures_n: int
    unreadable_n: int
    removed_n: int
    untold_n: int
    used_bytes: int
    is_overfull: bool
