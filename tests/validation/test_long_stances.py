"""Final contacts in the middle of a stance of two strides."""

from hub.events import Event, Kind
from hub.recording.truth import Truth
from hub.validation.long_stances import finals_midway_n
from sensors.layout import Side

WALK_S = (0.0, 20.0)


def truth(*stances_s: tuple[float, float], walks_s: tuple[tuple[float, float], ...] = (WALK_S,)) -> list[Truth]:
    rows = [Truth(start_s, Side.BOTH, "walk", f"{end_s - start_s}") for start_s, end_s in walks_s]
    for start_s, end_s in stances_s:
        rows += [Truth(start_s, Side.LEFT, "initial_contact"), Truth(end_s, Side.LEFT, "final_contact")]
    return rows


def final(time_s: float, side: Side = Side.LEFT) -> Event:
    return Event(f"{side}{time_s}", Kind.FINAL_CONTACT, side, time_s, time_s, 1.0, {})


ONE_LONG = [(1.0, 1.6), (2.0, 2.6), (3.0, 4.6), (5.0, 5.6), (6.0, 6.6)]


def test_one_in_the_middle_of_two_strides_is_counted() -> None:
    assert finals_midway_n(truth(*ONE_LONG), [final(3.6), final(4.6), final(5.6)]) == 1


def test_the_end_of_it_other_feet_and_stances_of_one_stride_are_not() -> None:
    assert finals_midway_n(truth(*ONE_LONG), [final(4.56), final(3.6, Side.RIGHT), final(5.3), final(2.8)]) == 0


def test_standing_between_two_walks_is_no_stance_of_a_walk() -> None:
    walks = ((0.0, 3.2), (4.4, 20.0))
    assert finals_midway_n(truth(*ONE_LONG, walks_s=walks), [final(3.6)]) == 0
