"""Movesense: golden bytes, packets in two parts wherever they are split, truncations, refusals, stamps that wrap."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.driver import DriverOptions, Fed, Read, Subscribe, Write
from sensors.emulation import Advertisement, EmulatorOptions
from sensors.errors import DecodeReason
from sensors.layout import Side
from sensors.movesense import MovesenseDriver, MovesenseEmulator, recognise
from sensors.movesense.packets import (
    COMMANDS,
    DATA,
    DATA_PART_2,
    NOTIFICATIONS,
    Joiner,
    Samples,
    decode_samples,
    encode_samples,
)
from sensors.standard_services import BATTERY_LEVEL, FIRMWARE_REVISION

SUBSCRIBE_104 = bytes.fromhex("01 63 2f 4d 65 61 73 2f 49 4d 55 36 2f 31 30 34")
SUBSCRIBE_52 = SUBSCRIBE_104[:-3] + b"52"
UNSUBSCRIBE = bytes.fromhex("02 63")

# data, reference 99, stamp 123456 ms, then four accelerations and after them four rates of three 32-bit floats:
# 0x411d0000 = 9.8125, 0x40000000 = 2, 0xc0a00000 = -5, 0x42f00000 = 120, 0xbf000000 = -0.5
ONE_PART = bytes.fromhex(
    "02 63 40 e2 01 00"
    "00000000 00000000 00001d41  00000040 00000000 00001d41  00000040 0000a0c0 00001d41  00000000 00000000 00001d41"
    "0000f042 00000000 00000000  00000000 0000f042 00000000  00000000 00000000 0000f042  000000bf 000000bf 000000bf"
)


def _driver(rate_hz: float | None = None) -> MovesenseDriver:
    return MovesenseDriver(Side.LEFT, DriverOptions(rate_hz=rate_hz))


def _packet(samples_n: int, time_ms: int) -> bytes:
    """Samples of which each value is another."""
    values = np.arange(samples_n * 6.0).reshape(2, samples_n, 3)
    return encode_samples(Samples(time_ms, values[0], values[1]))


def _parts(packet: bytes, split: int) -> tuple[bytes, bytes]:
    return b"\x02\x63" + packet[:split], b"\x03\x63" + packet[split:]


def test_a_packet_in_physical_units():
    fed = _driver(52.0).feed(NOTIFICATIONS, ONE_PART)
    assert (fed.actions, fed.faults) == ((), ())
    (reading,) = fed.readings
    np.testing.assert_allclose(reading.offset_s, np.array([-3, -2, -1, 0]) / 52)
    assert reading.device_time_s == pytest.approx(123.456 + 3 / 52, abs=1e-9)
    np.testing.assert_array_equal(
        reading.acceleration_mps2, [[0, 0, 9.8125], [2, 0, 9.8125], [2, -5, 9.8125], [0, 0, 9.8125]]
    )
    np.testing.assert_array_equal(reading.rate_dps, [[120, 0, 0], [0, 120, 0], [0, 0, 120], [-0.5, -0.5, -0.5]])
    assert (reading.sequence, reading.cells, reading.quaternion) == (None, None, None)


@pytest.mark.parametrize("split", range(1, 196))
def test_a_packet_in_two_parts_is_joined_wherever_it_is_split(split):
    driver = _driver()
    packet = _packet(8, 1000)
    for part in _parts(packet, split):
        fed = driver.feed(NOTIFICATIONS, part)
        assert fed.faults == ()
    (reading,) = fed.readings
    expected = decode_samples(packet)
    np.testing.assert_array_equal(reading.acceleration_mps2, expected.acceleration_mps2)
    np.testing.assert_array_equal(reading.rate_dps, expected.rate_dps)
    assert reading.device_time_s == pytest.approx(1.0 + 7 / 104, abs=1e-9)


def test_every_truncation_of_one_notification_is_no_reading():
    for n in range(len(ONE_PART)):
        driver = _driver(52.0)
        fed = driver.feed(NOTIFICATIONS, ONE_PART[:n])
        assert fed.readings == ()
        assert [fault.reason for fault in fed.faults] == ([DecodeReason.TRUNCATED] if n < 2 else [])
        fed = driver.feed(NOTIFICATIONS, ONE_PART)  # the next one shows that the first was cut short
        assert len(fed.readings) == 1
        assert [fault.reason for fault in fed.faults] == ([DecodeReason.TRUNCATED] if n > 2 else [])


@pytest.mark.parametrize("cut", [0, 1])
def test_every_truncation_of_either_part_is_a_fault_and_the_next_packet_counts(cut):
    for n in range(len(_parts(_packet(8, 0), 150)[cut])):
        driver = _driver()
        parts = list(_parts(_packet(8, 1000), 150))
        parts[cut] = parts[cut][:n]
        fed = [driver.feed(NOTIFICATIONS, part) for part in parts]
        assert all(one.readings == () for one in fed)
        assert any(one.faults for one in fed)
        after = [driver.feed(NOTIFICATIONS, part) for part in _parts(_packet(8, 1077), 150)]
        assert [len(one.readings) for one in after] == [0, 1]


def test_a_lost_part_is_a_fault_and_never_joins_another_packet():
    joiner = Joiner(104.0)
    packets = [_packet(8, 77 * i) for i in range(4)]
    assert joiner.feed(DATA, packets[0][:150]) == ([], [])
    received, faults = joiner.feed(DATA, packets[1][:150])
    assert (received, [fault.reason for fault in faults]) == ([], [DecodeReason.TRUNCATED])
    assert joiner.feed(DATA_PART_2, packets[1][150:]) == ([packets[1]], [])
    received, faults = joiner.feed(DATA_PART_2, packets[2][150:])
    assert (received, [fault.reason for fault in faults]) == ([], [DecodeReason.TRUNCATED])
    assert joiner.feed(DATA, packets[3][:150]) == ([], [])
    assert joiner.feed(DATA_PART_2, packets[3][150:]) == ([packets[3]], [])


def _streamed(joiner: Joiner, packets: list[bytes], split: int) -> tuple[list[bytes], int]:
    received, faults = [], 0
    for packet in packets:
        parts = [(DATA, packet[:split])] + ([(DATA_PART_2, packet[split:])] if split < len(packet) else [])
        for part, data in parts:
            whole, wrong = joiner.feed(part, data)
            received += whole
            faults += len(wrong)
    return received, faults


@pytest.mark.parametrize("split", [28, 76, 100, 150, 400], ids=lambda split: f"split after {split} bytes")
@pytest.mark.parametrize("samples_n", [4, 6, 12, 16])
@pytest.mark.parametrize("true_hz", [100.0, 104.0, 108.0])
def test_packets_of_another_length_are_believed_once_their_stamps_fit(split, samples_n, true_hz):
    packets = [_packet(samples_n, round(1000 * i * samples_n / true_hz)) for i in range(10)]
    received, faults = _streamed(Joiner(104.0), packets, split)
    assert received == packets[2:]
    assert faults == 2


@pytest.mark.parametrize("cut_samples", range(1, 7))
def test_packets_that_lost_whole_samples_are_never_believed(cut_samples):
    packets = [_packet(8, 77 * i)[: -24 * cut_samples] for i in range(50)]
    received, faults = _streamed(Joiner(104.0), packets, 28)
    assert (received, faults) == ([], 50)


@given(data=st.lists(st.tuples(st.sampled_from([0, 1, 2, 3, 4]), st.binary(max_size=250)), max_size=12))
@settings(deadline=None)
def test_any_notifications_are_readings_or_faults(data):
    driver = _driver()
    for kind, rest in data:
        fed = driver.feed(NOTIFICATIONS, bytes((kind, 99)) + rest)
        for reading in fed.readings:
            assert len(reading.offset_s) == 8
            assert np.all(np.abs(reading.acceleration_mps2) <= 200)
            assert np.all(np.abs(reading.rate_dps) <= 3000)


@pytest.mark.parametrize("at", range(6, 54, 12))
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -201.0])
def test_a_value_that_no_sensor_gives_is_a_fault(at, value):
    packet = ONE_PART[:at] + struct.pack("<f", value) + ONE_PART[at + 4 :]
    fed = _driver(52.0).feed(NOTIFICATIONS, packet)
    assert fed.readings == ()
    assert [fault.reason for fault in fed.faults] == [DecodeReason.OUT_OF_RANGE]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", DecodeReason.TRUNCATED),
        (b"\x02", DecodeReason.TRUNCATED),
        (b"\x04\x63" + bytes(100), DecodeReason.UNKNOWN_TYPE),
        (b"\x02\x62" + ONE_PART[2:], DecodeReason.UNKNOWN_TYPE),
        (b"\x01\x63\xc8", DecodeReason.TRUNCATED),
    ],
)
def test_a_notification_that_cannot_be_is_one_fault(data, reason):
    fed = _driver(52.0).feed(NOTIFICATIONS, data)
    assert fed.readings == ()
    assert [fault.reason for fault in fed.faults] == [reason]


@pytest.mark.parametrize(
    ("rate_hz", "command", "held_hz"),
    [(None, SUBSCRIBE_104, 104), (52.0, SUBSCRIBE_52, 52), (104.0, SUBSCRIBE_104, 104), (200.0, SUBSCRIBE_104, 104)],
)
def test_set_up_listens_and_then_starts_the_stream(rate_hz, command, held_hz):
    driver = _driver(rate_hz)
    assert driver.begin(None) == (
        Read(FIRMWARE_REVISION, optional=True),
        Read(BATTERY_LEVEL, optional=True),
        Subscribe(BATTERY_LEVEL, optional=True),
        Subscribe(NOTIFICATIONS),
        Write(COMMANDS, command),
    )
    assert driver.rate_hz == held_hz
    assert driver.end() == (Write(COMMANDS, UNSUBSCRIBE),)


@pytest.mark.parametrize(
    ("status", "note"),
    [
        ("c8 00", None),
        ("00 c8", None),
        ("94 01", "refuses /Meas/IMU6/104 with status 404"),
        ("01 fb", "refuses /Meas/IMU6/104 with status 507"),
        ("fb 01", "refuses /Meas/IMU6/104 with status 507"),
    ],
)
def test_a_refusal_is_told_in_either_order_of_bytes(status, note):
    driver = _driver()
    assert driver.feed(NOTIFICATIONS, bytes.fromhex("01 63" + status)) == Fed()
    assert driver.facts.note == note


def test_the_battery_and_the_firmware_are_told():
    driver = _driver()
    driver.feed(BATTERY_LEVEL, b"\x2a")
    driver.feed(FIRMWARE_REVISION, b"2.1.5")
    assert (driver.facts.battery_pct, driver.facts.firmware, driver.facts.side) == (42, "2.1.5", None)


def test_the_emulator_splits_what_does_not_fit(make_link, make_body):
    link = make_link(_driver(), MovesenseEmulator(Side.LEFT, EmulatorOptions()), make_body(), mtu=161)
    link.run(1.0)
    assert [len(one.data) for one in link.notifications[:4]] == [152, 48, 152, 48]
    assert [one.data[0] for one in link.notifications[:4]] == [2, 3, 2, 3]
    link = make_link(_driver(52.0), MovesenseEmulator(Side.LEFT, EmulatorOptions()), make_body(), mtu=161)
    link.run(1.0)
    assert {len(one.data) for one in link.notifications} == {102}


def test_the_emulator_answers_as_early_firmware(make_body):
    emulator = MovesenseEmulator(Side.LEFT, EmulatorOptions())
    emulator.connected(0.0, 161)
    emulator.subscribed(NOTIFICATIONS, True, 0.0)
    assert emulator.write(COMMANDS, b"\x01\x63/Meas/IMU6/103", 0.0) == ()
    assert emulator.advance(1.0, make_body()) == ()
    (hello,) = emulator.write(COMMANDS, b"\x00\x07", 1.0)
    assert hello.data == b"\x01\x07Hello"
    assert emulator.write(COMMANDS, SUBSCRIBE_52, 1.0) == ()
    (full,) = emulator.write(COMMANDS, SUBSCRIBE_52, 1.0)
    assert full.data == bytes.fromhex("01 63 01 fb")
    assert len(emulator.advance(2.0, make_body())) == pytest.approx(13, abs=1)
    emulator.write(COMMANDS, UNSUBSCRIBE, 2.0)
    assert emulator.advance(3.0, make_body()) == ()


def test_stamps_start_again(make_link, make_body):
    emulator = MovesenseEmulator(Side.LEFT, EmulatorOptions(seed=1, drift_ppm=0.0))
    link = make_link(_driver(), emulator, make_body(), start_s=2**32 / 1000 - emulator._crystal.phase_s - 1.0)
    link.run(2.0)
    assert not link.faults
    times_s = np.array([reading.device_time_s for reading in link.readings])
    assert times_s[0] > times_s[-1]
    np.testing.assert_allclose(np.diff(times_s) % (2**32 / 1000), 8 / 104, atol=0.0011)


def test_the_name_tells():
    assert recognise(Advertisement("Movesense 174630000192")) is not None
    assert recognise(Advertisement("174630000192", service_uuids=("fdf3",))) is None
