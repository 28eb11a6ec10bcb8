"""Contacts as they are reported: of each leg, what its insole and its shank saw, made one.

An insole that can be trusted decides alone and at once. The shank stands in where it cannot:

- not trusted (zero unknown, two cells only, a shoe that lets go slowly): contacts wait for the shank's swing; where
  both agree a time in between is reported, else the shank's. Without a swing in time, the insole's.
- silent, or telling nothing (stuck cells): the shank's.
- trusted, but never light through a whole swing, because the foot was dragged: the shank's, as unclear.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from hub.events import Kind
from hub.gait.context_log import ContextLog
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.detectors.bearing import NOT_ON_FEET
from hub.gait.facts import FinalContact, InitialContact, Sighting
from hub.gait.feed import SensorBack, SensorSilent
from hub.gait.legs import Legs
from hub.gait.signals.edges import unburdened_s
from hub.gait.signals.loadscale import TOTAL
from hub.gait.timeline import Later
from hub.session import Floats
from sensors.layout import Role, Side


@dataclass(frozen=True, slots=True)
class FusionParams:
    """When two sensors saw the same contact, and how long one waits for the other."""

    same_contact_s: float = 0.400  # contacts of one kind and foot are at least so far apart (our choice)
    insole_share: float = 0.7  # of the contact's time, by the spread of each (marpino: 12 and 19-22 ms)
    agree_s: float = 0.150  # insole and shank farther apart than this: the shank's (marpino)
    shank_late_s: float = 0.350  # a swinging shank has told by then: lifts 0.1-0.2 s, contacts 0.05-0.2 s later
    patience_s: float = 3.0  # one not known to swing may take two strides to find its axes and rhythm
    walking_for_s: float = 2.8  # after a swing the shank is known to swing; as for contacts of the shank alone
    dead_pct: float = 5.0  # an insole that changes less than this from swing to swing tells nothing (our choice)
    unclear_confidence: float = 0.5  # times this, where the shank alone saw the swing of a loaded foot (our choice)
    fall_pct: float = 20.0  # a dragged foot's falling load is drawn on from so much of the peak, as by edges


class _Waited(NamedTuple):
    """Timer: has the shank told by now?"""

    sighting: Sighting


class _Leg:
    """What was seen of a leg, and reported."""

    def __init__(self) -> None:
        self.on_ground: bool | None = None  # as its insole sees it
        self.swings_until_s = -inf
        self.waiting: list[Sighting] = []
        self.swung: Sighting | None = None  # the shank's last contact
        self.reported_s: dict[Kind, deque[float]] = {
            Kind.INITIAL_CONTACT: deque(maxlen=8),
            Kind.FINAL_CONTACT: deque(maxlen=8),
        }


class ContactFusion:
    """Takes what each sensor saw of each leg's contacts, and reports each contact once."""

    def __init__(self, legs: Legs, contexts: ContextLog, make: EventMaker, params: FusionParams) -> None:
        self._insoles = legs.insoles
        self._contexts = contexts
        self._make = make
        self._params = params
        self._legs = {side: _Leg() for side in (Side.LEFT, Side.RIGHT)}
        self._present: set[Role] = set()

    def handlers(self) -> Mapping[type, Handler]:
        """Sightings, and which sensors are there."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            Sighting: self._seen,
            SensorBack: self._back,
            SensorSilent: self._silent,
            _Waited: self._waited,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """Whatever still waits will not be told by another sensor."""
        waiting = [sighting for leg in self._legs.values() for sighting in leg.waiting]
        return [output for sighting in waiting for output in self._report(sighting, now_s)]

    def _back(self, mark: SensorBack, now_s: float) -> list[Output]:
        self._present.add(mark.role)
        return []

    def _silent(self, mark: SensorSilent, now_s: float) -> list[Output]:
        self._present.discard(mark.role)
        leg = self._legs[mark.role.side]
        if mark.role.is_insole:
            leg.on_ground = None
        waiting, leg.waiting = leg.waiting, []
        return [output for sighting in waiting for output in self._report(sighting, now_s)]

    def _seen(self, seen: Sighting, now_s: float) -> list[Output]:
        return self._by_insole(seen, now_s) if seen.sensor.is_insole else self._by_shank(seen, now_s)

    def _by_insole(self, seen: Sighting, now_s: float) -> list[Output]:
        leg, params = self._legs[seen.side], self._params
        leg.on_ground = seen.kind is Kind.INITIAL_CONTACT
        if seen.sure or seen.side.shin not in self._present:
            return self._report(seen, now_s)
        if leg.swung is not None and seen.kind is leg.swung.kind and self._same(seen, leg.swung):
            return self._report(self._merged(seen, leg.swung), now_s)
        leg.waiting.append(seen)
        swings = seen.time_s < leg.swings_until_s
        return [Later(seen.time_s + (params.shank_late_s if swings else params.patience_s), _Waited(seen))]

    def _waited(self, due: _Waited, now_s: float) -> list[Output]:
        leg = self._legs[due.sighting.side]
        if due.sighting not in leg.waiting:
            return []
        leg.waiting.remove(due.sighting)
        return self._report(due.sighting, now_s)

    def _by_shank(self, seen: Sighting, now_s: float) -> list[Output]:
        leg, params = self._legs[seen.side], self._params
        leg.swings_until_s = seen.time_s + params.walking_for_s
        insole = seen.side.insole
        if insole not in self._present:
            return self._report(seen, now_s)
        if seen.swing is not None:
            leg.swung = seen
        told = [each for each in leg.waiting if each.kind is seen.kind and each.time_s < seen.time_s + params.agree_s]
        if self._insoles[insole].scale.sure and not told:
            return self._unseen(leg, seen, now_s)
        leg.waiting = [each for each in leg.waiting if each not in told]
        same = [each for each in told if self._same(each, seen)]
        if same:
            seen = self._merged(min(same, key=lambda each: abs(each.time_s - seen.time_s)), seen)
        return self._report(seen, now_s)

    def _same(self, insole: Sighting, shank: Sighting) -> bool:
        """Whether insole and shank saw the same contact."""
        since_s, by_s = insole.span or (insole.time_s, insole.time_s)
        return since_s - self._params.agree_s < shank.time_s < by_s + self._params.agree_s

    def _merged(self, insole: Sighting, shank: Sighting) -> Sighting:
        """The contact that both saw: in between, or after a hesitant touch the shank's, from touch to weight."""
        time_s = shank.time_s + self._params.insole_share * (insole.time_s - shank.time_s)
        if insole.span is not None and self._insoles[insole.sensor].scale.sure:
            time_s = min(max(shank.time_s, insole.span[0]), insole.span[1])
        return insole._replace(time_s=time_s, confidence=max(insole.confidence, shank.confidence))

    def _unseen(self, leg: _Leg, seen: Sighting, now_s: float) -> list[Output]:
        """The swing of a leg whose insole is trusted: did it see nothing of it although the foot bore no weight?"""
        if self._contexts.now in NOT_ON_FEET or self._near(leg, seen) is not None or seen.swing is None:
            return []
        lift_s, begin_s, end_s = seen.swing
        history, scale = self._insoles[seen.side.insole]
        _, columns = history.window(begin_s, end_s)
        _, around = history.window(lift_s - self._params.same_contact_s, now_s)
        if columns.shape[1] == 0:
            return []
        total, swung = around[TOTAL], columns[TOTAL]
        dead = total.item(total.argmax()) - total.item(total.argmin()) < self._params.dead_pct / 100 * scale.peak
        if not dead and (leg.on_ground is False or swung.item(swung.argmin()) > scale.load):
            return []
        contact = seen._replace(confidence=self._params.unclear_confidence * seen.confidence)
        fell_s = None if dead else unburdened_s(*self._fall(seen.side, lift_s, end_s), scale, self._params.fall_pct)
        if fell_s is None or fell_s > (begin_s + end_s) / 2:  # by mid-swing the weight has left any foot that swings
            fell_s = lift_s
        lift = contact._replace(kind=Kind.FINAL_CONTACT, time_s=fell_s)
        return [*self._report(lift, now_s, unclear=not dead), *self._report(contact, now_s)]

    def _fall(self, side: Side, lift_s: float, end_s: float) -> tuple[Floats, Floats]:
        """The total from when the foot bore weight to the end of its swing."""
        time_s, columns = self._insoles[side.insole].history.window(lift_s - self._params.same_contact_s, end_s)
        return time_s, columns[TOTAL]

    def _near(self, leg: _Leg, seen: Sighting) -> float | None:
        """A reported contact that is the same one."""
        reported = leg.reported_s[seen.kind]
        return next((at_s for at_s in reported if abs(at_s - seen.time_s) < self._params.same_contact_s), None)

    def _report(self, seen: Sighting, now_s: float, *, unclear: bool = False) -> list[Output]:
        leg = self._legs[seen.side]
        if self._near(leg, seen) is not None:
            return []
        leg.reported_s[seen.kind].append(seen.time_s)
        if seen.kind is Kind.INITIAL_CONTACT:
            return [InitialContact(seen.side, seen.time_s, seen.confidence, seen.sensor)]
        fact = FinalContact(seen.side, seen.time_s, seen.confidence, seen.sensor)
        fields = {"unclear": unclear}
        event = self._make(Kind.FINAL_CONTACT, seen.side, seen.time_s, now_s, fields=fields, confidence=seen.confidence)
        return [fact, event]
