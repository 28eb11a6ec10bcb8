"""Foreign sketches: any description's samples there and back, lines however they are cut, and bytes that it forbids."""

import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensors.driver import G_MPS2, DriverOptions, Subscribe, Write
from sensors.emulation import EmulatorOptions
from sensors.errors import DecodeReason
from sensors.layout import Cell, LoadUnit, Region, Side
from sensors.sketch import SketchDriver, SketchEmulator, clock_of, examples
from sensors.sketch.samples import LONGEST_LINE, Lines
from sensors.sketch_layout import (
    NORDIC_UART_NOTIFY,
    NORDIC_UART_WRITE,
    Meaning,
    NumberType,
    SketchField,
    SketchLayout,
)
from sensors.transducers import LoadCell

fixtures_may_be_shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
STRUCT = struct.pack("<6f6H", 0, -0.5, 1, 10, -20, 30.5, 300, 400, 500, 600, 700, 800)
LINE = b"123450,0,-0.5,1,10,-20,30.5\n"
WHOLE_NUMBERS = [kind for kind in NumberType if not kind.is_float]


def _driver(layout: SketchLayout, rate_hz: float = 100.0) -> SketchDriver:
    return SketchDriver(Side.LEFT, DriverOptions(rate_hz, sketch=layout))


def _text(layout: SketchLayout = examples.SHIN) -> SketchDriver:
    """A driver that has heard the end of a line."""
    driver = _driver(layout)
    assert driver.feed(layout.characteristic, b"\n") == driver.feed("2a00", b"")
    return driver


def _layout(*fields: SketchField, **rest: object) -> SketchLayout:
    return SketchLayout(NORDIC_UART_NOTIFY, fields, **rest)


def test_a_struct_in_physical_units():
    (reading,) = _driver(examples.INSOLE).feed(examples.INSOLE.characteristic, STRUCT).readings
    np.testing.assert_array_equal(reading.offset_s, [0.0])
    np.testing.assert_allclose(reading.acceleration_mps2, [[0, -0.5 * G_MPS2, G_MPS2]])
    np.testing.assert_allclose(reading.rate_dps, [[10, -20, 30.5]])
    assert reading.cells.tolist() == [[300, 400, 500, 600, 700, 800]]
    assert (reading.device_time_s, reading.sequence, reading.quaternion) == (None, None, None)


def test_a_line_in_physical_units():
    (reading,) = _text().feed(NORDIC_UART_NOTIFY, LINE).readings
    np.testing.assert_allclose(reading.acceleration_mps2, [[0, -0.5 * G_MPS2, G_MPS2]])
    np.testing.assert_allclose(reading.rate_dps, [[10, -20, 30.5]])
    assert reading.device_time_s == pytest.approx(123.45)


def test_structs_that_share_a_notification_are_one_reading_spread_at_the_rate():
    (reading,) = _driver(examples.INSOLE, 50.0).feed(examples.INSOLE.characteristic, STRUCT * 3).readings
    np.testing.assert_allclose(reading.offset_s, [-0.04, -0.02, 0])
    assert reading.cells.shape == (3, 6)


def test_structs_with_a_time_of_their_own_are_readings_of_their_own():
    layout = _layout(
        SketchField(Meaning.TIME, type=NumberType.UINT16, scale=0.001, bits=16),
        SketchField(Meaning.CELLS, 1, type=NumberType.UINT16),
        cells=(Cell(0.5, 0.1, Region.HEEL),),
        unit=LoadUnit.N,
    )
    driver = _driver(layout)
    readings = driver.feed(NORDIC_UART_NOTIFY, struct.pack("<4H", 65535, 1, 4, 2)).readings
    assert [(one.device_time_s, one.cells.item()) for one in readings] == [(65.535, 1.0), (0.004, 2.0)]
    assert (clock_of(layout).resolution_s, clock_of(layout).wraps_after_s) == (0.001, 65.536)
    assert driver.unit is LoadUnit.N


def test_numbers_of_the_other_byte_order_are_turned():
    layout = _layout(SketchField(Meaning.RATE, 3, 0.1, type=NumberType.INT16, big_endian=True))
    (reading,) = _driver(layout).feed(NORDIC_UART_NOTIFY, bytes.fromhex("0064 ff9c 0001")).readings
    np.testing.assert_allclose(reading.rate_dps, [[10, -10, 0.1]])


