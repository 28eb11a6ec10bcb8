"""Something that is worth an alert. Pure."""

from dataclasses import dataclass

from hub.alert import Rule


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that is worth an alert; fields as in ``hub.alert.Alert``.

    ``id`` depends on what happened only, so that what is seen again after a restart is known.
    """

    id: str
    wearer: str
    rule: Rule
    what: str
    happened_ns: int
    subject: str = ""
    confidence: float | None = None
