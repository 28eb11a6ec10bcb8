"""The exercises of a guided calibration, done rightly, and each of the ways to do one wrongly."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sensors.layout import Side
from sensors.walker.plan import FEET, Plan
from sensors.walker.poses import UPRIGHT, Pose, bear, bear_feet, move, move_both, settle
from sensors.walker.profiles import Profile
from sensors.walker.seats import Chair, Rest, Seat, SeatedPart, rest_again
from sensors.walker.segments import Segment, Stand
from sensors.walker.upright import HeelRaises, ShiftWeight
from sensors.walker.walking import Walk


@dataclass(frozen=True, slots=True)
class LiftFoot:
    """On a chair: one foot, or both, held a hand's width above the floor.

    ``left_bw`` of the body weight stays on its forefoot: toes that still touch.
    """

    side: Side
    hold_s: float = 6.0
    left_bw: float = 0.0

    def play(self, plan: Plan, chair: Chair) -> Iterator[None]:
        """Up, hold, down; the shank comes forward a little."""
        sides = FEET if self.side is Side.BOTH else (self.side,)
        start_s, own = plan.now_s + 1.5, 0.5 * chair.support
        down_s = start_s + 0.7 + self.hold_s
        feet = [self.left_bw if side in sides else own for side in FEET]
        raised = Pose(chair.pitch_deg + 14.0, hanging=0.5, fore=1.0 if self.left_bw else 0.0)
        for side in sides:
            move(plan.legs[side], start_s, start_s + 0.7, raised)
            move(plan.legs[side], down_s, down_s + 0.7, chair.pose)
        bear_feet(plan, start_s, start_s + 0.5, feet[0], feet[1])
        bear_feet(plan, down_s + 0.2, down_s + 0.7, own, own)
        settle(plan, down_s + 0.7)
        yield
        yield from rest_again(plan, plan.now_s, plan.now_s + 1.5, chair)


@dataclass(frozen=True, slots=True)
class SwingLeg:
    """On a high chair: one foot off the floor, and the leg swung to and fro ``times`` by 50 degrees."""

    side: Side
    times: int = 6

    def play(self, plan: Plan, chair: Chair) -> Iterator[None]:
        """Off the floor, to and fro, on it again."""
        start_s, own, leg = plan.now_s + 1.0, 0.5 * chair.support, plan.legs[self.side]
        hang = Pose(3.0, hanging=1.0)
        move(leg, start_s, start_s + 0.8, hang)
        bear_feet(plan, start_s, start_s + 0.6, *((0.0, own) if self.side is FEET[0] else (own, 0.0)))
        settle(plan, start_s + 1.2)
        yield
        for turn in range(2 * self.times):
            half_s = plan.rng.uniform(0.5, 0.65)
            move(leg, plan.now_s, plan.now_s + half_s, Pose(28.0 if turn % 2 == 0 else -22.0, hanging=1.0))
            settle(plan, plan.now_s + half_s)
            yield
        move(leg, plan.now_s, plan.now_s + 0.8, chair.pose)
        bear_feet(plan, plan.now_s + 0.4, plan.now_s + 0.8, own, own)
        settle(plan, plan.now_s + 0.8)
        yield
        yield from rest_again(plan, plan.now_s, plan.now_s + 1.0, chair)


@dataclass(frozen=True, slots=True)
class LeanOver:
    """Standing: ``most`` of the weight onto one foot, held."""

    side: Side
    hold_s: float = 5.0
    most: float = 0.85

    def play(self, plan: Plan) -> Iterator[None]:
        """Over, hold, back."""
        start_s = plan.now_s
        plan.hold_still(start_s)
        plan.begin("not_walking", start_s)
        plan.enter("standing", start_s)
        over_s = start_s + 1.2
        back_s = over_s + self.hold_s
        left = self.most if self.side is Side.LEFT else 1.0 - self.most
        roll_deg = -4.0 if self.side is Side.LEFT else 4.0
        move_both(plan, start_s, over_s, [Pose(0.0, roll_deg) for _ in FEET])
        bear(plan, start_s, over_s, 1.0, left)
        move_both(plan, back_s, back_s + 1.0, [UPRIGHT, UPRIGHT])
        bear(plan, back_s, back_s + 1.0, 1.0)
        settle(plan, back_s + 2.0)
        plan.end(plan.now_s)
        yield


@dataclass(frozen=True, slots=True)
class ToeRaises:
    """Standing on the heels; the affected foot lifts its toes by ``weak`` of what the other one does."""

    repetitions: int = 3
    weak: float = 0.2

    def play(self, plan: Plan) -> Iterator[None]:
        """Up, hold for a second, down."""
        start_s = plan.now_s
        plan.hold_still(start_s)
        plan.begin("not_walking", start_s)
        plan.enter("standing", start_s)
        for _ in range(self.repetitions):
            begin_s = plan.now_s + plan.rng.uniform(0.6, 1.2)
            up = [Pose(2.0, fore=-(self.weak if side is plan.person.affected_side else 1.0)) for side in FEET]
            move_both(plan, begin_s, begin_s + 0.6, up)
            move_both(plan, begin_s + 1.6, begin_s + 2.2, [UPRIGHT, UPRIGHT])
            settle(plan, begin_s + 2.2)
            yield
        settle(plan, plan.now_s + 1.0)
        plan.end(plan.now_s)
        yield


class Mistake(StrEnum):
    """An exercise done wrongly once, and rightly when it is repeated."""

    FOOT_DOWN = "foot_down"  # never lifts the left foot
    HELD_SHORT = "held_short"  # puts it down again at once, twice
    OTHER_FOOT = "other_foot"  # lifts the right one
    BOTH_FEET = "both_feet"  # lifts both
    TOES_DOWN = "toes_down"  # the toes still touch: found out when the leg swings
    FIDGETS = "fidgets"  # shifts its weight instead of standing still
    SITS = "sits"  # sits through the standing: found out in the walk
    LEANS_OTHER_WAY = "leans_other_way"
    LEANS_LITTLE = "leans_little"
    HEELS_DOWN = "heels_down"  # rises once only
    LEG_STILL = "leg_still"  # holds the leg up without swinging it
    WALKS_LITTLE = "walks_little"


def calibration_script(profile: Profile, mistakes: frozenset[Mistake] = frozenset()) -> Iterator[Segment]:
    """All exercises in the order of the guide, with pauses in which it gets ready, the wrong ones before the right."""
    yield Stand(2.0)
    yield Seat((Rest(5.0), *_lifts(mistakes), Rest(1.0)))
    yield from _standing(mistakes)
    yield LeanOver(Side.LEFT)
    yield LeanOver(Side.RIGHT)
    if Mistake.HEELS_DOWN in mistakes:
        yield HeelRaises(1)
        yield Stand(46.0)
    yield HeelRaises(4)
    yield ToeRaises(4)
    yield Seat((Rest(2.0), *_swings(mistakes), Rest(1.0)))
    yield Stand(3.0)
    if Mistake.WALKS_LITTLE in mistakes:
        yield Walk(8.0, profile)
        yield Stand(240.0)
    yield Walk(30.0, profile)
    if Mistake.SITS in mistakes:
        yield Stand(16.0)


def re_zero_script() -> Iterator[Segment]:
    """Sits, and holds one foot up after the other."""
    yield Stand(0.5)
    yield Seat((Rest(4.0), LiftFoot(Side.LEFT, 5.5), LiftFoot(Side.RIGHT, 5.5), Rest(2.0)))


def _lifts(mistakes: frozenset[Mistake]) -> Iterator[SeatedPart]:
    left = Side.LEFT
    if Mistake.FOOT_DOWN in mistakes:
        yield Rest(33.0)
    if Mistake.HELD_SHORT in mistakes:
        yield from (LiftFoot(left, 1.0), Rest(2.0), LiftFoot(left, 2.0), Rest(28.0))
    if Mistake.OTHER_FOOT in mistakes:
        yield LiftFoot(Side.RIGHT)
    if Mistake.BOTH_FEET in mistakes:
        yield from (LiftFoot(Side.BOTH), Rest(26.0))
    yield LiftFoot(left, left_bw=0.05 if Mistake.TOES_DOWN in mistakes else 0.0)
    yield LiftFoot(Side.RIGHT)


def _standing(mistakes: frozenset[Mistake]) -> Iterator[Segment]:
    if Mistake.FIDGETS in mistakes:
        yield ShiftWeight(44.0)
    if Mistake.SITS in mistakes:
        yield Seat((Rest(18.0),))
    yield Stand(14.0)
    if Mistake.LEANS_OTHER_WAY in mistakes:
        yield LeanOver(Side.RIGHT)
    if Mistake.LEANS_LITTLE in mistakes:
        yield LeanOver(Side.LEFT, most=0.52)
        yield Stand(26.0)


def _swings(mistakes: frozenset[Mistake]) -> Iterator[SeatedPart]:
    if Mistake.LEG_STILL in mistakes:
        yield LiftFoot(Side.LEFT, 34.0)
    yield SwingLeg(Side.LEFT)
    if Mistake.TOES_DOWN in mistakes:
        yield from (LiftFoot(Side.LEFT), SwingLeg(Side.LEFT))
    yield SwingLeg(Side.RIGHT)