@pytest.mark.parametrize(
    ("kind", "bits", "raw", "time_s"),
    [
        (NumberType.INT32, 32, b"\xff\xff\xff\xff", 4294967.295),
        (NumberType.UINT32, 24, b"\x01\x00\x00\x80", 0.001),
        (NumberType.UINT32, 32, b"\x01\x00\x00\x80", 2147483.649),
    ],
)
def test_a_time_is_what_its_bits_hold(kind, bits, raw, time_s):
    layout = _layout(SketchField(Meaning.TIME, scale=0.001, type=kind, bits=bits), SketchField(Meaning.RATE, 3))
    (reading,) = _driver(layout).feed(NORDIC_UART_NOTIFY, raw + bytes(12)).readings
    assert reading.device_time_s == pytest.approx(time_s)


@pytest.mark.parametrize("n", [n for n in range(2 * len(STRUCT)) if n % len(STRUCT)])
def test_every_length_but_whole_structs_is_a_fault(n):
    fed = _driver(examples.INSOLE).feed(examples.INSOLE.characteristic, (STRUCT * 2)[:n])
    reason = DecodeReason.TRUNCATED if n < len(STRUCT) else DecodeReason.WRONG_LENGTH
    assert (fed.readings, [fault.reason for fault in fed.faults]) == ((), [reason])
    assert f"{n} bytes in structs of 36" in str(fed.faults[0])


def test_nothing_at_all_is_a_fault_of_a_struct_and_none_of_text():
    assert len(_driver(examples.INSOLE).feed(examples.INSOLE.characteristic, b"").faults) == 1
    assert _text().feed(NORDIC_UART_NOTIFY, b"").faults == ()


@pytest.mark.parametrize("n", range(len(LINE)))
def test_every_truncation_of_a_line_waits_for_the_rest(n):
    driver = _text()
    first, second = driver.feed(NORDIC_UART_NOTIFY, LINE[:n]), driver.feed(NORDIC_UART_NOTIFY, LINE[n:])
    assert (first.readings, first.faults, second.faults) == ((), (), ())
    np.testing.assert_allclose(second.readings[0].rate_dps, [[10, -20, 30.5]])


@pytest.mark.parametrize("n", range(1, len(LINE)))
def test_a_line_whose_beginning_was_missed_is_never_taken_for_a_whole_one(n):
    driver = _driver(examples.SHIN)
    assert driver.feed(NORDIC_UART_NOTIFY, LINE[n:]).readings == ()
    assert len(driver.feed(NORDIC_UART_NOTIFY, LINE).readings) == 1


@given(
    lines=st.lists(st.binary(min_size=1, max_size=30).filter(bytes.strip), max_size=12),
    cuts=st.lists(st.integers(0, 400)),
)
@settings(deadline=None)
def test_lines_are_the_same_however_they_are_cut(lines, cuts):
    lines = [line.replace(b"\n", b".").strip() or b"." for line in lines]
    stream = b"rest of one\n" + b"".join(line + b"\r\n" for line in lines)
    cutter, received = Lines(), []
    for start, end in pairwise([0, *sorted(cuts), len(stream)]):
        whole, faults = cutter.feed(stream[start:end])
        assert faults == []
        received += whole
    assert received == lines


