"""Final contacts told midway in a stance that the reference lets last two strides: it knows no swing as short. Pure."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from hub.events import Event, Kind
from hub.recording.truth import WALK, Truth
from hub.validation.scoring import FEET, ScoringParams

LONG = 1.5
"""Times the foot's median stance: no stance of one stride is as long, one of two strides is 2.2 times as long."""


def finals_midway_n(
    truth: Sequence[Truth], events: Sequence[Event], contact_s: float = ScoringParams().contact_s
) -> int:
    """How many there are, in stances inside a true walk; nearer than ``contact_s`` to the stance's end is its end."""
    walks = [row for row in truth if row.kind == WALK]
    count = 0
    for side in FEET:
        contacts = sorted(
            (row.time_s, row.kind)
            for row in truth
            if row.side is side and row.kind in {Kind.INITIAL_CONTACT, Kind.FINAL_CONTACT}
        )
        stances = [
            (start_s, end_s)
            for (start_s, start), (end_s, end) in pairwise(contacts)
            if (start, end) == (Kind.INITIAL_CONTACT, Kind.FINAL_CONTACT)
            and any(walk.time_s <= start_s and end_s <= walk.end_s for walk in walks)
        ]
        if not stances:
            continue
        long_s = LONG * float(np.median([end_s - start_s for start_s, end_s in stances]))
        told_s = [event.time_s for event in events if event.kind is Kind.FINAL_CONTACT and event.side is side]
        count += sum(
            start_s < time_s < end_s - contact_s
            for start_s, end_s in stances
            if end_s - start_s > long_s
            for time_s in told_s
        )
    return count
