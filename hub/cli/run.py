"""``insole-hub run``: the service."""

import asyncio
import logging
import sys
from pathlib import Path

from hub.anew import keep_running
from hub.app import Hub
from hub.backup import finish_restore
from hub.cli.check import ConfigPath
from hub.config import Config, load_config
from hub.journal import JOURNAL
from hub.radio import Bluetooth
from hub.service.configured import broker_address

logger = logging.getLogger("insole-hub")


def run(config: ConfigPath = Path("hub.toml")) -> None:
    """Run the hub: connect the configured sensors, detect, keep and publish events, until it is stopped.

    `insole-hub check` tells whether the file is right; `insole-hub scan` finds sensors for it.
    """
    loaded = load_config(config)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    if finish_restore(loaded.hub.state_dir) is not None:
        logger.warning("a restore that was cut short is at its end now")
    logger.info("%s", started_with(loaded))
    asyncio.run(_run(config, loaded))


def started_with(config: Config) -> str:
    """What the service was started with, in one line."""
    wearers = "; ".join(
        f"{wearer.nickname} ({', '.join(device.role.value.replace('_', ' ') for device in wearer.devices)})"
        for wearer in config.wearers
    )
    broker = broker_address(config.mqtt) if config.mqtt else None
    where = (
        f"{broker.host}:{broker.port}" if broker else f"the hub's own, 127.0.0.1:{config.broker.port or 'free port'}"
    )
    journal = config.hub.state_dir / JOURNAL
    return f"starting: {wearers}; journal {journal}; broker {where}; topics {config.topic_base}/#"


async def _run(path: Path, config: Config) -> None:
    await keep_running(
        path,
        config,
        bluetooth=lambda config: Bluetooth.system(config.radio.adapter, config.radio.interval_ms),
        begun=Hub.stop_on_signals,
    )
