"""What is kept of a wearer: as tables, as an archive, and gone."""

import csv
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyarrow import parquet

from hub.alert import Alert, Change, Rule, Severity, State, Step
from hub.diary import Aid, AidsChanged, DiaryEntry, Noted
from hub.events import FIELDS, Event, Kind, event_id
from hub.export import tables
from hub.export.archive import readme
from hub.journal import DaySummary, Journal, rows_of
from hub.journal.database import locked
from hub.page import FOLDER, Paired, Visitor, make_code
from hub.page import Role as PageRole
from hub.page.pairing import exchange
from hub.recording.made_way import is_noted, note_made_way
from sensors.layout import Side
from tests.services.command import insole_hub

NS = 10**9
START_NS = 1_767_225_600 * NS
SECRET = "xyzzy-of-anna"

CONFIG = """
[hub]
state_dir = "{state}"
[[wearers]]
nickname = "anna"
devices = [{{ role = "left_shin", type = "witmotion", name = "A" }}]
[[wearers]]
nickname = "anna-lena"
devices = [{{ role = "left_shin", type = "witmotion", name = "B" }}]
"""


def event(kind: Kind, time_s: float, **fields) -> Event:
    return Event(event_id("x", kind, Side.LEFT, time_s), kind, Side.LEFT, time_s, time_s, 0.9, fields)


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    state = tmp_path / "state"
    async with Journal(state / "journal.db", power_safe=False) as journal:
        journal.observe_clock(0.0, START_NS)
        for nickname, start_s in (("anna", 0.0), ("anna-lena", 0.5)):
            reason = SECRET if nickname == "anna" else "another's"
            journal.append(
                nickname, [event(Kind.STEP, start_s + k, stride_time_s=k / 3, strike="toe") for k in range(700)]
            )
            brace = DiaryEntry(f"a-{nickname}", nickname, START_NS, AidsChanged((Aid.BRACE,)))
            journal.diary.append(brace, start_s + 700.0)
            journal.append(nickname, [event(Kind.INITIAL_CONTACT, start_s + 1000, strike="heel", lead_ms=-20.0)])
            journal.append(nickname, [event(Kind.TOE_FIRST, start_s + 86_400, lead_ms=62.0, reason=reason)])
            journal.append(nickname, [event(Kind.WALK_END, start_s + 86_401, duration_s=60.0, length_estimated=True)])
            alert = Alert(
                f"t-{nickname}", nickname, Rule.TRIP, Severity.MEDIUM, f"a trip, {reason}", START_NS, START_NS
            )
            closed = Alert(**{**{f: getattr(alert, f) for f in alert.__slots__}, "state": State.CLOSED, "label": False})
            journal.alerts.append([Change(Step.OPENED, START_NS, alert), Change(Step.LABELLED, START_NS + 1, closed)])
            journal.days.put(nickname, START_NS, DaySummary("2026-01-01", 700, absent=reason))
            note = DiaryEntry(f"n-{nickname}", nickname, START_NS, Noted(f"tired, {reason}", ("stairs", "rain"), 2.0))
            journal.diary.append(note, 0.0)
        await journal.flush()
    for nickname in ("anna", "anna-lena"):
        for name in (
            f"clips/{nickname}-20260101T000000Z-trip-t1.mcap",
            f"recordings/{nickname}-20260101T000000.000001Z/1.mcap",
        ):
            (state / name).parent.mkdir(parents=True, exist_ok=True)
            (state / name).write_bytes(b"MCAP " + nickname.encode())
        (state / "calibration").mkdir(exist_ok=True)
        (state / f"calibration/{nickname}.json").write_text(json.dumps({"of": nickname}))
        visitor, now = Visitor(PageRole.CAREGIVER, nickname), datetime.now(UTC)
        assert exchange(state / FOLDER, make_code(state / FOLDER, visitor, now), f"phone of {nickname}", now)
        make_code(state / FOLDER, visitor, now)
    note_made_way(state, {nickname: datetime(2026, 1, 1, tzinfo=UTC) for nickname in ("anna", "anna-lena")})
    (state / "journal.damaged-20260101T000000.000000Z.db").write_bytes(SECRET.encode())
    (tmp_path / "hub.toml").write_text(CONFIG.format(state=state))
    return tmp_path


