"""The page's settings: on disk, in the running hub, undone; and every wrong one."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic.fields import FieldInfo

from hub.config import Config, load_config
from hub.config.cues import CuesConfig
from hub.errors import LinkError
from hub.page import NotDoneError, OutdatedError
from hub.page.settings_model import CHANGES, CuesSet, Settings
from hub.radio import Found
from hub.service.settings import NO_FILE, HubSettings
from hub.service.settings_file import SettingsFile
from sensors.driver import Facts
from sensors.layout import Side

TOML = """\
# of our hub

[[wearers]]
nickname = "anna"

[[wearers.devices]]
role = "left_insole"   # the blue one
type = "orphe_insole"
address = "C0:FF:EE:00:00:01"

[[wearers.devices]]
role = "right_insole"
type = "orphe_insole"
address = "c0-ff-ee-00-00-02"
"""

SECRET = "json://127.0.0.1:9/token-of-ben"
CUES = {
    "on": "good_step",
    "by": ("sound",),
    "every": 2,
    "heel_lead_ms": 30.0,
    "volume_pct": 60.0,
    "strength_pct": 100.0,
    "quiet": "22:00-07:00",
    "fade_from": date(2026, 12, 1),
    "fade_days": 14,
    "fade_to_every": 4,
}
BEN = {"name": "Ben", "address": SECRET, "quiet": "22:00-07:00", "severity": "medium"}
SHIN = {"role": "left_shin", "type": "witmotion", "address": "C0:FF:EE:00:00:03", "label": "grey"}

BO = {"nickname": "bo", "affected_side": "right", "mass_kg": 70.0, **SHIN}


class AtHome:
    """Settings of a hub that notes what it is told."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "hub.toml"
        self.path.write_text(TOML)
        self.used: list[Config] = []
        self.heard: list[Found] | LinkError = []
        self.settings = self.opened()

    def opened(self) -> HubSettings:
        return HubSettings(
            self.path,
            load_config(self.path),
            use=self.used.append,
            begin_anew=lambda: None,
            hear=self.hear,
            sound=self.sound,
        )

    async def hear(self, _: float) -> list[Found]:
        if isinstance(self.heard, LinkError):
            raise self.heard
        return self.heard

    async def sound(self, kind: str, volume_pct: float) -> str:
        return f"no {kind} at {volume_pct:g} %"

    async def change(self, name: str, /, **values: Any) -> Settings:
        values.setdefault("version", (await self.settings.shown()).version)
        return await self.settings.change(CHANGES[name].model_validate(values))

    @property
    def text(self) -> str:
        return self.path.read_text()

    def secrets(self) -> list[str]:
        return sorted(path.name for path in self.path.parent.glob("contact*"))


@pytest.fixture
def home(tmp_path: Path) -> AtHome:
    return AtHome(tmp_path)


async def test_a_contact_is_told_from_now_on_and_their_address_is_in_a_file_of_its_own(home: AtHome) -> None:
    told = await home.change("add_contact", **BEN)
    assert (told.contacts[0].service, told.contacts[0].quiet, told.begins_anew) == ("json", "22:00-07:00", False)
    assert SECRET not in told.model_dump_json()
    assert "token" not in told.model_dump_json()
    assert "token" not in home.text
    assert home.text.startswith(TOML)
    (contact,) = home.used[-1].contacts
    assert contact.url().get_secret_value() == SECRET
    assert {path.stat().st_mode & 0o077 for path in home.path.parent.iterdir()} == {0}
    assert load_config(home.path) == home.used[-1]


async def test_a_changed_contact_keeps_their_address_unless_another_is_given(home: AtHome) -> None:
    await home.change("add_contact", **BEN)
    await home.change("change_contact", was="Ben", name="Benjamin", order=2, language="de")
    assert home.used[-1].contacts[0].language == "de"
    await home.change("change_contact", was="Benjamin", name="Benjamin", order=2)
    (contact,) = home.used[-1].contacts
    assert (contact.name, contact.quiet, contact.severity.value, contact.order) == ("Benjamin", None, "low", 2)
    assert contact.language == "en"
    assert contact.url().get_secret_value() == SECRET
    await home.change("change_contact", was="Benjamin", name="Benjamin", address="ntfy://127.0.0.1/x")
    assert home.used[-1].contacts[0].url().get_secret_value() == "ntfy://127.0.0.1/x"
    assert home.secrets() == ["contact", "contact-2"]  # the first for undoing


