"""The open profile: the specification's own examples, every truncation, set-up, and what a bad device may say."""

import json
import os
import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.driver import DriverOptions, Read, Subscribe, Write
from sensors.emulation import Advertisement, EmulatorOptions
from sensors.errors import DecodeError, DecodeReason
from sensors.layout import Cell, LoadUnit, Region, Side
from sensors.open_profile import Kind, OpenProfileDriver, OpenProfileEmulator, packets, recognise
from sensors.open_profile.packets import (
    CONTROL,
    DESCRIPTION,
    SAMPLES,
    Description,
    Motion,
    Samples,
    decode_control,
    decode_description,
    decode_samples,
    encode_control,
    encode_description,
    encode_samples,
    samples_that_fit,
    smallest_mtu,
)

PAGE = (Path(__file__).parents[2] / "docs" / "open-profile.md").read_text()
EXAMPLES = [
    (kind, bytes.fromhex(re.sub("#.*", "", text)), json.loads(meaning))
    for kind, text, meaning in re.findall(r"```hex ([\w ]+)\n(.*?)```\n```json\n(.*?)```", PAGE, re.DOTALL)
]
KINDS = {"insole": Kind.INSOLE, "shin": Kind.SHIN}


def _examples(kind: str) -> list[tuple[bytes, dict[str, object]]]:
    return [(data, meaning) for name, data, meaning in EXAMPLES if name == kind]


def _description(kind: Kind) -> bytes:
    return next(data for data, meaning in _examples("description") if KINDS[meaning["kind"]] is kind)


INSOLE, SHIN = _description(Kind.INSOLE), _description(Kind.SHIN)
((INSOLE_SAMPLES, _),) = _examples("insole samples")
((SHIN_SAMPLES, _),) = _examples("shin samples")
START_100_HZ = bytes.fromhex("01 e8 03")


def _started(kind: Kind = Kind.INSOLE, told: bytes | None = None, rate_hz: float | None = None) -> OpenProfileDriver:
    driver = OpenProfileDriver(kind, Side.LEFT, DriverOptions(rate_hz=rate_hz))
    described = driver.feed(DESCRIPTION, _description(kind) if told is None else told)
    assert described.faults == ()
    return driver


def test_the_page_has_examples_of_everything() -> None:
    assert sorted(kind for kind, _, _ in EXAMPLES) == [
        *["control", "control", "description", "description"],
        *["insole samples", "shin samples"],
    ]
    assert len(re.findall("```hex", PAGE)) == len(EXAMPLES)


@pytest.mark.parametrize(("data", "meaning"), _examples("description"))
def test_the_page_s_descriptions(data, meaning):
    told = decode_description(data)
    assert {
        "kind": told.kind.name.lower(),
        "side": told.side,
        "rates_hz": list(told.rates_hz),
        "unit": told.unit,
        "load_per_count": told.load_per_count,
        "cells": [{"x": round(c.x, 4), "y": round(c.y, 4), "region": c.region} for c in told.cells],
        "acceleration_mps2": round(told.motion.acceleration_mps2, 7),
        "rate_dps": round(told.motion.rate_dps, 7),
        "axes": list(told.motion.axes),
    } == meaning
    assert encode_description(told) == data


@pytest.mark.parametrize(("data", "meaning"), _examples("control"))
def test_the_page_s_controls(data, meaning):
    running, rate_hz = decode_control(data)
    assert {"running": running, "rate_hz": rate_hz} == meaning
    assert encode_control(rate_hz, running=running) == data


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_s_samples(kind):
    driver = _started(KINDS[kind])
    ((data, meaning),) = _examples(f"{kind} samples")
    (reading,) = driver.feed(SAMPLES, data).readings
    arrays = {name: getattr(reading, name) for name in ("offset_s", "cells", "acceleration_mps2", "rate_dps")}
    decoded = {name: np.round(array, 4).tolist() for name, array in arrays.items() if array is not None}
    assert {"time_s": reading.device_time_s, "sequence": reading.sequence, **decoded} == meaning
    assert encode_samples(decode_samples(data)) == data


