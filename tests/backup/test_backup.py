"""A hub in one file and back: identical, whole or not at all, and nothing of a secret in it."""

import asyncio
import json
import os
import shutil
import sqlite3
import threading
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.backup import finish_restore, opened, restore_state
from hub.backup.archive import MANIFEST
from hub.cli.commands import app
from hub.errors import BackupError, ConfigError, InsoleHubError, JournalError
from hub.events import Event, Kind, event_id
from hub.journal import Journal, copy_journal, locked
from sensors.layout import Side

SECRET = "xyzzy-of-the-broker"
SETTINGS = """\
[hub]
state_dir = "{state}"
[mqtt]
host = "broker.lan"
username = "insole"
password_file = "{folder}/mqtt-password"
[[wearers]]
nickname = "anna"
devices = [{{ role = "left_shin", type = "witmotion", name = "A" }}]
"""
KEPT = {
    "calibration/anna.json": b'{"learnt": 1}',
    "batteries/anna.json": b"{}",
    "clips/anna-20261101T101500Z.mcap": bytes(range(256)) * 40,
    "page/device-0123456789ab.json": b'{"hash": "00"}',
    "bound_names.json": b"{}",
    "influxdb_refused.jsonl": b"{}\n",
}
LEFT_OUT = {
    "page/code-0123456789ab.json": b"a pairing code",
    "journal.damaged-20261101T101500.000000Z.db": b"damaged",
    "recordings/anna-20261101T101500Z/raw.mcap": b"raw",
    "demo/journal.db": b"the demo's",
    "calibration/anna.new": b"half",
}


def step(k: int) -> Event:
    return Event(
        event_id("x", Kind.STEP, Side.LEFT, float(k)), Kind.STEP, Side.LEFT, k, k, 0.9, {"stride_time_s": k / 3}
    )


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    """Configuration, secret and state of a hub that has been used."""
    state = tmp_path / "state"
    async with Journal(state / "journal.db", power_safe=False) as journal:
        journal.observe_clock(0.0, 1_767_225_600 * 10**9)
        journal.append("anna", [step(k) for k in range(300)])
    for name, content in (KEPT | LEFT_OUT).items():
        (state / name).parent.mkdir(parents=True, exist_ok=True)
        (state / name).write_bytes(content)
    (tmp_path / "mqtt-password").write_text(SECRET)
    (tmp_path / "hub.toml").write_text(SETTINGS.format(state=state, folder=tmp_path))
    return tmp_path


