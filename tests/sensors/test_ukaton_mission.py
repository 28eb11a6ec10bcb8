"""Ukaton Mission: golden bytes, every truncation, set-up and read-back, stamps that wrap."""

import math
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.driver import DriverOptions, Fed, Read, Subscribe, Write
from sensors.emulation import Advertisement, EmulatorOptions
from sensors.errors import DecodeReason
from sensors.layout import LoadUnit, Region, Side
from sensors.standard_services import BATTERY_LEVEL
from sensors.ukaton_mission import UkatonMissionDriver, UkatonMissionEmulator, recognise
from sensors.ukaton_mission.packets import (
    CELLS,
    CONFIGURATION,
    MIN_MTU,
    SENSOR_DATA,
    TYPE,
    Kind,
    decode_sensor_data,
    encode_sensor_data,
    parse_configuration,
)

SET_50_HZ = bytes.fromhex("00 06 00 14 00 03 14 00  01 03 01 14 00")
SET_100_HZ = bytes.fromhex("00 06 00 0a 00 03 0a 00  01 03 01 0a 00")
SET_OFF = bytes.fromhex("00 06 00 00 00 03 00 00  01 03 01 00 00")
# delays of 6 motion and 5 pressure types, 16 bits each: types 0, 3 and 6 + 1 at 10 ms
HELD_100_HZ = bytes.fromhex("0a00 0000 0000 0a00 0000 0000  0000 0a00 0000 0000 0000")

# stamp 1000 ms; acceleration 256, -512, 2511 of 2^-8 m/s^2 = 1, -2, 9.80859; rate 512, -256, 5120 of 2^-9 rad/s
# = 1, -0.5, 10; cells 0, 100 .. 1400 and 4095
DATA = bytes.fromhex(
    "e8 03  00 0e  00 00 01 00 fe cf 09  03 00 02 00 ff 00 14  01 21  01"
    "0000 6400 c800 2c01 9001 f401 5802 bc02 2003 8403 e803 4c04 b004 1405 7805 ff0f"
)
EVERY_TYPE = encode_sensor_data(  # each data type with the bytes that its size asks for
    0x12345,
    b"".join(bytes((data_type,)) + bytes(size) for data_type, size in enumerate((6, 6, 6, 6, 6, 8))),
    b"".join(bytes((data_type,)) + bytes(size) for data_type, size in enumerate((16, 32, 8, 4, 8))),
)


def _driver(rate_hz: float | None = None) -> UkatonMissionDriver:
    return UkatonMissionDriver(Side.LEFT, DriverOptions(rate_hz=rate_hz))


def test_a_sample_in_physical_units():
    assert len(DATA) == 53
    fed = _driver().feed(SENSOR_DATA, DATA)
    assert (fed.actions, fed.faults) == ((), ())
    (reading,) = fed.readings
    np.testing.assert_array_equal(reading.offset_s, [0.0])
    assert (reading.device_time_s, reading.sequence) == (1.0, None)
    np.testing.assert_allclose(reading.acceleration_mps2, [[1, -2, 9.80859375]])
    np.testing.assert_allclose(reading.rate_dps, np.degrees([[1, -0.5, 10]]))
    np.testing.assert_array_equal(reading.cells, [[*range(0, 1500, 100), 4095]])


def test_a_notification_with_pressure_alone_and_one_with_nothing():
    pressure = encode_sensor_data(20, b"", b"\x01" + bytes(32))
    (reading,) = _driver().feed(SENSOR_DATA, pressure).readings
    assert reading.cells.shape == (1, 16)
    assert (reading.acceleration_mps2, reading.rate_dps) == (None, None)
    assert _driver().feed(SENSOR_DATA, encode_sensor_data(20, b"", b"")) == Fed()


def test_types_that_were_not_asked_for_are_stepped_over():
    told = decode_sensor_data(EVERY_TYPE)
    assert told.time_ms == 0x2345
    assert (told.cells.shape, told.acceleration_mps2.shape, told.rate_dps.shape) == ((16,), (3,), (3,))


