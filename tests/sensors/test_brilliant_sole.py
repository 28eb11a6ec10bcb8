"""Brilliant Sole: golden bytes, framing, negotiation, clock, firmware versions."""

import math
import struct
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.brilliant_sole import BrilliantSoleDriver, BrilliantSoleEmulator, recognise
from sensors.brilliant_sole.packets import (
    FROM_DEVICE,
    SERVICE,
    TO_DEVICE,
    Message,
    Sensor,
    encode,
    encode_periods,
    encode_scalars,
    encode_sensor_data,
    encode_time,
    pack,
    parse_periods,
    parse_positions,
    parse_scalars,
    periods_messages,
    split,
)
from sensors.driver import G_MPS2, DriverOptions, Read, Subscribe, Write
from sensors.emulation import Advertisement, EmulatorOptions
from sensors.errors import DecodeReason, OptionError
from sensors.layout import LoadUnit, Side
from sensors.standard_services import BATTERY_LEVEL, FIRMWARE_REVISION

QUESTIONS = bytes.fromhex("000000 010000 020000 030000 040000 060000 080000 0a0000 0d0000")
SET_50_HZ = bytes.fromhex("0b 09 00  00 14 00  01 14 00  04 14 00")
SET_CLOCK = bytes.fromhex("09 08 00  7b 84 35 d7 9a 01 00 00")
SCALARS = bytes.fromhex("0d 0f 00  00 00 00 80 37  01 00 00 80 39  04 00 00 7a 3d")
POSITIONS = bytes.fromhex("0c 10 00  99 20 55 28 b3 38 73 40 33 48 a0 80 70 c0 70 e8")
DATA = bytes.fromhex(
    "0e 24 00  34 12  00 10 64 00 c8 00 2c 01 90 01 f4 01 58 02 bc 02 20 03"
    "01 06 0c 00 de ff 00 10   04 06 fb ff 06 00 f9 ff"
)
MTU_247 = encode(Message.GET_MTU, struct.pack("<H", 247))
LEFT, RIGHT = encode(Message.GET_TYPE, b"\0"), encode(Message.GET_TYPE, b"\1")
CLOCK_UNSET = encode(Message.GET_CURRENT_TIME, encode_time(0))
ALL_OFF = encode(Message.GET_SENSOR_CONFIGURATION, encode_periods({0: 0, 1: 0, 4: 0}))
IN_GOLDEN_UNITS = {"acceleration_unit": "g", "rate_unit": "deg/s"}
NOW = datetime.fromtimestamp(1764547200.123, UTC)


def _driver(side=Side.LEFT, rate_hz: float | None = 50.0, **options: str) -> BrilliantSoleDriver:
    return BrilliantSoleDriver(side, DriverOptions(rate_hz=rate_hz, options=options))


def _ready(**options: str) -> BrilliantSoleDriver:
    driver = _driver(**options)
    driver.begin(NOW)
    assert driver.feed(FROM_DEVICE, MTU_247 + LEFT + CLOCK_UNSET + ALL_OFF + SCALARS + POSITIONS).faults == ()
    return driver


def _writes(actions) -> list[bytes]:
    assert all(
        isinstance(action, Write) and action.characteristic == TO_DEVICE and action.response for action in actions
    )
    return [action.data for action in actions]


def test_the_worked_examples_are_made_to_the_byte():
    asked = [Message(kind) for kind in (0, 1, 2, 3, 4, 6, 8, 10, 13)]
    assert pack([encode(kind) for kind in asked], 30) == [QUESTIONS]
    assert pack([encode(kind) for kind in asked], 23) == [QUESTIONS[:18], QUESTIONS[18:]]
    assert periods_messages({0: 20, 1: 20, 4: 20}, 247) == [SET_50_HZ]
    assert encode(Message.SET_CURRENT_TIME, encode_time(1764547200123)) == SET_CLOCK
    scalars = {0: 2.0**-16, 1: 2.0**-12, 4: 2000 / 32768}
    assert encode(Message.GET_SENSOR_SCALARS, encode_scalars(scalars)) == SCALARS
    samples = [
        (0, struct.pack("<8H", *range(100, 801, 100))),
        (1, struct.pack("<3h", 12, -34, 4096)),
        (4, struct.pack("<3h", -5, 6, -7)),
    ]
    assert encode_sensor_data(0x1234, samples) == DATA