def test_the_page_names_the_uuids_of_the_code():
    uuids = {packets.INSOLE_SERVICE, packets.SHIN_SERVICE, DESCRIPTION, CONTROL, SAMPLES}
    assert set(re.findall(r"`([0-9a-f]{8}-[0-9a-f-]{27})`", PAGE)) == uuids


def test_the_page_s_table_of_mtus():
    rows = re.findall(r"\| (shin IMU|insole of (\d+) cells with IMU) \| (\d+) \| (\d+) \| (.+?) \| (.+?) \|", PAGE)
    assert len(rows) == 4
    for _, cells, sample_bytes, least, *at_rates in rows:
        channels = int(cells or 0) + 6
        assert (int(sample_bytes), int(least)) == (2 * channels, smallest_mtu(channels))
        for n, text in zip((4, 8), at_rates, strict=True):
            told = re.fullmatch(r"(?:(\d+) samples with )?MTU (\d+)", text)
            assert samples_that_fit(int(told[2]), channels) == int(told[1] or n)
            assert told[1] or samples_that_fit(int(told[2]) - 1, channels) == n - 1


def test_the_page_s_firmware_speaks_the_profile(tmp_path):
    compiler = shutil.which("cc")
    if compiler is None:
        assert os.environ.get("INSOLE_HUB_NO_SKIP") != "1", "no C compiler"
        pytest.skip("no C compiler")
    (code,) = re.findall(r"```c\n(.*?)```", PAGE, re.DOTALL)
    sketch = """
    #include <stdio.h>
    static void line(const void *data, int n) {
        for (int i = 0; i < n; i++) printf("%02x", ((const unsigned char *)data)[i]);
        printf("\\n");
    }
    int main(void) {
        line(&description, sizeof description);
        uint16_t mtus[] = {247, 65, 28};
        next_number = 65534;
        for (int i = 0; i < 3; i++) {
            begin();
            for (int k = 0; k < 9; k++) {
                int16_t channel[CHANNELS] = {k, 0, 0, -k, 0, 2048, 0, 0, 1000};
                uint16_t n = add_sample(channel, 4294960000u + 10000u * k, samples_per_packet(1000, mtus[i]));
                if (n) line(&packet, n);
            }
        }
        return 0;
    }
    """
    (tmp_path / "sketch.c").write_text(code + sketch)
    run = [
        compiler,
        "-std=c11",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-o",
        str(tmp_path / "a.out"),
        str(tmp_path / "sketch.c"),
    ]
    subprocess.run(run, check=True)
    lines = subprocess.run([str(tmp_path / "a.out")], check=True, capture_output=True, text=True).stdout.split()
    told, *sent = (bytes.fromhex(line) for line in lines)
    assert told == INSOLE
    driver = _started(told=told)
    readings = [reading for data in sent for reading in driver.feed(SAMPLES, data).readings]
    assert [len(reading.offset_s) for reading in readings] == [4, 4, 3, 3, 3]  # nothing fits an MTU of 28
    # the ninth sample of the first run is in no packet
    assert [reading.sequence for reading in readings] == [65534, 65535, 0, 1, 2]
    assert [reading.device_time_s for reading in readings[:2]] == pytest.approx([4294.99 % 4294.967296, 0.062704])
    np.testing.assert_array_equal(np.concatenate([r.cells[:, 0] for r in readings[2:]]), np.arange(9))
    np.testing.assert_allclose(readings[0].rate_dps[:, 2], 61.0352, rtol=1e-6)
    np.testing.assert_allclose(readings[0].acceleration_mps2[:, 2], 9.80665, rtol=1e-6)


def test_set_up_reads_listens_and_then_starts_the_nearest_rate():
    driver = OpenProfileDriver(Kind.INSOLE, Side.LEFT, DriverOptions())
    assert driver.begin(None) == (
        Read(DESCRIPTION),
        Read("2a26", optional=True),
        Read("2a19", optional=True),
        Subscribe("2a19", optional=True),
        Subscribe(SAMPLES),
    )
    assert driver.end() == ()
    assert driver.feed(DESCRIPTION, INSOLE).actions == (Write(CONTROL, START_100_HZ), Read(CONTROL))
    assert (driver.rate_hz, driver.unit, len(driver.cells)) == (100, LoadUnit.COUNTS, 3)
    assert driver.cells[1] == Cell(51 / 255, 179 / 255, Region.FOREFOOT)
    assert driver.facts.rate_hz is None
    driver.feed(CONTROL, START_100_HZ)
    assert (driver.facts.rate_hz, driver.facts.side, driver.facts.note) == (100, Side.LEFT, None)
    assert driver.end() == (Write(CONTROL, bytes.fromhex("00 e8 03")),)