async def test_undo_brings_back_the_former_text_and_survives_a_restart(home: AtHome) -> None:
    told = await home.change("add_contact", **BEN)
    with_ben = home.text
    told = await home.change("remove_contact", name="Ben")
    assert (told.undo, told.contacts) == ("remove_contact", [])
    assert home.secrets() == ["contact"]
    home.settings = home.opened()
    told = await home.change("undo")
    assert home.text == with_ben
    assert home.used[-1].contacts[0].url().get_secret_value() == SECRET
    assert told.undo == "undo"
    told = await home.change("undo")  # and once more the other way
    assert told.contacts == []
    await home.change("cues", wearer="anna", cues=CUES)
    assert home.secrets() == []  # nothing names it any more


async def test_what_somebody_wrote_by_hand_meanwhile_is_not_undone(home: AtHome) -> None:
    await home.change("add_contact", **BEN)
    home.path.write_text(home.text + "\n# by hand\n")
    assert (await home.settings.shown()).undo is None
    with pytest.raises(NotDoneError, match="there is nothing to undo"):
        await home.change("undo")


async def test_of_two_who_save_at_once_the_second_is_told(home: AtHome) -> None:
    version = (await home.settings.shown()).version
    await home.change("add_contact", **BEN, version=version)
    before = home.text
    with pytest.raises(OutdatedError):
        await home.change("add_contact", **BEN | {"name": "Clara"}, version=version)
    assert home.text == before
    assert home.secrets() == ["contact"]


async def test_sensors_are_added_named_exchanged_and_removed_and_the_hub_begins_anew(home: AtHome) -> None:
    async def changed(name: str, **values: Any) -> Settings:
        told = await home.change(name, wearer="anna", **values)
        assert (await home.settings.shown()).begins_anew == told.begins_anew
        home.settings = home.opened()
        assert not (await home.settings.shown()).begins_anew
        return told

    assert (await changed("add_sensor", **SHIN)).begins_anew
    told = await changed("change_sensor", role="left_shin", to="left_shin", label="old one")
    assert (told.begins_anew, told.wearers[0].sensors[2].label) == (False, "old one")
    assert len(home.used) == 1
    told = await changed("change_sensor", role="left_insole", to="right_insole")
    assert told.begins_anew
    assert [(each.role.value, each.address) for each in told.wearers[0].sensors] == [
        ("right_insole", "C0:FF:EE:00:00:01"),
        ("left_insole", "C0:FF:EE:00:00:02"),
        ("left_shin", "C0:FF:EE:00:00:03"),
    ]
    assert "# the blue one" in home.text
    assert (await changed("remove_sensor", role="left_shin")).begins_anew
    assert (await home.change("undo")).begins_anew
    assert len(home.used) == 1  # the new label alone was taken while the hub ran


async def test_what_sounds_holds_at_once_and_what_is_as_it_was_stays_as_written(home: AtHome) -> None:
    with_cues = TOML.replace('"anna"\n', '"anna"\ncues = { on = "good_step", every = 2 }   # ask Ms Lee\n')
    home.path.write_text(with_cues)
    await home.change("cues", wearer="anna", cues=CUES)
    assert home.used[-1].wearers[0].cues.model_dump() == CUES
    assert load_config(home.path) == home.used[-1]
    assert 'cues = { on = "good_step", every = 2,' in home.text
    assert "# ask Ms Lee" in home.text
    told = await home.change("cues", wearer="anna", cues=CUES | {"quiet": "", "fade_from": None, "on": "off"})
    cues = home.used[-1].wearers[0].cues
    assert (cues.on, cues.quiet, cues.fade_from, cues.volume_pct) == ("off", None, None, 60.0)
    assert told.wearers[0].cues.quiet == ""
    text = home.text
    await home.change("cues", wearer="anna", cues=told.wearers[0].cues.model_dump())
    assert home.text == text


def test_the_page_s_bounds_of_what_sounds_are_those_of_the_file() -> None:
    for key, field in CuesSet.model_fields.items():
        assert _bounds(field) == _bounds(CuesConfig.model_fields[key]), key


def _bounds(field: FieldInfo) -> list[tuple[str, object]]:
    return [
        (name, value)
        for each in field.metadata
        for name in ("ge", "le")
        if (value := getattr(each, name, None)) is not None
    ]