def test_the_worked_examples_are_read():
    assert parse_scalars(SCALARS[3:]) == {0: 2.0**-16, 1: 2.0**-12, 4: 2000 / 32768}
    assert parse_positions(POSITIONS[3:])[0] == (0x99 / 256, 0x20 / 256)
    assert len(parse_positions(POSITIONS[3:])) == 8
    assert parse_periods(SET_50_HZ[3:]) == {0: 20, 1: 20, 4: 20}


def test_sensor_data_in_physical_units():
    fed = _ready(**IN_GOLDEN_UNITS).feed(FROM_DEVICE, DATA)
    assert (fed.faults, fed.actions) == ((), ())
    (reading,) = fed.readings
    assert reading.device_time_s == 0x1234 / 1000
    assert reading.sequence is None
    np.testing.assert_array_equal(reading.offset_s, [0.0])
    np.testing.assert_array_equal(reading.cells, [[100, 200, 300, 400, 500, 600, 700, 800]])
    np.testing.assert_allclose(reading.acceleration_mps2, np.array([[12, -34, 4096]]) / 4096 * G_MPS2)
    np.testing.assert_allclose(reading.rate_dps, np.array([[-5, 6, -7]]) * 2000 / 32768)


def test_units_are_the_predecessor_s_unless_told_otherwise():
    (default,) = _ready().feed(FROM_DEVICE, DATA).readings
    np.testing.assert_allclose(default.acceleration_mps2[0, 2], 1.0)
    np.testing.assert_allclose(default.rate_dps[0, 0], math.degrees(-5 * 2000 / 32768))
    with pytest.raises(OptionError, match="rate_unit cannot be 'rpm'; known: rad/s, deg/s"):
        _driver(rate_unit="rpm")


@pytest.mark.parametrize("before", [b"", DATA, DATA + POSITIONS])
def test_every_truncation_is_one_fault_and_spares_the_messages_before_it(before):
    whole_n = len(_ready().feed(FROM_DEVICE, before).readings)
    for n in range(1, len(DATA)):
        fed = _ready().feed(FROM_DEVICE, before + DATA[:n])
        assert len(fed.readings) == whole_n
        assert [fault.reason for fault in fed.faults] == [DecodeReason.TRUNCATED]
        assert fed.faults[0].data == DATA[:n]


def test_a_sample_cut_short_inside_a_message_spares_the_samples_before_it():
    payload = DATA[3:-2]
    fed = _ready().feed(FROM_DEVICE, encode(Message.SENSOR_DATA, payload) + DATA)
    assert [fault.reason for fault in fed.faults] == [DecodeReason.TRUNCATED]
    cut, whole = fed.readings
    assert cut.rate_dps is None
    np.testing.assert_array_equal(cut.cells, whole.cells)


def test_several_samples_under_one_stamp_are_spread_at_the_period():
    driver = _ready()
    driver.feed(FROM_DEVICE, encode(Message.SET_SENSOR_CONFIGURATION, encode_periods({0: 5, 1: 5, 4: 5})))
    pressure = [struct.pack("<8H", *range(n, n + 8)) for n in (1, 2, 3)]
    (reading,) = driver.feed(FROM_DEVICE, encode_sensor_data(70_000, [(0, sample) for sample in pressure])).readings
    np.testing.assert_allclose(reading.offset_s, [-0.010, -0.005, 0])
    np.testing.assert_array_equal(reading.cells[:, 0], [1, 2, 3])
    assert reading.device_time_s == (70_000 - 65_536) / 1000
    assert (reading.acceleration_mps2, reading.rate_dps) == (None, None)


@pytest.mark.parametrize(
    ("samples", "detail"),
    [
        ([(0, bytes(14))], "14 bytes instead of 16"),
        ([(1, bytes(5))], "5 bytes instead of 6"),
        ([(0, bytes(16)), (1, bytes(6)), (1, bytes(6))], "different numbers of samples"),
    ],
)
def test_samples_that_cannot_be_are_faults(samples, detail):
    fed = _ready().feed(FROM_DEVICE, encode_sensor_data(0, samples))
    assert fed.readings == ()
    assert [fault.reason for fault in fed.faults] == [DecodeReason.WRONG_LENGTH]
    assert detail in str(fed.faults[0])


def test_pressure_before_its_positions_is_a_fault_and_motion_counts():
    fed = _driver().feed(FROM_DEVICE, DATA)
    assert "pressure before cell positions" in str(fed.faults[0])
    assert fed.readings[0].cells is None
    assert fed.readings[0].rate_dps is not None