def run(home: Path, *args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return insole_hub(*args, "-c", home / "hub.toml", stdin=stdin)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_column_has_one_type_whichever_kind_it_comes_from_and_none_is_lost():
    for kind in Kind:
        for name, each in FIELDS[kind].items():
            assert tables.table_of(kind).columns[name].type == each.type, (kind, name)


async def test_tables_hold_everything_of_each_wearer_and_can_be_read_by_nobody_else(home):
    ended = run(home, "export", "-o", str(home / "out"))
    assert ended.returncode == 0, ended.stderr
    assert "1 events, 1 contacts, 700 steps, 1 walks, 1 days, 1 alerts, 2 diary" in ended.stdout
    steps = read(home / "out/anna/steps.csv")
    assert [float(row["stride_time_s"]) for row in steps] == [k / 3 for k in range(700)], "every bit"
    assert int(steps[1]["wall_time_ns"]) == START_NS + NS
    (walk,) = read(home / "out/anna/walks.csv")
    assert (walk["length_estimated"], walk["cadence_spm"]) == ("true", "")
    assert (steps[0]["aids"], walk["aids"]) == ("", "brace")
    aid, note = read(home / "out/anna/diary.csv")
    assert (aid["kind"], aid["aids"], note["text"]) == ("aid", "brace", f"tired, {SECRET}")
    assert (note["tags"], note["pain"], note["duration_s"]) == ("stairs rain", "2.0", "")
    (alert,) = read(home / "out/anna/alerts.csv")
    assert (alert["id"], alert["state"], alert["label"]) == ("t-anna", "closed", "false")
    assert all(path.stat().st_mode & 0o077 == 0 for path in (home / "out").rglob("*"))
    again = run(home, "export", "-o", str(home / "out"))
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "is there already" in again.stderr


async def test_days_can_be_chosen_and_mistakes_are_one_line(home):
    ended = run(home, "export", "-o", str(home / "out"), "--wearer", "anna", "--from", "2026-01-02")
    assert "1 events, 0 contacts, 0 steps, 1 walks, 0 days, 0 alerts, 0 diary" in ended.stdout
    for args, said in ((("--wearer", "bob"), "nobody is called 'bob'; known: anna"), (("--from", "1.1."), "is no day")):
        ended = run(home, "export", "-o", str(home / "other"), *args)
        assert ended.returncode in {1, 2}
        assert said in ended.stderr
    assert not (home / "other").exists()


def test_parquet_says_what_is_missing(home, monkeypatch):
    (home / "pyarrow.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(home))
    command = [sys.executable, "-m", "hub", "export", "-o", str(home / "out"), "-c", str(home / "hub.toml")]
    command += ["--wearer", "anna", "--format", "parquet"]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, cwd=Path(__file__).parent.parent
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("insole-hub: Parquet needs pyarrow")


async def test_parquet_has_the_same(home):
    ended = run(home, "export", "-o", str(home / "out"), "--wearer", "anna", "--format", "parquet")
    assert ended.returncode == 0, ended.stderr
    table = parquet.read_table(home / "out/anna/steps.parquet")
    assert table.column("stride_time_s").to_pylist() == [k / 3 for k in range(700)]
    assert table.column("wall_time_ns").to_pylist()[1] == START_NS + NS
    assert table.column("speed_mps").null_count == 700
    assert table.schema.field("stride_time_s").metadata[b"meaning"]


async def test_an_archive_is_of_one_wearer_and_explains_each_column(home):
    ended = run(home, "export", "--archive", "--wearer", "anna", "-o", str(home / "anna.zip"))
    assert ended.returncode == 0, ended.stderr
    with zipfile.ZipFile(home / "anna.zip") as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        assert not any("lena" in name for name in names)
        assert {
            "README.md",
            "tables/steps.csv",
            "clips/anna-20260101T000000Z-trip-t1.mcap",
            "calibration/anna.json",
        } <= set(names)
        columns = archive.read("tables/walks.csv").decode().splitlines()[0].split(",")
    assert all(f"| `{column}` |" in readme("anna") for column in columns)
    assert list(home.glob("*.part")) == []


def _everything(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (home / "state").rglob("*") if path.is_file())


async def test_a_dry_run_shows_what_would_go_and_deletes_nothing(home):
    before = rows_of(home / "state/journal.db", "anna")
    ended = run(home, "forget", "anna", "--dry-run")
    assert ended.returncode == 0, ended.stderr
    for shown in (
        "703 events",
        "2 alerts",
        "1 days",
        "2 diary",
        "anna-20260101T000000Z-trip-t1.mcap",
        "Nothing was deleted.",
    ):
        assert shown in ended.stdout
    assert "lena" not in ended.stdout
    refused = run(home, "forget", "anna", stdin="annna\n")
    assert refused.returncode == 1
    assert rows_of(home / "state/journal.db", "anna") == before


async def test_what_is_forgotten_is_gone_from_every_byte_and_nobody_else_is_touched(home):
    others = rows_of(home / "state/journal.db", "anna-lena")
    assert SECRET.encode() in _everything(home)
    ended = run(home, "forget", "anna", stdin="anna\n")
    assert ended.returncode == 0, ended.stderr
    assert "still names anna" in ended.stdout
    assert SECRET.encode() not in _everything(home)
    assert set(rows_of(home / "state/journal.db", "anna").values()) == {0}
    assert rows_of(home / "state/journal.db", "anna-lena") == others
    assert sorted(path.name for path in (home / "state").rglob("anna*")) == [
        "anna-lena-20260101T000000.000001Z",
        "anna-lena-20260101T000000Z-trip-t1.mcap",
        "anna-lena.json",
    ]
    assert not is_noted(home / "state", "anna")
    assert is_noted(home / "state", "anna-lena")
    assert [device.wearer for device in Paired(home / "state" / FOLDER).devices()] == ["anna-lena"]
    async with Journal(home / "state/journal.db") as journal:
        assert journal.rescue is None
        assert len(await journal.alerts.newest(0)) == 1
    assert "Nothing of anna is kept here." in run(home, "forget", "anna", "--yes").stdout


async def test_nothing_is_deleted_under_a_running_hub(home):
    with locked(home / "state/journal.db"):
        ended = run(home, "forget", "anna", "--yes")
    assert ended.returncode == 1
    assert "stop it first" in ended.stderr
    assert SECRET.encode() in _everything(home)