@pytest.mark.parametrize("whole", [DATA, EVERY_TYPE])
def test_every_truncation_is_one_fault(whole):
    for n in range(len(whole)):
        fed = _driver().feed(SENSOR_DATA, whole[:n])
        assert fed.readings == ()
        assert [fault.reason for fault in fed.faults] == [DecodeReason.TRUNCATED]
        assert n < 2 or "MTU of 56" in str(fed.faults[0])
    assert len(DATA) + 3 == MIN_MTU


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("e803 02 00 01 00", DecodeReason.UNKNOWN_TYPE),
        ("e803 00 01 06 01 00", DecodeReason.UNKNOWN_TYPE),
        ("e803 00 00 01 01 05", DecodeReason.UNKNOWN_TYPE),
        ("e803 00 06 00 0000000000 01 00", DecodeReason.WRONG_LENGTH),
        ("e803 01 00 00 00", DecodeReason.TRUNCATED),
        ("e803 00 00 01 00 01 00", DecodeReason.TRUNCATED),
        ("e803 00 00 01 21 01 0010" + 30 * "00", DecodeReason.OUT_OF_RANGE),
    ],
)
def test_a_notification_that_cannot_be_is_one_fault(data, reason):
    fed = _driver().feed(SENSOR_DATA, bytes.fromhex(data))
    assert fed.readings == ()
    assert [fault.reason for fault in fed.faults] == [reason]


@given(
    time_ms=st.integers(0, 65535),
    motion=st.lists(st.integers(-32768, 32767), min_size=6, max_size=6),
    cells=st.lists(st.integers(0, 4095), min_size=16, max_size=16),
)
@settings(deadline=None)
def test_any_values_come_back(time_ms, motion, cells):
    acceleration, rate = struct.pack("<3h", *motion[:3]), struct.pack("<3h", *motion[3:])
    pressure = b"\x01" + struct.pack("<16H", *cells)
    told = decode_sensor_data(encode_sensor_data(time_ms, b"\x00" + acceleration + b"\x03" + rate, pressure))
    assert told.time_ms == time_ms
    np.testing.assert_allclose(told.acceleration_mps2 * 256, motion[:3])
    np.testing.assert_allclose(np.radians(told.rate_dps) * 512, motion[3:], atol=1e-9)
    assert told.cells.tolist() == cells


@given(data=st.binary(max_size=60))
@settings(deadline=None)
def test_any_bytes_are_a_reading_or_a_fault(data):
    for whole in (data, DATA[:2] + data, DATA[:20] + data):
        fed = _driver().feed(SENSOR_DATA, whole)
        assert len(fed.readings) + len(fed.faults) <= 1


@pytest.mark.parametrize(
    ("rate_hz", "configuration", "held_hz"),
    [(None, SET_100_HZ, 100), (50.0, SET_50_HZ, 50), (100.0, SET_100_HZ, 100), (200.0, SET_100_HZ, 100)],
)
def test_set_up_asks_switches_on_reads_back_and_listens(rate_hz, configuration, held_hz):
    driver = _driver(rate_hz)
    assert driver.begin(None) == (
        Read(TYPE),
        Read(BATTERY_LEVEL, optional=True),
        Subscribe(BATTERY_LEVEL, optional=True),
        Write(CONFIGURATION, configuration),
        Read(CONFIGURATION),
        Subscribe(SENSOR_DATA),
    )
    assert driver.rate_hz == held_hz
    assert driver.end() == (Write(CONFIGURATION, SET_OFF),)
    assert driver.unit is LoadUnit.COUNTS


def test_what_was_read_back_is_told():
    driver = _driver()
    assert driver.feed(CONFIGURATION, HELD_100_HZ) == Fed()
    assert (driver.facts.rate_hz, driver.facts.note) == (100, None)
    driver = _driver()
    driver.feed(CONFIGURATION, HELD_100_HZ[:14] + bytes(8))
    assert driver.facts.rate_hz is None
    assert driver.facts.note == "asked for a sample every 10 ms, holds 0 ms, 10 ms"
    for data, reason in ((HELD_100_HZ[:21], DecodeReason.TRUNCATED), (HELD_100_HZ + b"\0", DecodeReason.WRONG_LENGTH)):
        assert [fault.reason for fault in driver.feed(CONFIGURATION, data).faults] == [reason]


def test_the_device_type_tells_the_side():
    driver = _driver()
    for data, side in ((b"\1", Side.LEFT), (b"\2", Side.RIGHT)):
        driver.feed(TYPE, data)
        assert (driver.facts.side, driver.facts.note) == (side, None)
    driver.feed(TYPE, b"\0")
    assert (driver.facts.side, driver.facts.note) == (None, "says that it is no insole (device type 0)")
    assert [fault.reason for fault in driver.feed(TYPE, b"").faults] == [DecodeReason.WRONG_LENGTH]


def test_the_battery_is_told():
    driver = _driver()
    driver.feed(BATTERY_LEVEL, b"\x2a")
    assert driver.facts.battery_pct == 42
    assert [fault.reason for fault in driver.feed(BATTERY_LEVEL, b"\x65").faults] == [DecodeReason.OUT_OF_RANGE]


