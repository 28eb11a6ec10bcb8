"""The hub of a file, and another one in its place when the file was changed on the page, or the disk is back."""

import logging
from collections.abc import Callable
from pathlib import Path

from hub.app import Hub
from hub.config import Config, load_config
from hub.errors import ConfigError
from hub.radio import Bluetooth

logger = logging.getLogger(__name__)


async def keep_running(
    path: Path, config: Config, *, bluetooth: Callable[[Config], Bluetooth], begun: Callable[[Hub], None]
) -> None:
    """Run until a hub was told to stop. The same process goes on, whether a service manager started it or a person.

    Parameters
    ----------
    begun : is given each hub before it runs.

    Raises
    ------
    InsoleHubError
        As ``Hub.run``.
    """
    while True:
        hub = Hub(config, bluetooth(config), path)
        begun(hub)
        await hub.run()
        if not hub.begins_anew:
            return
        try:
            config = load_config(path)
        except ConfigError as error:
            logger.error("going on with the former settings: %s: %s", path, error.problems[0])
        logger.info("beginning anew")