async def test_a_sound_is_tried(home: AtHome) -> None:
    tried = await home.settings.try_sound("toe_first", 50.0)
    assert (tried.gain, tried.trouble) == (0.25, "no toe_first at 50 %")


async def test_somebody_new_is_watched_with_their_first_sensor_and_no_more(home: AtHome) -> None:
    told = await home.change("add_wearer", **BO)
    assert told.begins_anew
    assert home.text.startswith(TOML)
    bo = load_config(home.path).wearers[1]
    assert (bo.nickname, bo.affected_side, bo.mass_kg, bo.height_m) == ("bo", "right", 70.0, None)
    assert [(each.role.value, each.address) for each in bo.devices] == [("left_shin", "C0:FF:EE:00:00:03")]
    await home.change("add_contact", **BEN | {"wearers": ["bo"]})
    with pytest.raises(NotDoneError, match="Ben is told of bo by name; change that first"):
        await home.change("remove_wearer", nickname="bo")
    await home.change("remove_contact", name="Ben")
    with_bo = home.text
    await home.change("remove_wearer", nickname="anna")
    assert [each.nickname for each in load_config(home.path).wearers] == ["bo"]
    with pytest.raises(NotDoneError, match="nobody else wears sensors here"):
        await home.change("remove_wearer", nickname="bo")
    await home.change("undo")
    assert home.text == with_bo
    await home.change("remove_wearer", nickname="bo")
    assert home.text.rstrip() == TOML.rstrip()


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("add_contact", BEN | {"address": "no address"}, "the address of the service is none"),
    ("add_contact", BEN | {"quiet": "at night"}, "'at night' is no span of the day"),
    ("add_contact", BEN | {"language": "tlh"}, "unknown language 'tlh'"),
    ("add_contact", BEN | {"wearers": ["bo"]}, "nobody is called 'bo'"),
    ("change_contact", BEN | {"was": "Clara"}, "nobody who is told is called 'Clara'"),
    ("remove_contact", {"name": "Clara"}, "nobody who is told is called 'Clara'"),
    ("cues", {"wearer": "bo", "cues": CUES}, "nobody here is called 'bo'"),
    ("cues", {"wearer": "anna", "cues": CUES | {"quiet": "7-7"}}, "'7-7' is no span of the day"),
    (
        "cues",
        {"wearer": "anna", "cues": CUES | {"by": ("sound", "vibration")}},
        "orphe_insole has no motor, so the left_insole cannot vibrate",
    ),
    ("cues", {"wearer": "anna", "cues": CUES | {"every": 9}}, "4 is more often than every 9"),
    (
        "add_sensor",
        {"wearer": "anna"} | SHIN | {"role": "left_insole"},
        "anna has one there already: left insole; remove that first",
    ),
    (
        "add_sensor",
        {"wearer": "anna"} | SHIN | {"role": "right_shin", "type": "orphe_insole"},
        "orphe_insole is an insole and cannot be",
    ),
    ("add_sensor", {"wearer": "anna"} | SHIN | {"type": "toaster"}, "unknown device type 'toaster'"),
    ("add_sensor", {"wearer": "anna"} | SHIN | {"address": "C0:FF"}, "'C0:FF' is no Bluetooth address"),
    (
        "add_sensor",
        {"wearer": "anna"} | SHIN | {"address": "C0:FF:EE:00:00:01"},
        "is given to wearers[1].devices[1] already",
    ),
    ("change_sensor", {"wearer": "anna", "role": "left_shin", "to": "right_shin"}, "anna has no such sensor"),
    ("change_sensor", {"wearer": "anna", "role": "left_insole", "to": "left_shin"}, "cannot be the left_shin"),
    ("remove_sensor", {"wearer": "anna", "role": "left_shin"}, "anna has no such sensor: left shin"),
    ("add_wearer", BO | {"nickname": "anna"}, "'anna' is given to wearers[1] already"),
    ("add_wearer", BO | {"nickname": "a/b"}, "'a/b' is not "),
    ("add_wearer", BO | {"address": "C0:FF:EE:00:00:01"}, "is given to wearers[1].devices[1] already"),
    ("remove_wearer", {"nickname": "bo"}, "nobody here is called 'bo'"),
    ("remove_wearer", {"nickname": "anna"}, "nobody else wears sensors here"),
    ("undo", {}, "there is nothing to undo"),
]


