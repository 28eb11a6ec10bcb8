"""What the page counts."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class PageStats:
    """Counts since the hub started."""

    watchers_n: int = 0
    """Browsers that watch now."""
    frames_dropped_n: int = 0
    """Frames that a browser was too slow for."""
    refused: Counter[str] = field(default_factory=Counter)
    """Requests and connections that were refused, by the reason."""

    @property
    def refused_n(self) -> int:
        """All that were refused."""
        return self.refused.total()
