"""Motors: bytes, the two orders of messages, and that nothing runs before the order is known."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.brilliant_sole import BrilliantSoleDriver, BrilliantSoleEmulator
from sensors.brilliant_sole.motors import MOST_PULSES, Location, Motors, Trigger, encode_vibration
from sensors.brilliant_sole.packets import FROM_DEVICE, TO_DEVICE, split
from sensors.catalogue import CATALOGUE
from sensors.driver import DriverOptions, Write
from sensors.emulation import EmulatorOptions
from sensors.haptics import FULL, LONGEST_MS, STEP_MS, Place, Pulse, Vibrates, encode_pulses
from sensors.layout import Side
from sensors.ukaton_mission import UkatonMissionDriver, UkatonMissionEmulator
from sensors.ukaton_mission.motor import VIBRATION

TWICE = (Pulse(1.0, 60), Pulse(0.0, 50), Pulse(1.0, 60))
PULSES = st.builds(Pulse, st.floats(0, 1), st.integers(1, LONGEST_MS // STEP_MS).map(lambda steps: steps * STEP_MS))
WRONG = [(), (Pulse(1.0, 60),) * 21, (Pulse(1.1, 60),), (Pulse(-0.1, 60),), (Pulse(1.0, 0),), (Pulse(1.0, 65),)]


def asked(driver, link) -> list[Write]:
    """The questions, each answered before the next; there are two at most."""
    questions = []
    while (question := driver.ask_motors()) is not None:
        questions.append(question)
        assert len(questions) <= 2
        link.perform([question])
    return questions


def test_the_worked_example_is_made_to_the_byte() -> None:
    pulses = (Pulse(1.0, 200), Pulse(0.0, 100))
    example = bytes.fromhex("10 07 00  03 01 04 7f 14 00 0a")
    assert encode_vibration(Trigger.NEW, Location.FRONT | Location.REAR, pulses) == example
    assert encode_vibration(Trigger.OLD, Location.FRONT | Location.REAR, pulses) == b"\x0f" + example[1:]


@given(st.lists(PULSES, min_size=1, max_size=MOST_PULSES), st.sampled_from(Trigger), st.integers(1, 15))
def test_every_message_says_what_was_asked(pulses: list[Pulse], trigger: Trigger, where: int) -> None:
    ((kind, payload),), faults = split(encode_vibration(trigger, Location(where), pulses))
    assert (kind, faults) == (trigger, [])
    assert (payload[0], payload[1], payload[2]) == (where, 1, len(payload) - 3)
    assert [lasts * 10 for lasts in payload[4::2]] == [pulse.lasts_ms for pulse in pulses]
    assert [strength / FULL for strength in payload[3::2]] == pytest.approx(
        [pulse.strength for pulse in pulses], abs=0.5 / FULL
    )


@pytest.mark.parametrize("pulses", WRONG)
def test_pulses_that_no_motor_can_run_are_refused(pulses: tuple[Pulse, ...]) -> None:
    with pytest.raises(ValueError, match="it takes"):
        encode_pulses(pulses, 20)


@pytest.mark.parametrize(("motors", "number"), [(None, 15), (b"\0\1", 16)])
def test_each_order_is_found_out_and_nothing_runs_meanwhile(make_link, make_body, motors, number) -> None:
    emulator = BrilliantSoleEmulator(Side.LEFT, EmulatorOptions(), motors)
    driver = BrilliantSoleDriver(Side.LEFT, DriverOptions())
    link = make_link(driver, emulator, make_body())
    link.run(0.1)
    readings_n = len(link.readings)
    assert driver.can_vibrate is None
    assert driver.vibrate(Place.HEEL, TWICE) is None
    for question in asked(driver, link):
        assert question.data[1:] == b"\0\0", "a question carries nothing that could run a motor"
    assert driver.can_vibrate is True
    assert list(emulator.vibrations) == []
    write = driver.vibrate(Place.HEEL, TWICE)
    assert write == Write(TO_DEVICE, bytes((number,)) + bytes.fromhex("09 00  02 01 06 7f 06 00 05 7f 06"))
    link.perform([write])
    assert list(emulator.vibrations) == [write.data[3:]]
    link.run(0.1)
    assert len(link.readings) > readings_n
    assert link.faults == []


@pytest.mark.parametrize(
    ("motors", "place", "there"),
    [
        (b"\0", Place.HEEL, 1),
        (b"\1", Place.FRONT, 2),
        (b"\2\3", Place.HEEL, 12),
        (b"\0\1\2\3\x07", Place.FRONT, 1),
        (b"", Place.HEEL, None),
    ],
)
def test_where_no_motor_is_those_that_are_there_run(make_link, make_body, motors, place, there) -> None:
    driver = BrilliantSoleDriver(Side.LEFT, DriverOptions())
    link = make_link(driver, BrilliantSoleEmulator(Side.LEFT, EmulatorOptions(), motors), make_body())
    asked(driver, link)
    write = driver.vibrate(place, TWICE)
    assert driver.can_vibrate == (there is not None)
    assert (None if write is None else write.data[3]) == there


@given(st.lists(st.tuples(st.integers(15, 127), st.binary(max_size=6)), max_size=12))
def test_whatever_a_device_says_no_motor_runs_under_a_number_of_another_order(told) -> None:
    motors = Motors()
    for kind, payload in told:
        motors.told(kind, payload)
    orders = [len(payload) for kind, payload in told if kind == 18 and len(payload) in {1, 4}]
    message = motors.vibration(Place.HEEL, TWICE)
    if message is not None:
        assert message[0] == {1: 15, 4: 16}[orders[0]]
    assert motors.there is not None or motors.question() is not None


def test_an_answer_of_another_length_leaves_it_unknown() -> None:
    driver = BrilliantSoleDriver(Side.LEFT, DriverOptions())
    fed = driver.feed(FROM_DEVICE, struct.pack("<BHH", 18, 2, 7))
    assert fed.faults == ()
    assert (driver.can_vibrate, driver.vibrate(Place.HEEL, TWICE)) == (None, None)


def test_the_motor_of_a_ukaton_mission_runs_at_once(make_link, make_body) -> None:
    emulator = UkatonMissionEmulator(Side.LEFT, EmulatorOptions())
    driver = UkatonMissionDriver(Side.LEFT, DriverOptions())
    link = make_link(driver, emulator, make_body())
    write = driver.vibrate(Place.FRONT, TWICE)
    assert (driver.can_vibrate, driver.ask_motors()) == (True, None)
    assert write == Write(VIBRATION, bytes.fromhex("01 7f 06 00 05 7f 06"))
    link.perform([write])
    assert list(emulator.vibrations) == [write.data]


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.key)
def test_the_catalogue_knows_which_drivers_vibrate(kind) -> None:
    assert isinstance(kind.driver(Side.LEFT, kind.asks_emulator()), Vibrates) == kind.has_motors