@pytest.mark.parametrize("sensor", [2, 5, 13, 14, 17])
def test_sensors_and_messages_of_any_firmware_version_are_passed_over(sensor):
    driver = _ready()
    others = encode_sensor_data(0x1234, [(sensor, bytes(4)), (0, bytes(16)), (sensor, b"")])
    fed = driver.feed(FROM_DEVICE, b"\x0f\x01\x00\x00" + b"\x10\x02\x00hi" + others + b"\x50\x00\x00")
    assert (fed.faults, fed.actions) == ((), ())
    assert fed.readings[0].cells.tolist() == [[0.0] * 8]
    assert driver.facts == _ready().facts


def test_a_message_type_that_no_version_has_is_a_fault():
    fed = _ready().feed(FROM_DEVICE, DATA + b"\xc8\x00\x00")
    assert len(fed.readings) == 1
    assert [fault.reason for fault in fed.faults] == [DecodeReason.UNKNOWN_TYPE]


def test_begin_listens_before_it_asks_and_fits_the_smallest_mtu():
    actions = _driver().begin(NOW)
    assert actions[:4] == (
        Read(FIRMWARE_REVISION, optional=True),
        Read(BATTERY_LEVEL, optional=True),
        Subscribe(BATTERY_LEVEL, optional=True),
        Subscribe(FROM_DEVICE),
    )
    writes = _writes(actions[4:])
    assert all(len(data) <= 20 for data in writes)
    assert [kind for data in writes for kind, _ in split(data)[0]] == [2, 6, 8, 10, 13]


@given(order=st.permutations([MTU_247, RIGHT, CLOCK_UNSET, ALL_OFF, SCALARS]), together=st.booleans())
@settings(deadline=None)
def test_the_set_up_ends_alike_in_whatever_order_the_answers_come(order, together):
    driver = _driver()
    driver.begin(NOW)
    sent = []
    for data in [b"".join(order)] if together else order:
        sent += _writes(driver.feed(FROM_DEVICE, data).actions)
    assert sent == [encode(Message.GET_PRESSURE_POSITIONS)]
    assert driver.cells == ()
    assert _writes(driver.feed(FROM_DEVICE, POSITIONS).actions) == [SET_CLOCK, SET_50_HZ]
    assert driver.feed(FROM_DEVICE, POSITIONS).actions == ()
    assert driver.facts.side is Side.RIGHT
    assert (len(driver.cells), driver.unit, driver.rate_hz) == (8, LoadUnit.COUNTS, 50)


def test_a_clock_that_is_set_is_left_alone():
    driver = _driver()
    clock_set = encode(Message.GET_CURRENT_TIME, encode_time(1764547200000))
    driver.feed(FROM_DEVICE, MTU_247 + LEFT + clock_set + ALL_OFF + SCALARS)
    assert _writes(driver.feed(FROM_DEVICE, POSITIONS).actions) == [SET_50_HZ]


def test_only_what_is_there_is_switched_on_and_only_what_runs_is_switched_off():
    driver = _driver()
    running = encode(Message.GET_SENSOR_CONFIGURATION, encode_periods({0: 0, 1: 20, 2: 0, 5: 40, 7: 20, 14: 10}))
    driver.feed(FROM_DEVICE, MTU_247 + LEFT + CLOCK_UNSET + running + SCALARS)
    _set_clock, set_periods = _writes(driver.feed(FROM_DEVICE, POSITIONS).actions)
    assert parse_periods(set_periods[3:]) == {0: 20, 5: 0, 7: 0, 14: 0}


def test_a_long_configuration_is_split_to_fit_the_mtu():
    driver = _driver()
    mtu_23 = encode(Message.GET_MTU, struct.pack("<H", 23))
    running = encode(Message.GET_SENSOR_CONFIGURATION, encode_periods(dict.fromkeys(range(15), 5)))
    driver.feed(FROM_DEVICE, mtu_23 + LEFT + SCALARS + encode(Message.GET_CURRENT_TIME, encode_time(1)) + running)
    writes = _writes(driver.feed(FROM_DEVICE, POSITIONS).actions)
    assert all(len(data) <= 20 for data in writes)
    messages = [message for data in writes for message in split(data)[0]]
    assert {kind for kind, _ in messages} == {Message.SET_SENSOR_CONFIGURATION}
    told = {sensor: period for _, payload in messages for sensor, period in parse_periods(payload).items()}
    assert told == {sensor: 20 if sensor in {0, 1, 4} else 0 for sensor in range(15)}