@pytest.mark.parametrize(("name", "values", "why"), WRONG)
async def test_what_is_wrong_is_refused_in_one_line_and_all_is_as_it_was(
    name: str, values: dict[str, Any], why: str, home: AtHome
) -> None:
    with pytest.raises(NotDoneError) as refused:
        await home.change(name, **values)
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)
    assert home.text == TOML
    assert [path.name for path in home.path.parent.iterdir()] == ["hub.toml"]
    assert home.used == []


async def test_the_last_sensor_and_a_contact_s_name_are_held(home: AtHome) -> None:
    await home.change("remove_sensor", wearer="anna", role="left_insole")
    with pytest.raises(NotDoneError, match="this is the only sensor"):
        await home.change("remove_sensor", wearer="anna", role="right_insole")
    await home.change("add_contact", **BEN)
    with pytest.raises(NotDoneError, match=r"'Ben' is given to contacts\[1\] already"):
        await home.change("add_contact", **BEN)
    assert home.secrets() == ["contact"]


async def test_a_file_that_cannot_be_changed_is_said_and_shown(home: AtHome, monkeypatch: pytest.MonkeyPatch) -> None:
    none = HubSettings(
        None, load_config(home.path), use=home.used.append, begin_anew=lambda: None, hear=home.hear, sound=home.sound
    )
    assert (await none.shown()).trouble == NO_FILE
    home.path.write_text("[[wearers]]\n")
    shown = await home.settings.shown()
    assert "has mistakes" in shown.trouble
    assert shown.wearers[0].nickname == "anna"
    with pytest.raises(NotDoneError, match="has mistakes"):
        await home.change("undo", version="")
    home.path.write_bytes(b"# caf\xe9\n" + TOML.encode())
    assert "is not UTF-8" in (await home.settings.shown()).trouble
    home.path.write_bytes(b"\xef\xbb\xbf" + TOML.encode())
    assert (await home.settings.shown()).trouble == ""
    home.path.write_text(TOML)
    monkeypatch.setattr(os, "access", lambda *_: False)  # root of a test may write everywhere
    assert "may not write into" in (await home.settings.shown()).trouble
    with pytest.raises(NotDoneError, match="may not write into"):
        await home.change("add_contact", **BEN)


async def test_a_disk_that_takes_nothing_leaves_all_as_it_was(home: AtHome, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotDoneError, match="No space left on device"):
        await home.change("add_contact", **BEN)
    assert [path.name for path in home.path.parent.iterdir()] == ["hub.toml"]


def test_a_link_to_the_file_stays_one(tmp_path: Path) -> None:
    real = tmp_path / "real.toml"
    real.write_text(TOML)
    (tmp_path / "hub.toml").symlink_to(real)
    file = SettingsFile(tmp_path / "hub.toml")
    file.change(file.read().version, "cues", lambda text, _: text + "# more\n")
    assert real.read_text().endswith("# more\n")
    assert (tmp_path / "hub.toml").is_symlink()


async def test_known_sensors_in_reach_are_told_and_whose_they_are(home: AtHome) -> None:
    home.heard = [
        Found("C0:FF:EE:00:00:02", "R", -50, "orphe_insole", Facts(side=Side.RIGHT)),
        Found("C0:FF:EE:00:00:09", "WT", -60, "witmotion"),
        Found("C0:FF:EE:00:00:0A", "telly", -40, None),
    ]
    told = (await home.settings.heard()).sensors
    assert [(each.address[-2:], each.is_insole, each.side, each.is_set) for each in told] == [
        ("02", True, Side.RIGHT, True),
        ("09", False, None, False),
    ]
    home.heard = LinkError("scan", "the Bluetooth adapter is off")
    with pytest.raises(NotDoneError, match=r"^the Bluetooth adapter is off"):
        await home.settings.heard()


async def test_a_trial_says_what_the_service_said_without_its_address(home: AtHome) -> None:
    await home.change("add_contact", **BEN | {"address": "nosuch://token-of-ben"})
    with pytest.raises(NotDoneError, match="none that apprise knows") as refused:
        await home.settings.try_contact("Ben")
    assert "token" not in str(refused.value)
    with pytest.raises(NotDoneError, match="nobody who is told is called 'Clara'"):
        await home.settings.try_contact("Clara")