def test_a_line_without_an_end_is_given_up_and_the_next_one_is_found():
    driver = _text()
    faults = [
        fault for _ in range(LONGEST_LINE // 100 + 1) for fault in driver.feed(NORDIC_UART_NOTIFY, b"1" * 100).faults
    ]
    assert [fault.reason for fault in faults] == [DecodeReason.WRONG_LENGTH]
    assert driver.feed(NORDIC_UART_NOTIFY, b"23,4\n" + LINE).readings[0].device_time_s == pytest.approx(123.45)


@pytest.mark.parametrize(
    ("line", "reason", "words"),
    [
        (b"1,2,3,4,5,6", DecodeReason.WRONG_LENGTH, "has 6 numbers instead of 7"),
        (b"1,2,3,4,5,6,7,8", DecodeReason.WRONG_LENGTH, "has 8 numbers instead of 7"),
        (b"hello", DecodeReason.WRONG_LENGTH, "has 1 numbers"),
        (b"1,2,3,4,5,6,seven", DecodeReason.OUT_OF_RANGE, "'seven' is no number"),
        (b"1,2,3,4,5,6,nan", DecodeReason.OUT_OF_RANGE, "'nan' is no number"),
        (b"1,2,3,4,5,6,1e999", DecodeReason.OUT_OF_RANGE, "'1e999' is no number"),
        (b"1,2,3,4,5,6,1_0", DecodeReason.OUT_OF_RANGE, "'1_0' is no number"),
        (b"1,2,3,4,5,6,\xff", DecodeReason.OUT_OF_RANGE, "is no number"),
        (b"1,2,3,4,5,6,20000", DecodeReason.OUT_OF_RANGE, "is the description right?"),
    ],
)
def test_a_line_that_is_no_sample_is_a_fault_and_the_next_counts(line, reason, words):
    fed = _text().feed(NORDIC_UART_NOTIFY, line + b"\n" + LINE)
    assert [fault.reason for fault in fed.faults] == [reason]
    assert words in str(fed.faults[0])
    assert len(fed.readings) == 1


def test_a_prefix_tells_lines_of_numbers_from_others():
    layout = _layout(SketchField(Meaning.RATE, 3), is_text=True, prefix="IMU:", separators=";")
    fed = _text(layout).feed(NORDIC_UART_NOTIFY, b"battery low\nIMU: 1;2; 3\n")
    assert [fault.reason for fault in fed.faults] == [DecodeReason.UNKNOWN_TYPE]
    assert fed.readings[0].rate_dps.tolist() == [[1, 2, 3]]


@pytest.mark.parametrize(
    ("at", "value"), [(0, 1e30), (1, np.nan), (2, -np.inf), (3, 10_001.0), (4, -1e9), (0, 201.0), (2, -201.0)]
)
def test_a_sample_that_cannot_have_been_measured_is_a_fault(at, value):
    bad = bytearray(STRUCT)
    struct.pack_into("<f", bad, 4 * at, value)
    fed = _driver(examples.INSOLE).feed(examples.INSOLE.characteristic, STRUCT + bytes(bad))
    assert len(fed.readings) == 1
    assert len(fed.readings[0].offset_s) == 1
    assert "1 of 2 samples cannot be; is the description right?" in str(fed.faults[0])


def test_a_number_that_no_product_can_hold_is_a_fault_and_no_warning(recwarn):
    layout = _layout(SketchField(Meaning.ACCELERATION, 3, G_MPS2, type=NumberType.FLOAT64))
    fed = _driver(layout).feed(NORDIC_UART_NOTIFY, struct.pack("<3d", 1e308, -1e308, np.nan))
    assert (fed.readings, len(fed.faults), len(recwarn)) == ((), 1, 0)


def test_what_is_skipped_may_be_anything():
    layout = _layout(SketchField(Meaning.SKIP, 2), SketchField(Meaning.RATE, 3))
    fed = _driver(layout).feed(NORDIC_UART_NOTIFY, struct.pack("<5f", np.nan, np.inf, 1, 2, 3))
    assert fed.faults == ()
    assert fed.readings[0].rate_dps.tolist() == [[1, 2, 3]]


@pytest.mark.parametrize("bits", [8, 15, 16, 24, 32])
def test_counters_of_any_width_count_packets(bits):
    layout = _layout(SketchField(Meaning.COUNTER, type=NumberType.UINT32, bits=bits), SketchField(Meaning.RATE, 3))
    driver = _driver(layout)
    counted = [2**bits - 2, 2**bits - 1, 0, 1, 1, 5]  # one twice, three lost
    fed = [driver.feed(NORDIC_UART_NOTIFY, struct.pack("<I3f", count, 1, 2, 3)) for count in counted]
    sequences = [reading.sequence for one in fed for reading in one.readings]
    assert np.diff(sequences).tolist() == [1, 1, 1, 0, 4]


def test_start_and_stop_are_written_after_subscribing(make_link, make_body):
    layout = _layout(
        SketchField(Meaning.RATE, 3), SketchField(Meaning.ACCELERATION, 3), start_hex="c201", stop_hex="c1"
    )
    driver = _driver(layout)
    start, stop = Write(NORDIC_UART_WRITE, b"\xc2\x01"), Write(NORDIC_UART_WRITE, b"\xc1")
    assert driver.begin(None)[-2:] == (Subscribe(NORDIC_UART_NOTIFY), start)
    assert driver.end() == (stop,)
    emulator = SketchEmulator(examples.SHIN_SERVICE, layout, 100.0, Side.LEFT, EmulatorOptions())
    link = make_link(driver, emulator, make_body())
    link.run(1.0)
    assert len(link.readings) == pytest.approx(100, abs=1)
    link.perform([stop])
    link.run(1.0)
    assert len(link.readings) == pytest.approx(100, abs=1)
    silent = SketchEmulator(examples.SHIN_SERVICE, layout, 100.0, Side.LEFT, EmulatorOptions())
    silent.subscribed(NORDIC_UART_NOTIFY, True, 0.0)
    assert silent.advance(1.0, make_body()) == ()


def test_a_sketch_without_its_description_or_rate_is_refused():
    for options in (DriverOptions(100.0), DriverOptions(sketch=examples.SHIN)):
        with pytest.raises(ValueError, match="description and its rate"):
            SketchDriver(Side.LEFT, options)


floats = st.sampled_from([NumberType.FLOAT32, NumberType.FLOAT64])
ends = st.booleans()
vectors = st.tuples(
    st.builds(
        SketchField,
        st.just(Meaning.ACCELERATION),
        st.just(3),
        st.sampled_from([1.0, G_MPS2]),
        type=floats,
        big_endian=ends,
    ),
    st.builds(
        SketchField, st.just(Meaning.RATE), st.just(3), st.sampled_from([1.0, 57.3]), type=floats, big_endian=ends
    ),
)
counted = st.sampled_from([NumberType.UINT32, NumberType.INT32]).flatmap(
    lambda kind: st.builds(
        SketchField,
        st.just(Meaning.TIME),
        scale=st.sampled_from([1e-3, 1e-6]),
        type=st.just(kind),
        big_endian=ends,
        bits=st.just(32),
    )
)
counters = st.sampled_from(WHOLE_NUMBERS).flatmap(
    lambda kind: st.builds(SketchField, st.just(Meaning.COUNTER), type=st.just(kind), bits=st.just(min(kind.bits, 32)))
)
skips = st.builds(SketchField, st.just(Meaning.SKIP), st.integers(1, 3), type=st.sampled_from(NumberType))
loads = st.builds(
    SketchField,
    st.just(Meaning.CELLS),
    st.just(4),
    st.sampled_from([1.0, -1.0]),
    st.sampled_from([0.0, 4095.0]),
    st.sampled_from([NumberType.INT16, NumberType.INT32, NumberType.FLOAT32]),
    ends,
)


@st.composite
def layouts(draw):
    fields = [*draw(vectors), draw(loads), *draw(st.lists(skips, max_size=2))]
    fields += [draw(one) for one in (counted, counters) if draw(st.booleans())]
    return SketchLayout(
        NORDIC_UART_NOTIFY,
        tuple(draw(st.permutations(fields))),
        tuple(Cell(0.2 * n, 0.2 * n, Region.HEEL) for n in range(4)),
        is_text=draw(st.booleans()),
        separators=draw(st.sampled_from([",", ";", "", "|[]"])),
        prefix=draw(st.sampled_from(["", "S "])),
    )


@given(layout=layouts(), seed=st.integers(0, 99), mtu=st.sampled_from([247, 180]))
@settings(fixtures_may_be_shared, max_examples=30)
def test_whatever_is_described_comes_back(make_link, make_body, layout, seed, mtu):
    options = EmulatorOptions(seed=seed, drift_ppm=0.0, load_noise_counts=0.0)
    emulator = SketchEmulator(examples.SHIN_SERVICE, layout, 100.0, Side.LEFT, options)
    link = make_link(_driver(layout), emulator, body := make_body(seed), mtu=mtu)
    link.run(0.5)
    assert link.faults == []
    # the first line's beginning cannot be told from the middle of one
    assert sum(len(reading.offset_s) for reading in link.readings) == pytest.approx(49.5, abs=1)
    for notification, reading in link.received:
        time_s = notification.time_s + reading.offset_s
        acceleration_mps2, rate_dps = body.shank(Side.LEFT, time_s)
        np.testing.assert_allclose(reading.acceleration_mps2, acceleration_mps2, atol=1e-4)
        np.testing.assert_allclose(reading.rate_dps, rate_dps, atol=1e-3)
        counts = LoadCell(noise_counts=0.0).counts(
            body.cell_forces_n(Side.LEFT, layout.cells, time_s), np.random.default_rng()
        )
        np.testing.assert_array_less(np.abs(reading.cells - counts), 1.5)
    if layout.field(Meaning.COUNTER):
        assert set(np.diff([reading.sequence for reading in link.readings]) % 65536) == {1}
    if time := layout.field(Meaning.TIME):
        steps_s = np.diff([reading.device_time_s for reading in link.readings])
        np.testing.assert_allclose(steps_s % clock_of(layout).wraps_after_s, 0.01, atol=1.1 * time.scale)


@given(layout=layouts(), data=st.binary(max_size=120), more=st.binary(max_size=60))
@settings(deadline=None, max_examples=60)
def test_garbage_is_faults_and_nothing_else(layout, data, more):
    driver = _driver(layout)
    for piece in (data, b"\n", more, data + b"\n"):
        for reading in driver.feed(NORDIC_UART_NOTIFY, piece).readings:
            assert np.isfinite(reading.acceleration_mps2).all()
            assert np.abs(reading.rate_dps).max() <= 10_000
