"""When a sound is due: on what is known, in time, and never where it could mislead or disturb."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cues.cueing import HUSH_S, LATEST_S, LEVEL, Cue, Cueing
from hub.cues.settings import CueKind, CueSettings, Fading
from hub.events import Context, Event, Kind
from hub.session import Wearer
from hub.support.quiet_hours import QuietHours
from sensors.layout import Side

NOON_NS = int(datetime(2026, 12, 1, 12, tzinfo=UTC).timestamp()) * 10**9
DAY_NS = 24 * 3600 * 10**9
WEARER = Wearer("ada", "left")
GOOD, TOES = CueSettings(CueKind.GOOD_STEP), CueSettings(CueKind.TOE_FIRST)
NIGHT = QuietHours(time(22), time(7), UTC)


def contact(
    time_s: float, strike: str = "heel", side: Side = Side.LEFT, lead_ms: float | None = -60.0, **over
) -> Event:
    fields = {"strike": strike, "lead_ms": lead_ms}
    told = Event(f"{time_s}", Kind.INITIAL_CONTACT, side, time_s, time_s + 0.08, 0.9, fields, Context.WALKING)
    return replace(told, **over)


def of_kind(kind: Kind, time_s: float, *, confidence: float = 0.9, side: Side = Side.LEFT) -> Event:
    return Event(f"{kind}{time_s}", kind, side, time_s, time_s + 0.1, confidence, {}, Context.WALKING)


def heard(cueing: Cueing, events: list[Event], at_ns: int = NOON_NS) -> list[float]:
    """Times of the contacts that sound, each event told in the instant of its decision."""
    cues = [cueing.see(event, event.detected_at_s, at_ns) for event in events]
    return [cue.time_s for cue in cues if cue is not None]


def test_nothing_sounds_until_somebody_wants_it() -> None:
    assert heard(Cueing(WEARER, CueSettings()), [contact(1.0), of_kind(Kind.TOE_FIRST, 2.0)]) == []


def test_a_good_step_of_the_trained_side_sounds_and_no_other() -> None:
    events = [
        contact(1.0),
        contact(1.5, side=Side.RIGHT),
        contact(2.0, "flat"),
        contact(3.0, "toe"),
        contact(4.0, "unknown"),
        of_kind(Kind.TOE_FIRST, 3.0),
        contact(5.0),
    ]
    assert heard(Cueing(WEARER, GOOD), events) == [1.0, 5.0]
    assert heard(Cueing(Wearer("ada", "none"), GOOD), events) == [1.0, 1.5, 5.0]
    assert heard(Cueing(WEARER, TOES), events) == [3.0]


def test_the_sound_says_what_it_is_about() -> None:
    cue = Cueing(WEARER, replace(GOOD, volume_pct=70.0)).see(contact(1.0), 1.1, NOON_NS)
    assert cue == Cue(CueKind.GOOD_STEP, Side.LEFT, 1.0, 70.0)


def test_a_heel_after_a_drag_is_not_praised() -> None:
    drag = of_kind(Kind.TOE_DRAG, 1.7)
    assert heard(Cueing(WEARER, GOOD), [contact(1.0), drag, contact(2.0), contact(3.0)]) == [1.0, 3.0]
    possible = of_kind(Kind.TOE_DRAG, 1.7, confidence=0.3)
    assert heard(Cueing(WEARER, GOOD), [contact(1.0), possible, contact(2.0)]) == [1.0, 2.0]
    other = of_kind(Kind.TOE_DRAG, 1.7, side=Side.RIGHT)
    assert heard(Cueing(WEARER, GOOD), [contact(1.0), other, contact(2.0)]) == [1.0, 2.0]


@pytest.mark.parametrize("context", [context for context in Context if context not in LEVEL])
def test_in_no_other_context_than_level_walking(context: Context) -> None:
    assert {Context.WALKING, Context.TURNING} == LEVEL
    assert heard(Cueing(WEARER, GOOD), [contact(1.0, context=context), contact(2.0)]) == [2.0]


def test_what_comes_late_is_not_told_at_the_next_step() -> None:
    cueing = Cueing(WEARER, GOOD)
    assert cueing.see(contact(1.0), 1.0 + LATEST_S + 0.01, NOON_NS) is None
    assert cueing.see(contact(2.0), 2.0 + LATEST_S - 0.01, NOON_NS) is not None


def test_nobody_is_praised_who_has_just_tripped() -> None:
    for kind in (Kind.TRIP, Kind.FALL):
        events = [contact(1.0), of_kind(kind, 1.5), contact(2.0), contact(1.6 + HUSH_S - 0.1), contact(1.7 + HUSH_S)]
        assert heard(Cueing(WEARER, GOOD), events) == [1.0, 1.7 + HUSH_S]


def test_every_third_step_sounds() -> None:
    steps = [contact(float(n)) for n in range(1, 3001)]
    assert heard(Cueing(WEARER, replace(GOOD, every_n=3)), steps) == [float(n) for n in range(3, 3001, 3)]


def test_the_therapists_target_asks_for_a_heel_that_is_further_ahead() -> None:
    events = [contact(1.0, lead_ms=-30.0), contact(2.0, lead_ms=-50.0), contact(3.0, lead_ms=None)]
    assert heard(Cueing(WEARER, replace(GOOD, heel_lead_ms=50.0)), events) == [2.0, 3.0]
    assert heard(Cueing(WEARER, GOOD), events) == [1.0, 2.0, 3.0]


def test_it_is_still_in_quiet_hours() -> None:
    cueing = Cueing(WEARER, replace(GOOD, quiet=NIGHT), UTC)
    assert heard(cueing, [contact(1.0)], NOON_NS + DAY_NS // 2) == []
    assert heard(cueing, [contact(2.0)], NOON_NS) == [2.0]


def test_sounds_become_fewer_from_day_to_day() -> None:
    fading = Fading(date(2026, 12, 1), 40, 5)
    assert [fading.share(1, date(2026, 12, 1)), fading.share(1, date(2027, 1, 10))] == [1.0, 0.2]
    assert fading.share(1, date(2026, 11, 1)) == 1.0
    assert fading.share(1, date(2030, 1, 1)) == 0.2
    assert fading.share(1, date(2026, 12, 21)) == pytest.approx(0.6)
    cueing = Cueing(WEARER, replace(GOOD, fading=fading), UTC)
    counts = [
        len(heard(cueing, [contact(1000.0 * day + n) for n in range(100)], NOON_NS + day * DAY_NS))
        for day in (0, 20, 40)
    ]
    assert counts == pytest.approx([100, 60, 20], abs=1)


EVENTS = st.builds(
    lambda kind, side, strike, lead_ms, context, confidence: Event(
        "x", kind, side, 0.0, 0.0, confidence, {"strike": strike, "lead_ms": lead_ms, "stage": "candidate"}, context
    ),
    st.sampled_from([Kind.INITIAL_CONTACT, Kind.TOE_FIRST, Kind.TOE_DRAG, Kind.TRIP, Kind.STEP, Kind.WALK_END]),
    st.sampled_from(Side),
    st.sampled_from(["heel", "flat", "toe", "unknown", None]),
    st.none() | st.floats(-200, 200),
    st.sampled_from(Context),
    st.floats(0, 1),
)
PLAYED = st.lists(st.tuples(EVENTS, st.floats(0.05, 1.5), st.floats(0.0, 1.5), st.integers(0, 2 * DAY_NS)), max_size=60)
SETTINGS = st.builds(
    CueSettings,
    on=st.sampled_from([None, *CueKind]),
    every_n=st.integers(1, 4),
    heel_lead_ms=st.floats(0, 80),
    fading=st.none() | st.builds(Fading, st.just(date(2026, 12, 1)), st.integers(1, 3), st.integers(4, 9)),
    quiet=st.sampled_from([None, NIGHT]),
)


@given(PLAYED, SETTINGS, st.sampled_from(["left", "right", "both", "none"]))
def test_whatever_happens_a_sound_is_wanted_in_time_and_in_place(played, settings, affected) -> None:
    wearer = Wearer("ada", affected)
    cueing = Cueing(wearer, settings, UTC)
    time_s, tripped_s, earned_n, sounded_n = 0.0, float("-inf"), 0, 0
    for shape, gap_s, late_s, wall_ns in played:
        time_s += gap_s
        event = replace(shape, time_s=time_s, detected_at_s=time_s + min(late_s, 0.4))
        if event.kind is Kind.TRIP:
            tripped_s = event.detected_at_s
        cue = cueing.see(event, time_s + late_s, NOON_NS + wall_ns)
        earned_n += event.kind in {Kind.INITIAL_CONTACT, Kind.TOE_FIRST}
        if cue is None:
            continue
        sounded_n += 1
        assert settings.on is cue.kind
        assert event.kind is {CueKind.GOOD_STEP: Kind.INITIAL_CONTACT, CueKind.TOE_FIRST: Kind.TOE_FIRST}[cue.kind]
        assert cue.kind is CueKind.TOE_FIRST or event.fields["strike"] == "heel"
        assert wearer.is_affected(event.side) or affected == "none"
        assert event.context in {Context.WALKING, Context.TURNING}
        assert late_s <= LATEST_S
        assert time_s >= tripped_s + HUSH_S
        assert settings.quiet is None or (NOON_NS + wall_ns) // 10**9 % 86400 // 3600 not in {22, 23, *range(7)}
    assert sounded_n <= earned_n / settings.every_n + 1
