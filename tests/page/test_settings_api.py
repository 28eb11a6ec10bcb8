"""The settings over HTTP: the owner's alone, never on top of somebody else's change, and no secret in any answer."""

from pathlib import Path

import pytest

from hub.page import Role
from tests.page.asking import get, post
from tests.page.still import home

ANYTHING = "/api/settings/changes/"
CUES = {
    "on": "good_step",
    "by": ["sound"],
    "every": 2,
    "heel_lead_ms": 30,
    "volume_pct": 40,
    "strength_pct": 100,
    "quiet": "22:00-07:00",
    "fade_from": "2026-12-01",
    "fade_days": 42,
    "fade_to_every": 5,
}
SOUNDS = {"version": "v0", "wearer": "anna", "cues": CUES}
SOUND = {"on": "good_step", "volume_pct": 50}
SENSOR = {"version": "v0", "wearer": "anna", "role": "left_shin", "type": "witmotion", "address": "C0:FF:EE:00:00:03"}


@pytest.mark.parametrize("role", [Role.WEARER, Role.CAREGIVER])
async def test_nobody_but_the_owner_sees_or_changes_them(role: Role, tmp_path: Path) -> None:
    async with home(tmp_path, paired=True) as at:
        _, _, headers = await post(at.port, "/api/pair", {"code": at.code(role)})
        cookie = headers["Set-Cookie"].partition(";")[0]
        answers = [
            await get(at.port, "/api/settings", cookie=cookie),
            await post(at.port, "/api/settings/scan", cookie=cookie),
            await post(at.port, "/api/settings/try", {"name": "Ben"}, cookie=cookie),
            await post(at.port, "/api/settings/sound", SOUND, cookie=cookie),
            await post(at.port, f"{ANYTHING}cues", SOUNDS, cookie=cookie),
            await post(at.port, f"{ANYTHING}undo", {"version": "v0"}, cookie=cookie),
        ]
        assert {(status, told["error"]) for status, told, _ in answers} == {(403, "role")}
        assert (await post(at.port, f"{ANYTHING}cues", SOUNDS))[0] == 401
        assert at.source.settings.changes == []


async def test_a_change_names_the_version_that_it_was_made_from(tmp_path: Path) -> None:
    async with home(tmp_path) as at:
        status, told, _ = await post(at.port, f"{ANYTHING}cues", SOUNDS)
        assert (status, told["version"]) == (200, "v1")
        status, told, _ = await post(at.port, f"{ANYTHING}cues", SOUNDS)
        assert (status, told["error"]) == (409, "outdated")
        assert len(at.source.settings.changes) == 1
        for wrong in (
            {"version": None},
            {"colour": "red"},
            {"cues": CUES | {"quiet": 7}},
            {"cues": {}},
            {"wearer": ""},
            {"wearer": "a\nb"},
        ):
            assert (await post(at.port, f"{ANYTHING}cues", SOUNDS | wrong))[0] == 422
        assert (await post(at.port, f"{ANYTHING}password", SOUNDS))[0] == 404


async def test_what_sounds_is_tried(tmp_path: Path) -> None:
    async with home(tmp_path) as at:
        assert (await post(at.port, "/api/settings/sound", SOUND))[:2] == (
            200,
            {"gain": 0.5, "trouble": "no good_step"},
        )
        assert (await post(at.port, "/api/settings/sound", SOUND | {"volume_pct": 101}))[0] == 422


async def test_the_hub_begins_anew_after_the_answer(tmp_path: Path) -> None:
    async with home(tmp_path) as at:
        await post(at.port, f"{ANYTHING}cues", SOUNDS)
        assert at.source.settings.began_anew_n == 0
        status, told, _ = await post(at.port, f"{ANYTHING}add_sensor", {**SENSOR, "version": "v1"})
        assert (status, told["begins_anew"]) == (200, True)
        await get(at.port, "/health")  # the server has done what it does after an answer
        assert at.source.settings.began_anew_n == 1


async def test_a_wrong_address_is_not_echoed(tmp_path: Path) -> None:
    async with home(tmp_path) as at:
        asked = {"version": "v0", "name": "Ben", "address": "secret" * 400}
        status, told, _ = await post(at.port, f"{ANYTHING}add_contact", asked)
        assert status == 422
        assert "secret" not in told["message"]