@pytest.mark.parametrize(
    ("asked_hz", "started_hz", "note"),
    [
        (None, 104, None),
        (104, 104, None),
        (100, 104, "has no rate of 100 Hz; the nearest is 104 Hz"),
        (200, 208, "has no rate of 200 Hz; the nearest is 208 Hz"),
        (156, 208, "has no rate of 156 Hz; the nearest is 208 Hz"),
    ],
)
def test_a_rate_that_the_device_does_not_have(asked_hz, started_hz, note):
    driver = _started(Kind.SHIN, rate_hz=asked_hz)
    assert (driver.rate_hz, driver.facts.note) == (started_hz, note)


def test_a_device_that_does_as_it_likes_is_taken_at_its_word():
    driver = _started()
    driver.feed(CONTROL, bytes.fromhex("01 f4 01"))
    assert (driver.rate_hz, driver.facts.note) == (50, "stays at 50 Hz; asked for 100 Hz")
    (reading,) = driver.feed(SAMPLES, INSOLE_SAMPLES).readings
    assert reading.offset_s.tolist() == [-0.02, 0]
    driver = _started()
    driver.feed(CONTROL, bytes.fromhex("00 e8 03"))
    assert driver.facts.note == "was started, but says that it stands still"


@pytest.mark.parametrize(("kind", "other"), [(Kind.INSOLE, Kind.SHIN), (Kind.SHIN, Kind.INSOLE)])
def test_a_device_of_the_other_kind_is_not_started(kind, other):
    driver = OpenProfileDriver(kind, Side.LEFT, DriverOptions())
    assert driver.feed(DESCRIPTION, _description(other)).actions == ()
    words = ("an insole", "a shin IMU") if kind is Kind.INSOLE else ("a shin IMU", "an insole")
    assert driver.facts.note == f"says that it is {words[1]}, not {words[0]}"
    fed = driver.feed(SAMPLES, SHIN_SAMPLES if other is Kind.SHIN else INSOLE_SAMPLES)
    assert (fed.readings, [fault.reason for fault in fed.faults]) == ((), [DecodeReason.WRONG_LENGTH])


def test_packets_of_another_layout_than_described_are_faults():
    driver = _started()
    (fault,) = driver.feed(SAMPLES, SHIN_SAMPLES).faults
    assert str(fault) == "wrong_length: samples of 6 channels instead of 9"
    (fault,) = driver.feed(SAMPLES, encode_samples(Samples(0, 0, np.zeros((1, 10))))).faults
    assert str(fault) == "wrong_length: samples of 10 channels instead of 9"


@pytest.mark.parametrize(("decode", "data"), [(decode_description, INSOLE), (decode_description, SHIN)])
def test_every_truncation_of_a_description(decode, data):
    for n in range(len(data)):
        with pytest.raises(DecodeError) as caught:
            decode(data[:n])
        assert caught.value.reason is DecodeReason.TRUNCATED
    assert decode(data + b"what a later version adds") == decode(data)


@pytest.mark.parametrize(("decode", "data"), [(decode_control, START_100_HZ), (decode_samples, INSOLE_SAMPLES)])
def test_every_other_length_of_control_and_samples(decode, data):
    for n in range(len(data)):
        with pytest.raises(DecodeError) as caught:
            decode(data[:n])
        assert caught.value.reason is DecodeReason.TRUNCATED
    with pytest.raises(DecodeError) as caught:
        decode(data + b"\0")
    assert caught.value.reason is DecodeReason.WRONG_LENGTH


