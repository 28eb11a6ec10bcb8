"""The plan of a walk: curves and contacts that segments write ahead of time and the renderer reads.

Everything the sensors feel is a function of the plan and of time alone, so it does not matter in which portions, how
often or for which sensor it is asked for.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from sensors.driver import Floats
from sensors.layout import Side
from sensors.walker.chain import LegPattern, Segments, leg_pattern
from sensors.walker.person import Person
from sensors.walker.profiles import ANKLE_NORMAL, SLOW
from sensors.walker.shaking import Shaking
from sensors.walker.stance import HEEL_OFF, Rollover, Terrain
from sensors.walker.track import Track
from sensors.walker.truth import Strategy, Strike, TruthEvent

NEVER = float("inf")
FEET = (Side.LEFT, Side.RIGHT)

REST_PHASE = 0.15
"""Phase of a leg that stands; at rest the joint angles do not depend on it."""

UNCLAIMED = "unknown"
"""What a person does that no context is claimed for."""

TRUTH_KEPT_N = 20_000
"""Truth that nobody fetches is kept up to this many events (about 40 minutes of walking)."""

SHOCK_S = 0.25
"""The shock of a contact has died away by then."""

SLOW_SHARE = 0.05
"""A weight shift by less than this is slow, wherever it happens."""

REST_STANCE = 0.45
"""Progress through stance of a foot that stands."""


@dataclass(frozen=True, slots=True)
class Impact:
    """The shock at initial contact: a decaying oscillation along the shank (peak in g, frequency, decay time)."""

    peak_g: float = 0.0
    frequency_hz: float = 20.0
    decay_s: float = 0.02


@dataclass(slots=True, eq=False)
class Contact:
    """A foot on the ground.

    Parameters
    ----------
    onset_s : (heel, midfoot, forefoot, toes) seconds after ``start_s`` at which each region begins to carry load.
    terrain, rollover, heel_off : what the load does over stance, see ``stance``.
    hump : size of the two-humped excess over plain weight transfer, 1 at 1.3 m/s.
    first_hump : factor on the first hump.
    transient_bw : heel transient, body weights.
    catch_bw : load on top in early stance, where a stumble is caught.
    slap_bw : overshoot of the slapping forefoot, body weights.
    progress : (time, progress through stance) knots: the opposite final contact is at 0.194, the opposite initial
        contact at 0.806.
    lean : (start, end, part) of more load on forefoot and toes: a support leg that reacts to the other foot's trip.
    """

    start_s: float
    strike: Strike = Strike.HEEL
    onset_s: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    terrain: Terrain = Terrain.LEVEL
    rollover: Rollover = Rollover.FORWARD
    heel_off: float = HEEL_OFF
    hump: float = 0.0
    first_hump: float = 1.0
    transient_bw: float = 0.0
    catch_bw: float = 0.0
    slap_bw: float = 0.0
    impact: Impact = Impact()
    progress: list[tuple[float, float]] = field(default_factory=list)
    lean: tuple[float, float, float] | None = None
    end_s: float = NEVER

    def pauses(self, start_s: float, end_s: float) -> bool:
        """True where the progress through stance stands still for the whole time."""
        inside = [value for time_s, value in self.progress if start_s < time_s < end_s]
        ends = np.interp([start_s, end_s], *np.array(self.progress).T)
        return all(value == ends[0] for value in (*inside, ends[1]))


@dataclass(frozen=True, slots=True, eq=False)
class Touch:
    """A foot in swing against the ground or an obstacle: with forefoot and toes, or ``flat`` with the whole sole.

    ``phases_rad`` (8,) makes the stick-slip of a drag; a blow against an obstacle has none.
    """

    start_s: float
    end_s: float
    load_bw: float
    brake_mps2: float = 0.0
    roughness_mps2: float = 0.0
    phases_rad: Floats | None = None
    flat: bool = False

    def presence(self, time_s: Floats, edges_s: float = 0.01) -> Floats:
        """1 while touching, with edges of 10 ms."""
        inside: Floats = np.clip(np.minimum(time_s - self.start_s, self.end_s - time_s) / edges_s, 0.0, 1.0)
        return inside

    def tremor(self, frequencies_hz: Floats, time_s: Floats) -> Floats:
        """Noise of unit variance in a band, always the same for the same touch; zero without phases."""
        if self.phases_rad is None:
            return np.zeros(time_s.size)
        waves = np.sin(2.0 * np.pi * frequencies_hz * time_s[:, None] + self.phases_rad).sum(axis=1)
        noise: Floats = waves / np.sqrt(0.5 * frequencies_hz.size)
        return noise


@dataclass(frozen=True, slots=True)
class Stumble:
    """The obstructed swing: ankle arrested from ``start_s``, then one strategy until ``contact_s``.

    Parameters
    ----------
    strategy : None for a glance that asks for no recovery.
    rise_s : time in which the ankle loses its speed.
    block_s : time for which it is held.
    dip_deg : how far the shank falls back meanwhile.
    landing_deg : shank pitch at the contact of a lowering or delayed lowering.
    """

    start_s: float
    contact_s: float
    strength: float
    strategy: Strategy | None
    rise_s: float
    block_s: float
    dip_deg: float
    landing_deg: float


def within(time_s: Floats, start_s: float, end_s: float) -> slice:
    """Which of the ascending times lie in the half-open interval."""
    return slice(int(np.searchsorted(time_s, start_s)), int(np.searchsorted(time_s, end_s)))


@dataclass(frozen=True, slots=True, eq=False)
class PatternChange:
    """A leg's joint pattern from ``start_s`` on, blended in until ``settled_s``."""

    start_s: float
    settled_s: float
    pattern: LegPattern

    def part(self, time_s: Floats) -> Floats:
        """0 before .. 1 when blended in, smoothly."""
        u = np.clip((time_s - self.start_s) / (self.settled_s - self.start_s), 0.0, 1.0)
        part: Floats = u * u * (3.0 - 2.0 * u)
        return part


