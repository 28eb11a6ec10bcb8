"""The engine: samples in, events out; live and in replay, with the same answer for any cutting into blocks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from hub.events import Event
from hub.gait.calibration import Calibration
from hub.gait.context_log import ContextLog
from hub.gait.detector import Detector, EventMaker, Handler, Output
from hub.gait.detectors.bearing import Bearing, BearingParams
from hub.gait.detectors.bout_summary import BoutParams
from hub.gait.detectors.bouts import BoutDetector
from hub.gait.detectors.compensation import CompensationDetector, CompensationParams
from hub.gait.detectors.contact import ContactDetector, ContactParams
from hub.gait.detectors.context import ContextDetector, ContextParams
from hub.gait.detectors.drag import DragDetector, DragParams
from hub.gait.detectors.fall import FallDetector, FallParams
from hub.gait.detectors.fusion import ContactFusion, FusionParams
from hub.gait.detectors.quality import QualityDetector, QualityParams
from hub.gait.detectors.shank_contact import ShankContactDetector, ShankContactParams
from hub.gait.detectors.slap import SlapDetector, SlapParams
from hub.gait.detectors.steps import StepDetector, StepParams
from hub.gait.detectors.strike import StrikeDetector, StrikeParams
from hub.gait.detectors.toe_first import ToeFirstDetector, ToeFirstParams
from hub.gait.detectors.trip import TripDetector, TripParams
from hub.gait.detectors.walking import WalkingDetector, WalkingParams
from hub.gait.feed import Feed, GapParams
from hub.gait.history import HISTORY_S, History
from hub.gait.kept_calibration import Doubt
from hub.gait.legs import Legs
from hub.gait.signals.insole import InsoleParams, InsoleStream
from hub.gait.signals.loadscale import COLUMNS, LoadScaleParams
from hub.gait.signals.shank import HISTORY_COLUMNS, ShankParams, ShankStream
from hub.gait.timeline import Later, Timeline
from hub.session import SHIN_CHANNELS, Block, Session, ShinSpec
from sensors.layout import Role

STRIDES = "strides"
"""Where a shank's calibration keeps the wearer's usual strides."""


@dataclass(frozen=True, slots=True)
class GaitParams:
    """Parameters of all detectors."""

    gap: GapParams = field(default_factory=GapParams)
    load_scale: LoadScaleParams = field(default_factory=LoadScaleParams)
    insole: InsoleParams = field(default_factory=InsoleParams)
    shank: ShankParams = field(default_factory=ShankParams)
    bearing: BearingParams = field(default_factory=BearingParams)
    contact: ContactParams = field(default_factory=ContactParams)
    shank_contact: ShankContactParams = field(default_factory=ShankContactParams)
    walking: WalkingParams = field(default_factory=WalkingParams)
    fusion: FusionParams = field(default_factory=FusionParams)
    context: ContextParams = field(default_factory=ContextParams)
    strike: StrikeParams = field(default_factory=StrikeParams)
    toe_first: ToeFirstParams = field(default_factory=ToeFirstParams)
    drag: DragParams = field(default_factory=DragParams)
    slap: SlapParams = field(default_factory=SlapParams)
    compensation: CompensationParams = field(default_factory=CompensationParams)
    step: StepParams = field(default_factory=StepParams)
    trip: TripParams = field(default_factory=TripParams)
    fall: FallParams = field(default_factory=FallParams)
    bout: BoutParams = field(default_factory=BoutParams)
    quality: QualityParams = field(default_factory=QualityParams)


class GaitEngine:
    """Detects contacts, strikes, drags, trips, steps and walking bouts in the samples of one wearer.

    Parameters
    ----------
    session : who wears which sensors. Whatever is missing is done without, and said in ``quality`` events.
    calibration : what an earlier engine of the same wearer has learnt; without it everything is learnt on the way.
    doubts : what of an earlier guided calibration is to be made again; said in ``quality`` events at the start.

    Examples
    --------
    >>> from hub.gait import GaitEngine
    >>> engine = GaitEngine(session)                                            # doctest: +SKIP
    >>> for block in blocks:                                                    # doctest: +SKIP
    ...     for event in engine.push(block):
    ...         print(event.to_json())
    """

    def __init__(
        self,
        session: Session,
        calibration: Calibration | None = None,
        params: GaitParams | None = None,
        *,
        doubts: Sequence[Doubt] = (),
    ) -> None:
        params = params or GaitParams()
        calibration = calibration or Calibration()
        roles = [role for role in Role if role in session.sensors]
        self._timeline = Timeline(len(roles))
        self._contexts = contexts = ContextLog()
        self._make = EventMaker(session.name, contexts)
        self._stride_scales = calibration.stride_scales
        self._fits = calibration.fits
        self._feeds = {role: self._feed(role, session, calibration, params) for role in roles}
        self._rank = {role: rank for rank, role in enumerate(roles)}
        streams = {role: feed.stream for role, feed in self._feeds.items()}
        scales = {role: stream.scale for role, stream in streams.items() if isinstance(stream, InsoleStream)}
        histories = {role: stream.history for role, stream in streams.items()}
        self._legs = legs = Legs(histories, scales)
        self._compensation = CompensationDetector(session, legs, contexts, self._make, params.compensation)
        self._compensation.start_from(
            {role: learnt[STRIDES] for role, learnt in calibration.shanks.items() if STRIDES in learnt}
        )
        bearing = Bearing(session, legs, contexts, params.bearing)
        self._detectors: list[Detector] = [
            legs,
            QualityDetector(session, self._make, params.quality, calibrated=set(calibration.insoles), doubts=doubts),
            ContactDetector(session, bearing, params.contact),
            ShankContactDetector(session, bearing, params.shank_contact),
            ContactFusion(legs, contexts, self._make, params.fusion),
            WalkingDetector(legs, params.walking),
            ContextDetector(session, legs, contexts, params.context),
            StrikeDetector(session, legs, self._make, params.strike),
            ToeFirstDetector(session, legs, contexts, self._make, params.toe_first),
            DragDetector(session, legs, contexts, self._make, params.drag),
            SlapDetector(session, legs, contexts, self._make, params.slap),
            self._compensation,
            StepDetector(session, legs, contexts, self._make, params.step, stride_scales=calibration.stride_scales),
            TripDetector(session, legs, contexts, self._make, params.trip),
            FallDetector(session, legs, contexts, self._make, params.fall),
            BoutDetector(session, legs, self._make, params.bout),
        ]
        self._routes: dict[type, list[Handler]] = {}
        for detector in self._detectors:
            for taken, handler in detector.handlers().items():
                self._routes.setdefault(taken, []).append(handler)

    @property
    def contexts(self) -> ContextLog:
        """What the person was doing when, as far as it is known now."""
        return self._contexts

    def shank_pitch_deg(self, role: Role) -> float | None:
        """A shank's pitch now, positive with the ankle ahead of the knee; None where it is not known."""
        return self._legs.pitch_deg(role)

    def calibration(self) -> Calibration:
        """What was learnt so far, for the next engine of this wearer."""
        insoles = {
            role: learnt
            for role, feed in self._feeds.items()
            if isinstance(feed.stream, InsoleStream) and (learnt := feed.stream.calibration) is not None
        }
        shanks = {
            role: {**axes, STRIDES: self._compensation.calibration(role)}
            for role, feed in self._feeds.items()
            if isinstance(feed.stream, ShankStream) and (axes := feed.stream.calibration)
        }
        return Calibration(insoles, shanks, self._stride_scales, self._fits)

    def _feed(self, role: Role, session: Session, calibration: Calibration, params: GaitParams) -> Feed:
        spec, fit = session.sensors[role], calibration.fits.get(role)
        if isinstance(spec, ShinSpec):
            shank = ShankStream(
                role,
                spec,
                History(self._timeline, HISTORY_COLUMNS),
                calibration.shanks.get(role),
                params.shank,
                fitted_axis=fit.pitch_axis if fit else (),
            )
            return Feed(role, spec.rate_hz, len(SHIN_CHANNELS), shank, params.gap)
        history = History(self._timeline, COLUMNS)
        stream = InsoleStream(
            role.side,
            spec,
            history,
            calibration=calibration.insoles.get(role),
            params=params.insole,
            scale_params=params.load_scale,
            fitted_zero=fit.zero if fit else (),
        )
        return Feed(role, spec.rate_hz, len(spec.cells), stream, params.gap)

    def push(self, block: Block) -> list[Event]:
        """Take a block of one sensor; return the events that were decided by it, in the order of their decision.

        Raises
        ------
        KeyError : the session has no such sensor.
        ValueError : the block's shape is not that of this sensor.
        """
        feed = self._feeds[block.role]
        events: list[Event] = []
        self._timeline.add(self._rank[block.role], feed.push(block))
        before_s = min([each.complete_before_s for each in self._feeds.values()])
        self._advance(before_s, events)
        feed.stream.history.forget(before_s - HISTORY_S)
        return events

    def finish(self) -> list[Event]:
        """The recording is over: decide what waits for a sensor that ended early, and close what is open."""
        events: list[Event] = []
        self._advance(max((feed.complete_before_s for feed in self._feeds.values()), default=-inf), events)
        for detector in self._detectors:
            self._deliver(list(detector.finish(self._timeline.now_s)), events)
        return events

    def _advance(self, before_s: float, events: list[Event]) -> None:
        for item in self._timeline.due(before_s):
            self._deliver([item], events)

    def _deliver(self, outputs: list[Output], events: list[Event]) -> None:
        """Hand items to whoever takes their type, and then what they answer, in the order of the answers."""
        routes, now_s = self._routes, self._timeline.now_s
        for output in outputs:  # grows meanwhile
            if (handlers := routes.get(type(output))) is not None:
                for handler in handlers:
                    outputs += handler(output, now_s)
            elif type(output) is Later:
                self._timeline.schedule(output)
            elif type(output) is Event:
                events.append(output)
