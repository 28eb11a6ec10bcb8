"""Toe-first contacts that are a sign of foot drop: the affected foot's, where healthy people land on the heel."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hub.events import Context, Kind, Value
from hub.gait.context_log import ContextLog
from hub.gait.detector import EventMaker, Handler, Output
from hub.gait.detectors.strike import ONSET_AFTER_S, around_contact, zone_onsets_s
from hub.gait.facts import InitialContact, JudgedContact, StepSettled, Strike, Walking
from hub.gait.legs import Legs
from hub.session import Session
from sensors.layout import Side

ELSEWHERE = frozenset({Context.STAIRS, Context.TIPTOE, Context.BACKWARD})
"""Contexts in which everybody lands on the toes."""


@dataclass(frozen=True, slots=True)
class ToeFirstParams:
    """When the sound foot says that it is the ground and not the ankle."""

    sound_toes_n: int = 2  # toe-first contacts of the sound foot in a row (our choice)
    sound_within_s: float = 4.0  # the last of them so recent


class ToeFirstDetector:
    """Reports toe-first contacts of affected feet, with the lead and the reason, once the kind of step is known.

    Where both feet are affected, no foot is sound: then only stairs, tiptoe and steps back are left out, as far as a
    shank or the heels tell them.
    """

    def __init__(
        self,
        session: Session,
        legs: Legs,
        contexts: ContextLog,
        make: EventMaker,
        params: ToeFirstParams,
    ) -> None:
        self._wearer = session.wearer
        self._legs = legs
        self._contexts = contexts
        self._make = make
        self._params = params
        self._waiting: dict[Side, JudgedContact] = {}
        self._known: dict[Side, InitialContact] = {}
        self._sound: deque[tuple[float, Strike]] = deque(maxlen=params.sound_toes_n)

    def handlers(self) -> Mapping[type, Handler]:
        """Contacts, judged, and the kinds of their steps."""
        handlers: dict[type, Callable[..., list[Output]]] = {
            JudgedContact: self._judged,
            StepSettled: self._settled,
            Walking: self._walking,
        }
        return handlers

    def finish(self, now_s: float) -> list[Output]:
        """A contact whose step is not known yet is not reported."""
        return []

    def _judged(self, judged: JudgedContact, now_s: float) -> list[Output]:
        contact = judged.contact
        if not self._wearer.is_affected(contact.side):
            self._sound.append((contact.time_s, judged.strike))
        elif judged.strike is Strike.TOE:
            self._waiting[contact.side] = judged
            if self._known.get(contact.side) is contact:  # reported late, its kind of step is known already
                return self._decide(contact, now_s)
        return []

    def _walking(self, fact: Walking, now_s: float) -> list[Output]:
        if fact.walking:
            self._sound.clear()
        return []

    def _settled(self, settled: StepSettled, now_s: float) -> list[Output]:
        self._known[settled.contact.side] = settled.contact
        return self._decide(settled.contact, now_s)

    def _decide(self, contact: InitialContact, now_s: float) -> list[Output]:
        judged = self._waiting.pop(contact.side, None)
        if judged is None or judged.contact is not contact:
            return []
        if self._contexts.at(contact.time_s) in ELSEWHERE or self._sound_foot_too(contact.time_s):
            return []
        insole = self._legs.insoles[contact.sensor]
        time_s, columns = around_contact(insole.history, contact.time_s)
        heel_s, fore_s = zone_onsets_s(time_s, columns, contact.time_s, insole.scale)
        if fore_s is None:
            return []
        lead_ms = 1000 * ((min(now_s, contact.time_s + ONSET_AFTER_S) if heel_s is None else heel_s) - fore_s)
        first = "forefoot only: no heel" if heel_s is None else "forefoot"
        fields: dict[str, Value] = {
            "lead_ms": lead_ms,
            "reason": f"{first} {lead_ms:.0f} ms {'after it' if heel_s is None else 'before heel'}",
        }
        event = self._make(
            Kind.TOE_FIRST, contact.side, contact.time_s, now_s, confidence=contact.confidence, fields=fields
        )
        return [event]

    def _sound_foot_too(self, time_s: float) -> bool:
        sound = self._sound
        return (
            len(sound) == self._params.sound_toes_n
            and all(strike is Strike.TOE for _, strike in sound)
            and time_s - sound[-1][0] <= self._params.sound_within_s
        )
