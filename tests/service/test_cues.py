"""Sounds in the running hub: to the loudspeaker and to whoever listens, in the instant of the event."""

import asyncio
import time
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.app import Hub
from hub.config import Config
from hub.config.cues import CuesConfig
from hub.cues.cueing import Cue
from hub.cues.settings import CueKind, CueSettings, Fading, Way
from hub.cues.sound import samples
from hub.events import Context, Event, Kind
from hub.radio import Bluetooth
from hub.service.cues import NO_LOUDSPEAKER, Cues, settings_of
from sensors.layout import Side
from tests.services.alsa import DEVICE, written_device

INSOLE = {"role": "left_insole", "type": "orphe_insole", "address": "C0:FF:EE:00:00:01"}
SOLE = {**INSOLE, "type": "brilliant_sole"}


def config(device: str, insole: dict[str, str] = INSOLE, **cues: object) -> Config:
    wearer = {"nickname": "ada", "affected_side": "left", "devices": [insole], "cues": cues}
    return Config.model_validate({"wearers": [wearer], "sound": {"device": device}})


def step(time_s: float) -> Event:
    fields = {"strike": "heel", "lead_ms": -40.0}
    return Event("x", Kind.INITIAL_CONTACT, Side.LEFT, time_s, time_s, 0.9, fields, Context.WALKING)


async def test_a_good_step_is_heard_from_the_loudspeaker_and_told_to_listeners(tmp_path: Path, monkeypatch) -> None:
    played = written_device(tmp_path, monkeypatch)
    cues = Cues(config(DEVICE, on="good_step", volume_pct=50))
    told: list[tuple[str, Cue]] = []
    end_listening = cues.listen(lambda nickname, cue: told.append((nickname, cue)))
    task = asyncio.create_task(cues.run())
    async with asyncio.timeout(30):
        while not cues.stats.played_n:
            cues.see("ada", [step(time.monotonic())], time.time_ns())
            await asyncio.sleep(0.005)
        sound = samples(CueKind.GOOD_STEP, 50)
        assert played()[0][: len(sound)] == sound
        assert told[0][0] == "ada"
        assert told[0][1].volume_pct == 50
        told_n = len(told)
        cues.see("ada", [step(time.monotonic())], time.time_ns(), is_silent=True)
        end_listening()
        cues.see("ada", [step(time.monotonic())], time.time_ns())
        assert len(told) == told_n
    await ended(task)


async def test_no_player_is_started_that_nobody_needs(tmp_path: Path, monkeypatch) -> None:
    silent = Cues(config("none", on="good_step"))
    await silent.run()
    assert await silent.try_sound("good_step", 50) == NO_LOUDSPEAKER
    written_device(tmp_path, monkeypatch)
    cues = Cues(config(DEVICE, on="off"))
    assert cues.player is not None
    task = asyncio.create_task(cues.run())
    await asyncio.sleep(0)
    assert not standing(cues)
    async with asyncio.timeout(30):
        for silent in (config(DEVICE, on="off"), config(DEVICE, SOLE, on="good_step", by=["vibration"])):
            cues.use(config(DEVICE, on="toe_first"))
            while not standing(cues):
                await asyncio.sleep(0.005)
            assert cues.cueing["ada"].settings.on is CueKind.TOE_FIRST
            cues.use(silent)
            while standing(cues):
                await asyncio.sleep(0.005)
    await ended(task)


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})


def standing(cues: Cues) -> bool:
    return cues.player is not None and cues.player._ready is not None


@pytest.mark.parametrize("on", ["off", "good_step"])
async def test_a_sound_is_tried_whether_any_step_sounds_or_not(on: str, tmp_path: Path, monkeypatch) -> None:
    played = written_device(tmp_path, monkeypatch)
    cues = Cues(config(DEVICE, on=on))
    task = asyncio.create_task(cues.run())
    assert await cues.try_sound("toe_first", 30) == ""
    assert cues.stats.missed_n == 0
    sound = samples(CueKind.TOE_FIRST, 30)
    async with asyncio.timeout(30):
        while not any(each.startswith(sound) for each in played()):
            await asyncio.sleep(0.005)
    await ended(task)


@pytest.mark.parametrize(("by", "sounds_n", "vibrates_n"), [(["vibration"], 0, 1), (["sound", "vibration"], 1, 1)])
def test_a_cue_goes_the_ways_that_are_asked_for(by: list[str], sounds_n: int, vibrates_n: int) -> None:
    told: list[tuple[str, str]] = []
    cues = Cues(config("none", SOLE, on="good_step", by=by), lambda who, cue: told.append((who, f"felt {cue.side}")))
    cues.listen(lambda who, _cue: told.append((who, "heard")))
    cues.see("ada", [step(time.monotonic())], time.time_ns())
    cues.see("ada", [step(time.monotonic())], time.time_ns(), is_silent=True)
    assert told == [("ada", "felt left")] * vibrates_n + [("ada", "heard")] * sounds_n


async def test_the_hub_has_the_insole_vibrate_and_counts_one_that_is_away(tmp_path: Path) -> None:
    asked = config("none", SOLE, on="good_step", by=["vibration"]).model_dump()
    hub = Hub(Config.model_validate({**asked, "hub": {"state_dir": tmp_path}}), Bluetooth())
    hub.cues.see("ada", [step(time.monotonic())], time.time_ns())
    assert (hub.vibrations.stats.given_n, hub.vibrations.stats.missed_n) == (0, 1)


def test_who_cannot_vibrate_is_named_with_what_to_do() -> None:
    with pytest.raises(ValidationError) as none:
        config("none", INSOLE, on="good_step", by=["vibration"])
    error = none.value.errors()[0]
    assert error["loc"] == ("wearers", 0, "devices", 0, "type")
    assert error["msg"] == "orphe_insole has no motor, so the left_insole cannot vibrate as cues.by asks"
    assert error["ctx"]["hint"] == "leave vibration out, or wear brilliant_sole or ukaton_mission"
    with pytest.raises(ValidationError, match="no insole is worn on the side with foot drop"):
        config("none", {**SOLE, "role": "right_insole"}, on="toe_first", by=["vibration"])
    config("none", INSOLE, on="off", by=["vibration"])
    with pytest.raises(ValidationError):
        config("none", on="good_step", by=[])


def test_what_the_file_says_is_what_sounds() -> None:
    assert settings_of(CuesConfig()) == CueSettings()
    asked = CuesConfig.model_validate(
        {"on": "toe_first", "every": 2, "volume_pct": 60.0, "quiet": "22:00-07:00", "fade_from": date(2026, 12, 1)}
    )
    settings = settings_of(asked)
    assert (settings.on, settings.every_n, settings.volume_pct) == (CueKind.TOE_FIRST, 2, 60.0)
    assert settings.fading == Fading(date(2026, 12, 1), 42, 5)
    assert settings.quiet is not None
    assert settings_of(CuesConfig.model_validate({"by": ["vibration", "vibration"]})).by == {Way.VIBRATION}


def test_sounds_cannot_become_more() -> None:
    with pytest.raises(ValidationError, match="more often than every 3"):
        CuesConfig.model_validate({"every": 3, "fade_from": date(2026, 12, 1), "fade_to_every": 2})