class LegPlan:
    """What one leg will do.

    Attributes
    ----------
    abduct_deg, hike_m : how far the leg goes outward in mid-swing, and how far the pelvis lifts it.
    ground_m : height of the ground under the foot; in swing it is on its way to the next one.
    posture_deg, roll_deg, yaw_deg : shank pitch of the posture, its lean to the right, its turn to the left; all are
        added to what gait does.
    hanging : 0 the ankle stays where it is and the knee moves with the posture .. 1 the knee stays and the ankle moves.
    press_bw : force under the foot besides its share of the supported weight, body weights.
    fore : -1 heel alone .. 0 as in quiet standing .. 1 forefoot and toes alone.
    laced : 1 in the shoe .. 0 shoe off: how much of the insole's preload is there.
    shaking : shocks and vibration of the shank.
    """

    def __init__(self) -> None:
        self.phase = Track(0.0, REST_PHASE)
        self.excursion = Track(0.0, 1.0)
        self.abduct_deg = Track(0.0, 0.0)
        self.hike_m = Track(0.0, 0.0)
        self.ground_m = Track(0.0, 0.0)
        self.posture_deg = Track(0.0, 0.0)
        self.roll_deg = Track(0.0, 0.0)
        self.yaw_deg = Track(0.0, 0.0)
        self.hanging = Track(0.0, 0.0)
        self.press_bw = Track(0.0, 0.0)
        self.fore = Track(0.0, 0.0)
        self.laced = Track(0.0, 1.0)
        first = leg_pattern(SLOW.thigh_deg, SLOW.knee_deg, ANKLE_NORMAL)
        self.patterns = deque([PatternChange(-2.0, -1.0, first)])
        self.contacts = deque([Contact(-NEVER, progress=[(0.0, REST_STANCE)])])
        self.touches: deque[Touch] = deque()
        self.stumbles: deque[Stumble] = deque()
        self.shaking: deque[Shaking] = deque()

    @property
    def gait_tracks(self) -> tuple[Track, ...]:
        """The gait's own curves."""
        return self.phase, self.excursion, self.abduct_deg, self.hike_m, self.ground_m

    @property
    def posture_tracks(self) -> tuple[Track, ...]:
        """Every curve but the gait's own."""
        return (
            self.posture_deg,
            self.roll_deg,
            self.yaw_deg,
            self.hanging,
            self.press_bw,
            self.fore,
            self.laced,
        )

    @property
    def load_tracks(self) -> tuple[Track, ...]:
        """What changes the load of a foot at rest."""
        return self.press_bw, self.fore, self.laced

    def go_on_as(self, pattern: LegPattern, start_s: float, settled_s: float) -> None:
        """Change the joint pattern, softly from ``start_s`` to ``settled_s``; nothing where it is the present one."""
        if pattern is not self.patterns[-1].pattern:
            self.patterns.append(PatternChange(start_s, settled_s, pattern))

    def forget_before(self, time_s: float) -> None:
        """Drop what ended before."""
        for track in (*self.gait_tracks, *self.posture_tracks):
            track.forget_before(time_s)
        while len(self.patterns) > 1 and self.patterns[1].settled_s < time_s:
            self.patterns.popleft()
        while self.contacts and self.contacts[0].end_s < time_s:
            self.contacts.popleft()
        while self.touches and self.touches[0].end_s < time_s:
            self.touches.popleft()
        while self.stumbles and self.stumbles[0].contact_s < time_s:
            self.stumbles.popleft()
        while self.shaking and self.shaking[0].end_s < time_s:
            self.shaking.popleft()


