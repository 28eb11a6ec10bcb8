"""One wearer's way from arrivals to events. Pure: live, demo and replay put the same in and get the same out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

import numpy as np

from hub.events import Context, Event
from hub.gait import GaitEngine, KeptCalibration
from hub.gait.guide import FULL, Guide, Outcome, Task
from hub.intake import Intake, IntakeResult
from hub.packets import Calibrated, Connected, Entry
from hub.session import Block, Session, Wearer
from sensors.layout import Role


class Pipeline:
    """Intake and gait engine of one wearer.

    Arrivals that came together are fed one by one and decided on at once: the engine gives the same events for any
    cutting into blocks, and fewer, longer blocks cost less.

    Parameters
    ----------
    name : namespace of event ids; the same arrivals under the same name give the same ids.
    wearer : the person.
    expected : sensors that the session waits for.
    kept : what was learnt of this wearer before.
    """

    def __init__(
        self, name: str, wearer: Wearer, expected: Collection[Role], kept: KeptCalibration | None = None
    ) -> None:
        self.name = name
        self.expected = tuple(expected)
        self.intake = Intake(name, wearer, expected)
        self._kept = kept or KeptCalibration()
        self._engine: GaitEngine | None = None
        self._session: Session | None = None
        self._guide: Guide | None = None
        self._before_guide = self._kept
        self._devices: dict[Role, str] = {}
        self._now_s = 0.0
        self._wall_time: datetime | None = None
        self._waiting: list[Block] = []
        self._decided: list[Event] = []

    @property
    def devices(self) -> Mapping[Role, str]:
        """Address of the device that was connected last in each role."""
        return self._devices

    @property
    def guide(self) -> Guide | None:
        """The guided calibration that runs; gone when the session changes."""
        return self._guide

    def start_guide(self, tasks: Sequence[Task] = FULL) -> Guide | None:
        """Begin a guided calibration: it gets what the engine gets. None while there is no session to calibrate."""
        self._before_guide = self.calibration()
        self._guide = Guide(self._session, tasks) if self._session is not None else None
        return self._guide

    def finish_guide(self, made_at: datetime, wearer: str) -> tuple[Outcome, Calibrated]:
        """End the guided calibration: what it came to, and the entry that is to be fed, and recorded, next.

        The engine goes on from what was known before the exercises, for it took them for life, with what the guide has
        found over that.

        Raises
        ------
        ValueError : none runs.
        """
        guide, session, kept = self._guide, self._session, self._before_guide
        if guide is None or session is None:
            raise ValueError("no guided calibration runs")
        self._guide = None
        outcome = guide.outcome(made_at, self._devices)
        if outcome.calibration.fits:
            kept = outcome.applied_to(kept, session, self._devices)
        return outcome, Calibrated(kept.to_dict(), self._now_s, wearer)

    def drop_guide(self, wearer: str) -> Calibrated:
        """Give the guided calibration up; the entry that brings back what was known before it."""
        self._guide = None
        return Calibrated(self._before_guide.to_dict(), self._now_s, wearer)

    def feed(self, arrival: Entry) -> IntakeResult:
        """Take the next arrival in."""
        self._now_s = max(self._now_s, arrival.arrival_s)
        if isinstance(arrival, Calibrated):
            self._adopt(arrival)
            return IntakeResult()
        if isinstance(arrival, Connected):
            self._devices[arrival.role] = arrival.address
            self._wall_time = arrival.wall_time
        result = self.intake.feed(arrival)
        if result.session is not None:
            self._begin(result.session)
        self._waiting += result.blocks
        return result

    def decide(self) -> tuple[Event, ...]:
        """The events that were decided by what was fed since this was last asked."""
        self._push()
        decided, self._decided = self._decided, []
        return tuple(decided)

    def tick(self, now_s: float) -> tuple[Event, ...]:
        """Nothing has arrived up to now; what does that decide?"""
        self._now_s = max(self._now_s, now_s)
        self._waiting += self.intake.tick(now_s)
        return self.decide()

    def finish(self) -> tuple[Event, ...]:
        """Nothing more will come: close what is open."""
        self._close()
        return self.decide()

    @property
    def context(self) -> Context:
        """What the wearer is doing, as far as known now."""
        return Context.UNKNOWN if self._engine is None else self._engine.contexts.now

    def shank_pitch_deg(self, role: Role) -> float | None:
        """A shank's pitch now, positive with the ankle ahead of the knee; None where it is not known."""
        return None if self._engine is None else self._engine.shank_pitch_deg(role)

    def calibration(self) -> KeptCalibration:
        """What is known of this wearer by now, for their next run."""
        self._push()
        if self._engine is not None and self._session is not None:
            self._kept = self._kept.renewed(self._session, self._engine.calibration(), self._devices)
        return self._kept

    def _begin(self, session: Session) -> None:
        """A sensor joined or changed: what was learnt from those that did not change is kept."""
        self._close()
        self._guide = None
        self._session = session
        kept, devices, now = self._kept, self._devices, self._wall_time
        self._engine = GaitEngine(
            session,
            kept.fitting(session, devices),
            doubts=kept.doubts(session, devices, now) if now else (),
        )

    def _adopt(self, calibrated: Calibrated) -> None:
        """A guided calibration has ended: go on with what it found, and forget what was learnt up to here."""
        self._waiting += self.intake.tick(calibrated.arrival_s)  # as far as live had told when it ended
        self._close()
        self._kept = KeptCalibration.from_dict(calibrated.kept)
        if self._session is not None:
            self._begin(self._session)

    def _close(self) -> None:
        self._kept = self.calibration()
        if self._engine is not None:
            self._decided += self._engine.finish()
            self._engine = None

    def _push(self) -> None:
        if self._engine is not None:
            for block in _joined(self._waiting):
                self._decided += self._engine.push(block)
                if self._guide is not None:
                    self._guide.push(block)
        self._waiting.clear()


def _joined(blocks: list[Block]) -> Iterator[Block]:
    """One block for each sensor."""
    by_role: dict[Role, list[Block]] = {}
    for block in blocks:
        by_role.setdefault(block.role, []).append(block)
    for role, parts in by_role.items():
        if len(parts) == 1:
            yield parts[0]
        else:
            time_s = np.concatenate([part.time_s for part in parts])
            values = np.concatenate([part.values for part in parts])
            yield Block(role, time_s, values, parts[-1].until_s)
