"""Contacts as a shank sees them."""

import numpy as np
import pytest

from hub.events import Kind
from hub.gait.context_log import ContextLog
from hub.gait.detector import Output
from hub.gait.detectors.bearing import Bearing, BearingParams
from hub.gait.detectors.shank_contact import ShankContactDetector, ShankContactParams
from hub.gait.facts import InitialContact, Sighting
from hub.gait.feed import SensorSilent
from hub.gait.legs import Legs
from hub.gait.signals.shank_marks import ContactMinimum, Swing, ToeOffMinimum
from hub.session import InsoleSpec, Session, ShinSpec, Wearer
from sensors.layout import LoadUnit, Role, Side
from tests.gait.walked import SHIN, events_of, match, of_kind, truth_s, walked

SHINS: dict[Role, InsoleSpec | ShinSpec] = {role: ShinSpec(100.0) for role in (Role.LEFT_SHIN, Role.RIGHT_SHIN)}


def detector(sensors: dict[Role, InsoleSpec | ShinSpec] = SHINS) -> ShankContactDetector:
    session = Session("test", Wearer(), sensors)
    bearing = Bearing(session, Legs({}, {}), ContextLog(), BearingParams())
    return ShankContactDetector(session, bearing, ShankContactParams())


def swing(role: Role, contact_s: float, *, upright: bool | None = True, strong: bool = True) -> ContactMinimum:
    times = Swing(contact_s - 0.5, contact_s - 0.4, contact_s - 0.2, contact_s - 0.03, 300.0, 70.0)
    return ContactMinimum(role, contact_s, contact_s + 0.08, contact_s - 0.45, times, strong, upright)


def push(target: ShankContactDetector, mark: object) -> list[Output]:
    return list(target.handlers()[type(mark)](mark, mark.known_at_s))  # type: ignore[attr-defined]


def contacts_s(outputs: list[Output]) -> list[float]:
    return [seen.time_s for seen in sightings(outputs) if seen.kind is Kind.INITIAL_CONTACT]


def sightings(outputs: list[Output]) -> list[Sighting]:
    return [output for output in outputs if isinstance(output, Sighting)]


def test_one_swing_is_a_kick() -> None:
    target = detector()
    assert push(target, swing(SHIN, 5.0)) == []
    assert push(target, swing(SHIN, 9.0)) == []
    assert target.finish(20.0) == []


@pytest.mark.parametrize(("role", "after_s"), [(SHIN, 1.2), (Role.LEFT_SHIN, 0.6)])
def test_the_second_swing_makes_both_steps(role: Role, after_s: float) -> None:
    target = detector()
    push(target, swing(SHIN, 5.0))
    outputs = push(target, swing(role, 5.0 + after_s))
    assert contacts_s(outputs) == [5.0, 5.0 + after_s]
    lifts = [seen for seen in sightings(outputs) if seen.kind is Kind.FINAL_CONTACT]
    assert [lift.side for lift in lifts] == [Side.RIGHT, role.side]


def test_both_shanks_at_once_are_no_steps() -> None:
    target = detector()
    push(target, swing(SHIN, 5.0))
    assert push(target, swing(Role.LEFT_SHIN, 5.15)) == []


def test_a_foot_stands_before_it_leaves_again() -> None:
    target = detector()
    push(target, swing(SHIN, 5.0))
    push(target, swing(SHIN, 6.2))
    assert push(target, ToeOffMinimum(SHIN, 6.32, 6.4, seen=True, upright=True)) == []
    (lift,) = sightings(push(target, ToeOffMinimum(SHIN, 6.45, 6.5, seen=True, upright=True)))
    assert (lift.kind, lift.time_s) == (Kind.FINAL_CONTACT, 6.45)


def test_walking_is_believed_at_once_and_forgotten_after_a_stop() -> None:
    target = detector()
    push(target, swing(SHIN, 5.0))
    push(target, swing(SHIN, 6.2))
    assert contacts_s(push(target, swing(SHIN, 7.4))) == [7.4]
    assert push(target, swing(SHIN, 15.0)) == []


def test_a_leg_that_does_not_stand_makes_no_steps() -> None:
    target = detector()
    for contact_s in (5.0, 6.2, 7.4):
        assert push(target, swing(SHIN, contact_s, upright=False)) == []


def test_two_contacts_of_a_foot_are_apart() -> None:
    target = detector()
    outputs = [push(target, swing(SHIN, contact_s)) for contact_s in (5.0, 6.2, 6.5, 7.4)]
    assert [time_s for output in outputs for time_s in contacts_s(output)] == [5.0, 6.2, 7.4]


def test_what_waited_is_dropped_with_the_sensor() -> None:
    target = detector()
    push(target, swing(SHIN, 5.0))
    push(target, SensorSilent(SHIN, 5.2, 5.5))
    assert push(target, swing(SHIN, 6.2)) == []


def test_steps_of_the_other_foots_insole_make_a_rhythm() -> None:
    sensors = {SHIN: ShinSpec(100.0), Role.LEFT_INSOLE: InsoleSpec(100.0, LoadUnit.N, ())}
    target = detector(sensors)
    handler = target.handlers()[InitialContact]
    handler(InitialContact(Side.LEFT, 4.4, 1.0, Role.LEFT_INSOLE), 4.5)
    assert contacts_s(push(target, swing(SHIN, 5.0))) == [5.0]


def test_a_walk_with_one_shin_alone() -> None:
    recording = walked("foot_drop", 2.0, 12)
    events = of_kind(events_of(recording, SHIN), Kind.INITIAL_CONTACT)
    assert {event.side for event in events} == {Side.RIGHT}
    result = match([event.time_s for event in events], truth_s(recording, "initial_contact"))
    assert result.recall >= 0.97
    assert result.precision >= 0.97
    assert {event.fields["strike"] for event in events} == {"unknown"}


def test_standing_with_fidgets_is_no_walk() -> None:
    rng = np.random.default_rng(3)
    recording = walked("healthy", 1.0, 9)
    values = recording.values[SHIN].copy()
    still = values[100:400].mean(axis=0)
    time_s = recording.time_s
    kicks_s = np.arange(5.0, 55.0, 6.0) + rng.uniform(0.0, 2.0, 9)
    kicks = sum(200.0 * np.exp(-0.5 * ((time_s - at_s) / 0.08) ** 2) for at_s in kicks_s)
    values = still + rng.normal(0.0, 0.3, values.shape)
    values[:, 5] += kicks
    standing = type(recording)(recording.rate_hz, time_s, {SHIN: values}, recording.cells, ())
    assert not of_kind(events_of(standing, SHIN), Kind.INITIAL_CONTACT)
