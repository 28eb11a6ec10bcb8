"""A calibration that leads a person through exercises: what they do is judged as they do it."""

from hub.gait.guide.feeling import FootFeeling, LegFeeling
from hub.gait.guide.guide import Ended, Guide, Mark, State, View
from hub.gait.guide.outcome import Outcome
from hub.gait.guide.tasks import FULL, RE_ZERO, Task
from hub.gait.guide.words import WORDS, Said, say

__all__ = [
    "FULL",
    "RE_ZERO",
    "WORDS",
    "Ended",
    "FootFeeling",
    "Guide",
    "LegFeeling",
    "Mark",
    "Outcome",
    "Said",
    "State",
    "Task",
    "View",
    "say",
]