def test_an_mtu_that_cannot_be_counts_as_the_smallest():
    driver = _driver()
    driver.begin(NOW)
    mtu_5 = encode(Message.GET_MTU, struct.pack("<H", 5))
    driver.feed(FROM_DEVICE, mtu_5 + LEFT + CLOCK_UNSET + ALL_OFF + SCALARS)
    assert _writes(driver.feed(FROM_DEVICE, POSITIONS).actions) == [SET_CLOCK, SET_50_HZ]


@pytest.mark.parametrize("kind", [Message.GET_SENSOR_CONFIGURATION, Message.SET_SENSOR_CONFIGURATION])
def test_the_rate_is_the_one_that_the_device_answers(kind):
    driver = _ready()
    driver.feed(FROM_DEVICE, encode(kind, encode_periods({0: 40})))
    assert driver.rate_hz == driver.facts.rate_hz == 25


@pytest.mark.parametrize(("rate_hz", "period_ms"), [(None, 10), (50.0, 20), (100.0, 10), (200.0, 5), (1000.0, 5)])
def test_the_period_follows_the_rate_in_steps_of_5_ms(rate_hz, period_ms):
    driver = _driver(rate_hz=rate_hz)
    driver.feed(FROM_DEVICE, MTU_247 + LEFT + CLOCK_UNSET + ALL_OFF + SCALARS)
    periods = parse_periods(_writes(driver.feed(FROM_DEVICE, POSITIONS).actions)[-1][3:])
    assert set(periods.values()) == {period_ms}


def test_the_end_switches_off_what_runs():
    driver = _ready()
    assert driver.end() == ()
    driver.feed(FROM_DEVICE, encode(Message.SET_SENSOR_CONFIGURATION, encode_periods({0: 20, 1: 20, 4: 0})))
    assert _writes(driver.end()) == [encode(Message.SET_SENSOR_CONFIGURATION, encode_periods({0: 0, 1: 0}))]


def test_devices_that_are_no_insole_are_noted():
    glove, no_cells = _driver(), _driver()
    glove.feed(FROM_DEVICE, encode(Message.GET_TYPE, b"\2"))
    assert (glove.facts.side, glove.facts.note) == (None, "says that it is no insole (device type 2)")
    no_cells.feed(FROM_DEVICE, encode(Message.GET_SENSOR_CONFIGURATION, encode_periods({1: 0, 4: 0})))
    no_cells.feed(FROM_DEVICE, LEFT)
    assert no_cells.facts.note == "has no pressure cells"


def test_battery_and_firmware_are_told():
    driver = _driver()
    driver.feed(BATTERY_LEVEL, b"\x2a")
    driver.feed(FIRMWARE_REVISION, b"1.2.3")
    assert (driver.facts.battery_pct, driver.facts.firmware) == (42, "1.2.3")
    for data in (b"", b"\xff", b"\x01\x02"):
        assert len(driver.feed(BATTERY_LEVEL, data).faults) == 1
    assert driver.facts.battery_pct == 42


@pytest.mark.parametrize(
    "answer",
    [
        encode(Message.GET_MTU, b"\x17"),
        encode(Message.GET_TYPE),
        encode(Message.GET_CURRENT_TIME, bytes(7)),
        encode(Message.GET_SENSOR_CONFIGURATION, bytes(4)),
        encode(Message.GET_SENSOR_SCALARS, bytes(6)),
        encode(Message.GET_PRESSURE_POSITIONS, bytes(3)),
        encode(Message.SENSOR_DATA, b"\0"),
    ],
)
def test_answers_of_a_wrong_length_are_faults_and_the_rest_counts(answer):
    fed = _ready().feed(FROM_DEVICE, answer + DATA)
    assert len(fed.faults) == 1
    assert len(fed.readings) == 1


def test_positions_are_of_a_picture_seen_from_above():
    left, right = _ready(), _driver(Side.RIGHT)
    right.feed(FROM_DEVICE, RIGHT + POSITIONS)
    first, *_, last = left.cells
    assert (first.x, first.y) == (1 - 0x99 / 256, 1 - 0x20 / 256)
    assert first.region == "toes"
    assert last.region == "heel"
    assert [cell.x for cell in right.cells] == [1 - cell.x for cell in left.cells]
    assert [cell.y for cell in right.cells] == [cell.y for cell in left.cells]
    assert [cell.y for cell in _ready(positions_from="heel").cells] == [1 - cell.y for cell in left.cells]


def test_both_feet_of_the_emulator_have_the_same_cells(make_link, make_body):
    left, right = (
        make_link(_driver(side), BrilliantSoleEmulator(side, EmulatorOptions()), make_body()).driver.cells
        for side in (Side.LEFT, Side.RIGHT)
    )
    assert left == right


