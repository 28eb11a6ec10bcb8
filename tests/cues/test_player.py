"""The loudspeaker with the real player of ALSA, and with ones that fail."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from hub.cues import player as edge
from hub.cues.player import Player, sound_trouble
from hub.cues.settings import CueKind
from hub.cues.sound import samples
from tests.services.alsa import DEVICE, written_device

SOUND = samples(CueKind.GOOD_STEP)


@asynccontextmanager
async def running(device: str = DEVICE) -> AsyncIterator[Player]:
    player = Player(device)
    task = asyncio.create_task(player.run())
    try:
        async with asyncio.timeout(30):
            yield player
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(holds: Callable[[], object]) -> None:
    while not holds():
        await asyncio.sleep(0.005)


def stub(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = folder / "aplay"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(edge, "PROGRAM", str(program))


async def test_what_is_played_reaches_the_device_again_and_again(tmp_path: Path, monkeypatch) -> None:
    played = written_device(tmp_path, monkeypatch)
    async with running() as player:
        for n in range(1, 4):
            await until(lambda: player.play(SOUND))
            await until(lambda: player.stats.played_n == n)  # noqa: B023
            assert [sound[: len(SOUND)] for sound in played()] == n * [SOUND]
    assert player.trouble == ""


async def test_a_sound_that_nobody_stands_ready_for_is_missed_and_waits_for_nothing(
    tmp_path: Path, monkeypatch
) -> None:
    written_device(tmp_path, monkeypatch)
    async with running() as player:
        assert not player.play(SOUND)  # the loop has not had time to start anything
        assert player.stats.missed_n == 1


async def test_no_player_stays_when_the_hub_ends(tmp_path: Path, monkeypatch) -> None:
    written_device(tmp_path, monkeypatch)
    async with running() as player:
        await until(lambda: player._ready is not None)
        child = player._ready
    assert child is not None
    assert child.returncode is not None


@pytest.mark.parametrize(
    ("device", "told"),
    [
        ("nonsense", "the sound device 'nonsense' cannot be had (No such file or directory); set sound.device to"),
        ("hw:7", "the sound device 'hw:7' cannot be had (No such file or directory); set sound.device to"),
    ],
)
async def test_a_device_that_is_not_there_is_told_once(
    device: str, told: str, tmp_path: Path, monkeypatch, caplog
) -> None:
    written_device(tmp_path, monkeypatch)
    monkeypatch.setattr(edge, "AGAIN_S", 0.01)
    starts: list[str] = []
    start = edge._start
    monkeypatch.setattr(edge, "_start", lambda name: (starts.append(name), start(name))[1])
    with caplog.at_level(logging.WARNING):
        async with running(device) as player:
            await until(lambda: player.trouble)
            await until(lambda: len(starts) > 3)
            assert player.trouble.startswith(told)
    ours = [record for record in caplog.records if record.name == edge.__name__]
    assert [record.getMessage() for record in ours] == [f"no sound can be played: {player.trouble}"]
    assert (await sound_trouble(device, SOUND)).startswith(told)


async def test_where_the_player_is_not_installed_it_is_said_how_to(monkeypatch) -> None:
    monkeypatch.setattr(edge, "PROGRAM", "/nowhere/aplay")
    async with running() as player:
        await until(lambda: player.trouble)
        assert "sudo apt install alsa-utils" in player.trouble
    assert "sudo apt install alsa-utils" in await sound_trouble(DEVICE, SOUND)


async def test_a_device_that_hangs_is_given_up_and_does_not_hold_anybody(tmp_path: Path, monkeypatch) -> None:
    stub(tmp_path, monkeypatch, "exec sleep 60")
    monkeypatch.setattr(edge, "PLAYS_S", 0.1)
    async with running() as player:
        await until(lambda: player._ready is not None)
        began_s = time.monotonic()
        assert player.play(SOUND * 20)  # more than a pipe holds
        assert time.monotonic() - began_s < 1.0
        await until(lambda: player.trouble)
        assert "did not end" in player.trouble
        assert (player.stats.played_n, player.stats.missed_n) == (0, 1)


async def test_a_sound_that_could_not_be_played_is_missed(tmp_path: Path, monkeypatch) -> None:
    stub(
        tmp_path,
        monkeypatch,
        "cat >/dev/null; echo 'aplay: main:831: audio open error: Device or resource busy' >&2; exit 1",
    )
    async with running() as player:
        await until(lambda: player.play(SOUND))
        await until(lambda: player.trouble)
        assert "another program holds it" in player.trouble
        assert player.stats.missed_n >= 1
        assert player.stats.played_n == 0


async def test_it_says_nothing_of_a_device_that_plays(tmp_path: Path, monkeypatch) -> None:
    played = written_device(tmp_path, monkeypatch)
    assert await sound_trouble(DEVICE, SOUND) == ""
    assert [sound[: len(SOUND)] for sound in played()] == [SOUND]
