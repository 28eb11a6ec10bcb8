"""ORPHE CORE: golden bytes, every truncation, ranges that are widened before anything is believed."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.driver import G_MPS2, DriverOptions, Fed, Pause, Read, Subscribe, Write
from sensors.emulation import Advertisement, EmulatorOptions
from sensors.errors import DecodeReason
from sensors.layout import Side
from sensors.orphe_core import OrpheCoreDriver, OrpheCoreEmulator, recognise
from sensors.orphe_insole.packets import DEVICE_INFORMATION, SENSOR_VALUES
from sensors.standard_services import BATTERY_LEVEL, FIRMWARE_REVISION

# header 50, serial 258, 01:02:03.450, then four blocks, newest first: quaternion 1, 0, 0, 0; gyroscope n * 1024, -1024,
# 0 counts; accelerometer 0, -n * 512, 2048 counts; 6, 5 and 4 ms after the elder; no meaning in the oldest's last byte
PACKET = bytes.fromhex(
    "32 01 02 01 02 03 01 c2"
    "40 00 00 00 00 00 00 00  10 00 fc 00 00 00  00 00 f8 00 08 00  06"
    "40 00 00 00 00 00 00 00  0c 00 fc 00 00 00  00 00 fa 00 08 00  05"
    "40 00 00 00 00 00 00 00  08 00 fc 00 00 00  00 00 fc 00 08 00  04"
    "40 00 00 00 00 00 00 00  04 00 fc 00 00 00  00 00 fe 00 08 00  63"
)
# battery full, right, no recording, auto run, LED 200, unused, settings 7 and 9, 8 g and 500 deg/s
INFORMATION = bytes.fromhex("02 01 00 01 c8 00 07 09 02 01 00 00 00 00 00 00 00 00 00 00")
WIDEST = INFORMATION[:8] + b"\x03\x03" + INFORMATION[10:]
# command 1 with right, LED 200, 0, auto run, settings 7 and 9, 16 g and 2000 deg/s, padded to 20 bytes
WIDEN = bytes.fromhex("01 01 c8 00 01 07 09 03 03 00 00 00 00 00 00 00 00 00 00 00")
# header 40: quaternion, 3 + 1 gyroscope bytes, unused, 3 accelerometer bytes, unused, counter
CORE_2 = bytes.fromhex("28 7f ff 00 00 00 00 00 00 7f 00 00 00 00 00 00 08 00 01 02")


def _driver(**options: str) -> OrpheCoreDriver:
    return OrpheCoreDriver(Side.LEFT, DriverOptions(options=options))


def _reading(driver: OrpheCoreDriver, packet: bytes = PACKET):
    fed = driver.feed(SENSOR_VALUES, packet)
    assert fed.faults == ()
    (reading,) = fed.readings
    return reading


@pytest.mark.parametrize("padding", [b"", bytes(12)], ids=["as sent", "padded to the insole's length"])
def test_a_packet_gives_four_samples_oldest_first(padding):
    driver = _driver()
    driver.feed(DEVICE_INFORMATION, WIDEST)
    reading = _reading(driver, PACKET + padding)
    assert reading.sequence == 0x0102
    assert reading.device_time_s == pytest.approx(3723.45 + 0.015, abs=1e-9)
    np.testing.assert_allclose(reading.offset_s, [-0.015, -0.011, -0.006, 0])
    np.testing.assert_allclose(reading.rate_dps, [[n * 62.5, -62.5, 0] for n in (1, 2, 3, 4)])
    np.testing.assert_allclose(reading.acceleration_mps2, [[0, -n * 0.25 * G_MPS2, G_MPS2] for n in (1, 2, 3, 4)])
    assert (reading.cells, reading.quaternion) == (None, None)


@pytest.mark.parametrize(("acceleration", "range_g"), list(enumerate([2, 4, 8, 16])))
@pytest.mark.parametrize(("rate", "range_dps"), list(enumerate([250, 500, 1000, 2000])))
@pytest.mark.parametrize(("scale", "factor"), [("range", 1.0), ("sensitivity", 0.07 * 32768 / 2000)])
def test_scales_follow_the_ranges_that_are_held_in_the_end(acceleration, range_g, rate, range_dps, scale, factor):
    driver = _driver(rate_scale=scale)
    for _ in range(4):
        driver.feed(DEVICE_INFORMATION, WIDEST[:8] + bytes((acceleration, rate)) + WIDEST[10:])
    reading = _reading(driver)
    assert reading.rate_dps[3, 0] == pytest.approx(range_dps / 8 * factor)  # 4096 counts
    assert reading.acceleration_mps2[3, 2] == pytest.approx(range_g / 16 * G_MPS2)


def test_every_truncation_is_one_fault_and_names_the_mtu():
    for n in range(len(PACKET)):
        fed = _driver().feed(SENSOR_VALUES, PACKET[:n])
        assert fed.readings == ()
        (fault,) = fed.faults
        assert fault.reason is DecodeReason.TRUNCATED
        assert "MTU of 95" in str(fault)


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (PACKET + b"\0", DecodeReason.WRONG_LENGTH),
        (PACKET + bytes(13), DecodeReason.WRONG_LENGTH),
        (b"\x37" + PACKET[1:], DecodeReason.UNKNOWN_TYPE),
        (CORE_2, DecodeReason.UNKNOWN_TYPE),
        (PACKET[:3] + b"\x18" + PACKET[4:], DecodeReason.OUT_OF_RANGE),
    ],
)
def test_a_packet_that_cannot_be_is_one_fault(packet, reason):
    fed = _driver().feed(SENSOR_VALUES, packet)
    assert fed.readings == ()
    assert [fault.reason for fault in fed.faults] == [reason]


def test_a_core_2_is_told_apart():
    assert "ORPHE CORE 2" in str(_driver().feed(SENSOR_VALUES, CORE_2).faults[0])


@given(blocks=st.binary(min_size=84, max_size=84))
@settings(deadline=None)
def test_any_sample_bytes_decode(blocks):
    driver = _driver()
    driver.feed(DEVICE_INFORMATION, WIDEST)
    reading = _reading(driver, PACKET[:8] + blocks)
    assert np.all(np.diff(reading.offset_s) >= 0)
    assert np.all(np.abs(reading.rate_dps) <= 2000)
    assert np.all(np.abs(reading.acceleration_mps2) <= 16 * G_MPS2)


def test_set_up_widens_the_ranges_and_only_then_listens():
    driver = _driver()
    assert driver.begin(None) == (
        Read(FIRMWARE_REVISION, optional=True),
        Read(BATTERY_LEVEL, optional=True),
        Subscribe(BATTERY_LEVEL, optional=True),
        Read(DEVICE_INFORMATION),
    )
    assert driver.feed(DEVICE_INFORMATION, INFORMATION).actions == (
        Write(DEVICE_INFORMATION, WIDEN),
        Pause(0.5),
        Read(DEVICE_INFORMATION),
    )
    assert driver.feed(DEVICE_INFORMATION, WIDEST).actions == (Subscribe(SENSOR_VALUES),)
    assert driver.feed(DEVICE_INFORMATION, WIDEST) == Fed()
    assert (driver.rate_hz, driver.facts.note, driver.facts.side) == (200, None, None)


def test_ranges_that_stay_are_told_and_used():
    driver = _driver()
    for _ in range(3):
        assert Write(DEVICE_INFORMATION, WIDEN) in driver.feed(DEVICE_INFORMATION, INFORMATION).actions
    assert driver.feed(DEVICE_INFORMATION, INFORMATION).actions == (Subscribe(SENSOR_VALUES),)
    assert driver.facts.note == "stays at ranges of 8 g and 500 deg/s"
    driver.feed(DEVICE_INFORMATION, b"\0" + INFORMATION[1:])
    assert driver.facts.note == "stays at ranges of 8 g and 500 deg/s; says that its battery is low"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        *[(INFORMATION[:n], DecodeReason.TRUNCATED) for n in range(10)],
        (INFORMATION[:8] + b"\x04\x01", DecodeReason.OUT_OF_RANGE),
        (INFORMATION[:8] + b"\x01\x04", DecodeReason.OUT_OF_RANGE),
    ],
)
def test_device_information_that_cannot_be_leads_nowhere(data, reason):
    fed = _driver().feed(DEVICE_INFORMATION, data)
    assert fed.actions == ()
    assert [fault.reason for fault in fed.faults] == [reason]


def test_a_step_of_the_battery_is_no_percentage():
    driver = _driver()
    for step, note in ((2, None), (1, None), (0, "says that its battery is low"), (2, None)):
        driver.feed(DEVICE_INFORMATION, bytes((step,)) + WIDEST[1:])
        assert (driver.facts.battery_pct, driver.facts.note) == (None, note)


def test_the_battery_is_asked_for_once_a_minute():
    driver = _driver()
    answers = [driver.feed(SENSOR_VALUES, PACKET).actions for _ in range(7000)]
    assert [i for i, actions in enumerate(answers) if actions] == [2999, 5999]
    assert answers[2999] == (Read(DEVICE_INFORMATION),)


def test_the_emulator_keeps_what_the_command_does_not_set(make_link, make_body):
    emulator = OrpheCoreEmulator(Side.RIGHT, EmulatorOptions(battery_pct=5.0))
    link = make_link(_driver(), emulator, make_body())
    assert emulator.read(DEVICE_INFORMATION, link.time_s)[:10] == bytes((0, 1, 0, 0, 0, 0, 0, 0, 3, 3))
    assert link.driver.facts.note == "says that its battery is low"
    emulator.write(DEVICE_INFORMATION, WIDEN[:7] + b"\x04\x03", link.time_s)
    assert emulator.read(DEVICE_INFORMATION, link.time_s)[8:10] == b"\3\3"


def test_a_device_whose_ranges_are_wide_is_not_written_to(make_link, make_body):
    emulator = OrpheCoreEmulator(Side.LEFT, EmulatorOptions())
    first = make_link(_driver(), emulator, make_body())
    emulator.disconnected()
    again = make_link(_driver(), emulator, make_body(), start_s=first.time_s + 1.0)
    assert [sum(isinstance(one, Write) for one in link.actions) for link in (first, again)] == [1, 0]


def test_serials_and_the_time_of_day_start_again(make_link, make_body):
    emulator = OrpheCoreEmulator(Side.LEFT, EmulatorOptions(seed=1, drift_ppm=0.0))
    phase_s = emulator._crystal.phase_s
    for wraps_after_s in (65536 / 50, 86400.0):
        wrap_s = wraps_after_s * math.ceil(phase_s / wraps_after_s + 1) - phase_s
        link = make_link(_driver(), emulator, make_body(), start_s=wrap_s - 1.0)
        link.run(2.0)
        assert not link.faults
        assert set((np.diff([reading.sequence for reading in link.readings]) % 65536).tolist()) == {1}
        times_s = np.array([reading.device_time_s for reading in link.readings])
        np.testing.assert_allclose(np.diff(times_s) % 86400, 0.02, atol=1e-6)


def test_the_name_tells():
    assert recognise(Advertisement("CR-3-1A2B")) is not None
    assert recognise(Advertisement("INS0-1A2B")) is None
    assert recognise(Advertisement("ACR-3")) is None
