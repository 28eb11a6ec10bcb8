"""Who gets in: pairing, roles, hosts, origins."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.commands import app
from hub.page import Paired, Role, Visitor, make_code
from hub.page.access import host_name, is_our_host, is_same_origin
from hub.page.attempts import MOST_ADDRESSES, Attempts
from hub.page.pairing import CODE_S, exchange
from tests.page.asking import get, post
from tests.page.still import home

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
WEARER = Visitor(Role.WEARER, "anna")


@pytest.mark.parametrize(
    ("host", "reached_at", "ours"),
    [
        ("127.0.0.1:8330", "127.0.0.1", True),
        ("LOCALHOST:8330", "127.0.0.1", True),
        ("localhost.", "127.0.0.1", True),
        ("[::1]:8330", "::1", True),
        ("192.168.1.5", "192.168.1.5", True),
        ("192.168.1.6", "192.168.1.5", False),
        ("evil.example:8330", "127.0.0.1", False),
        ("localhost.evil.example", "127.0.0.1", False),
        ("127.0.0.1.evil.example", "127.0.0.1", False),
        ("", "127.0.0.1", False),
        ("[::1", "127.0.0.1", False),
    ],
)
def test_a_name_that_was_made_to_point_here_is_none_of_ours(host: str, reached_at: str, ours: bool) -> None:
    assert is_our_host(host, reached_at, {"localhost"}) is ours
    assert "/" not in host_name(host)


@pytest.mark.parametrize("origin", ["", "null", "http://evil.example", "http://hub:81", "ftp://hub", "hub", "//hub"])
def test_another_origin_is_another(origin: str) -> None:
    assert not is_same_origin(origin, "hub")
    assert is_same_origin("http://hub", "hub")
    assert is_same_origin("https://HUB:8330", "hub:8330")
    assert not is_same_origin("http://", "")


def test_a_code_pairs_one_device_once_and_for_a_while_only(tmp_path: Path) -> None:
    code = make_code(tmp_path, WEARER, NOW)
    assert re.fullmatch(r"\d{8}", code)
    assert exchange(tmp_path, "0" * 8 if code != "0" * 8 else "1" * 8, "tablet", NOW) is None
    cookie = exchange(tmp_path, f" {code[:4]} {code[4:]}", "tablet", NOW)
    assert cookie is not None
    assert exchange(tmp_path, code, "tablet", NOW) is None
    paired = Paired(tmp_path)
    device = cookie.partition(".")[0]
    assert paired.visitor(cookie) == Visitor(Role.WEARER, "anna", device)
    for wrong in ("", "x", device, f"{device}.", f"{device}.{'0' * 64}", f"../{cookie}", cookie[:-1]):
        assert paired.visitor(wrong) is None
    old = make_code(tmp_path, WEARER, NOW)
    assert exchange(tmp_path, old, "", NOW + timedelta(seconds=CODE_S + 1)) is None
    set_back = make_code(tmp_path, WEARER, NOW)
    assert exchange(tmp_path, set_back, "", NOW - timedelta(days=1)) is None


def test_what_is_kept_holds_no_secret_and_is_for_nobody_else(tmp_path: Path) -> None:
    folder = tmp_path / "page"
    code = make_code(folder, WEARER, NOW)
    kept = "".join(path.read_text() for path in folder.iterdir())
    assert code not in kept
    cookie = exchange(folder, code, "tablet", NOW)
    assert cookie is not None
    kept = "".join(path.read_text() for path in folder.iterdir())
    assert cookie.partition(".")[2] not in kept
    assert [path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())] == [0, 0]


def test_a_device_that_another_process_forgets_is_forgotten_at_once(tmp_path: Path) -> None:
    cookie = exchange(tmp_path, make_code(tmp_path, WEARER, NOW), "tablet", NOW)
    assert cookie is not None
    hub, command_line = Paired(tmp_path), Paired(tmp_path)
    assert hub.visitor(cookie)
    (device,) = command_line.devices()
    assert command_line.forget(device.id)
    assert not command_line.forget(device.id)
    assert hub.visitor(cookie) is None
    assert not hub.is_paired(device.id)


def test_a_spoilt_file_is_moved_aside(tmp_path: Path) -> None:
    for text in ("{", "{}", json.dumps({"hash": 1})):
        (tmp_path / "device-00.json").write_text(text)
        assert Paired(tmp_path).devices() == []
        assert not (tmp_path / "device-00.json").exists()


def test_tries_run_out_and_come_back(tmp_path: Path) -> None:
    attempts = Attempts()
    assert [attempts.may_try("a", 100.0) for _ in range(7)] == [True] * 5 + [False] * 2
    assert attempts.may_try("b", 100.0)
    assert not attempts.may_try("a", 111.0)
    assert attempts.may_try("a", 112.5)
    tries = [attempts.may_try(f"n{n}", 113.0) for n in range(3 * MOST_ADDRESSES)]
    assert sum(tries) <= 30
    assert len(attempts.per_address) <= MOST_ADDRESSES


async def test_without_a_code_only_the_door_is_shown(tmp_path: Path) -> None:
    async with home(tmp_path, paired=True) as at:
        assert (await get(at.port, "/"))[0] == 200
        assert (await get(at.port, "/page.js"))[0] == 200
        for path in (
            "hub",
            "devices",
            "wearers/anna/now",
            "wearers/anna/days",
            "wearers/anna/layout",
            "wearers/anna/stream",
        ):
            for cookie in ("", "insole_hub=x", "insole_hub=1.2", "insole_hub=" + "a" * 5000):
                status, told, _ = await get(at.port, f"/api/{path}", cookie=cookie)
                assert (status, told["error"]) == (401, "unpaired"), path
        for path in ("wearers/anna/commands/fine", "devices/1/forget", "unpair"):
            assert (await post(at.port, f"/api/{path}"))[0] == 401
        assert at.source.asked == []
        assert at.stats.refused["unpaired"] == 27


async def test_a_code_opens_the_door_and_wrong_ones_close_it(tmp_path: Path) -> None:
    async with home(tmp_path, paired=True) as at:
        status, told, headers = await post(
            at.port, "/api/pair", {"code": at.code(Role.WEARER, "anna"), "name": "tablet"}
        )
        assert (status, told["obeyed"]) == (200, True)
        assert {"HttpOnly", "SameSite=strict"} <= set(headers["Set-Cookie"].split("; "))
        cookie = headers["Set-Cookie"].partition(";")[0]
        status, told, _ = await get(at.port, "/api/hub", cookie=cookie)
        assert (told["role"], [each["nickname"] for each in told["wearers"]]) == ("wearer", ["anna"])
        assert (await get(at.port, "/api/wearers/bo%20peep/now", cookie=cookie))[0] == 404
        assert (await post(at.port, "/api/wearers/anna/commands/fine", cookie=cookie))[0] == 200
        assert (await get(at.port, "/api/devices", cookie=cookie))[0] == 403
        assert (await post(at.port, "/api/wearers/anna/commands/pause_radio", cookie=cookie))[:2] == (
            403,
            {"error": "role", "message": "a wearer cannot ask for this"},
        )
        answers = [(await post(at.port, "/api/pair", {"code": "00000000"}))[0] for _ in range(6)]
        assert answers == [403] * 4 + [429] * 2
        assert (await post(at.port, "/api/pair", {"code": at.code()}))[0] == 429
        assert (await post(at.port, "/api/unpair", cookie=cookie))[0] == 200
        assert (await get(at.port, "/api/hub", cookie=cookie))[0] == 401


async def test_roles_may_what_is_theirs(tmp_path: Path) -> None:
    async with home(tmp_path, paired=True) as at:
        cookies = {}
        for role in Role:
            _, _, headers = await post(at.port, "/api/pair", {"code": at.code(role)})
            cookies[role] = headers["Set-Cookie"].partition(";")[0]
        may = {
            role: set((await get(at.port, "/api/hub", cookie=cookie))[1]["commands"])
            for role, cookie in cookies.items()
        }
        assert may[Role.OWNER] == set(at.source.commands)
        assert "fine" in may[Role.WEARER]
        assert "fine" not in may[Role.CAREGIVER]
        assert {"acknowledge", "label"} <= may[Role.CAREGIVER]
        _, told, _ = await get(at.port, "/api/devices", cookie=cookies[Role.OWNER])
        assert [device["role"] for device in told["devices"]] == [role.value for role in Role]
        wearers = cookies[Role.WEARER].removeprefix("insole_hub=").partition(".")[0]
        assert (await post(at.port, f"/api/devices/{wearers}/forget", cookie=cookies[Role.OWNER]))[0] == 200
        assert (await get(at.port, "/api/hub", cookie=cookies[Role.WEARER]))[0] == 401


def config(folder: Path, mode: str) -> str:
    path = folder / "hub.toml"
    path.write_text(
        f'[hub]\nstate_dir = "{folder}"\n[page]\nmode = "{mode}"\n[[wearers]]\nnickname = "anna"\n'
        '[[wearers.devices]]\nrole = "left_insole"\ntype = "orphe_insole"\naddress = "C0:FF:EE:00:00:01"\n'
    )
    return str(path)


def test_the_command_line_shows_a_code_lists_and_forgets(tmp_path: Path) -> None:
    run = CliRunner()
    path = config(tmp_path, "lan")
    shown = run.invoke(app, ["page", "code", "-c", path, "--role", "caregiver", "--wearer", "anna"])
    assert shown.exit_code == 0, shown.output
    code = re.search(r"code: +(\d{4} \d{4})", shown.output).group(1)
    assert exchange(tmp_path / "page", code, "Bens phone", datetime.now(UTC))
    listed = run.invoke(app, ["page", "devices", "-c", path]).output
    assert "caregiver of anna  Bens phone" in listed
    assert run.invoke(app, ["page", "forget", listed.split()[0], "-c", path]).output == "forgotten\n"
    assert "No device" in run.invoke(app, ["page", "devices", "-c", path]).output


@pytest.mark.parametrize(
    ("mode", "arguments", "said"),
    [
        ("lan", ["code", "--wearer", "bob"], "nobody is called 'bob'"),
        ("lan", ["code", "--role", "boss"], "boss"),
        ("lan", ["forget", "00"], "no device '00'"),
    ],
)
def test_the_command_line_says_what_is_wrong(tmp_path: Path, mode: str, arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["page", *arguments, "-c", config(tmp_path, mode)])
    assert done.exit_code == 2
    assert said in done.output


def test_a_hub_that_asks_for_no_code_shows_none(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["page", "code", "-c", config(tmp_path, "localhost")])
    assert 'mode = "lan"' in str(done.exception.problems[0])
