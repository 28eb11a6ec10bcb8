"""What is said of feet whose cells have all stuck: there must be no contacts. Pure."""

from dataclasses import replace

import numpy as np

from hub.events import Kind
from hub.recording.session_folder import SessionFolder
from hub.validation.runner import RunOptions, events_of


def contacts_after_sticking(folder: SessionFolder, after_s: float) -> int:
    """Initial contacts that are said to happen once all cells keep what they bore ``after_s`` into a recording."""
    stuck_s = folder.start_s + after_s
    streams = dict(folder.streams)
    for role, stream in streams.items():
        if role.is_insole:
            last = int(np.searchsorted(stream.time_s, stuck_s))
            values = stream.values.copy()
            values[last:] = values[last]
            streams[role] = stream._replace(values=values)
    events = events_of(replace(folder, streams=streams), RunOptions())
    return sum(event.kind is Kind.INITIAL_CONTACT and event.time_s > stuck_s for event in events)