@pytest.mark.parametrize(
    ("at", "value", "words"),
    [
        (0, "02", "profile version 2; this hub speaks 1"),
        (0, "00", "profile version 0"),
        (2, "00", "kind is 0, not 1 to 2"),
        (2, "03", "kind is 3, not 1 to 2"),
        (3, "03", "side is 3, not 0 to 2"),
        (4, "04", "load unit is 4, not 0 to 3"),
        (5, "00", "number of cells is 0, not 1 to 64"),
        (5, "41", "number of cells is 65, not 1 to 64"),
        (5, "04", "description of 37 bytes; 2 rates and 4 cells take 40"),
        (6, "00", "number of rates is 0, not 1 to 16"),
        (6, "11", "number of rates is 17, not 1 to 16"),
        (7, "02", "motion is 2, not 0 to 1"),
        (8, "00 00 00 00", "load per count is 0, not a number above 0"),
        (8, "00 00 c0 7f", "load per count is nan, not a number above 0"),
        (12, "00 00 80 ff", "acceleration per count is -inf, not a number above 0"),
        (16, "00 00 00 80", "rate per count is -0, not a number above 0"),
        (20, "01 01 03", r"axes \(1, 1, 3\) are not x, y and z, each once"),
        (20, "00 01 02", r"axes \(0, 1, 2\) are not x, y and z, each once"),
        (20, "04 01 02", r"axes \(4, 1, 2\) are not x, y and z, each once"),
        (20, "02 01 03", r"axes \(2, 1, 3\) are a mirror image, not a turn"),
        (24, "00 00", "lowest rate is 0, not 1 to 65535"),
        (30, "05", "region of a cell is 5, not 0 to 4"),
    ],
)
def test_a_description_that_cannot_be_is_refused_and_told(at, value, words):
    new = bytes.fromhex(value)
    data = INSOLE[:at] + new + INSOLE[at + len(new) :]
    with pytest.raises(DecodeError, match=words):
        decode_description(data)
    driver = OpenProfileDriver(Kind.INSOLE, Side.LEFT, DriverOptions())
    fed = driver.feed(DESCRIPTION, data)
    assert (fed.actions, len(fed.faults)) == ((), 1)
    assert re.search(f"its description cannot be used: {words}", driver.facts.note)


def test_a_shin_imu_needs_an_imu():
    with pytest.raises(DecodeError, match="motion is 0, not 1 to 1"):
        decode_description(SHIN[:7] + b"\0" + SHIN[8:])


def test_an_insole_without_an_imu_gives_cells_alone():
    told = Description(Kind.INSOLE, None, (50.0,), (Cell(0.5, 0.1, Region.HEEL),), LoadUnit.N, 0.25)
    driver = _started(told=encode_description(told))
    counts = np.array([[-4], [1000]])
    (reading,) = driver.feed(SAMPLES, encode_samples(Samples(7, 8, counts))).readings
    assert (driver.unit, reading.acceleration_mps2, reading.rate_dps) == (LoadUnit.N, None, None)
    assert reading.cells.tolist() == [[-1.0], [250.0]]


turns = st.sampled_from([(0, 0, 0), (1, 2, 3), (-2, 1, 3), (3, 1, 2), (-1, -2, 3), (-3, 2, 1)])
finest = st.floats(2.0**-20, 100, width=32)
motions = st.builds(Motion, finest, finest, turns)
cells = st.builds(
    lambda x, y, region: Cell(x / 255, y / 255, region),
    st.integers(0, 255),
    st.integers(0, 255),
    st.sampled_from(Region),
)
rates = st.lists(st.integers(1, 65535).map(lambda rate: rate / 10), min_size=1, max_size=16).map(tuple)
insoles = st.builds(
    Description,
    kind=st.just(Kind.INSOLE),
    side=st.sampled_from([Side.LEFT, Side.RIGHT, None]),
    rates_hz=rates,
    cells=st.lists(cells, min_size=1, max_size=64).map(tuple),
    unit=st.sampled_from(LoadUnit),
    load_per_count=finest,
    motion=motions | st.none(),
    minor=st.integers(0, 255),
)


