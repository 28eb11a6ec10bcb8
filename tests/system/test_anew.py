"""A hub that begins anew: unless its end was asked for, and never with a file that holds mistakes."""

import asyncio
from pathlib import Path

from hub.anew import keep_running
from hub.app import Hub
from hub.config import load_config
from hub.radio import Bluetooth

TOML = """\
[hub]
state_dir = "{state}"
[broker]
port = 0
[page]
mode = "off"
[sound]
device = "none"
[[wearers]]
nickname = "{name}"
[[wearers.devices]]
role = "left_insole"
type = "orphe_insole"
address = "C0:FF:EE:00:00:01"
"""


async def kept(path: Path, *deeds) -> list[str]:
    """Each hub does its deed once it has started, all at once; the nicknames with which hubs ran."""
    names, doing = [], []

    async def do(hub: Hub, deed) -> None:
        await hub.started.wait()
        deed(hub)

    def begun(hub: Hub) -> None:
        names.extend(hub.wearers)
        doing.append(asyncio.create_task(do(hub, deeds[len(names) - 1])))

    async with asyncio.timeout(60):
        await keep_running(path, load_config(path), bluetooth=lambda _: Bluetooth.system(None, 15.0), begun=begun)
    return names


def written(folder: Path, name: str = "anna") -> Path:
    path = folder / "hub.toml"
    path.write_text(TOML.format(state=folder / "state", name=name))
    return path


async def test_another_hub_has_the_changed_settings(tmp_path: Path) -> None:
    path = written(tmp_path)

    def change(hub: Hub) -> None:
        written(tmp_path, "bo")
        hub.begin_anew()

    assert await kept(path, change, Hub.stop) == ["anna", "bo"]


async def test_a_file_with_mistakes_leaves_the_former_settings(tmp_path: Path) -> None:
    path = written(tmp_path)

    def spoil(hub: Hub) -> None:
        path.write_text("[[wearers]]")
        hub.begin_anew()

    assert await kept(path, spoil, Hub.stop) == ["anna", "anna"]


async def test_whoever_asks_for_the_end_gets_it(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert await kept(path, lambda hub: (hub.begin_anew(), hub.stop())) == ["anna"]
    assert await kept(path, lambda hub: (hub.stop(), hub.begin_anew())) == ["anna"]
