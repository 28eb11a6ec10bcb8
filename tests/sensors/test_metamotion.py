"""MetaMotion: the SDK's own vectors, set-up step by step, pairing of what comes apart, boards that are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.driver import G_MPS2, DriverOptions, Fed, Read, Subscribe, Write
from sensors.emulation import Advertisement, EmulatorOptions
from sensors.errors import DecodeError, DecodeReason
from sensors.layout import Side
from sensors.metamotion import MetaMotionDriver, MetaMotionEmulator, recognise
from sensors.metamotion.packets import (
    ACCELEROMETER,
    COMMANDS,
    GYROSCOPE,
    NOTIFICATIONS,
    SERVICE,
    decode_battery,
    decode_configuration,
    decode_packed,
    split,
)

# vectors of the maker's tests: three accelerations at a range of 8 g, three rates at 1000 deg/s
ACCELERATION = bytes.fromhex("03 1c 62 b7 53 0d e9 fd 16 d0 4d 0e 57 02 8a ff a1 05 0a 01")
ACCELERATION_G = [[-4.539, 0.833, -0.131], [-2.995, 0.894, 0.146], [-0.029, 0.352, 0.065]]
RATE = bytes.fromhex("13 07 09 15 ad 26 08 de 8a 1a 0d 26 65 e4 8d 20 ac 27 73 ec")
RATE_DPS = [[164.177, 301.860, -265.122], [207.134, 296.982, -215.457], [254.055, 309.634, -152.591]]

INFORMATION = (bytes.fromhex("03 80 01 01"), bytes.fromhex("13 80 00 01"))
STOP = ("03 01 00", "13 01 00", "03 02 00 01", "13 02 00 01", "03 1c 00", "13 07 00")
START = ("03 1c 01", "13 07 01", "03 02 01 00", "13 02 01 00", "03 01 01", "13 01 01")


def _say(*texts: str) -> tuple[Write, ...]:
    return tuple(Write(COMMANDS, bytes.fromhex(text), response=False) for text in texts)


def _driver(rate_hz: float | None = None) -> MetaMotionDriver:
    return MetaMotionDriver(Side.LEFT, DriverOptions(rate_hz=rate_hz))


def _told(driver: MetaMotionDriver, *messages: str | bytes) -> list[Fed]:
    data = [bytes.fromhex(message) if isinstance(message, str) else message for message in messages]
    return [driver.feed(NOTIFICATIONS, one) for one in data]


def _started(configurations: tuple[str, str] = ("03 83 28 08", "13 83 28 01")) -> MetaMotionDriver:
    driver = _driver()
    *_, last = _told(driver, *INFORMATION, *configurations)
    assert last.actions == _say(*START)
    return driver


def test_the_maker_s_vectors_in_physical_units():
    first, second = _told(_started(), ACCELERATION, RATE)
    assert (first.readings, first.faults, second.faults) == ((), (), ())
    (reading,) = second.readings
    np.testing.assert_allclose(reading.acceleration_mps2, np.array(ACCELERATION_G) * G_MPS2, atol=0.0005 * G_MPS2)
    np.testing.assert_allclose(reading.rate_dps, RATE_DPS, atol=0.0006)
    np.testing.assert_allclose(reading.offset_s, [-0.02, -0.01, 0])
    assert (reading.device_time_s, reading.sequence) == (None, None)


@pytest.mark.parametrize(
    ("module", "code", "counts"),
    [(ACCELEROMETER, c, n) for c, n in ((0x03, 16384), (0x05, 8192), (0x08, 4096), (0x0C, 2048))]
    + [(GYROSCOPE, c, n) for c, n in ((0, 16.4), (1, 32.8), (2, 65.6), (3, 131.2), (4, 262.4))],
)
def test_the_scale_is_that_of_the_range_which_the_device_tells(module, code, counts):
    unit = G_MPS2 if module == ACCELEROMETER else 1.0
    assert decode_configuration(module, bytes((0x28, code))).per_count == pytest.approx(unit / counts)


@pytest.mark.parametrize(
    ("rate_hz", "code", "held_hz"), [(None, "28", 100), (50.0, "27", 50), (200.0, "29", 200), (60.0, "27", 50)]
)
def test_set_up_asks_sets_reads_back_and_only_then_starts(rate_hz, code, held_hz):
    driver = _driver(rate_hz)
    assert driver.begin(None) == (
        Read("2a26", optional=True),
        Subscribe(NOTIFICATIONS),
        *_say("03 80", "13 80", "11 8c"),
    )
    first, second = _told(driver, *INFORMATION)
    assert first.actions == ()
    configure = (f"03 03 {code} 0c", f"13 03 {code} 00", "03 83", "13 83")
    assert second.actions == _say(*STOP, *configure)
    first, second = _told(driver, f"03 83 {code} 0c", f"13 83 {code} 00")
    assert (first.actions, second.actions) == ((), _say(*START))
    assert driver.rate_hz == driver.facts.rate_hz == held_hz
    assert driver.facts.note is None
    assert driver.end() == _say(*STOP)


@pytest.mark.parametrize(
    ("message", "note"),
    [
        ("03 80 04 00", "its accelerometer is no BMI160 (number 4)"),
        ("03 80 00 01", "its accelerometer is no BMI160 (number 0)"),
        ("13 80 01 00", "its gyroscope is no BMI160 (number 1)"),
        ("13 80", "has no gyroscope"),
        ("03 80 01 00", "its firmware cannot send three samples of the accelerometer at once; update it"),
    ],
)
def test_a_board_that_cannot_be_read_is_refused_and_told(message, note):
    driver = _driver()
    fed = _told(driver, *INFORMATION[: 1 if message.startswith("13") else 0], message)
    assert [one.actions for one in fed] == [()] * len(fed)
    assert driver.facts.note == note
    (fault,) = _told(driver, ACCELERATION)[0].faults
    assert "before it was started" in str(fault)


def test_sensors_at_different_rates_are_not_paired():
    driver = _driver()
    assert [one.actions for one in _told(driver, *INFORMATION, "03 83 28 0c", "13 83 29 00")][-1] == ()
    assert driver.facts.note == "measures acceleration at 100 Hz, but rate at 200 Hz"
    assert all(one.readings == () for one in _told(driver, ACCELERATION, RATE))


def test_a_rate_that_did_not_hold_is_told():
    driver = _started(("03 83 27 0c", "13 83 27 00"))
    assert (driver.rate_hz, driver.facts.note) == (50, "stays at 50 Hz; asked for 100 Hz")


@pytest.mark.parametrize("early", [ACCELERATION, RATE])
def test_before_both_run_the_one_that_runs_is_passed_over(early):
    fed = _told(_started(), early, early, early, ACCELERATION, RATE)
    assert [len(one.readings) for one in fed] == [0, 0, 0, 0, 1]
    assert all(one.faults == () for one in fed)


@pytest.mark.parametrize(("alone", "name"), [(ACCELERATION, "accelerometer"), (RATE, "gyroscope")])
def test_a_packet_without_its_partner_is_a_fault_and_the_next_pair_is_right(alone, name):
    still = [message[:2] + bytes(18) for message in (ACCELERATION, RATE)]
    fed = _told(_started(), ACCELERATION, RATE, alone, *still)
    assert [len(one.readings) for one in fed] == [0, 1, 0, 0, 1]
    (fault,) = [fault for one in fed for fault in one.faults]
    assert (fault.reason, fault.data) == (DecodeReason.TRUNCATED, alone[2:])
    assert f"3 samples of the {name} without their partners" in str(fault)
    assert not fed[4].readings[0].acceleration_mps2.any()
    assert not fed[4].readings[0].rate_dps.any()


@given(lost=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=20, max_size=20))
@settings(deadline=None)
def test_a_loss_never_shifts_the_pairs_that_follow(lost):
    """Each packet holds its number; a pair of two numbers needs a rate lost and the acceleration after it."""
    driver = _started(("03 83 28 0c", "13 83 28 00"))
    for number, (no_acceleration, no_rate) in enumerate(lost):
        packets = [(no_acceleration, ACCELERATION[:2]), (no_rate, RATE[:2])]
        for fed in _told(driver, *(head + bytes((number, 0)) * 9 for is_lost, head in packets if not is_lost)):
            for reading in fed.readings:
                of_acceleration = round(reading.acceleration_mps2[0, 0] / G_MPS2 * 2048)
                of_rate = round(reading.rate_dps[0, 0] * 16.4)
                assert of_rate == number
                for between in range(of_acceleration, of_rate):
                    assert lost[between][1]
                    assert lost[between + 1][0]


@pytest.mark.parametrize(
    "message", [ACCELERATION, RATE, *INFORMATION, bytes.fromhex("03 83 28 0c"), bytes.fromhex("11 8c 63 34 10")]
)
def test_every_truncation_is_a_fault_or_tells_less(message):
    for n in range(len(message)):
        driver = _started()
        (fed,) = _told(driver, message[:n])
        assert fed.readings == ()
        if n != 2 or message not in INFORMATION:  # no more than its head: the module is not there
            assert [fault.reason for fault in fed.faults] == [DecodeReason.TRUNCATED]


@pytest.mark.parametrize(("decode", "payload"), [(decode_packed, RATE[2:]), (decode_battery, b"\x63\x34\x10")])
def test_every_other_length(decode, payload):
    with pytest.raises(DecodeError) as caught:
        decode(payload + b"\0")
    assert caught.value.reason is DecodeReason.WRONG_LENGTH
    decode(payload)


@pytest.mark.parametrize("message", ["03 83 2b 0c", "03 83 28 04", "13 83 28 05"])
def test_a_rate_or_range_that_is_not_known_is_a_fault_and_starts_nothing(message):
    driver = _driver()
    *_, last = _told(driver, *INFORMATION, "03 83 28 0c" if message.startswith("13") else "13 83 28 00", message)
    assert (last.actions, [fault.reason for fault in last.faults]) == ((), [DecodeReason.OUT_OF_RANGE])


def test_messages_that_nobody_asked_for_are_faults():
    for message in ("13 05 3e 43 ff 7f 00 80", "01 01 01", "03 9a 2b 00", "03 9c 00"):
        (fed,) = _told(_started(), message)
        assert [fault.reason for fault in fed.faults] == [DecodeReason.UNKNOWN_TYPE]


def test_the_battery_is_asked_for_once_a_minute(make_link, make_body):
    driver = _driver(50.0)
    _told(driver, "11 8c 63 34 10")
    assert driver.facts.battery_pct == 99
    link = make_link(_driver(50.0), MetaMotionEmulator(Side.LEFT, EmulatorOptions(battery_pct=40.0)), make_body())
    set_up = len(link.actions)
    link.run(185.0)
    assert link.actions[set_up:] == [*_say("11 8c")] * 3
    assert link.driver.facts.battery_pct == 40


@given(data=st.binary(max_size=24), head=st.sampled_from(["", "03 1c", "13 07", "03 80", "13 83", "11 8c"]))
@settings(max_examples=200, deadline=None)
def test_garbage_is_a_fault_and_nothing_else(data, head):
    for driver in (_driver(), _started()):
        _told(driver, bytes.fromhex(head) + data)
        assert driver.rate_hz > 0


def test_the_emulator_streams_only_what_is_on_and_asked_for(make_body):
    emulator = MetaMotionEmulator(Side.LEFT, EmulatorOptions())
    emulator.connected(0.0, 23)
    emulator.subscribed(NOTIFICATIONS, True, 0.0)
    for left_out in range(len(START)):
        for at, text in enumerate(START):
            if at != left_out:
                emulator.write(COMMANDS, bytes.fromhex(text), 0.0)
        modules = {split(one.data).module for one in emulator.advance(left_out + 1.0, make_body())}
        assert modules == {GYROSCOPE if START[left_out].startswith("03") else ACCELEROMETER}
        for text in STOP:
            emulator.write(COMMANDS, bytes.fromhex(text), left_out + 1.0)
        assert emulator.advance(left_out + 1.0, make_body()) == ()


def test_the_service_tells():
    assert recognise(Advertisement("my leg", (SERVICE,))) is not None
    assert recognise(Advertisement("MetaWear")) is None
