"""What holds for every kind of device, checked over the whole catalogue."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensors.catalogue import CATALOGUE, DeviceType, device_type, recognise
from sensors.driver import G_MPS2, resolve_characteristic
from sensors.emulation import Advertisement, EmulatorOptions
from sensors.errors import OptionError
from sensors.layout import Side
from sensors.reference import reference
from sensors.transducers import LoadCell


@dataclass(frozen=True)
class Imu:
    """How well an IMU can tell: by default half a count of the coarsest scale, and more than the body does."""

    acceleration_step_mps2: float = 0.0025
    rate_step_dps: float = 0.06
    acceleration_range_mps2: float = 100.0


IMUS = {"thingy52": Imu(G_MPS2 / 1024, 1 / 32, 2 * G_MPS2)}
"""Those that differ."""

KIND_AND_RATE = [
    pytest.param(kind, rate_hz, id=f"{kind.key}-{rate_hz:g}") for kind in CATALOGUE for rate_hz in kind.rates_hz
]
every_kind = pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.key)
both_sides = pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
fixtures_may_be_shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def test_firmware_with_known_faults_is_told_and_its_neighbours_are_not() -> None:
    kind = device_type("orphe_insole")
    for version in ("1.0.1", "1.0.1-rc2", "1.0.1.4"):
        fault = kind.firmware_fault(version)
        assert fault is not None
        assert fault.startswith(f"firmware {version}: ")
    for version in (None, "1.0.10", "1.0.2", "11.0.1", ""):
        assert kind.firmware_fault(version) is None


def _connected(
    make_link, make_body, kind: DeviceType, side=Side.LEFT, *, rate_hz=None, mtu=247, start_s=1.0, **options
):
    emulator = kind.emulator(side, EmulatorOptions(**options))
    return make_link(kind.driver(side, kind.asks_emulator(rate_hz)), emulator, make_body(), mtu=mtu, start_s=start_s)


@pytest.mark.parametrize(("kind", "rate_hz"), KIND_AND_RATE)
@given(seed=st.integers(0, 1000), drift_ppm=st.floats(-200, 200), start_s=st.floats(0, 4000))
@settings(fixtures_may_be_shared, max_examples=8)
def test_what_the_body_does_comes_back_within_a_count(make_link, make_body, kind, rate_hz, seed, drift_ppm, start_s):
    side = Side.RIGHT if seed % 2 else Side.LEFT
    link = make_link(
        kind.driver(side, kind.asks_emulator(rate_hz)),
        kind.emulator(side, EmulatorOptions(seed=seed, drift_ppm=drift_ppm, load_noise_counts=0.0)),
        body := make_body(seed),
        start_s=start_s,
    )
    begun = len(link.received)
    link.run(2.0)
    received = link.received[begun:]
    assert not link.faults
    n = sum(len(reading.offset_s) for _, reading in received)
    assert n == pytest.approx(2 * rate_hz, rel=0.05)
    assert link.driver.rate_hz == rate_hz

    newest_s = _true_times_s(received, kind, drift_ppm)
    for (_, reading), at_s in zip(received, newest_s, strict=True):
        time_s = at_s + reading.offset_s / (1 + drift_ppm * 1e-6)
        imu = IMUS.get(kind.key, Imu())
        acceleration_mps2, rate_dps = body.shank(side, time_s)
        acceleration_mps2 = acceleration_mps2.clip(-imu.acceleration_range_mps2, imu.acceleration_range_mps2)
        np.testing.assert_allclose(reading.acceleration_mps2, acceleration_mps2, atol=imu.acceleration_step_mps2)
        np.testing.assert_allclose(reading.rate_dps, rate_dps, atol=imu.rate_step_dps)
        if kind.is_insole:
            force_n = body.cell_forces_n(side, link.driver.cells, time_s)
            counts = LoadCell(noise_counts=0.0).counts(force_n, np.random.default_rng())
            np.testing.assert_array_less(np.abs(reading.cells - counts), 1.5)


def _true_times_s(received, kind, drift_ppm):
    """When the newest sample of each reading was taken."""
    if kind.key != "brilliant_sole":
        return [notification.time_s for notification, _ in received]
    # several stamped messages leave together: count back from the notification's newest
    newest_s = {notification.time_s: reading.device_time_s for notification, reading in received}
    return [
        notification.time_s
        - ((newest_s[notification.time_s] - reading.device_time_s) % kind.clock.wraps_after_s) / (1 + drift_ppm * 1e-6)
        for notification, reading in received
    ]


@pytest.mark.parametrize("kind", [kind for kind in CATALOGUE if kind.clock], ids=lambda kind: kind.key)
@pytest.mark.parametrize("drift_ppm", [-150.0, 0.0, 150.0])
def test_stamps_run_as_fast_as_the_device_s_crystal(make_link, make_body, kind, drift_ppm):
    link = _connected(make_link, make_body, kind, drift_ppm=drift_ppm)
    link.run(40.0)
    (first, first_reading), (last, last_reading) = link.received[0], link.received[-1]
    if kind.key == "brilliant_sole":  # the first notification holds fewer samples than it has room for
        first, first_reading = next((n, r) for n, r in reversed(link.received) if n.time_s < first.time_s + 1.0)
    elapsed_s = (last_reading.device_time_s - first_reading.device_time_s) % kind.clock.wraps_after_s
    assert elapsed_s == pytest.approx((last.time_s - first.time_s) * (1 + drift_ppm * 1e-6), abs=0.0011)


@every_kind
@given(
    cuts=st.lists(st.floats(0, 1.5), max_size=12),
    rate=st.sampled_from([50.0, 100.0, 200.0]),
)
@settings(fixtures_may_be_shared, max_examples=25)
def test_an_emulator_sends_the_same_however_often_it_is_asked(make_link, make_body, kind, cuts, rate):
    whole, cut = (_connected(make_link, make_body, kind, seed=5, rate_hz=rate) for _ in range(2))
    end_s = whole.time_s + 1.5
    whole.run(1.5)
    for at_s in sorted(cuts):
        cut.run(max(0.0, end_s - 1.5 + at_s - cut.time_s))
    cut.run(end_s - cut.time_s)
    assert [(n.characteristic, n.data) for n in cut.notifications] == [
        (n.characteristic, n.data) for n in whole.notifications
    ]
    assert [n.time_s for n in cut.notifications] == pytest.approx([n.time_s for n in whole.notifications])


@every_kind
@given(data=st.binary(max_size=260), steps=st.lists(st.binary(max_size=120), max_size=4))
@settings(fixtures_may_be_shared, max_examples=200)
def test_no_bytes_on_any_characteristic_make_a_driver_raise(kind, data, steps):
    characteristics = {
        one.uuid for service in kind.emulator(Side.LEFT, EmulatorOptions()).services for one in service.characteristics
    } | {"2a26", "2a19", "ffff"}
    for characteristic in sorted(characteristics):
        driver = kind.driver(Side.LEFT, kind.asks_emulator())
        for piece in (data, *steps, data):
            for reading in driver.feed(characteristic, piece).readings:
                arrays = (reading.cells, reading.acceleration_mps2, reading.rate_dps, reading.quaternion)
                assert all(a is None or len(a) == len(reading.offset_s) for a in arrays)
        assert driver.rate_hz > 0


@every_kind
@given(
    data=st.binary(max_size=40), start=st.sampled_from([b"", b"\xff\xaa", b"\x0d", b"\x0b\x09\x00", b"\x09\x08\x00"])
)
@settings(fixtures_may_be_shared, max_examples=100)
def test_no_write_makes_an_emulator_raise(make_link, make_body, kind, data, start):
    link = _connected(make_link, make_body, kind)
    for service in link.emulator.services:
        for one in service.characteristics:
            link.emulator.write(one.uuid, start + data, link.time_s)
    link.emulator.advance(link.time_s + 0.5, link.body)


@every_kind
@both_sides
def test_everything_emitted_decodes_and_says_who_it_is(make_link, make_body, kind, side):
    link = _connected(make_link, make_body, kind, side, battery_pct=50.0)
    link.run(5.0)
    assert not link.faults
    assert link.driver.facts.battery_pct == (50.0 if kind.tells_battery else None)
    assert link.driver.facts.note is None
    assert link.driver.facts.side == (side if kind.is_insole and kind.example is None else None)
    assert all((reading.device_time_s is None) == (kind.clock is None) for reading in link.readings)
    if kind.clock is not None:
        assert all(0 <= reading.device_time_s < kind.clock.wraps_after_s for reading in link.readings)
    for reading in link.readings:
        assert reading.offset_s[-1] == 0
        assert np.all(np.diff(reading.offset_s) > 0)
        assert (reading.cells is not None) == kind.is_insole
        if kind.is_insole:
            assert reading.cells.shape == (len(reading.offset_s), len(link.driver.cells))


@pytest.mark.parametrize("kind", [kind for kind in CATALOGUE if kind.loss_visible], ids=lambda kind: kind.key)
def test_packets_are_counted_where_loss_is_said_to_be_visible(make_link, make_body, kind):
    link = _connected(make_link, make_body, kind)
    link.run(3.0)
    steps = np.diff([reading.sequence for reading in link.readings]) % 65536
    assert set(steps.tolist()) == {1}


@every_kind
def test_the_smallest_mtu_suffices_and_a_smaller_one_gives_nothing_wrong(make_link, make_body, kind):
    link = _connected(make_link, make_body, kind, mtu=kind.min_mtu)
    link.run(1.0)
    assert link.readings
    assert not link.faults
    if kind.min_mtu > 23:
        link = _connected(make_link, make_body, kind, mtu=kind.min_mtu - 1)
        link.run(1.0)
        assert not link.readings


@every_kind
def test_a_new_connection_to_the_same_device_streams_again(make_link, make_body, kind):
    first = _connected(make_link, make_body, kind, rate_hz=200.0)
    first.run(1.0)
    first.emulator.disconnected()
    assert first.emulator.advance(first.time_s + 60.0, first.body) == ()
    again = make_link(
        kind.driver(Side.LEFT, kind.asks_emulator(200.0)), first.emulator, first.body, start_s=first.time_s + 60.0
    )
    begun = len(again.readings)
    again.run(1.0)
    assert not again.faults
    assert min(n.time_s for n, _ in again.received) >= first.time_s + 60.0
    n = sum(len(reading.offset_s) for reading in again.readings[begun:])
    assert n == pytest.approx(again.driver.rate_hz, rel=0.1)
    assert again.driver.rate_hz == max(kind.rates_hz)


@every_kind
def test_nothing_of_a_pause_between_subscriptions_is_sent_later(make_link, make_body, kind):
    link = _connected(make_link, make_body, kind)
    link.run(1.0)
    stream, before = link.notifications[-1].characteristic, len(link.received)
    link.emulator.subscribed(stream, False, link.time_s)
    link.run(60.0)
    assert len(link.received) == before
    link.emulator.subscribed(stream, True, link.time_s)
    resumed_s = link.time_s
    link.run(1.0)
    resumed = link.received[before:]
    assert all(notification.time_s >= resumed_s for notification, _ in resumed)
    assert sum(len(reading.offset_s) for _, reading in resumed) == pytest.approx(link.driver.rate_hz, rel=0.1)


@every_kind
def test_seeds_repeat_and_differ(make_link, make_body, kind):
    def sent(seed):
        link = _connected(make_link, make_body, kind, seed=seed)
        link.run(0.5)
        return [n.data for n in link.notifications], [n.time_s for n in link.notifications]

    assert sent(1) == sent(1)
    assert sent(1) != sent(2)


@every_kind
@both_sides
def test_an_advertisement_is_known_by_its_own_kind_only(kind, side):
    advertisement = kind.emulator(side, EmulatorOptions(battery_pct=40.0)).advertisement
    assert [other.key for other in CATALOGUE if other.recognise(advertisement) is not None] == (
        [kind.key] if kind.example is None else []
    )
    if kind.example is None:
        known, facts = recognise(advertisement)
        assert known is kind
        assert facts.side in {side, None}
    assert recognise(Advertisement("Kitchen Scale")) is None
    assert recognise(Advertisement("")) is None


@every_kind
def test_the_table_is_consistent(kind):
    assert kind.default_rate_hz in kind.rates_hz
    assert device_type(kind.key) is kind
    assert kind.driver(Side.LEFT, kind.asks_emulator()).rate_hz == kind.default_rate_hz
    chosen = {name: values[-1] for name, values in kind.options.items()}
    kind.check_options(chosen)
    kind.driver(Side.LEFT, replace(kind.asks_emulator(), options=chosen))
    with pytest.raises(OptionError, match="no option 'colour'"):
        kind.check_options({"colour": "red"})
    for name, values in kind.options.items():
        with pytest.raises(OptionError, match=values[0]):
            kind.check_options({name: "furlongs"})


def test_keys_are_unique_and_unknown_ones_raise():
    assert len({kind.key for kind in CATALOGUE}) == len(CATALOGUE)
    with pytest.raises(KeyError):
        device_type("abacus")


@given(force_n=st.lists(st.floats(-50, 2000), min_size=2, max_size=20))
@settings(deadline=None)
def test_a_heavier_load_never_reads_less(force_n):
    cell = LoadCell(noise_counts=0.0)
    counts = cell.counts(np.sort(force_n)[:, None], np.random.default_rng())
    assert np.all(np.diff(counts[:, 0]) >= 0)
    assert counts.min() >= cell.unloaded_counts
    assert counts.max() <= cell.full_counts


@given(force_n=st.floats(0, 600))
@settings(deadline=None)
def test_the_load_curve_can_be_inverted(force_n):
    cell = LoadCell(noise_counts=0.0)
    counts = cell.counts(np.array([[force_n]]), np.random.default_rng()).astype(float)
    assert cell.force_n(counts)[0, 0] == pytest.approx(force_n, abs=1.0)


@pytest.mark.parametrize(
    ("wanted", "present", "expected"),
    [
        ("2a19", "00002a19-0000-1000-8000-00805f9b34fb", True),
        ("00002A19-0000-1000-8000-00805F9B34FB", "2a19", True),
        ("0000ffe4-0000-1000-8000-00805f9a34fb", "0000ffe4-0000-1000-8000-00805f9b34fb", True),
        ("0000ffe4-0000-1000-8000-00805f9a34fb", "0000ffe9-0000-1000-8000-00805f9a34fb", False),
        ("2a19", "00002a19-0000-1000-8000-00805f9b34fc", False),
    ],
)
def test_a_characteristic_is_found_under_either_base(wanted, present, expected):
    others = ["0000ffe1-0000-1000-8000-00805f9a34fb", "ea6d1000-a725-4f9b-893d-c3913e33b39f"]
    assert resolve_characteristic(wanted, [others[0], present, others[1]]) == (present if expected else None)
    assert resolve_characteristic(wanted, others) is None


def test_the_exact_characteristic_goes_before_its_misprint():
    both = ["0000ffe4-0000-1000-8000-00805f9b34fb", "0000ffe4-0000-1000-8000-00805f9a34fb"]
    assert [resolve_characteristic(uuid, both) for uuid in both] == both


def test_the_device_table_in_the_docs_is_fresh():
    docs = Path(__file__).parents[2] / "docs" / "devices.md"
    assert docs.read_text() == reference(), "run: python -m sensors.reference > docs/devices.md"
