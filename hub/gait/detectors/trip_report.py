"""An incident as events: candidate, confirmed trip, toe catch."""

from hub.events import Event, Kind, Value
from hub.gait.detector import EventMaker
from hub.gait.detectors.recovery import Evidence, Incident


def candidate(make: EventMaker, incident: Incident, now_s: float) -> Event:
    """The first word on an incident."""
    confidence = 0.6 if incident.likely else 0.4 if incident.evidence is not Evidence.BLOW else 0.3
    confidence -= 0.0 if incident.learnt else 0.1
    return _trip(make, incident, now_s, confidence, {"stage": "candidate", "strategy": "unknown"})


def confirmed(make: EventMaker, incident: Incident, strategy: str, now_s: float) -> Event:
    """A recovery followed."""
    steady_s = incident.steady_s
    recovery: dict[str, Value] = {"stage": "confirmed", "candidate_id": incident.candidate_id, "strategy": strategy}
    if steady_s is not None:
        recovery |= {"recovery_steps": incident.unsteady, "recovery_s": steady_s - incident.time_s}
    confidence = min(0.95, 0.6 + 0.1 * len(incident.signs) + (0.1 if incident.learnt else 0.0))
    return _trip(make, incident, now_s, confidence, recovery)


def toe_catch(make: EventMaker, incident: Incident, now_s: float) -> Event:
    """Walking went on as if nothing had been."""
    fields = {"candidate_id": incident.candidate_id, "swing_phase_pct": incident.phase_pct}
    confidence = 0.8 if incident.likely else 0.5
    return make(Kind.TOE_CATCH, incident.side, incident.time_s, now_s, confidence=confidence, fields=fields)


def _trip(make: EventMaker, incident: Incident, now_s: float, confidence: float, fields: dict[str, Value]) -> Event:
    return make(
        Kind.TRIP,
        incident.side,
        incident.time_s,
        now_s,
        confidence=confidence,
        discriminator=str(fields["stage"]),
        fields={"swing_phase_pct": incident.phase_pct, **fields},
    )
