"""Publishing: the plan as a pure thing, and the whole command against Grafana's documented HTTP API."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from dashboards.build import BUILT
from dashboards.publishing.rules import rules
from dashboards.publishing.state import (
    KINDS,
    Action,
    Board,
    Change,
    ContactPoint,
    Folder,
    Level,
    Rule,
    SharedPanel,
    Team,
    Thing,
    covers,
    key_of,
    plan,
)
from dashboards.publishing.wanted import slug
from hub.cli.dashboards import app
from hub.errors import ConfigError, InsoleHubError
from tests.services.grafana_contract import TOKEN, Contract, served
from tests.services.ports import free_port

NAMES = st.sampled_from(["a", "b", "c"])
BODIES = st.dictionaries(NAMES, st.integers(0, 2) | st.lists(st.integers(0, 2), max_size=2), max_size=2)
THINGS = st.one_of(
    st.builds(Team, NAMES, st.frozensets(NAMES)),
    st.builds(Folder, NAMES, NAMES, st.frozensets(st.tuples(NAMES, st.sampled_from(Level)), max_size=2)),
    st.builds(SharedPanel, NAMES, NAMES, BODIES),
    st.builds(Board, NAMES, NAMES, BODIES),
    st.builds(ContactPoint, NAMES, NAMES, st.frozensets(NAMES)),
    st.builds(Rule, NAMES, NAMES, BODIES),
)
STATES = st.lists(THINGS, unique_by=key_of, max_size=8)


def after(found: list[Thing], steps: tuple[Change, ...]) -> list[Thing]:
    """What a Grafana holds after the steps; it adds fields of its own."""
    there = {key_of(thing): thing for thing in found}
    for step in steps:
        if step.action is Action.REMOVE:
            del there[key_of(step.thing)]
        elif step.action is not Action.LEAVE:
            thing = step.thing
            is_body = isinstance(thing, SharedPanel | Board | Rule)
            there[key_of(thing)] = replace(thing, body={**thing.body, "version": 7}) if is_body else thing
    return list(there.values())


@given(STATES, STATES)
def test_a_plan_leads_to_what_is_wanted_and_a_second_one_changes_nothing(wanted: list[Thing], found: list[Thing]):
    steps = plan(wanted, found)
    there = after(found, steps)
    assert {key_of(thing) for thing in there} == {key_of(thing) for thing in wanted}
    assert plan(wanted, there) == ()
    made = [KINDS.index(type(step.thing)) for step in steps if step.action is not Action.REMOVE]
    gone = [KINDS.index(type(step.thing)) for step in steps if step.action is Action.REMOVE]
    assert made == sorted(made)
    assert gone == sorted(gone, reverse=True)


@given(STATES)
def test_removal_takes_all_and_only_what_was_found(found: list[Thing]):
    steps = plan([], found)
    assert {key_of(step.thing) for step in steps} == {key_of(thing) for thing in found}
    assert after(found, steps) == []


def test_a_folder_with_somebody_elses_dashboard_is_left():
    (step,) = plan([], [Folder("insole-anna", "Anna", frozenset(), ("My own page",))])
    assert step.action is Action.LEAVE
    assert "My own page" in str(step)


def test_a_panel_that_somebody_else_shows_is_left_and_so_is_its_folder():
    panel = SharedPanel("toes", "insole-panels", {"name": "Toes first"}, ("insole-bert-progress",))
    others = [SharedPanel("drags", "insole-panels", {"name": "Drags"}), Folder("elsewhere", "Elsewhere", frozenset())]
    steps = plan([], [Folder("insole-panels", "Panels", frozenset()), panel, *others])
    assert [str(step) for step in steps] == [
        "leave library panel Toes first: it is shown by insole-bert-progress",
        "remove library panel Drags",
        "leave folder Panels: it holds Toes first",
        "remove folder Elsewhere",
    ]


def test_of_many_names_some_are_told():
    panel = SharedPanel("toes", "insole-panels", {"name": "Toes first"}, ("a", "b", "c", "d", "e"))
    assert str(plan([], [panel])[0]) == "leave library panel Toes first: it is shown by a, b, c, 2 more"


def test_what_somebody_changed_by_hand_is_found():
    assert covers({"a": [{"b": 1, "id": 3}], "version": 2}, {"a": [{"b": 1}]})
    assert not covers({"a": [{"b": 2}]}, {"a": [{"b": 1}]})
    assert not covers({"a": [{"b": 1}, {}]}, {"a": [{"b": 1}]})
    assert not covers({}, {"a": None})


@given(st.text(min_size=1, max_size=40))
def test_any_nickname_makes_a_uid_that_grafana_takes(nickname: str):
    uid = f"insole-{slug(nickname)}-progress"
    assert len(uid) <= 40
    assert all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in uid)


def test_nicknames_that_look_alike_have_uids_of_their_own():
    assert len({slug(name) for name in ("Anna", "anna", "ANNA", "änna", "anna ")}) == 5


def test_rules_ask_for_one_wearer_whatever_the_name():
    for rule in rules("o'neil", "insole-x", "insole-x-today", "mail"):
        assert "\"wearer\" = 'o\\'neil'" in rule.body["data"][0]["model"]["query"]


FILE = """
url = "{url}"
token_file = "{token_file}"
clinic = ["theo"]
[[wearers]]
nickname = "anna"
owners = ["olga"]
therapists = ["theo@example.org"]
caregivers = ["Cara"]
alert_emails = ["family@example.org"]
[[wearers]]
nickname = "Bert"
owners = ["olga"]
"""


@pytest.fixture
def contract() -> Contract:
    return Contract()


@pytest.fixture
def file(contract: Contract, tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "token").write_text(TOKEN + "\n")
    with served(contract) as url:
        (tmp_path / "grafana.toml").write_text(FILE.format(url=url, token_file=tmp_path / "token"))
        yield tmp_path / "grafana.toml"


def run(*words: object) -> list[str]:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert TOKEN not in result.output
    return result.output.splitlines()


def granted(contract: Contract, uid: str) -> set[tuple[str, int]]:
    names = {team["id"]: team["name"].rsplit(", ")[-1] for team in contract.teams.values()}
    grants = contract.folders[uid]["_grants"]
    return {(names[each["teamId"]] if "teamId" in each else each["role"], each["permission"]) for each in grants}


def test_everybody_sees_what_is_theirs(contract: Contract, file: Path):
    said = run("publish", file)
    assert granted(contract, "insole-anna-folder") == {("owners", 4), ("therapists", 1)}
    assert granted(contract, "insole-anna-folder-today") == {("owners", 4), ("therapists", 1), ("caregivers", 1)}
    members = {team["name"]: team["members"] for team in contract.teams.values()}
    assert members["Insole Hub: anna, caregivers"] == [4]
    assert members["Insole Hub: Bert, caregivers"] == []
    seen = {each["dashboard"]["title"] for each in contract.boards.values() if "-today" in each["meta"]["folderUid"]}
    assert seen == {f"{what}: {who}" for what in ("Today", "Trips and falls") for who in ("anna", "Bert")}
    for uid, each in contract.boards.items():
        names = [one["query"] for one in each["dashboard"]["templating"]["list"] if one["name"] == "wearer"]
        assert names == ["anna,Bert"] if uid == "insole--clinic" else names in (["anna"], ["Bert"])
    assert set(contract.rules) == {"insole-anna-trip", "insole-anna-silent"}
    assert said[-1] == f"{len(said) - 2} changes made"


def test_done_again_nothing_changes_and_a_dry_run_changes_nothing_at_all(contract: Contract, file: Path):
    would = run("publish", file, "--dry-run")
    assert contract.log == []
    did = run("publish", file)
    assert [line.removeprefix("would ") for line in would[1:-1]] == did[1:-1]
    contract.log.clear()
    assert run("publish", file)[1:] == ["nothing to change"]
    assert contract.log == []


def test_all_wearers_dashboards_show_the_same_panels(contract: Contract, file: Path):
    run("publish", file)
    shown = {
        who: [
            panel["libraryPanel"]["uid"]
            for board in ("progress", "walks", "today", "trips", "quality")
            for panel in contract.boards[f"insole-{who}-{board}"]["dashboard"]["panels"]
            if "libraryPanel" in panel
        ]
        for who in ("anna", slug("Bert"))
    }
    assert shown["anna"] == shown[slug("Bert")]
    assert sorted(shown["anna"]) == sorted(contract.elements)
    assert granted(contract, "insole--panels-folder") == {("Viewer", 1), ("Editor", 1)}
    built = {path.stem: json.loads(path.read_text()) for path in BUILT.glob("*.json")}
    panels = [panel for name, body in built.items() if name != "clinic" for panel in body["panels"]]
    models = [each["model"] | {"libraryPanel": None} for each in contract.elements.values()]
    for panel in panels:
        own = {name: value for name, value in panel.items() if name != "gridPos"} | {"libraryPanel": None}
        assert (own in models) == ("title" in panel)
    assert "anna" not in json.dumps(contract.elements)  # everybody may see them


def test_a_panel_is_changed_for_all_at_once_and_one_that_is_no_more_goes(contract: Contract, file: Path):
    run("publish", file)
    uid = next(iter(contract.elements))
    contract.elements[uid]["model"]["targets"] = []
    contract.elements[uid]["version"] = 7
    old = {"uid": "insole--panel-old", "name": "Old", "kind": 1, "model": {}, "version": 3}
    contract.elements |= {
        "insole--panel-old": old | {"meta": {"folderUid": "insole--panels-folder"}},
        "mine": old | {"uid": "mine", "meta": {"folderUid": "insole-anna-folder"}},
    }
    name = contract.elements[uid]["name"]
    assert run("publish", file)[1:] == [
        f"change library panel {name}",
        "remove library panel Old",
        "2 changes made",
    ]
    assert contract.elements[uid]["model"]["targets"] != []
    assert "mine" in contract.elements


def test_what_other_wearers_dashboards_show_stays(contract: Contract, file: Path):
    both = file.read_text()
    run("publish", file)
    file.write_text(both.partition('[[wearers]]\nnickname = "Bert"')[0])
    said = run("remove", file)
    assert f"leave library panel Progress: Toes first: it is shown by insole-{slug('Bert')}-progress" in said
    assert len(contract.boards) == 5
    assert "insole--panels-folder" in contract.folders
    file.write_text(both)
    run("remove", file)
    assert contract.elements == contract.folders == {}


def test_who_is_no_user_yet_is_invited_once_and_sees_it_after_having_come(contract: Contract, file: Path):
    file.write_text(file.read_text().replace('["Cara"]', '["Ben@example.org"]'))
    would = run("publish", file, "--invite", "--dry-run")
    assert would[1] == "would invite Ben@example.org"
    assert contract.log == []
    assert "invite Ben@example.org" in run("publish", file, "--invite")
    assert contract.invites == {"Ben@example.org": "Viewer"}
    contract.log.clear()
    again = run("publish", file, "--invite")
    assert again[1:] == [
        "still waiting for Ben@example.org",
        "publish again when they have come: until then they see nothing",
        "nothing to change",
    ]
    assert contract.log == []
    contract.users["ben"] = 5
    assert "change team Insole Hub: anna, caregivers (ben)" in run("publish", file)


def test_who_is_no_longer_named_sees_it_no_longer_and_what_was_changed_by_hand_comes_back(
    contract: Contract, file: Path
):
    run("publish", file)
    contract.boards["insole-anna-progress"]["dashboard"]["title"] = "Mine now"
    contract.folders["insole-anna-folder"]["_grants"].append({"role": "Viewer", "permission": 1})
    file.write_text(file.read_text().replace('caregivers = ["Cara"]\nalert_emails = ["family@example.org"]\n', ""))
    said = run("publish", file)
    assert said[1:-1] == [
        "change team Insole Hub: anna, caregivers (nobody)",
        "change folder Insole Hub: anna",
        "change dashboard Progress: anna in insole-anna-folder",
        "remove alert rule Trip or fall of anna",
        "remove alert rule Nothing heard of anna",
        "remove contact point Insole Hub: anna, mail (family@example.org)",
    ]
    assert granted(contract, "insole-anna-folder") == {("owners", 4), ("therapists", 1)}
    assert contract.points == contract.rules == {}
    (cared,) = (team for team in contract.teams.values() if team["name"] == "Insole Hub: anna, caregivers")
    assert cared["members"] == []
    assert run("publish", file)[1:] == ["nothing to change"]


def test_removal_leaves_what_is_not_ours(contract: Contract, file: Path):
    contract.folders["other"] = {"uid": "other", "title": "Heating", "_grants": []}
    contract.boards["heat"] = {"dashboard": {"title": "Heating", "version": 1}, "meta": {"folderUid": "other"}}
    contract.teams[1] = {"id": 1, "name": "Neighbours", "members": []}
    kinds = ("folders", "boards", "elements", "teams", "points", "rules")
    before = {name: dict(getattr(contract, name)) for name in kinds}
    run("publish", file)
    contract.boards["own"] = {
        "dashboard": {"title": "Own page", "version": 1},
        "meta": {"folderUid": "insole-anna-folder"},
    }
    own = {"uid": "own", "name": "Own panel", "kind": 1, "model": {}, "version": 1}
    contract.elements["own"] = own | {"meta": {"folderUid": "insole-anna-folder-today"}}
    said = run("remove", file)
    assert "leave folder Insole Hub: anna: it holds Own page" in said
    assert "leave folder Insole Hub: anna, today: it holds Own panel" in said
    assert set(contract.boards) == {"heat", "own"}
    assert set(contract.elements) == {"own"}
    assert set(contract.folders) == {"other", "insole-anna-folder", "insole-anna-folder-today"}
    del contract.boards["own"], contract.elements["own"]
    run("remove", file)
    assert {name: getattr(contract, name) for name in before} == before
    assert run("remove", file)[1:] == ["nothing to change"]


def refused(file: Path, *words: str) -> str:
    with pytest.raises(InsoleHubError) as caught:
        CliRunner().invoke(app, ["publish", str(file), *words], catch_exceptions=False)
    assert TOKEN not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"version": "10.4.2"}, "is Grafana 10.4.2; 11 or newer is needed"),
        ({"role": "Viewer"}, "needs the role Admin"),
        ({"sources": {"insole-hub"}}, "has no data source 'insole-hub-steps'"),
        ({"users": {"olga": 2, "theo": 3}}, "has no user Cara; --invite has it write to e-mail addresses"),
    ],
)
def test_one_clear_message(contract: Contract, file: Path, wrong: dict[str, Any], says: str):
    for name, value in wrong.items():
        setattr(contract, name, value)
    assert says in refused(file)
    assert contract.log == []


def test_who_cannot_be_invited_is_named(contract: Contract, file: Path):
    del contract.users["cara"]
    assert refused(file, "--invite") == "Cara: no user, and no e-mail address that could be invited"
    file.write_text(file.read_text().replace('["Cara"]', '["ben@example.org"]'))
    contract.sends_mail = False
    assert "SMTP not configured" in refused(file, "--invite")
    assert contract.teams == {}


def test_a_wrong_token_or_address_is_named_so(file: Path):
    text = file.read_text()
    file.with_name("token").write_text("another")
    assert "does not accept the token" in refused(file)
    nobody = f"http://127.0.0.1:{free_port()}"
    url = text.split('"')[1]
    file.write_text(text.replace(url, nobody))
    assert "cannot be reached" in refused(file)
    file.write_text(text.replace(url, url + "/elsewhere"))
    assert "is url the address of its start page?" in refused(file)
    file.write_text(text.replace("http://", "https://"))
    assert "no encrypted connection" in refused(file)


def test_all_mistakes_of_the_file_are_told_at_once(tmp_path: Path):
    path = tmp_path / "grafana.toml"
    path.write_text('url = "grafana"\ntoken_file = "nowhere"\nwho = 1\n[[wearers]]\nnickname = ""\n')
    with pytest.raises(ConfigError) as caught:
        CliRunner().invoke(app, ["publish", str(path)], catch_exceptions=False)
    assert {problem.key_path for problem in caught.value.problems} == {"url", "token_file", "who", "wearers.0.nickname"}


def test_the_files_can_be_written_for_a_grafana_that_reads_them(tmp_path: Path):
    run("build", tmp_path / "out")
    assert {path.stem for path in (tmp_path / "out").iterdir()} >= {"progress", "clinic"}
