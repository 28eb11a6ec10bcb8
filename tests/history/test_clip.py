"""A clip that was kept live is played as it was felt live."""

from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from hub.errors import RecordingError
from hub.events import Event, Kind
from hub.history.clip import RATE_HZ, STALE_S, PlayedClip, play
from hub.live import Live
from hub.pipeline import Pipeline
from hub.recording.keeper import Keeper
from hub.recording.raw import RawHeader
from hub.recording.shelf import Shelf
from hub.session import Wearer
from sensors.layout import Role, Side
from sensors.walker import Walker, demo_script

KEYS = {Role.LEFT_INSOLE: "orphe_insole", Role.LEFT_SHIN: "witmotion"}
HEADER = RawHeader("home/anna/20261121T083000Z", Wearer("anna", "left"), tuple(KEYS))
TRIP = Event("trip1", Kind.TRIP, Side.LEFT, 1015.0, 1016.2, 0.9, {"stage": "confirmed", "strategy": "elevating"})
FELT_S = 1014.0
GONE = (12.0, 13.5)
"""The insole has no link so long after the beginning."""


@pytest.fixture(scope="module")
def kept(air, device, tmp_path_factory) -> tuple[Path, dict[str, object]]:
    """A clip of a walk, and what was felt live at one instant of it."""
    folder = tmp_path_factory.mktemp("state")
    world = air([device(role, key, away=(GONE,) if role.is_insole else ()) for role, key in KEYS.items()])
    world.body = Walker(demo_script(), start_s=world.start_s, chunk_s=4)
    pipeline, live, felt = Pipeline(HEADER.name, HEADER.wearer, HEADER.expected), Live(), {}
    pitches = felt["pitch_deg"] = {}

    shelf = Shelf(folder, 1000.0, 1000.0)
    keeper = Keeper(shelf, HEADER, pipeline.calibration, lambda time_s: round(time_s * 1e9))

    def take(arrival):
        result = pipeline.feed(arrival)
        pipeline.decide()
        keeper.see(arrival, has_samples=result.valid)
        if result.session is not None:
            live.begin(result.session)
        for block in result.blocks:
            live.see_block(block)
            if (
                block.role is Role.LEFT_INSOLE
                and len(block.time_s)
                and "cop" not in felt
                and block.time_s[-1] >= FELT_S
            ):
                felt.update(at_s=float(block.time_s[-1]), cop=live.centre_of_pressure(block.role))
                felt["most"] = max(range(len(live.pressure(block.role))), key=live.pressure(block.role).__getitem__)
            if block.role is Role.LEFT_SHIN and len(block.time_s):
                pitches[float(block.time_s[-1])] = pipeline.shank_pitch_deg(block.role)
        return result

    world.run(27.0, take)
    keeper.see_events([TRIP])
    keeper.close(None)
    (path,) = (folder / "clips").glob("*.mcap")
    return path, felt


@pytest.fixture(scope="module")
def played(kept: tuple[Path, dict[str, object]]) -> PlayedClip:
    return play(kept[0])


def at(played: PlayedClip, time_s: float) -> int:
    return round((time_s - played.begin_s) * RATE_HZ)


def test_it_lasts_from_before_to_after_its_event(played: PlayedClip) -> None:
    assert played.events == (TRIP,)
    assert played.damage is None
    assert played.begin_s == pytest.approx(1005.0, abs=0.1)
    assert played.length_s == pytest.approx(20.0, abs=0.2)
    pictures = {len(each) for rows in (played.cells, played.cops, played.pitches_deg) for each in rows.values()}
    assert pictures == {1 + int(played.length_s * RATE_HZ)}


def test_the_pictures_are_what_was_felt_live(played: PlayedClip, kept: tuple[Path, dict[str, object]]) -> None:
    felt = kept[1]
    n = at(played, felt["at_s"])
    cells, cop = played.cells[Side.LEFT][n], played.cops[Side.LEFT][n]
    assert cells is not None
    assert cells.index(max(cells)) == felt["most"]
    assert cop == pytest.approx(felt["cop"], abs=0.12)  # the clip's own range of loads, and 20 ms between pictures
    off_deg = [
        abs(played.pitches_deg[Side.LEFT][at(played, time_s)] - pitch_deg)
        for time_s, pitch_deg in felt["pitch_deg"].items()
        if 1010.0 < time_s < 1024.0 and pitch_deg is not None
    ]
    assert len(off_deg) > 300
    assert median(off_deg) < 2.0
    assert max(load for each in played.cells[Side.LEFT] if each is not None for load in each) == 100


def test_the_angle_moves_with_every_sample(kept: tuple[Path, dict[str, object]]) -> None:
    angles_deg = [angle for time_s, angle in kept[1]["pitch_deg"].items() if time_s > 1020.0]
    moved_n = sum(one != other for one, other in pairwise(angles_deg))
    assert moved_n > 0.95 * len(angles_deg) > 400


def test_what_was_not_felt_is_empty(played: PlayedClip) -> None:
    assert set(played.cells[Side.RIGHT]) == set(played.pitches_deg[Side.RIGHT]) == {None}
    silent = played.cells[Side.LEFT][at(played, 1000.0 + GONE[0] + STALE_S + 0.1) : at(played, 1000.0 + GONE[1])]
    assert len(silent) > 50
    assert set(silent) == {None}
    assert played.cells[Side.LEFT][at(played, 1000.0 + GONE[1] + 1.0)] is not None


def test_a_clip_that_is_cut_short_is_played_as_far_as_it_goes(
    kept: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    short = tmp_path / "short.mcap"
    data = kept[0].read_bytes()
    short.write_bytes(data[: 2 * len(data) // 3])
    assert play(short).damage == "the file is cut short"
    short.write_bytes(b"\x89MCAP0\r\n")
    with pytest.raises(RecordingError):
        play(short)
    with pytest.raises(RecordingError):
        play(tmp_path / "gone.mcap")
