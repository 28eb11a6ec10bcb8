"""Thingy:52: golden bytes, every truncation, set-up that spares the flash, where the sensors clip."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.driver import G_MPS2, DriverOptions, Read, Subscribe, Write
from sensors.emulation import Advertisement, EmulatorOptions
from sensors.errors import DecodeReason
from sensors.layout import Side
from sensors.standard_services import BATTERY_LEVEL
from sensors.thingy52 import Thingy52Driver, Thingy52Emulator, recognise
from sensors.thingy52.packets import FIRMWARE_VERSION, MOTION_CONFIGURATION, RAW_MOTION, MotionConfiguration

# 1 g on z; 1, -2 and 100 deg/s; compass 10, 0 and -10 uT
RAW = bytes.fromhex("00 00 00 00 00 04 20 00 c0 ff 80 0c a0 00 00 00 60 ff")
AT_100_HZ = bytes.fromhex("f4 01 e8 03 e8 03 64 00 01")  # 500, 1000, 1000 ms, 100 Hz, wakes on motion
FACTORY = bytes.fromhex("e8 03 f4 01 f4 01 0a 00 01")  # 1000, 500, 500 ms, 10 Hz, wakes on motion


def _driver(rate_hz: float | None = None) -> Thingy52Driver:
    return Thingy52Driver(Side.LEFT, DriverOptions(rate_hz=rate_hz))


def test_a_sample_in_physical_units():
    fed = _driver().feed(RAW_MOTION, RAW)
    assert (fed.actions, fed.faults) == ((), ())
    (reading,) = fed.readings
    np.testing.assert_array_equal(reading.offset_s, [0.0])
    np.testing.assert_allclose(reading.acceleration_mps2, [[0, 0, G_MPS2]])
    np.testing.assert_array_equal(reading.rate_dps, [[1, -2, 100]])
    assert (reading.device_time_s, reading.sequence, reading.cells) == (None, None, None)


def test_the_motion_configuration_there_and_back():
    configuration = MotionConfiguration(
        pedometer_ms=500, temperature_ms=1000, compass_ms=1000, motion_hz=100, wake_on_motion=1
    )
    assert configuration.encode() == AT_100_HZ
    assert MotionConfiguration.decode(AT_100_HZ) == configuration


@pytest.mark.parametrize(
    ("characteristic", "whole"),
    [(RAW_MOTION, RAW), (MOTION_CONFIGURATION, AT_100_HZ), (FIRMWARE_VERSION, b"\2\1\0")],
)
def test_every_truncation_and_a_byte_too_many_is_one_fault(characteristic, whole):
    for n in range(len(whole)):
        fed = _driver().feed(characteristic, whole[:n])
        assert (fed.readings, fed.actions) == ((), ())
        assert [fault.reason for fault in fed.faults] == [DecodeReason.TRUNCATED]
    fed = _driver().feed(characteristic, whole + b"\0")
    assert (fed.readings, fed.actions) == ((), ())
    assert [fault.reason for fault in fed.faults] == [DecodeReason.WRONG_LENGTH]


@given(data=st.binary(min_size=18, max_size=18))
@settings(deadline=None)
def test_any_eighteen_bytes_are_a_sample_within_the_format_s_range(data):
    fed = _driver().feed(RAW_MOTION, data)
    assert fed.faults == ()
    assert np.all(np.abs(fed.readings[0].acceleration_mps2) <= 32 * G_MPS2)
    assert np.all(np.abs(fed.readings[0].rate_dps) <= 1024)


@pytest.mark.parametrize(("rate_hz", "motion_hz"), [(None, 100), (50.0, 50), (100.0, 100), (200.0, 200)])
def test_set_up_changes_the_rate_alone_and_listens_once_it_holds(rate_hz, motion_hz):
    driver = _driver(rate_hz)
    assert driver.begin(None) == (
        Read(FIRMWARE_VERSION, optional=True),
        Read(BATTERY_LEVEL, optional=True),
        Subscribe(BATTERY_LEVEL, optional=True),
        Read(MOTION_CONFIGURATION),
    )
    wanted = FACTORY[:6] + bytes((motion_hz, 0)) + FACTORY[8:]
    assert driver.feed(MOTION_CONFIGURATION, FACTORY).actions == (
        Write(MOTION_CONFIGURATION, wanted),
        Read(MOTION_CONFIGURATION),
    )
    assert driver.facts.rate_hz is None
    assert driver.feed(MOTION_CONFIGURATION, wanted).actions == (Subscribe(RAW_MOTION),)
    assert driver.rate_hz == driver.facts.rate_hz == motion_hz
    assert driver.feed(MOTION_CONFIGURATION, wanted).actions == ()


def test_a_device_that_is_set_already_is_not_written_to(make_link, make_body):
    emulator = Thingy52Emulator(Side.LEFT, EmulatorOptions())
    first = make_link(_driver(), emulator, make_body())
    emulator.disconnected()
    again = make_link(_driver(), emulator, make_body(), start_s=first.time_s + 1.0)
    assert [sum(isinstance(one, Write) for one in link.actions) for link in (first, again)] == [1, 0]
    again.run(1.0)
    assert len(again.readings) == pytest.approx(100, abs=1)


def test_a_rate_that_does_not_hold_is_told_and_listened_to():
    driver = _driver(200.0)
    at_60_hz = FACTORY[:6] + b"\x3c\0\1"
    for _ in range(3):
        assert (
            Write(MOTION_CONFIGURATION, FACTORY[:6] + b"\xc8\0\1")
            in driver.feed(MOTION_CONFIGURATION, at_60_hz).actions
        )
    assert driver.feed(MOTION_CONFIGURATION, at_60_hz).actions == (Subscribe(RAW_MOTION),)
    assert driver.facts.note == "stays at 60 Hz; asked for 200 Hz"
    assert driver.rate_hz == 62.5  # the chip divides 1000 Hz by 16


@pytest.mark.parametrize(
    "refused",
    [
        *["63 00 f4 01 f4 01 64 00 01", "89 13 f4 01 f4 01 64 00 01", "e8 03 63 00 f4 01 64 00 01"],
        *["e8 03 89 13 f4 01 64 00 01", "e8 03 f4 01 63 00 64 00 01", "e8 03 f4 01 e9 03 64 00 01"],
        *["e8 03 f4 01 f4 01 04 00 01", "e8 03 f4 01 f4 01 c9 00 01", "e8 03 f4 01 f4 01 64 00 02"],
    ],
)
def test_a_configuration_beyond_the_firmware_s_limits_is_refused_on_either_side(refused):
    emulator = Thingy52Emulator(Side.LEFT, EmulatorOptions())
    emulator.write(MOTION_CONFIGURATION, bytes.fromhex(refused), 0.0)
    assert emulator.read(MOTION_CONFIGURATION, 0.0) == FACTORY
    fed = _driver().feed(MOTION_CONFIGURATION, bytes.fromhex(refused))
    assert fed.actions == ()
    assert [fault.reason for fault in fed.faults] == [DecodeReason.OUT_OF_RANGE]


def test_battery_and_firmware_are_told():
    driver = _driver()
    driver.feed(FIRMWARE_VERSION, b"\2\1\0")
    driver.feed(BATTERY_LEVEL, b"\x2a")
    assert (driver.facts.firmware, driver.facts.battery_pct, driver.facts.side) == ("2.1.0", 42, None)


def test_values_beyond_the_firmware_s_range_are_clipped(make_link):
    class Thrown:
        def shank(self, side, time_s):
            return np.full((len(time_s), 3), [30.0, -30.0, 9.0]), np.full((len(time_s), 3), [1500.0, -1500.0, 900.0])

    link = make_link(_driver(), Thingy52Emulator(Side.LEFT, EmulatorOptions()), Thrown())
    link.run(0.1)
    np.testing.assert_allclose(link.readings[-1].acceleration_mps2, [[2 * G_MPS2, -2 * G_MPS2, 9.0]], atol=0.01)
    np.testing.assert_array_equal(link.readings[-1].rate_dps, [[1023, -1024, 900]])


def test_the_configuration_service_tells():
    uuid = "EF680100-9B35-4933-9B10-52FFA9740042"
    assert recognise(Advertisement("Mum's", service_uuids=(uuid,))) is not None
    assert recognise(Advertisement("Thingy")) is None
