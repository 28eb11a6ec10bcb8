"""One wearer's way from arrivals to events. Pure: live, demo and replay put the same in and get the same out."""

from collections.abc import Collection
from dataclasses import dataclass

from hub.events import Event
from hub.gait import GaitEngine
from hub.intake import Intake, IntakeResult
from hub.packets import Arrival
from hub.session import Block, Wearer
from sensors.layout import Role


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one arrival: what intake says of it, and the events that it decided."""

    intake: IntakeResult
    events: tuple[Event, ...]


class Pipeline:
    """Intake and gait engine of one wearer.

    Parameters
    ----------
    name : namespace of event ids; the same arrivals under the same name give the same ids.
    wearer : the person.
    expected : sensors that the session waits for.
    """

    def __init__(self, name: str, wearer: Wearer, expected: Collection[Role]) -> None:
        self.name = name
        self.expected = tuple(expected)
        self.intake = Intake(name, wearer, expected)
        self._engine: GaitEngine | None = None

    def feed(self, arrival: Arrival) -> Outcome:
        """Take the next arrival."""
        result = self.intake.feed(arrival)
        events: list[Event] = []
        if result.session is not None:
            events += self.finish()
            self._engine = GaitEngine(result.session)
        return Outcome(result, (*events, *self._push(result.blocks)))

    def tick(self, now_s: float) -> tuple[Event, ...]:
        """Nothing has arrived up to now; what does that decide?"""
        return self._push(self.intake.tick(now_s))

    def finish(self) -> tuple[Event, ...]:
        """Nothing more will come: close what is open."""
        engine, self._engine = self._engine, None
        return () if engine is None else tuple(engine.finish())

    def _push(self, blocks: Collection[Block]) -> tuple[Event, ...]:
        if self._engine is None:
            return ()
        return tuple(event for block in blocks for event in self._engine.push(block))
