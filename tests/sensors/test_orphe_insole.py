"""ORPHE INSOLE: golden bytes, every truncation, clock and serial wraps, set-up."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sensors.driver import G_MPS2, DriverOptions, Fed, Read, Subscribe, Write
from sensors.emulation import Advertisement, EmulatorOptions
from sensors.errors import DecodeReason
from sensors.layout import LoadUnit, Region, Side
from sensors.orphe_insole import OrpheInsoleDriver, OrpheInsoleEmulator, recognise
from sensors.orphe_insole.packets import (
    CELLS,
    DATE_TIME,
    DEVICE_INFORMATION,
    FORMATS,
    SENSOR_VALUES,
    decode_packet,
    encode_date_time,
    encode_packets,
)
from sensors.standard_services import FIRMWARE_REVISION

HEAD = "01 02 01 02 03 01 c2"  # serial 0x0102, 01:02:03.450
TIME_S = 3723.45

MODE_4 = bytes.fromhex(
    f"38 {HEAD}"
    "40 00 00 00 00 00 00 00 03 e8 fc 18 00 00 00 00 00 00 08 00 00 c9 00 ca 00 cb 00 cc 00 cd 00 ce"
    "40 00 00 00 00 00 00 00 01 f4 fe 0c 00 00 00 00 00 00 07 f8 00 65 00 66 00 67 00 68 00 69 00 6a" + "00" * 32
)
MODE_3 = bytes.fromhex(
    f"37 {HEAD}"
    "00 04 ff fc 00 28  10 00 f0 00 08 00  ff ff 00 01 00 02 00 03 00 04 00 05"
    "00 03 ff fd 00 1e  0c 00 f4 00 08 01  00 0c 00 0d 00 0e 00 0f 00 10 00 11"
    "00 02 ff fe 00 14  08 00 f8 00 08 02  00 0c 00 0d 00 0e 00 0f 00 10 00 11"
    "00 01 ff ff 00 0a  04 00 fc 00 08 03  80 00 00 0d 00 0e 00 0f 00 10 00 11"
)
MODE_1 = bytes.fromhex(
    f"32 {HEAD}"
    "40 00 00 00 00 00 00 00  00 04 00 00 00 00  00 00 00 00 08 00  06"
    "00 00 40 00 00 00 00 00  00 03 00 00 00 00  00 00 00 00 08 00  05"
    "00 00 00 00 40 00 00 00  00 02 00 00 00 00  00 00 00 00 08 00  04"
    "00 00 00 00 00 00 40 00  00 01 00 00 00 00  00 00 00 00 08 00  63" + "00" * 12
)
GOLDEN = {"mode 4": MODE_4, "mode 3": MODE_3, "FIFO": b"\x36" + MODE_3[1:], "mode 1": MODE_1}


def _driver(rate_hz: float | None = None) -> OrpheInsoleDriver:
    return OrpheInsoleDriver(Side.LEFT, DriverOptions(rate_hz=rate_hz))


def _only_reading(fed: Fed):
    assert fed.faults == ()
    (reading,) = fed.readings
    return reading


def test_mode_4_gives_two_samples_oldest_first():
    reading = _only_reading(_driver().feed(SENSOR_VALUES, MODE_4))
    assert reading.sequence == 0x0102
    assert reading.device_time_s == pytest.approx(TIME_S, abs=1e-9)
    np.testing.assert_allclose(reading.offset_s, [-1 / 104, 0])
    np.testing.assert_array_equal(reading.cells, [[101, 102, 103, 104, 105, 106], [201, 202, 203, 204, 205, 206]])
    np.testing.assert_allclose(reading.rate_dps, [[35, -35, 0], [70, -70, 0]])
    np.testing.assert_allclose(reading.acceleration_mps2, [[0, 0, 2040 / 2048 * G_MPS2], [0, 0, G_MPS2]])
    np.testing.assert_array_equal(reading.quaternion, [[1, 0, 0, 0], [1, 0, 0, 0]])


@pytest.mark.parametrize("packet", [MODE_3, GOLDEN["FIFO"]])
def test_mode_3_and_fifo_give_four_samples_oldest_first(packet):
    reading = _only_reading(_driver(200.0).feed(SENSOR_VALUES, packet))
    assert reading.device_time_s == pytest.approx(TIME_S, abs=1e-9)
    np.testing.assert_allclose(reading.offset_s, np.array([-3, -2, -1, 0]) / 208)
    np.testing.assert_allclose(reading.rate_dps, np.array([[n, -n, 10 * n] for n in (1, 2, 3, 4)]) * 0.07)
    thousand = np.array([[n * 1024, -n * 1024, 0x804 - n] for n in (1, 2, 3, 4)])
    np.testing.assert_allclose(reading.acceleration_mps2, thousand * 16 * G_MPS2 / 32768)
    np.testing.assert_array_equal(reading.cells[0], [0x8000, 13, 14, 15, 16, 17])
    np.testing.assert_array_equal(reading.cells[-1], [0xFFFF, 1, 2, 3, 4, 5])
    assert reading.quaternion is None


def test_mode_1_steps_from_the_oldest_sample_by_each_block_s_milliseconds():
    reading = _only_reading(_driver().feed(SENSOR_VALUES, MODE_1))
    np.testing.assert_allclose(reading.offset_s, [-0.015, -0.011, -0.006, 0])
    assert reading.device_time_s == pytest.approx(TIME_S + 0.015, abs=1e-9)
    np.testing.assert_allclose(reading.rate_dps[:, 0], np.array([1, 2, 3, 4]) * 0.07)
    np.testing.assert_array_equal(reading.quaternion, np.eye(4)[::-1])
    np.testing.assert_allclose(reading.acceleration_mps2, [[0, 0, G_MPS2]] * 4)
    assert reading.cells is None


def test_mode_1_may_step_over_midnight():
    packet = bytearray(MODE_1)
    packet[3:8] = bytes((23, 59, 59)) + (990).to_bytes(2, "big")
    assert _only_reading(_driver().feed(SENSOR_VALUES, bytes(packet))).device_time_s == pytest.approx(0.005)


@pytest.mark.parametrize("packet", GOLDEN.values(), ids=GOLDEN)
def test_every_truncation_is_one_fault_and_names_the_mtu(packet):
    for n in range(len(packet)):
        fed = _driver().feed(SENSOR_VALUES, packet[:n])
        assert fed.readings == ()
        (fault,) = fed.faults
        assert fault.reason is DecodeReason.TRUNCATED
        assert "MTU of 107" in str(fault)


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        (0, 51, DecodeReason.UNKNOWN_TYPE),
        (3, 24, DecodeReason.OUT_OF_RANGE),
        (4, 60, DecodeReason.OUT_OF_RANGE),
        (5, 60, DecodeReason.OUT_OF_RANGE),
        (6, 4, DecodeReason.OUT_OF_RANGE),
    ],
)
def test_a_packet_that_cannot_be_is_one_fault(at, value, reason):
    packet = bytearray(MODE_4)
    packet[at] = value
    fed = _driver().feed(SENSOR_VALUES, bytes(packet))
    assert fed.readings == ()
    assert [fault.reason for fault in fed.faults] == [reason]


def test_a_packet_too_long_is_one_fault():
    fed = _driver().feed(SENSOR_VALUES, MODE_4 + b"\0")
    assert fed.readings == ()
    assert [fault.reason for fault in fed.faults] == [DecodeReason.WRONG_LENGTH]


@given(blocks=st.binary(min_size=96, max_size=96), header=st.sampled_from([50, 54, 55, 56]))
@settings(deadline=None)
def test_any_sample_bytes_decode(blocks, header):
    reading = _only_reading(_driver().feed(SENSOR_VALUES, bytes((header,)) + MODE_4[1:8] + blocks))
    assert np.all(np.diff(reading.offset_s) >= 0)
    assert np.all(np.abs(reading.rate_dps) <= 32768 * 0.07)
    assert np.all(np.abs(reading.acceleration_mps2) <= 16 * G_MPS2)


@given(
    header=st.sampled_from(sorted(FORMATS)),
    serial=st.integers(0, 200_000),
    newest_ms=st.integers(20, 200_000_000),
    data=st.data(),
)
@settings(deadline=None)
def test_what_an_emulator_encodes_comes_back(header, serial, newest_ms, data):
    layout = FORMATS[header]
    number = st.integers(-32768, 32767)
    words = data.draw(arrays(np.int64, (1, layout.samples, layout.stride // 2), elements=number))
    (encoded,) = encode_packets(header, np.array([serial]), np.array([newest_ms / 1000]), words, step_ms=5)
    packet = decode_packet(encoded)
    assert (packet.header, packet.serial) == (header, serial % 65536)
    assert packet.newest_time_s == pytest.approx(newest_ms / 1000 % 86400, abs=1e-6)
    np.testing.assert_array_equal(packet.words, words[0])
    assert packet.offset_s[0] == pytest.approx(-0.015 if header == 50 else -(layout.samples - 1) * layout.step_s)


def _information(*, battery=77, mount=1, acceleration=3, rate=3) -> bytes:
    told = bytearray(20)
    told[0], told[1], told[8], told[9] = battery, mount, acceleration, rate
    return bytes(told)


@pytest.mark.parametrize(("acceleration", "range_g"), list(enumerate([2, 4, 8, 16])))
@pytest.mark.parametrize(("rate", "mdps_per_count"), list(enumerate([8.75, 17.5, 35, 70])))
def test_scales_follow_the_ranges_that_the_device_tells(acceleration, range_g, rate, mdps_per_count):
    driver = _driver()
    assert driver.feed(DEVICE_INFORMATION, _information(acceleration=acceleration, rate=rate)) == Fed()
    reading = _only_reading(driver.feed(SENSOR_VALUES, MODE_4))
    assert reading.rate_dps[1, 0] == pytest.approx(mdps_per_count)  # 1000 counts
    assert reading.acceleration_mps2[1, 2] == pytest.approx(range_g / 16 * G_MPS2)


@pytest.mark.parametrize(
    ("mount", "side", "on_instep"),
    [(0, Side.LEFT, False), (1, Side.RIGHT, False), (2, Side.LEFT, True), (3, Side.RIGHT, True)],
)
def test_the_mount_position_tells_side_and_place(mount, side, on_instep):
    driver = _driver()
    driver.feed(DEVICE_INFORMATION, _information(mount=mount))
    assert driver.facts.side is side
    assert (driver.facts.note is not None) == on_instep


def test_battery_and_firmware_are_told():
    driver = _driver()
    driver.feed(DEVICE_INFORMATION, _information(battery=77))
    driver.feed(FIRMWARE_REVISION, b"1.0.4\0")
    assert driver.facts.battery_pct == 77
    assert driver.facts.firmware == "1.0.4"
    driver.feed(DEVICE_INFORMATION, _information(battery=255))
    assert driver.facts.battery_pct is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", DecodeReason.TRUNCATED),
        (_information()[:9], DecodeReason.TRUNCATED),
        (_information(acceleration=4), DecodeReason.OUT_OF_RANGE),
        (_information(rate=9), DecodeReason.OUT_OF_RANGE),
    ],
)
def test_device_information_that_cannot_be_changes_nothing(data, reason):
    driver = _driver()
    driver.feed(DEVICE_INFORMATION, _information())
    before = driver.facts
    assert [fault.reason for fault in driver.feed(DEVICE_INFORMATION, data).faults] == [reason]
    assert driver.facts == before


@pytest.mark.parametrize(
    ("rate_hz", "mode", "samples_hz"), [(None, 4, 100), (50.0, 4, 100), (100.0, 4, 100), (200.0, 3, 200)]
)
def test_set_up_asks_then_sets_clock_and_mode_then_listens(rate_hz, mode, samples_hz):
    driver = _driver(rate_hz)
    assert driver.begin(datetime(2026, 11, 21, 8, 30, 15, 259_999, tzinfo=UTC)) == (
        Read(DEVICE_INFORMATION),
        Read(FIRMWARE_REVISION, optional=True),
        Write(DATE_TIME, bytes((26, 11, 21, 8, 30, 15, 25))),
        Write(DEVICE_INFORMATION, bytes((0x0D, mode))),
        Subscribe(SENSOR_VALUES),
    )
    assert driver.rate_hz == samples_hz
    assert driver.unit is LoadUnit.COUNTS


def test_a_device_in_another_mode_is_told_again_every_two_seconds():
    driver = _driver(200.0)
    answers = [driver.feed(SENSOR_VALUES, MODE_4).actions for _ in range(250)]
    assert [i for i, actions in enumerate(answers) if actions == (Write(DEVICE_INFORMATION, b"\x0d\x03"),)] == [99, 199]
    assert [i for i, actions in enumerate(answers) if actions] == [99, 199]


def test_the_battery_is_asked_for_once_a_minute():
    driver = _driver()
    answers = [driver.feed(SENSOR_VALUES, MODE_4).actions for _ in range(7000)]
    assert [i for i, actions in enumerate(answers) if actions] == [2999, 5999]
    assert answers[2999] == (Read(DEVICE_INFORMATION),)


def test_the_cells_lie_where_the_maker_s_picture_has_them():
    big_toe, medial_ball, lateral_toe, centre_ball, lateral, heel = CELLS
    assert (big_toe.x, big_toe.y) == (0.2404, 0.832)
    assert heel.region is Region.HEEL
    assert heel.y < min(cell.y for cell in CELLS if cell is not heel)
    assert big_toe.y == max(cell.y for cell in CELLS)
    assert medial_ball.x < centre_ball.x < lateral_toe.x < lateral.x
    assert OrpheInsoleDriver(Side.RIGHT, DriverOptions()).cells == _driver().cells


def test_the_advertisement_tells_side_battery_and_firmware():
    told = bytes((0, 0, 0, 0, 0, 9, 1, 0, 0, 0, 0, 0, 0, 0, 64, 1, 2, 3))
    facts = recognise(Advertisement("INS0-1A2B", manufacturer_data={0: told}))
    assert (facts.side, facts.battery_pct, facts.firmware) == (Side.RIGHT, 64, "1.2.3")
    assert recognise(Advertisement("INS0-1A2B", manufacturer_data={0: told[:17]})).side is None
    assert recognise(Advertisement("CR-3")) is None


def test_serials_and_the_time_of_day_start_again(make_link, make_body):
    emulator = OrpheInsoleEmulator(Side.LEFT, EmulatorOptions(seed=1, drift_ppm=0.0))
    wrap_s = 65536 * 4 / 50 - emulator._crystal.phase_s  # when the packet count reaches a multiple of 65536
    link = make_link(_driver(), emulator, make_body(), start_s=wrap_s - 1.0)
    emulator.write(DATE_TIME, encode_date_time(datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC)), link.time_s)
    link.run(2.0)
    assert not link.faults
    serials = [reading.sequence for reading in link.readings]
    assert serials[0] > serials[-1]
    assert set((np.diff(serials) % 65536).tolist()) == {1}
    times_s = np.array([reading.device_time_s for reading in link.readings])
    assert times_s[0] > 86398
    assert times_s[-1] < 2
    np.testing.assert_allclose(np.diff(times_s) % 86400, 0.02, atol=1e-6)


def test_the_clock_is_set_to_the_host_s(make_link, make_body):
    emulator = OrpheInsoleEmulator(Side.LEFT, EmulatorOptions())
    link = make_link(_driver(), emulator, make_body())
    link.run(1.0)
    assert link.readings[-1].device_time_s == pytest.approx(8 * 3600 + 30 * 60 + 15.25 + 1.0, abs=0.02)
    assert emulator.read(DATE_TIME, link.time_s)[3:6] == bytes((8, 30, 16))


def test_motion_mode_and_fifo_mode_of_the_emulator(make_link, make_body):
    link = make_link(_driver(), OrpheInsoleEmulator(Side.LEFT, EmulatorOptions()), make_body())
    link.run(0.5)
    link.emulator.write(DEVICE_INFORMATION, b"\x0d\x01", link.time_s)
    link.run(1.0)
    (before, before_reading), (notification, reading) = link.received[0], link.received[-1]
    assert notification.data[0] == 50
    passed_s = reading.device_time_s - before_reading.device_time_s
    assert passed_s == pytest.approx(notification.time_s - before.time_s, abs=0.002)
    sample_s = notification.time_s + reading.offset_s
    np.testing.assert_allclose(reading.rate_dps, link.body.shank(Side.LEFT, sample_s)[1], atol=0.2)
    received = len(link.received)
    link.emulator.write(DEVICE_INFORMATION, b"\x0d\x02", link.time_s)
    link.run(1.0)
    assert len(link.received) == received


def test_a_low_mtu_shows_as_truncated_packets(make_link, make_body):
    link = make_link(_driver(), OrpheInsoleEmulator(Side.LEFT, EmulatorOptions()), make_body(), mtu=23)
    link.run(1.0)
    assert link.readings == []
    assert {fault.reason for fault in link.faults} == {DecodeReason.TRUNCATED}
    assert {len(notification.data) for notification in link.notifications} == {20}
