"""One step after another: timing, how the foot comes down, and what the toes touch on the way."""

from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from sensors.layout import Side
from sensors.walker.footfall import draw_contact, draw_strike
from sensors.walker.manner import Manner
from sensors.walker.plan import FEET, REST_PHASE, REST_STANCE, Plan, Stumble, Touch
from sensors.walker.rhythm import Rhythm
from sensors.walker.stance import LOADED, UNLOADING
from sensors.walker.trips import Trip, plan_stumble
from sensors.walker.truth import Strategy, Strike, TruthEvent

JUDGED = frozenset({"walking", "turning", "aided"})
"""Contexts in which toes first are a finding, and not the way to step there."""

_OVERLAP_S = 0.02
"""A foot that does not leave the ground is loaded this long into stance, so that no gap shows."""

_BLENDED = 0.8
"""Part of a swing over which a leg's pattern changes."""


@dataclass(frozen=True, slots=True)
class _Swing:
    """A swing that is being planned."""

    side: Side
    fc_s: float
    ic_s: float


class Stepper:
    """Writes the steps of one walk: ``start`` from standing, ``step`` as often as wanted, ``stop`` on both feet."""

    def __init__(self, plan: Plan, manner: Manner, lead: Side) -> None:
        self._plan = plan
        self._manner = manner
        self._rng = plan.rng
        self._rhythm = Rhythm(plan.rng)
        self._excursion = {side: Rhythm(plan.rng) for side in FEET}
        self._strike = dict.fromkeys(FEET, Strike.HEEL)
        self._next = lead
        self._contacts_s = deque([plan.now_s], maxlen=4)
        self._double_support_s = manner.double_support_s
        self._stride_s = manner.stride_s
        self._unsteady_steps = 0
        self._hurry = 1.0

    @property
    def ic_s(self) -> float:
        """The last initial contact."""
        return self._contacts_s[-1]

    @property
    def next_side(self) -> Side:
        """The foot that swings next."""
        return self._next

    def meets(self, trip: Trip, start_s: float) -> bool:
        """Whether the next swing is the one that a trip of a walk begun at ``start_s`` is meant for."""
        side = self._plan.person.affected_side if trip.side is None else trip.side
        return self._next is side and self.ic_s + 0.5 * self._manner.stride_s >= start_s + trip.at_s

    def start(self) -> float:
        """Shift weight, lift the leading foot and make the first step. Returns its final contact."""
        plan, manner, side, start_s = self._plan, self._manner, self._next, self._plan.now_s
        plan.hold_still(start_s)
        for foot in FEET:
            plan.legs[foot].go_on_as(manner.patterns[foot], start_s - 0.1, start_s)
            plan.legs[foot].contacts[-1].progress.append((start_s, REST_STANCE))
        fc_s = start_s + 0.5
        swing = _Swing(side, fc_s, fc_s + self._swing_s(side))
        plan.share_to(start_s + 0.25, side, 0.56)
        plan.walking.to(swing.ic_s, 1.0)
        plan.speed_mps.to(swing.ic_s + 0.3, manner.speed_mps)
        plan.enter(manner.context, fc_s)
        self._lift(swing)
        plan.legs[side.other].contacts[-1].progress.append((swing.ic_s, UNLOADING))
        self._land(swing, draw_strike(manner.feet[side], self._strike[side], self._rng))
        return fc_s

    def go_on(self, manner: Manner) -> None:
        """Make the next steps in another manner; its speed and tempo are reached over two steps."""
        if manner.speed_mps != self._manner.speed_mps:
            track = self._plan.speed_mps
            from_s = max(self.ic_s, track.last_s)
            track.hold(from_s)
            track.to(from_s + 0.5 * manner.stride_s, manner.speed_mps)
        self._double_support_s *= manner.double_support_s / self._manner.double_support_s
        self._manner = manner

    def step(self, trip: Trip | None = None) -> None:
        """One step with the next foot, obstructed or not."""
        side, fc_s = self._next, self.ic_s + self._double_support_s
        self._plan.enter(self._manner.context, fc_s)
        self._lean_on_aid(self._manner.aid[side.other], fc_s)
        use = self._manner.feet[side]
        swing_s = self._swing_s(side)
        strike = draw_strike(use, self._strike[side], self._rng)
        drags = trip is None and self._rng.random() < use.drag
        whole = drags and use.whole_drag > 0.0 and self._rng.random() < use.whole_drag
        strike = Strike.TOE if whole else strike
        swing = _Swing(side, fc_s, fc_s + swing_s * (self._rng.uniform(1.05, 1.2) if drags else 1.0))
        if trip is None:
            self._lift(swing)
        else:
            stumble = plan_stumble(trip, swing.fc_s, swing.ic_s, self._rng)
            unaware_s = min(0.05, 0.5 * (swing.ic_s - stumble.start_s), 0.25 * (stumble.contact_s - stumble.start_s))
            until = tuple(
                (time_s, (time_s - fc_s) / (swing.ic_s - fc_s))
                for time_s in (stumble.start_s, stumble.start_s + unaware_s)
            )
            swing = _Swing(side, fc_s, stumble.contact_s)
            self._lift(swing, until)
            self._stumble(side, stumble, trip)
            if stumble.strategy in {Strategy.LOWERING, Strategy.DELAYED}:
                strike = Strike.TOE if self._rng.random() < use.toe else Strike.FLAT
        if drags:
            self._drag(swing, whole=whole)
        self._plan.legs[side.other].contacts[-1].progress += [(swing.fc_s, LOADED), (swing.ic_s, UNLOADING)]
        recovering = trip is not None and stumble.strategy is not None
        self._land(swing, strike, catch_bw=self._rng.uniform(0.2, 0.5) if recovering else self._manner.stamp_bw)
        self._plan.settled_s = max(self._plan.settled_s, self._contacts_s[0])

    def stop(self, *, sudden: bool = False) -> None:
        """Bring the last foot beside the other one and stand; ``sudden`` after one step that is cut short."""
        short = dict.fromkeys(FEET, 0.4)
        if sudden:
            self.go_on(replace(self._manner, reach=dict.fromkeys(FEET, 0.7), stride_s=0.9 * self._manner.stride_s))
            self.step()
        reach = short if sudden else self._manner.reach
        self.go_on(replace(self._manner, rise_m=0.0, turn_deg=self._turned_beside(), reach=reach))
        plan, side, last_s = self._plan, self._next, self.ic_s
        fc_s = last_s + self._double_support_s
        swing = _Swing(side, fc_s, fc_s + (0.7 if sudden else 0.85) * self._swing_s(side))
        still_s = swing.ic_s + 0.4
        plan.walking.hold(last_s + 0.05)
        plan.walking.to(swing.ic_s + 0.25, 0.0)
        plan.speed_mps.hold(last_s)
        plan.speed_mps.to(max(swing.ic_s, plan.speed_mps.last_s) + 0.05, 0.0)
        self._lift(swing)
        self._lean_on_aid(1.0, still_s)
        plan.legs[side.other].contacts[-1].progress.append((swing.fc_s, LOADED))
        self._land(swing, Strike.FLAT)
        plan.enter("standing", swing.ic_s)
        plan.left_share.to(swing.ic_s + 0.18, 0.5)
        for leg in plan.legs.values():
            leg.phase.to(still_s, float(np.floor(leg.phase.last)) + REST_PHASE)
            leg.contacts[-1].progress.append((still_s, REST_STANCE))
            for track in (leg.abduct_deg, leg.hike_m):
                track.hold(still_s)
                track.to(still_s + 0.1, 0.0)
        plan.now_s = still_s + 0.1
        plan.hold_still(plan.now_s)
        plan.settled_s = plan.now_s

    def break_off(self, over_s: float) -> None:
        """Walk no further after the last contact: within ``over_s`` gait gives way to posture on both feet."""
        plan, last_s = self._plan, self.ic_s
        end_s = last_s + over_s
        plan.walking.hold(last_s)
        plan.walking.to(end_s, 0.0)
        plan.speed_mps.hold(last_s)
        plan.speed_mps.to(max(end_s, plan.speed_mps.last_s + 0.05), 0.0)
        for side, leg in plan.legs.items():
            cycle = float(np.floor(leg.phase.last))
            leg.phase.to(end_s, cycle + (self._manner.stance if side is self._next else REST_PHASE))
            leg.phase.to(end_s + 0.5, cycle + REST_PHASE)
            leg.contacts[-1].progress.append((end_s, REST_STANCE))

    def _lean_on_aid(self, bears: float, until_s: float) -> None:
        """The foot that stands alone next bears this part of the weight."""
        track = self._plan.support
        if bears != track.last:
            track.hold(self.ic_s)
            track.to(until_s, bears)

    def _swing_s(self, side: Side) -> float:
        """Duration of the next swing, which makes a step of the varying stride time."""
        manner = self._manner
        spread = manner.stride_cv * (3.0 if self._unsteady_steps else 1.0)
        self._stride_s += 0.5 * (manner.stride_s - self._stride_s)
        step_s = 0.5 * self._stride_s * (1.0 + np.clip(spread * self._rhythm.next(), -0.3, 0.3)) * self._hurry
        self._hurry = 1.0
        self._unsteady_steps = max(self._unsteady_steps - 1, 0)
        return float(max(step_s + manner.swing_shift_s[side] - self._double_support_s, 0.18))

    def _lift(self, swing: _Swing, by: tuple[tuple[float, float], ...] = ()) -> None:
        """Final contact and the way through swing, ``by`` further points of it: (time, part of the swing)."""
        plan, stance = self._plan, self._manner.stance
        leg = plan.legs[swing.side]
        cycle = float(np.floor(leg.phase.last))
        leg.phase.to(swing.fc_s, cycle + stance)
        for time_s, part in by:
            leg.phase.to(time_s, cycle + stance + part * (1.0 - stance))
        leg.phase.to(swing.ic_s, cycle + 1.0)
        self._shape(swing)
        leg.contacts[-1].progress.append((swing.fc_s, 1.0))
        leg.contacts[-1].end_s = swing.fc_s
        plan.share_to(swing.fc_s, swing.side, 0.0)
        plan.share_to(swing.ic_s, swing.side, 0.0)
        plan.truth.append(TruthEvent(swing.fc_s, swing.side, "final_contact"))
        if self._manner.compensation[swing.side]:
            plan.truth.append(TruthEvent(swing.fc_s, swing.side, "compensation", self._manner.compensation[swing.side]))
        if self._manner.slide_bw[swing.side] > 0.0:
            self._slide(swing)

    def _shape(self, swing: _Swing) -> None:
        """How far the leg goes, in which direction, and onto which ground."""
        manner, leg, side = self._manner, self._plan.legs[swing.side], swing.side
        varied = 1.0 + manner.amplitude_sd * self._excursion[side].next()
        leg.go_on_as(manner.patterns[side], swing.fc_s, swing.fc_s + _BLENDED * (swing.ic_s - swing.fc_s))
        leg.excursion.to(swing.ic_s, manner.reach[side] * varied)
        for track, value in (
            (leg.abduct_deg, manner.abduct_deg[side] * (1.0 + 6.0 * (varied - 1.0))),
            (leg.hike_m, manner.hike_m[side] * (1.0 + 6.0 * (varied - 1.0))),
        ):
            if value != track.last:
                track.hold(swing.fc_s - 0.08)
                track.to(swing.fc_s, value)
        for track, value in (
            (leg.yaw_deg, leg.yaw_deg.last + manner.turn_deg[side]),
            (leg.ground_m, self._plan.legs[side.other].ground_m.last + manner.rise_m),
        ):
            if value != track.last:
                track.hold(swing.fc_s)
                track.to(swing.ic_s, value)

    def _turned_beside(self) -> dict[Side, float]:
        """By how much each foot must turn to stand parallel to the other."""
        yaw_deg = {side: self._plan.legs[side].yaw_deg.last for side in FEET}
        return {side: yaw_deg[side.other] - yaw_deg[side] for side in FEET}

    def _land(self, swing: _Swing, strike: Strike, *, catch_bw: float = 0.0) -> None:
        """Initial contact."""
        plan, side = self._plan, swing.side
        contact = draw_contact(swing.ic_s, strike, side, self._manner, self._rng, catch_bw=catch_bw)
        plan.legs[side].contacts.append(contact)
        slid = self._manner.slide_bw[side] > 0.0
        plan.truth.append(TruthEvent(swing.ic_s, side, "initial_contact", "" if slid else strike.value))
        if strike is Strike.TOE and not slid and self._manner.context in JUDGED:
            plan.truth.append(TruthEvent(swing.ic_s, side, "toe_first"))
        if contact.slap_bw > 0.0:
            plan.truth.append(TruthEvent(swing.ic_s, side, "foot_slap"))
        self._strike[side] = strike
        self._next = side.other
        self._contacts_s.append(swing.ic_s)
        spread = 1.0 + float(np.clip(0.05 * self._rng.standard_normal(), -0.2, 0.2))
        self._double_support_s = max(self._manner.double_support_s * spread, 0.05)

    def _slide(self, swing: _Swing) -> None:
        """The foot stays on the ground all through its swing."""
        rng = self._rng
        touch = Touch(
            swing.fc_s - _OVERLAP_S,
            swing.ic_s + _OVERLAP_S,
            load_bw=self._manner.slide_bw[swing.side] * rng.uniform(0.6, 1.4),
            brake_mps2=rng.uniform(0.3, 1.0),
            roughness_mps2=rng.uniform(0.5, 2.0),
            phases_rad=rng.uniform(0.0, 2.0 * np.pi, 8),
            flat=True,
        )
        self._plan.legs[swing.side].touches.append(touch)
        self._plan.truth.append(TruthEvent(swing.fc_s, swing.side, "toe_drag", swing.ic_s - swing.fc_s))

    def _drag(self, swing: _Swing, *, whole: bool) -> None:
        """The toes drag where they pass lowest, or all the way."""
        stance, rng = self._manner.stance, self._rng
        use = self._manner.feet[swing.side]
        begin, end = self._manner.lowest_part(swing.side, rng.uniform(*use.drag_s))
        begin_s, end_s = (
            swing.fc_s + (phase - stance) / (1.0 - stance) * (swing.ic_s - swing.fc_s) for phase in (begin, end)
        )
        if whole:
            begin_s, end_s = swing.fc_s, swing.ic_s
        overlap_s = _OVERLAP_S if whole else 0.0
        touch = Touch(
            begin_s - overlap_s,
            end_s + overlap_s,
            load_bw=rng.uniform(*use.drag_bw),
            brake_mps2=rng.uniform(0.5, 3.0),
            roughness_mps2=rng.uniform(1.5, 5.0),
            phases_rad=rng.uniform(0.0, 2.0 * np.pi, 8),
        )
        self._plan.legs[swing.side].touches.append(touch)
        self._plan.truth.append(TruthEvent(begin_s, swing.side, "toe_drag", end_s - begin_s))

    def _stumble(self, side: Side, stumble: Stumble, trip: Trip) -> None:
        """The blow, the support leg's reaction, and how the next steps go."""
        plan, rng = self._plan, self._rng
        plan.legs[side].stumbles.append(stumble)
        blow_s = min(rng.uniform(0.02, 0.06), 0.5 * (stumble.contact_s - stumble.start_s))
        blow = Touch(stumble.start_s, stumble.start_s + blow_s, load_bw=trip.strength * rng.uniform(0.03, 0.1))
        plan.legs[side].touches.append(blow)
        kind = "toe_catch" if stumble.strategy is None else "trip"
        value = "" if stumble.strategy is None else stumble.strategy.value
        plan.truth.append(TruthEvent(stumble.start_s, side, kind, value, trip.swing_phase, trip.strength))
        if stumble.strategy is None:
            return
        react_s = stumble.start_s + 0.065
        plan.legs[side.other].contacts[-1].lean = (react_s, react_s + 0.3, rng.uniform(0.1, 0.2))
        self._unsteady_steps = int(rng.integers(3, 6))
        if stumble.strategy is not Strategy.ELEVATING:
            self._hurry = rng.uniform(0.7, 0.85)
