import re
from pathlib import Path

import hub.gait
from hub.events import NOT_DETECTED_YET, Kind


def test_what_the_engine_makes_and_what_is_not_detected_yet_are_all_kinds() -> None:
    """Fails when a detector is added and its kind is still told as not detected, or the other way round."""
    sources = Path(hub.gait.__file__).parent.rglob("*.py")
    named = {name for source in sources for name in re.findall(r"\bKind\.([A-Z_]+)", source.read_text())}
    assert {Kind[name] for name in named} == set(Kind) - NOT_DETECTED_YET
