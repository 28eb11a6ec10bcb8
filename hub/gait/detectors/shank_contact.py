"""Contacts as the shank of each leg sees them, from its swings.

A single swing of the shank may be a kick, a leg crossed or a fall; walking repeats. Contacts are therefore reported
once a second swing of either leg has followed in the rhythm of steps, the first ones late, and from then on at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf

from hub.events import Kind
from hub.gait.detector import Handler, Output
from hub.gait.detectors.bearing import Bearing
from hub.gait.facts import InitialContact, Sighting
from hub.gait.feed import SensorSilent
from hub.gait.signals.shank_marks import ContactMinimum, ToeOffMinimum
from hub.session import Session
from sensors.layout import Role, Side


@dataclass(frozen=True, slots=True)
class ShankContactParams:
    """What swings are steps."""

    stride_s: tuple[float, float] = (0.5, 2.8)  # contacts of one foot; slowest in chen (1 km/h) 2.5, braced walker 2.1
    step_s: tuple[float, float] = (0.2, 1.8)  # contacts of one foot and the other
    walking_for_s: float = 2.8  # after a contact the next swing needs no second one to be believed
    contact_interval_s: float = 0.400  # initial contacts of one foot (our choice)
    stance_shortest_s: float = 0.150  # a foot that lifts sooner has not stood
    strong_confidence: float = 0.9  # 97 % of contacts with a clear minimum are within 50 ms (marpino)
    weak_confidence: float = 0.5  # last steps, the foot set down beside the other: 16 of 19 are (marpino)


class _Leg:
    """A leg with a shin sensor."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.waiting: list[ContactMinimum] = []
        self.contact_s = -inf
        self.lifted_s = -inf


class ShankContactDetector:
    """Contacts of the legs that wear a shin sensor."""

    def __init__(self, session: Session, bearing: Bearing, params: ShankContactParams) -> None:
        self._bearing = bearing
        self._params = params
        self._legs = {role.side: _Leg(role) for role in session.sensors if not role.is_insole}
        self._believed_until_s = -inf
        self._contact_s = {Side.LEFT: -inf, Side.RIGHT: -inf}

    def handlers(self) -> Mapping[type, Handler]:
        """Swings, and contacts that insoles saw."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            ToeOffMinimum: self._lifted,
            ContactMinimum: self._landed,
            InitialContact: self._contact,
            SensorSilent: self._silent,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """A swing that no second one followed was no step."""
        return []

    def _lifted(self, mark: ToeOffMinimum, now_s: float) -> list[Output]:
        leg = self._legs.get(mark.role.side)
        if leg is None or mark.upright is False or now_s > self._believed_until_s or not mark.seen:
            return []
        return self._lift(leg, mark.time_s) if self._bearing.swung(mark.role.side, mark.time_s, now_s) else []

    def _landed(self, mark: ContactMinimum, now_s: float) -> list[Output]:
        leg = self._legs.get(mark.role.side)
        if leg is None or mark.upright is False:
            return []
        if not self._bearing.swung(mark.role.side, mark.swing.rise_s, mark.swing.fall_s):
            return []
        if mark.swing.rise_s <= self._believed_until_s:
            return self._land(leg, mark)
        leg.waiting = [
            *(swing for swing in leg.waiting if mark.time_s - swing.time_s <= self._params.stride_s[1]),
            mark,
        ]
        if not self._in_rhythm(leg, mark):
            return []
        outputs: list[Output] = []
        for swing in self._believe(mark.time_s):
            swung = self._legs[swing.role.side]
            if swing.swing.minimum_s < swing.swing.rise_s:
                outputs += self._lift(swung, swing.final_contact_s)
            outputs += self._land(swung, swing)
        return outputs

    def _in_rhythm(self, leg: _Leg, mark: ContactMinimum) -> bool:
        """Whether another swing or step was followed by ``mark`` as in walking."""
        stride_s, step_s = self._params.stride_s, self._params.step_s
        strides = [mark.time_s - swing.time_s for swing in leg.waiting]
        other = self._legs.get(leg.role.side.other)
        steps = [mark.time_s - swing.time_s for swing in other.waiting] if other else []
        steps.append(mark.time_s - self._contact_s[leg.role.side.other])
        return any(stride_s[0] <= s <= stride_s[1] for s in strides) or any(step_s[0] <= s <= step_s[1] for s in steps)

    def _believe(self, time_s: float) -> list[ContactMinimum]:
        """All swings that waited and are no older than a stride, in their order; they wait no more."""
        swings = [swing for leg in self._legs.values() for swing in leg.waiting]
        for leg in self._legs.values():
            leg.waiting = []
        recent = [swing for swing in swings if time_s - swing.time_s <= self._params.stride_s[1]]
        return sorted(recent, key=lambda swing: swing.time_s)

    def _lift(self, leg: _Leg, time_s: float) -> list[Output]:
        if time_s - leg.contact_s < self._params.stance_shortest_s or leg.lifted_s > leg.contact_s:
            return []
        leg.lifted_s = time_s
        confidence = self._params.strong_confidence
        return [Sighting(Kind.FINAL_CONTACT, leg.role.side, time_s, confidence, leg.role, sure=False)]

    def _land(self, leg: _Leg, mark: ContactMinimum) -> list[Output]:
        params = self._params
        if mark.time_s - leg.contact_s < params.contact_interval_s:
            return []
        leg.contact_s = mark.time_s
        self._believed_until_s = max(self._believed_until_s, mark.time_s + params.walking_for_s)
        confidence = params.strong_confidence if mark.strong else params.weak_confidence
        swing = (mark.final_contact_s, mark.swing.rise_s, mark.swing.fall_s)
        return [
            Sighting(Kind.INITIAL_CONTACT, leg.role.side, mark.time_s, confidence, leg.role, sure=False, swing=swing)
        ]

    def _contact(self, contact: InitialContact, now_s: float) -> list[Output]:
        self._contact_s[contact.side] = contact.time_s
        return []

    def _silent(self, mark: SensorSilent, now_s: float) -> list[Output]:
        leg = self._legs.get(mark.role.side)
        if leg is not None and mark.role is leg.role:
            leg.waiting = []
            leg.lifted_s = -inf
        return []