@given(told=insoles, stamp=st.integers(0, 2**32 - 1), number=st.integers(0, 65535), seed=st.integers(0, 99))
@settings(deadline=None)
def test_whatever_a_device_can_say_comes_back(told, stamp, number, seed):
    assert decode_description(encode_description(told)) == told
    counts = np.random.default_rng(seed).integers(-32768, 32768, (seed % 5 + 1, told.channels))
    driver = _started(told=encode_description(told))
    (reading,) = driver.feed(SAMPLES, encode_samples(Samples(stamp, number, counts))).readings
    assert (reading.device_time_s, reading.sequence) == (stamp / 1e6, number)
    np.testing.assert_array_equal(reading.cells, counts[:, : len(told.cells)] * told.load_per_count)
    if told.motion:
        # a turn keeps the lengths
        lengths = np.linalg.norm(counts[:, -6:-3] * told.motion.acceleration_mps2, axis=1)
        np.testing.assert_allclose(np.linalg.norm(reading.acceleration_mps2, axis=1), lengths)


@given(data=st.binary(max_size=60) | st.binary(max_size=20).map(lambda tail: INSOLE[:24] + tail))
@settings(max_examples=200, deadline=None)
def test_garbage_is_a_decode_error_and_nothing_else(data):
    for decode in (decode_description, decode_control, decode_samples):
        with suppress(DecodeError):
            decode(data)
    driver = _started()
    for characteristic in (SAMPLES, CONTROL, DESCRIPTION, "2a19", "2a26", SAMPLES):
        driver.feed(characteristic, data)
    assert driver.rate_hz > 0


def test_the_emulator_s_packet_covers_40_ms_or_what_fits(make_link, make_body):
    for rate_hz, mtu, n in ((100.0, 247, 4), (200.0, 247, 8), (200.0, 235, 8), (200.0, 234, 7), (50.0, 23 + 16, 1)):
        link = make_link(
            OpenProfileDriver(Kind.INSOLE, Side.RIGHT, DriverOptions(rate_hz=rate_hz)),
            OpenProfileEmulator(Kind.INSOLE, Side.RIGHT, EmulatorOptions()),
            make_body(),
            mtu=mtu,
        )
        link.run(1.0)
        assert {len(reading.offset_s) for reading in link.readings} == {n}
        assert {len(notification.data) for notification in link.notifications} == {8 + 28 * n}


def test_number_and_clock_wrap(make_link, make_body):
    emulator = OpenProfileEmulator(Kind.SHIN, Side.LEFT, EmulatorOptions(drift_ppm=0.0))
    driver = OpenProfileDriver(Kind.SHIN, Side.LEFT, DriverOptions(rate_hz=200.0))
    start_s = 2**32 / 1e6 - emulator._crystal.phase_s - 0.5
    link = make_link(driver, emulator, make_body(), start_s=start_s)
    link.run(1.0)
    steps_s = np.diff([reading.device_time_s for reading in link.readings]) % (2**32 / 1e6)
    np.testing.assert_allclose(steps_s, 0.04, atol=2e-6)
    assert min(np.diff([reading.device_time_s for reading in link.readings])) < -4294


@pytest.mark.parametrize("data", ["", "01", "01 e7 03", "02 e8 03", "01 e8 03 00"])
def test_a_control_that_makes_no_sense_changes_nothing(make_link, make_body, data):
    link = make_link(
        OpenProfileDriver(Kind.SHIN, Side.LEFT, DriverOptions()),
        OpenProfileEmulator(Kind.SHIN, Side.LEFT, EmulatorOptions()),
        make_body(),
    )
    before = link.emulator.read(CONTROL, link.time_s)
    assert before == START_100_HZ
    link.emulator.write(CONTROL, bytes.fromhex(data), link.time_s)
    assert link.emulator.read(CONTROL, link.time_s) == before


@pytest.mark.parametrize(
    ("service_data", "side"), [(b"\x01", Side.LEFT), (b"\x02\xff", Side.RIGHT), (b"\x03", None), (b"", None)]
)
@pytest.mark.parametrize("kind", Kind)
def test_the_advertised_service_tells_the_kind(kind, service_data, side):
    service = packets.SERVICES[kind]
    advertisement = Advertisement("Mine", (service,), service_data={service: service_data})
    assert recognise(kind, advertisement).side is side
    assert recognise(kind, replace(advertisement, service_data={})).side is None
    other = Kind.SHIN if kind is Kind.INSOLE else Kind.INSOLE
    assert recognise(other, advertisement) is None