def test_the_clock_wraps_every_65_536_s_and_holds_the_host_s_time(make_link, make_body):
    link = make_link(_driver(), BrilliantSoleEmulator(Side.LEFT, EmulatorOptions(drift_ppm=0.0)), make_body())
    link.run(70.0)
    times_s = np.array([reading.device_time_s for reading in link.readings])
    assert np.count_nonzero(np.diff(times_s) < 0) == 1
    np.testing.assert_allclose(np.diff(times_s) % 65.536, 0.02, atol=1e-9)
    epoch_ms = round(datetime(2026, 11, 21, 8, 30, 15, 250_000, tzinfo=UTC).timestamp() * 1000)
    first_s = link.received[0][0].time_s
    assert times_s[0] == pytest.approx((epoch_ms + round((first_s - 1.0) * 1000)) % 65536 / 1000, abs=0.021)


def test_a_fast_stream_shares_notifications(make_link, make_body):
    link = make_link(_driver(rate_hz=200.0), BrilliantSoleEmulator(Side.LEFT, EmulatorOptions()), make_body())
    link.run(1.0)
    assert len(split(link.notifications[-1].data)[0]) == 4


def test_sensors_may_run_at_different_periods(make_link, make_body):
    link = make_link(_driver(), BrilliantSoleEmulator(Side.LEFT, EmulatorOptions()), make_body())
    begun = len(link.readings)
    set_periods = encode(Message.SET_SENSOR_CONFIGURATION, encode_periods({0: 10, 1: 20, 4: 0, 6: 5}))
    link.deliver(link.emulator.write(TO_DEVICE, set_periods, link.time_s))
    link.run(2.0)
    readings = link.readings[begun:]
    assert sum(reading.cells is not None for reading in readings) == pytest.approx(200, abs=3)
    assert sum(reading.acceleration_mps2 is not None for reading in readings) == pytest.approx(100, abs=3)
    assert all(reading.rate_dps is None for reading in readings)
    assert not link.faults


def test_an_emulator_answers_every_stable_question(make_body):
    emulator = BrilliantSoleEmulator(Side.RIGHT, EmulatorOptions(seed=3, name="Anna's right"))
    emulator.connected(0.0, 247)
    assert emulator.write(TO_DEVICE, QUESTIONS, 0.0) == ()  # nobody listens yet
    emulator.subscribed(FROM_DEVICE, True, 0.0)
    (notification,) = emulator.write(TO_DEVICE, QUESTIONS + b"\x0c\x00\x00", 0.0)
    answers, faults = split(notification.data)
    assert faults == []
    assert [kind for kind, _ in answers] == [0, 1, 2, 3, 4, 6, 8, 10, 13, 12]
    told = dict(answers)
    assert told[Message.GET_NAME] == b"Anna's right"
    assert told[Message.GET_TYPE] == b"\1"
    assert told[Message.GET_CURRENT_TIME] == bytes(8)
    assert set(parse_periods(told[Message.GET_SENSOR_CONFIGURATION])) == {
        Sensor.PRESSURE,
        Sensor.ACCELERATION,
        Sensor.GYROSCOPE,
    }
    assert emulator.advance(5.0, make_body()) == ()
    emulator.connected(5.0, 23)
    small = emulator.write(TO_DEVICE, QUESTIONS[:18], 5.0)
    assert len(small) > 1
    assert all(len(answer.data) <= 20 for answer in small)


@pytest.mark.parametrize(
    ("advertisement", "side"),
    [
        (Advertisement("x", (SERVICE,), service_data={"0000": b"\1"}), Side.RIGHT),
        (Advertisement("x", (SERVICE,), service_data={"00000000-0000-1000-8000-00805f9b34fb": b"\0"}), Side.LEFT),
        (Advertisement("x", (SERVICE,), manufacturer_data={0x1234: b"\1\xc0\xa8\0\1"}), Side.RIGHT),
        (Advertisement("x", (SERVICE,)), None),
    ],
)
def test_the_service_and_the_device_type_tell(advertisement, side):
    assert recognise(advertisement).side is side


@pytest.mark.parametrize(
    "advertisement",
    [Advertisement("Brilliant Sole"), Advertisement("x", (SERVICE,), service_data={"0000": b"\2"})],
)
def test_gloves_and_namesakes_are_not_taken(advertisement):
    assert recognise(advertisement) is None