def command(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--config", str(home / "hub.toml")])


def fails(home: Path, *arguments: str) -> str:
    """What a command says that does not work; one line, but for lists of the configuration's mistakes."""
    done = command(home, *arguments)
    assert isinstance(done.exception, InsoleHubError), done.output
    assert "\n" not in str(done.exception)
    return str(done.exception)


def rows(journal: Path) -> list[str]:
    with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as connection:
        return list(connection.iterdump())


def files(state: Path) -> dict[str, bytes]:
    """Everything but the journal, its lock, and what was set aside."""
    return {
        path.relative_to(state).as_posix(): path.read_bytes()
        for path in state.rglob("*")
        if path.is_file() and not path.name.startswith("journal.db") and not path.parts[-2].startswith("replaced-")
    }


@pytest.fixture
def backup(home: Path) -> Path:
    done = command(home, "backup", str(home / "hub.zip"))
    assert done.exit_code == 0, done.output
    return home / "hub.zip"


def test_backup_wipe_restore_is_the_same_hub(home: Path, backup: Path) -> None:
    before, settings = rows(home / "state/journal.db"), (home / "hub.toml").read_text()
    shutil.rmtree(home / "state")
    for name in ("hub.toml", "mqtt-password"):
        (home / name).unlink()
    done = command(home, "restore", str(backup))
    assert done.exit_code == 0, done.output
    assert rows(home / "state/journal.db") == before
    assert files(home / "state") == KEPT
    assert (home / "hub.toml").read_text() == settings
    assert {path.stat().st_mode & 0o077 for path in (home / "state").rglob("*")} == {0}
    assert f"Put back, before the hub starts: {home}/mqtt-password" in done.output
    assert not list((home / "state").glob("re*"))


def test_nobody_else_may_read_it_and_no_secret_is_in_it(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(backup) as file:
        assert not any(SECRET.encode() in file.read(name) for name in file.namelist())
        assert set(file.namelist()) == {MANIFEST, "hub.toml", "state/journal.db", *(f"state/{name}" for name in KEPT)}


async def test_the_journal_is_copied_as_it_is_at_one_moment_while_it_is_written(tmp_path: Path) -> None:
    path, done = tmp_path / "journal.db", threading.Event()
    async with Journal(path, power_safe=False, batch_s=0.001) as journal:
        journal.observe_clock(0.0, 1_767_225_600 * 10**9)

        async def write() -> int:
            k = 0
            while not done.is_set() or k < 2_000:
                journal.append("anna", [step(k + j) for j in range(50)])
                k += 50
                await journal.flush()
            return k

        writing = asyncio.create_task(write())
        for n in range(5):
            await asyncio.to_thread(copy_journal, path, tmp_path / f"copy-{n}.db")
        done.set()
        written_n = await writing
    for n in range(5):
        with sqlite3.connect(tmp_path / f"copy-{n}.db") as copy:
            count, last = copy.execute("SELECT count(*), max(position) FROM events").fetchone()
        assert count == (last or 0) <= written_n
        assert count % 50 == 0  # what was journalled together is there together


def test_a_hub_that_runs_is_backed_up_and_not_restored_over(home: Path, backup: Path) -> None:
    with locked(home / "state/journal.db"):
        assert command(home, "backup", str(home / "more.zip")).exit_code == 0
        assert "another Insole Hub is using it" in fails(home, "restore", str(backup), "--force")


def test_a_state_that_is_there_is_replaced_only_by_force_and_kept(home: Path, backup: Path) -> None:
    (home / "state/calibration/anna.json").write_text("newer")
    (home / "hub.toml").write_text((home / "hub.toml").read_text() + "# newer\n")
    before = files(home / "state")
    assert "--force replaces it" in fails(home, "restore", str(backup))
    assert files(home / "state") == before
    done = command(home, "restore", str(backup), "--force")
    assert done.exit_code == 0, done.output
    (replaced,) = (home / "state").glob("replaced-*")
    assert (replaced / "calibration/anna.json").read_text() == "newer"
    assert (home / "state/calibration/anna.json").read_bytes() == KEPT["calibration/anna.json"]
    (kept,) = home.glob("hub.toml.before-*")
    assert kept.read_text().endswith("# newer\n")
    assert "newer" not in (home / "hub.toml").read_text()


def test_raw_recordings_only_when_asked_for(home: Path) -> None:
    assert command(home, "backup", str(home / "raw.zip"), "--raw").exit_code == 0
    with opened(home / "raw.zip") as archive:
        assert "state/recordings/anna-20261101T101500Z/raw.mcap" in archive.manifest.entries


def test_no_backup_is_overwritten(home: Path, backup: Path) -> None:
    before = backup.read_bytes()
    assert "is there already" in fails(home, "backup", str(backup))
    assert backup.read_bytes() == before


def test_where_no_hub_has_run_there_is_nothing_to_back_up(home: Path) -> None:
    shutil.rmtree(home / "state")
    assert "no hub has run with it" in fails(home, "backup", str(home / "hub.zip"))
    assert not list(home.glob("hub.zip*"))


def wiped(home: Path) -> Path:
    shutil.rmtree(home / "state")
    (home / "state").mkdir()
    return home


def test_a_backup_cut_short_anywhere_is_told_in_one_line_and_touches_nothing(home: Path, backup: Path) -> None:
    whole = backup.read_bytes()
    wiped(home)
    for length in {0, 1, 30, 100, *range(0, len(whole), len(whole) // 25), len(whole) - 1}:
        backup.write_bytes(whole[:length])
        assert "is damaged or cut short" in fails(home, "restore", str(backup))
    assert list((home / "state").iterdir()) == []


def test_a_changed_byte_anywhere_in_what_is_kept_is_found(home: Path, backup: Path) -> None:
    whole = bytearray(backup.read_bytes())
    with opened(backup) as archive:
        right = archive.manifest
    found_n = 0
    for at in range(40, len(whole), len(whole) // 60):
        changed = bytearray(whole)
        changed[at] ^= 0x20
        backup.write_bytes(changed)
        try:
            with opened(backup) as archive:  # dates and the like of an entry are not what is restored
                assert archive.manifest == right
        except BackupError:
            found_n += 1
    assert found_n > 40


def test_what_is_no_backup_is_told_so(home: Path) -> None:
    with zipfile.ZipFile(home / "other.zip", "w") as file:
        file.writestr("hello", "world")
    assert "is no backup of an Insole Hub" in fails(home, "restore", str(home / "other.zip"))
    assert "cannot be read: No such file" in fails(home, "restore", str(home / "none.zip"))


@pytest.mark.parametrize("name", ["state/../../evil", "/etc/evil"])
def test_an_entry_that_leads_out_of_the_folder_is_refused(home: Path, backup: Path, name: str) -> None:
    changed(
        backup, lambda entries: entries | {name: entries["hub.toml"]}, more={name: (home / "hub.toml").read_bytes()}
    )
    assert "leads out of the folder" in fails(home, "restore", str(backup), "--force")


def test_an_entry_too_many_or_one_less_is_found(home: Path, backup: Path) -> None:
    changed(backup, lambda entries: entries, more={"state/more": b""})
    assert "does not hold what its manifest says" in fails(home, "restore", str(backup), "--force")


def test_another_entry_in_the_place_of_one_is_found(home: Path, backup: Path) -> None:
    changed(backup, lambda entries: entries, more={"hub.toml": b"[hub]\n"})
    assert "hub.toml is not what was backed up" in fails(home, "restore", str(backup), "--force")


def test_one_of_a_newer_hub_is_refused(home: Path, backup: Path) -> None:
    changed(backup, lambda entries: entries, format_=2)
    assert "made by a newer Insole Hub" in fails(home, "restore", str(backup), "--force")


async def test_a_journal_of_a_newer_hub_is_refused_and_all_is_as_it_was(home: Path) -> None:
    with sqlite3.connect(home / "state/journal.db") as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(JournalError, match="newer Insole Hub"):
        copy_journal(home / "state/journal.db", home / "copy.db")


def changed(backup: Path, entries, more: dict[str, bytes] | None = None, format_: int = 1) -> None:
    """Write the backup anew with another manifest and more in it."""
    with zipfile.ZipFile(backup) as file:
        contents = {name: file.read(name) for name in file.namelist()}
    manifest = json.loads(contents.pop(MANIFEST))
    manifest |= {"entries": entries(manifest["entries"]), "format": format_}
    with zipfile.ZipFile(backup, "w") as file:
        for name, content in (contents | (more or {}) | {MANIFEST: json.dumps(manifest).encode()}).items():
            file.writestr(zipfile.ZipInfo(name), content)


class Killed(BaseException):
    """The process is no more."""


@pytest.mark.parametrize("had_state", [True, False])
def test_cut_short_at_any_step_it_is_the_old_state_or_the_new_one(
    home: Path, backup: Path, monkeypatch: pytest.MonkeyPatch, had_state: bool
) -> None:
    state = home / "state"
    (state / "calibration/anna.json").write_text("old")
    (state / "batteries").rename(state / "older")
    if not had_state:
        wiped(home)
    old, new = files(state), dict(KEPT)
    outcomes = set()
    for last in range(200):
        trial = home / "trial"
        shutil.copytree(state, trial)
        left = last

        def count(real):
            def step(*arguments, **more):
                nonlocal left
                if left == 0:
                    raise Killed
                left -= 1
                return real(*arguments, **more)

            return step

        with monkeypatch.context() as patched, opened(backup) as archive:
            for name in ("rename", "mkdir", "touch"):
                patched.setattr(Path, name, count(getattr(Path, name)))
            patched.setattr(os, "fsync", count(os.fsync))
            patched.setattr(shutil, "rmtree", count(shutil.rmtree))
            try:
                restore_state(archive, trial, force=True)
                killed = False
            except Killed:
                killed = True
        finish_restore(trial)
        shutil.rmtree(trial / "restoring", ignore_errors=True)  # the next restore begins with that
        found = {name: content for name, content in files(trial).items() if not name.startswith("replaced-")}
        kept = {name: data for name, data in old.items() if not name.startswith("demo/")}
        without_demo = {name: data for name, data in found.items() if not name.startswith("demo/")}
        assert without_demo in (kept, new), f"half-way after {last} steps"
        outcomes.add(without_demo == new)
        if without_demo == new and had_state:
            (replaced,) = trial.glob("replaced-*")
            assert (replaced / "calibration/anna.json").read_text() == "old"
        shutil.rmtree(trial)
        if not killed:
            break
    assert not killed
    assert outcomes == {True, False}


def test_a_hub_that_starts_ends_a_restore_that_was_cut_short(home: Path, backup: Path) -> None:
    with opened(backup) as archive:
        restore_state(archive, home / "state", force=True)
    (home / "state/restored").mkdir()
    (home / "state/restored/bound_names.json").write_text("restored")
    (home / "hub.toml").write_text((home / "hub.toml").read_text().replace("[mqtt]", "[mqqt]"))
    done = command(home, "run")  # a mistake in the file ends it before, and touches nothing
    assert isinstance(done.exception, ConfigError)
    assert finish_restore(home / "state") is not None
    assert (home / "state/bound_names.json").read_text() == "restored"
    assert finish_restore(home / "state") is None