class Plan:
    """The whole body's plan, written by segments one after another.

    Attributes
    ----------
    now_s : where the next segment begins.
    settled_s : before this time nothing in the plan will change any more.
    walking : 0 posture .. 1 gait: how much of the gait pattern the joints show.
    speed_mps : forward speed of the hip.
    left_share : part of the supported weight on the left foot.
    support : part of the body weight on the feet (the rest on a chair); above 1 in rising.
    """

    def __init__(self, person: Person, rng: np.random.Generator) -> None:
        self.person = person
        self.segments = Segments.for_height(person.height_m)
        self.rng = rng
        self.now_s = 0.0
        self.settled_s = 0.0
        self.legs = {side: LegPlan() for side in FEET}
        self.walking = Track(0.0, 0.0)
        self.speed_mps = Track(0.0, 0.0)
        self.left_share = Track(0.0, 0.5, smooth=False)
        self.support = Track(0.0, 1.0)
        self.truth: deque[TruthEvent] = deque(maxlen=TRUTH_KEPT_N)
        self._activity: tuple[str, float] | None = None
        self._context = ("standing", 0.0)

    @property
    def unfinished(self) -> list[tuple[str, float]]:
        """The intervals that have begun but not ended: kind and start."""
        begun = (self._context, self._activity)
        return [interval for interval in begun if interval is not None and interval[0] != UNCLAIMED]

    def begin(self, kind: str, time_s: float) -> None:
        """An interval of walking or not walking starts."""
        self._activity = kind, time_s

    def end(self, time_s: float) -> None:
        """The interval that began is over: it becomes truth."""
        if self._activity is not None:
            kind, start_s = self._activity
            self.truth.append(TruthEvent(start_s, Side.BOTH, kind, time_s - start_s))
            self._activity = None

    def enter(self, context: str, time_s: float) -> None:
        """The person is in this context from here on; the one before becomes truth. Contexts part time without gaps.

        ``UNCLAIMED`` becomes no truth: on the floor, or on the way there.
        """
        now, since_s = self._context
        if context != now:
            if time_s > since_s and now != UNCLAIMED:
                self.truth.append(TruthEvent(since_s, Side.BOTH, now, time_s - since_s))
            self._context = context, time_s

    def share_to(self, time_s: float, side: Side, share: float) -> None:
        """Shift weight linearly so that ``side`` carries ``share`` of it at ``time_s``."""
        self.left_share.to(time_s, share if side is Side.LEFT else 1.0 - share)

    def share_of(self, side: Side, time_s: Floats) -> Floats:
        """Part of the supported weight on one foot."""
        left = self.left_share(time_s)
        return left if side is Side.LEFT else 1.0 - left

    def hold_still(self, until_s: float) -> None:
        """Keep every curve where it is until ``until_s``, unless it goes on already."""
        for track in (self.walking, self.speed_mps, self.left_share, self.support):
            track.hold(until_s)
        for leg in self.legs.values():
            for track in (*leg.gait_tracks, *leg.posture_tracks):
                track.hold(until_s)

    def shank_rests(self, side: Side, start_s: float, end_s: float) -> bool:
        """True where nothing moves or shakes a shank for the whole time."""
        leg, tracks = self.legs[side], [self.walking, self.speed_mps, *self.legs[side].posture_tracks]
        tracks += [each.ground_m for each in self.legs.values()]
        return (
            self.walking.last_before(end_s) == 0.0
            and all(track.spread(start_s, end_s) == 0.0 for track in tracks)
            and not any(contact.start_s + SHOCK_S > start_s and contact.start_s < end_s for contact in leg.contacts)
            and not any(each.end_s > start_s and each.start_s < end_s for each in (*leg.touches, *leg.shaking))
        )

    def foot_rests(self, side: Side, start_s: float, end_s: float) -> bool:
        """True where a foot stands or hangs and its load changes slowly or not at all."""
        leg = self.legs[side]
        feet = [each for both in self.legs.values() for each in both.touches]
        return (
            self.walking.last_before(end_s) == 0.0
            and all(track.spread(start_s, end_s) == 0.0 for track in (self.walking, self.support, *leg.load_tracks))
            and self.left_share.spread(start_s, end_s) < SLOW_SHARE
            and not any(each.end_s > start_s and each.start_s < end_s for each in feet)
            and all(
                contact.start_s + 1.0 < start_s and contact.end_s > end_s and contact.pauses(start_s, end_s)
                for contact in leg.contacts
                if contact.end_s > start_s and contact.start_s < end_s
            )
        )

    def forget_before(self, time_s: float) -> None:
        """Drop what the motion from ``time_s`` on does not need."""
        for track in (self.walking, self.speed_mps, self.left_share, self.support):
            track.forget_before(time_s)
        for leg in self.legs.values():
            leg.forget_before(time_s)
