"""A living hub of a hub.toml, which its owner changes on the page."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.anew import keep_running
from hub.app import Hub
from hub.config import load_config
from hub.demo import AFFECTED, DEVICES
from hub.radio.virtual.scenario import Scenario
from tests.page.living import LivingHub
from tests.services.ports import free_port

TOML = """\
# Of our home; ask Ben before you change it.
[hub]
name = "home"
state_dir = "{state_dir}"

[broker]
port = 0

[page]
mode = "lan"
port = {port}

[sound]
device = "none"

[[wearers]]
nickname = "demo"
affected_side = "left"
cues = {{ on = "good_step" }}

[[wearers.devices]]
role = "left_insole"
type = "orphe_insole"
address = "C0:FF:EE:00:00:01"   # the blue one

[[wearers.devices]]
role = "right_insole"
type = "orphe_insole"
address = "C0:FF:EE:00:00:02"
"""
"""The walker's shin sensor is in the air, but nobody's yet."""

WALKS = Scenario(DEVICES, affected_side=AFFECTED, plays="walks")


class SettledHub(LivingHub):
    """Runs as the service does: a hub of the file, and another whenever a change needs that."""

    hubs_n = 0

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "state", WALKS)
        self.path = folder / "config" / "hub.toml"
        self.path.parent.mkdir()
        self.path.write_text(TOML.format(state_dir=self.state_dir, port=free_port()))

    async def _start(self) -> None:
        config = load_config(self.path)
        self._running = asyncio.create_task(
            keep_running(self.path, config, bluetooth=lambda _: self._air.bluetooth, begun=self._begun)
        )
        await asyncio.sleep(0)
        await self.hub.started.wait()

    def _begun(self, hub: Hub) -> None:
        self.hub = hub
        self.hubs_n += 1


@contextmanager
def settled_hub(folder: Path) -> Iterator[SettledHub]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.page.server.EVERYWHERE", "127.0.0.1")
        settled = SettledHub(folder)
        with settled.in_the_air():
            yield settled
