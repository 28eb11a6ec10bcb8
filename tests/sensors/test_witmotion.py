"""WitMotion: golden bytes, the framer, set-up and its repair, battery."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.driver import G_MPS2, DriverOptions, Pause, Subscribe, Write
from sensors.emulation import Advertisement, EmulatorOptions
from sensors.layout import Side
from sensors.witmotion import WitMotionDriver, WitMotionEmulator, recognise
from sensors.witmotion.packets import COMMANDS, FRAMES, Framer, battery_pct, register_reply

SAMPLE = bytes.fromhex("55 61 00 00 00 fc 00 08 a4 00 b8 fe 00 40 00 20 00 e0 00 00")
BATTERY_3V89 = bytes.fromhex("55 71 64 00 85 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00")
UNLOCK = bytes.fromhex("ff aa 69 88 b5")
BANDWIDTH = bytes.fromhex("ff aa 1f 01 00")
ASK_RATE = bytes.fromhex("ff aa 27 03 00")
ASK_BATTERY = bytes.fromhex("ff aa 27 64 00")


def _driver(rate_hz: float | None = None) -> WitMotionDriver:
    return WitMotionDriver(Side.LEFT, DriverOptions(rate_hz=rate_hz))


def _frame(n: int) -> bytes:
    """A sample whose numbers tell it from others and hold no frame start."""
    return b"\x55\x61" + bytes((n % 80, n // 80 % 80)) * 9


def _writes(actions) -> list[bytes]:
    return [action.data for action in actions if isinstance(action, Write)]


def test_a_sample_in_physical_units():
    fed = _driver().feed(FRAMES, SAMPLE)
    assert fed.faults == ()
    assert fed.actions == ()
    (reading,) = fed.readings
    np.testing.assert_array_equal(reading.offset_s, [0.0])
    np.testing.assert_allclose(reading.acceleration_mps2, [[0, -0.5 * G_MPS2, G_MPS2]])
    np.testing.assert_allclose(reading.rate_dps, [[10.0098, -20.0195, 1000]], atol=1e-4)
    assert (reading.device_time_s, reading.sequence, reading.cells) == (None, None, None)


def test_several_frames_in_one_notification_are_one_reading():
    (reading,) = _driver(200.0).feed(FRAMES, SAMPLE + _frame(1) + BATTERY_3V89 + SAMPLE).readings
    np.testing.assert_allclose(reading.offset_s, [-0.010, -0.005, 0])
    assert reading.rate_dps[[0, 2], 2].tolist() == [1000, 1000]


@pytest.mark.parametrize(
    ("rate_hz", "code", "held_hz"),
    [(None, 0x09, 100), (10.0, 0x06, 10), (20.0, 0x07, 20), (50.0, 0x08, 50), (100.0, 0x09, 100), (200.0, 0x0B, 200)],
)
def test_set_up_unlocks_sets_rate_and_bandwidth_and_only_then_listens(rate_hz, code, held_hz, make_link, make_body):
    driver = _driver(rate_hz)
    settle = Pause(0.1)
    rate = bytes((0xFF, 0xAA, 0x03, code, 0x00))
    assert driver.begin(None) == (
        *(Write(COMMANDS, UNLOCK, response=False), settle),
        *(Write(COMMANDS, rate, response=False), settle),
        *(Write(COMMANDS, BANDWIDTH, response=False), settle),
        Subscribe(FRAMES),
        *(Write(COMMANDS, ASK_RATE, response=False), settle),
        *(Write(COMMANDS, ASK_BATTERY, response=False), settle),
    )
    assert driver.rate_hz == held_hz


def test_every_truncation_waits_for_the_rest():
    for n in range(len(SAMPLE)):
        driver = _driver()
        first, second = driver.feed(FRAMES, SAMPLE[:n]), driver.feed(FRAMES, SAMPLE[n:])
        assert (first.readings, first.faults, second.faults) == ((), (), ())
        np.testing.assert_allclose(second.readings[0].rate_dps[0, 2], 1000)


@given(cuts=st.lists(st.integers(0, 20 * 30), max_size=40))
@settings(deadline=None)
def test_any_cutting_of_a_stream_gives_the_same_frames(cuts):
    frames = [_frame(n) for n in range(30)]
    stream = b"".join(frames)
    framer, received = Framer(), []
    edges = [0, *sorted(cuts), len(stream)]
    for start, end in pairwise(edges):
        whole, faults = framer.feed(stream[start:end])
        assert faults == []
        received += whole
    assert received == frames


@given(garbage=st.binary(min_size=1, max_size=70), at=st.integers(0, 9), cuts=st.lists(st.integers(0, 300), max_size=5))
@settings(deadline=None)
def test_a_stream_with_garbage_in_it_is_found_again(garbage, at, cuts):
    frames = [_frame(n) for n in range(10)]
    stream = b"".join(frames[:at]) + garbage + b"".join(frames[at:])
    framer, received, skipped = Framer(), [], 0
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    for start, end in pairwise(edges):
        whole, faults = framer.feed(stream[start:end])
        received += whole
        skipped += sum(len(fault.data) for fault in faults)
    assert 20 * len(received) + skipped + len(framer._rest) == len(stream)
    intact = [frame for frame in received if frame in frames]
    # garbage that looks like a frame may swallow what follows; never more than one frame each side of it is lost
    looks_like_frames = garbage.count(b"\x55")
    assert len(intact) >= len(frames) - 1 - (1 + looks_like_frames)
    if not looks_like_frames:
        assert len(intact) == len(received)
        assert frames[at:] == received[-(10 - at) :]


@pytest.mark.parametrize("lost_from", range(1, 20))
def test_half_a_frame_never_joins_another_one(lost_from):
    framer = Framer()
    first, _ = framer.feed(_frame(1) + _frame(2)[:lost_from])
    second, faults = framer.feed(_frame(3) + _frame(4))
    assert first == [_frame(1)]
    assert second == [_frame(3), _frame(4)]
    assert [len(fault.data) for fault in faults] == [lost_from]


def test_skipped_bytes_are_faults_and_the_rest_counts():
    fed = _driver().feed(FRAMES, SAMPLE + b"\x01\x02\x03" + SAMPLE + SAMPLE)
    assert len(fed.readings[0].offset_s) == 2  # the frame before the garbage cannot be told from garbage
    assert sum(len(fault.data) for fault in fed.faults) == 23


@pytest.mark.parametrize(
    ("volts", "level"),
    [
        *[(4.20, 100), (3.96, 100), (3.95, 90), (3.93, 90), (3.89, 75), (3.87, 75), (3.82, 60), (3.79, 50)],
        *[(3.77, 40), (3.73, 30), (3.70, 20), (3.68, 15), (3.50, 10), (3.40, 5), (3.39, 0), (0.0, 0)],
    ],
)
def test_the_battery_level_follows_the_maker_s_table(volts, level):
    assert battery_pct(volts) == level


def test_the_battery_register_is_a_fact():
    driver = _driver()
    fed = driver.feed(FRAMES, BATTERY_3V89)
    assert (fed.readings, fed.faults) == ((), ())
    assert driver.facts.battery_pct == 75


def test_the_battery_is_asked_for_once_a_minute(make_link, make_body):
    link = make_link(_driver(50.0), WitMotionEmulator(Side.LEFT, EmulatorOptions()), make_body())
    set_up = len(link.actions)
    for _ in range(370):
        link.run(0.5)
    assert _writes(link.actions[set_up:]) == [ASK_BATTERY] * 3


def test_frames_that_share_a_notification_count_for_the_battery_s_minute():
    driver = _driver(50.0)
    answers = [driver.feed(FRAMES, SAMPLE * 3).actions for _ in range(1500)]
    assert [i for i, actions in enumerate(answers) if actions] == [999]
    assert _writes(answers[999]) == [ASK_BATTERY]


def test_a_rate_that_did_not_hold_is_set_again_and_then_told():
    driver = _driver(200.0)
    at_10_hz = register_reply(0x03, (0x06, 0, 0, 0, 0, 0, 0, 0))
    for _ in range(2):
        assert _writes(driver.feed(FRAMES, at_10_hz).actions) == [
            UNLOCK,
            bytes.fromhex("ff aa 03 0b 00"),
            BANDWIDTH,
            ASK_RATE,
        ]
    assert driver.feed(FRAMES, at_10_hz).actions == ()
    assert driver.facts.note == "stays at 10 Hz; asked for 200 Hz"
    assert driver.rate_hz == driver.facts.rate_hz == 10
    driver.feed(FRAMES, register_reply(0x03, (0x0B, 0, 0, 0, 0, 0, 0, 0)))
    assert (driver.rate_hz, driver.facts.note) == (200, None)


def test_an_emulator_that_is_not_unlocked_keeps_its_rate(make_body):
    emulator = WitMotionEmulator(Side.LEFT, EmulatorOptions())
    emulator.connected(0.0, 23)
    emulator.subscribed(FRAMES, True, 0.0)
    set_200_hz = bytes.fromhex("ff aa 03 0b 00")
    emulator.write(COMMANDS, set_200_hz, 0.0)
    assert len(emulator.advance(2.0, make_body())) == 20
    emulator.write(COMMANDS, UNLOCK, 2.0)
    emulator.write(COMMANDS, set_200_hz, 12.5)  # too late
    assert len(emulator.advance(4.0, make_body())) == 20
    emulator.write(COMMANDS, UNLOCK, 4.0)
    emulator.write(COMMANDS, bytes.fromhex("ff aa 03 0a 00"), 4.1)  # a code that no two sources agree on
    emulator.write(COMMANDS, set_200_hz, 4.2)
    emulator.write(COMMANDS, bytes.fromhex("ff aa 68 b5 88"), 4.2)
    assert len(emulator.advance(5.2, make_body())) == pytest.approx(200, abs=1)


def test_values_beyond_the_range_are_clipped(make_link):
    class Thrown:
        def shank(self, side, time_s):
            return np.full((len(time_s), 3), 500.0), np.full((len(time_s), 3), -9000.0)

    link = make_link(_driver(), WitMotionEmulator(Side.LEFT, EmulatorOptions()), Thrown())
    link.run(0.1)
    np.testing.assert_allclose(link.readings[-1].acceleration_mps2[0], 16 * G_MPS2, rtol=1e-4)
    np.testing.assert_allclose(link.readings[-1].rate_dps[0], -2000)


def test_the_name_tells():
    assert recognise(Advertisement("WT901BLE68")) is not None
    assert recognise(Advertisement("Wt")) is None