def test_delays_are_rounded_down_as_in_the_firmware():
    assert parse_configuration(bytes.fromhex("00 03 00 1d 00")) == {(Kind.MOTION, 0): 20}
    emulator = UkatonMissionEmulator(Side.LEFT, EmulatorOptions())
    emulator.write(CONFIGURATION, SET_100_HZ, 0.0)
    assert emulator.read(CONFIGURATION, 0.0) == HELD_100_HZ
    emulator.write(CONFIGURATION, b"\x00\x03\x00\x09", 0.0)
    assert emulator.read(CONFIGURATION, 0.0) == HELD_100_HZ
    emulator.write(CONFIGURATION, b"\x00\x03\x00\x09\x00", 0.0)
    assert emulator.read(CONFIGURATION, 0.0) == bytes(2) + HELD_100_HZ[2:]


def test_sensors_with_delays_of_their_own_share_notifications(make_body):
    emulator = UkatonMissionEmulator(Side.LEFT, EmulatorOptions(seed=3))
    emulator.connected(0.0, 247)
    emulator.write(CONFIGURATION, bytes.fromhex("00 06 00 14 00 03 28 00  01 03 01 0a 00"), 0.0)
    emulator.subscribed(SENSOR_DATA, True, 0.0)
    sent = emulator.advance(2.0, make_body())
    assert len(sent) == pytest.approx(200, abs=1)
    for one in sent:
        told = decode_sensor_data(one.data)
        uptime_ms = round(emulator._crystal.uptime_s(one.time_s) * 1000)
        assert told.time_ms == uptime_ms % 65536
        assert told.cells is not None
        # what is due is decided by the stamp before
        assert (told.acceleration_mps2 is not None) == ((uptime_ms - 10) % 20 == 0)
        assert (told.rate_dps is not None) == ((uptime_ms - 10) % 40 == 0)


def test_stamps_start_again(make_link, make_body):
    emulator = UkatonMissionEmulator(Side.LEFT, EmulatorOptions(seed=1, drift_ppm=0.0))
    wrap_s = 65.536 * math.ceil(emulator._crystal.phase_s / 65.536 + 1) - emulator._crystal.phase_s
    link = make_link(_driver(), emulator, make_body(), start_s=wrap_s - 1.0)
    link.run(2.0)
    assert not link.faults
    times_s = np.array([reading.device_time_s for reading in link.readings])
    assert times_s[0] > 64
    assert times_s[-1] < 2
    np.testing.assert_allclose(np.diff(times_s) % 65.536, 0.01, atol=1e-9)


def test_the_cells_lie_where_the_firmware_s_picture_has_them():
    assert len(CELLS) == 16
    # the big toe at 59.55 of 93.257 mm from the lateral edge and 32.3 of 265.069 mm from the toe
    assert (CELLS[0].x, CELLS[0].y, CELLS[0].region) == (0.3614, 0.8781, Region.TOES)
    assert CELLS[0].y == max(cell.y for cell in CELLS)
    assert CELLS[0].x < CELLS[1].x
    assert CELLS[15].y == min(cell.y for cell in CELLS)
    order = (Region.TOES, Region.FOREFOOT, Region.MIDFOOT, Region.HEEL)
    assert [order.index(cell.region) for cell in CELLS] == sorted(order.index(cell.region) for cell in CELLS)
    highest = [max(cell.y for cell in CELLS if cell.region is region) for region in order]
    lowest = [min(cell.y for cell in CELLS if cell.region is region) for region in order]
    assert all(upper > lower for upper, lower in zip(lowest, highest[1:], strict=False))
    assert UkatonMissionDriver(Side.RIGHT, DriverOptions()).cells == _driver().cells


def test_the_advertisement_tells_the_side():
    full = "00000000-0000-1000-8000-00805F9B34FB"
    for uuid in ("0000", full):
        facts = recognise(Advertisement("Ben's", service_uuids=(uuid,), service_data={uuid: b"\2\0"}))
        assert facts.side is Side.RIGHT
    on_wifi = Advertisement("", service_uuids=(full,), service_data={full: b"\1\1\xc0\xa8\1\x14"})
    assert recognise(on_wifi).side is Side.LEFT
    for foreign in (b"\0\0", b"\3\0", b"\1", b"\1\1", b"\1\0\0", b""):
        assert recognise(Advertisement("", service_uuids=(full,), service_data={full: foreign})) is None
    assert recognise(Advertisement("Ukaton Mission", service_data={full: b"\1\0"})) is None


def test_a_low_mtu_shows_as_truncated(make_link, make_body):
    link = make_link(_driver(), UkatonMissionEmulator(Side.LEFT, EmulatorOptions()), make_body(), mtu=23)
    link.run(1.0)
    assert link.readings == []
    assert {fault.reason for fault in link.faults} == {DecodeReason.TRUNCATED}
