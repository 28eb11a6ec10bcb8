"""Movella DOT: golden bytes, every length, set-up of the rate, reports, battery, a clock that wraps."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.driver import DriverOptions, Read, Subscribe, Write
from sensors.emulation import Advertisement, EmulatorOptions
from sensors.errors import DecodeError, DecodeReason
from sensors.layout import Side
from sensors.movella_dot import MovellaDotDriver, MovellaDotEmulator, recognise
from sensors.movella_dot.packets import (
    BATTERY,
    CONTROL,
    INFORMATION,
    MEASUREMENT,
    MEDIUM_PAYLOAD,
    REPORT,
    decode_battery,
    decode_firmware,
    decode_rate,
    decode_sample,
    encode_sample,
    set_rate,
)

# 1 s; acceleration 0, 0, 9.8125 m/s^2; rate 10, -20, 30.5 deg/s
SAMPLE = bytes.fromhex("40 42 0f 00 00 00 00 00 00 00 00 00 00 00 1d 41 00 00 20 41 00 00 a0 c1 00 00 f4 41")
TAG = b"left shin".ljust(16, b"\0")
AT_30_HZ = bytes(7) + b"\x10" + TAG + bytes.fromhex("1e 00 00") + bytes(5)
AT_60_HZ = bytes(7) + b"\x10" + TAG + bytes.fromhex("3c 00 00") + bytes(5)
SET_60_HZ = b"\x10" + bytes(6) + b"\x10" + TAG + bytes.fromhex("3c 00 00") + bytes(5)
START, STOP = bytes.fromhex("01 01 15"), bytes.fromhex("01 00 15")
MEASURE = (Write(MEASUREMENT, START), Subscribe(MEDIUM_PAYLOAD))


def _driver(rate_hz: float | None = None) -> MovellaDotDriver:
    return MovellaDotDriver(Side.LEFT, DriverOptions(rate_hz=rate_hz))


def test_a_sample_in_physical_units():
    fed = _driver().feed(MEDIUM_PAYLOAD, SAMPLE)
    assert (fed.actions, fed.faults) == ((), ())
    (reading,) = fed.readings
    assert (reading.device_time_s, reading.sequence, reading.cells) == (1.0, None, None)
    np.testing.assert_array_equal(reading.offset_s, [0])
    np.testing.assert_array_equal(reading.acceleration_mps2, [[0, 0, 9.8125]])
    np.testing.assert_array_equal(reading.rate_dps, [[10, -20, 30.5]])
    assert encode_sample(decode_sample(SAMPLE)) == SAMPLE


def test_set_up_asks_first_and_writes_the_rate_only_where_it_differs():
    driver = _driver()
    assert driver.begin(None) == (
        Read(INFORMATION, optional=True),
        Read(BATTERY, optional=True),
        Subscribe(BATTERY, optional=True),
        Subscribe(REPORT, optional=True),
        Read(CONTROL),
    )
    assert driver.feed(CONTROL, AT_30_HZ).actions == (Write(CONTROL, SET_60_HZ), Read(CONTROL))
    assert driver.facts.rate_hz is None
    assert driver.feed(CONTROL, AT_60_HZ).actions == MEASURE
    assert (driver.facts.rate_hz, driver.facts.note) == (60, None)
    assert driver.end() == (Write(MEASUREMENT, STOP),)
    assert _driver().feed(CONTROL, AT_60_HZ).actions == MEASURE


def test_a_rate_that_does_not_hold_is_told_and_measured_at():
    driver = _driver()
    driver.feed(CONTROL, AT_30_HZ)
    assert driver.feed(CONTROL, AT_30_HZ).actions == MEASURE
    assert (driver.rate_hz, driver.facts.rate_hz) == (30, 30)
    assert driver.facts.note == "stays at 30 Hz; asked for 60 Hz"


@pytest.mark.parametrize(
    ("asked_hz", "set_hz"), [(None, 60), (60.0, 60), (100.0, 60), (120.0, 60), (30.0, 30), (28.0, 30)]
)
def test_the_nearest_rate_that_can_be_streamed_is_set(asked_hz, set_hz):
    driver = _driver(asked_hz)
    assert driver.rate_hz == set_hz
    (write, _) = driver.feed(CONTROL, set_rate(bytes(32), 1.0)).actions
    assert decode_rate(write.data) == set_hz


@pytest.mark.parametrize(
    ("decode", "data"), [(decode_sample, SAMPLE), (decode_rate, AT_60_HZ), (decode_battery, b"\x50\x01")]
)
def test_every_other_length(decode, data):
    for n in range(len(data)):
        with pytest.raises(DecodeError) as caught:
            decode(data[:n])
        assert caught.value.reason is DecodeReason.TRUNCATED
    with pytest.raises(DecodeError) as caught:
        decode(data + b"\0")
    assert caught.value.reason is DecodeReason.WRONG_LENGTH
    decode(data)


def test_the_firmware_is_three_numbers():
    information = bytes.fromhex("c9 7a 28 3f f0 db  01 08 0b  e6 07 09 17 0b 2a 05") + bytes(18)
    assert decode_firmware(information) == "1.8.11"
    for n in range(9):
        with pytest.raises(DecodeError, match=f"information of {n} bytes"):
            decode_firmware(information[:n])
    driver = _driver()
    driver.feed(INFORMATION, information)
    assert driver.facts.firmware == "1.8.11"


def test_the_battery_is_the_maker_s_own():
    driver = _driver()
    driver.feed(BATTERY, b"\x50\x01")
    assert driver.facts.battery_pct == 80
    (fault,) = driver.feed(BATTERY, b"\x65\x00").faults
    assert fault.reason is DecodeReason.OUT_OF_RANGE
    assert driver.facts.battery_pct == 80


@pytest.mark.parametrize(
    ("code", "note"), [(1, "switches off"), (3, "refused a command"), (0, None), (5, None), (9, None)]
)
def test_what_the_device_reports_is_a_note(code, note):
    driver = _driver()
    assert driver.feed(REPORT, bytes((code,)) + bytes(35)).faults == ()
    assert driver.facts.note == note


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e30, 201.0])
@pytest.mark.parametrize("at", range(3))
def test_an_acceleration_that_cannot_be_is_a_fault(at, value):
    data = bytearray(SAMPLE)
    struct.pack_into("<f", data, 4 + 4 * at, value)
    fed = _driver().feed(MEDIUM_PAYLOAD, bytes(data))
    assert (fed.readings, [fault.reason for fault in fed.faults]) == ((), [DecodeReason.OUT_OF_RANGE])


@pytest.mark.parametrize("value", [np.nan, -np.inf, 2501.0])
@pytest.mark.parametrize("at", range(3, 6))
def test_a_rate_that_cannot_be_is_a_fault(at, value):
    data = bytearray(SAMPLE)
    struct.pack_into("<f", data, 4 + 4 * at, value)
    fed = _driver().feed(MEDIUM_PAYLOAD, bytes(data))
    assert (fed.readings, [fault.reason for fault in fed.faults]) == ((), [DecodeReason.OUT_OF_RANGE])


@given(data=st.binary(max_size=40) | st.binary(min_size=28, max_size=28))
@settings(deadline=None)
def test_garbage_is_a_fault_or_a_value_that_can_be(data):
    for reading in _driver().feed(MEDIUM_PAYLOAD, data).readings:
        assert np.abs(reading.acceleration_mps2).max() <= 200
        assert np.abs(reading.rate_dps).max() <= 2500


def test_the_clock_wraps(make_link, make_body):
    emulator = MovellaDotEmulator(Side.LEFT, EmulatorOptions(drift_ppm=0.0))
    start_s = 2**32 / 1e6 - emulator._crystal.phase_s - 0.5
    link = make_link(_driver(), emulator, make_body(), start_s=start_s)
    link.run(1.0)
    times_s = [reading.device_time_s for reading in link.readings]
    assert min(np.diff(times_s)) < -4294
    np.testing.assert_allclose(np.diff(times_s) % (2**32 / 1e6), 1 / 60, atol=2e-6)


def test_the_emulator_keeps_its_rate_and_never_streams_at_120_hz(make_link, make_body):
    emulator = MovellaDotEmulator(Side.LEFT, EmulatorOptions())
    link = make_link(_driver(), emulator, make_body())
    assert Write(CONTROL, set_rate(bytes(32), 60.0)) in link.actions
    emulator.disconnected()
    assert decode_rate(emulator.read(CONTROL, 2.0)) == 60
    emulator.connected(2.0, 247)
    emulator.subscribed(REPORT, True, 2.0)
    emulator.write(CONTROL, set_rate(bytes(32), 120.0), 2.0)
    emulator.write(CONTROL, AT_30_HZ, 2.0)  # without the bit that says what is to change
    (refusal,) = emulator.write(MEASUREMENT, START, 2.0)
    assert (refusal.characteristic, refusal.data[0]) == (REPORT, 3)
    emulator.subscribed(MEDIUM_PAYLOAD, True, 2.0)
    assert emulator.advance(5.0, make_body()) == ()


def test_the_names_tell():
    assert recognise(Advertisement("Xsens DOT")) is not None
    assert recognise(Advertisement("Movella DOT")) is not None
    assert recognise(Advertisement("DOT")) is None
