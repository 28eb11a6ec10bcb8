"""The page's settings in the running hub: shown, changed, undone, tried."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from hub.alerts.delivery import send
from hub.alerts.words import Writer
from hub.config import Config, ContactConfig, DeviceConfig, WearerConfig
from hub.config.values import usual_address
from hub.cues.sound import gain
from hub.errors import LinkError
from hub.page import NotDoneError
from hub.page.model import CueKind
from hub.page.settings_model import (
    Change,
    ContactSet,
    CuesSet,
    Heard,
    HeardSensor,
    SensorSet,
    Settings,
    SoundTried,
    Undo,
    WearerSet,
)
from hub.radio import Found
from hub.service.caregivers import in_order
from hub.service.settings_edits import edited, find_contact
from hub.service.settings_file import Current, SettingsFile, kind_of_service
from sensors.catalogue import device_type

LISTEN_S = 8.0
"""So long sensors are listened for: those that wait to be connected advertise at least once a second."""

NO_FILE = "this hub was not started from a hub.toml, so that nothing can be set here"


class HubSettings:
    """See ``hub.page.SettingsSource``.

    Parameters
    ----------
    path : of hub.toml; None: the hub has none.
    config : what the hub was started with.
    use : takes what can take effect while the hub runs.
    begin_anew : has the hub begin anew from its file.
    hear : listens for so many seconds.
    sound : sounds once; what keeps it from being heard.
    """

    def __init__(
        self,
        path: Path | None,
        config: Config,
        *,
        use: Callable[[Config], None],
        begin_anew: Callable[[], None],
        hear: Callable[[float], Awaitable[list[Found]]],
        sound: Callable[[CueKind, float], Awaitable[str]],
    ) -> None:
        self.begin_anew = begin_anew
        self._file = None if path is None else SettingsFile(path)
        self._config = config
        self._use = use
        self._hear = hear
        self._sound = sound
        self._changing = asyncio.Lock()
        self._begins_anew = False
        self._trying = asyncio.Lock()

    async def shown(self) -> Settings:
        """All settings as they are on disk; where they cannot be read, as the hub was started with them."""
        if self._file is None:
            return shown(self._config, trouble=NO_FILE)
        try:
            current = await asyncio.to_thread(self._file.read)
        except NotDoneError as error:
            return shown(self._config, trouble=str(error))
        return _of(current, trouble=self._file.why_not(), begins_anew=self._begins_anew)

    async def change(self, change: Change) -> Settings:
        """Change them: on disk, and in the running hub, or say that it begins anew."""
        file = self._writable()
        edit = file.undo if isinstance(change, Undo) else partial(_edited, change=change, file=file)
        async with self._changing:
            now = await asyncio.to_thread(file.change, change.version, change.name_of, edit)
            self._begins_anew |= _connected(self._config) != _connected(now.config)
            if not self._begins_anew:
                self._use(now.config)
            return _of(now, begins_anew=self._begins_anew)

    async def heard(self) -> Heard:
        """Listen for some seconds: which sensors are in reach."""
        config = self._config if self._file is None else (await asyncio.to_thread(self._file.read)).config
        ours = {usual_address(each.address) for wearer in config.wearers for each in wearer.devices if each.address}
        try:
            found = await self._hear(LISTEN_S)
        except LinkError as error:
            raise NotDoneError(error.why) from error
        return Heard(sensors=[_heard(each, ours) for each in found if each.device_key is not None])

    async def try_contact(self, name: str) -> str:
        """Send a contact a message that is marked as a trial."""
        file = self._writable()
        config = (await asyncio.to_thread(file.read)).config
        contact = find_contact(config, name)
        letter = Writer(config.topic_base).trial(name, config.hub.name, contact.language)
        async with self._trying:  # each is a process
            outcome = await send(contact.url(), letter)
        if outcome.trouble:
            raise NotDoneError(f"the service did not take it: {outcome.trouble}")
        return "a message that is marked as a trial was taken by the service; look whether it has come"

    async def try_sound(self, kind: CueKind, volume_pct: float) -> SoundTried:
        """Sound once."""
        return SoundTried(gain=gain(volume_pct), trouble=await self._sound(kind, volume_pct))

    def _writable(self) -> SettingsFile:
        if self._file is None:
            raise NotDoneError(NO_FILE)
        return self._file


def shown(config: Config, *, trouble: str = "", version: str = "") -> Settings:
    """Settings as the page shows them."""
    return Settings(
        version=version,
        trouble=trouble,
        undo=None,
        begins_anew=False,
        wearers=[_wearer(wearer) for wearer in config.wearers],
        contacts=[_contact(contact) for contact in in_order(config.contacts)],
    )


def _of(current: Current, *, trouble: str = "", begins_anew: bool = False) -> Settings:
    undo = None if current.former is None else current.former.change
    made = shown(current.config, trouble=trouble, version=current.version)
    return made.model_copy(update={"undo": undo, "begins_anew": begins_anew})


def _edited(text: str, config: Config, change: Change, file: SettingsFile) -> str:
    return edited(text, config, change, file.keep_secret)


def _connected(config: Config) -> list[tuple[str, list[DeviceConfig]]]:
    """What the hub must begin anew for: which sensors are whose, and where."""
    return [
        (wearer.nickname, [device.model_copy(update={"label": None}) for device in wearer.devices])
        for wearer in config.wearers
    ]


def _wearer(config: WearerConfig) -> WearerSet:
    return WearerSet(
        nickname=config.nickname,
        affected_side=config.affected_side,
        cues=CuesSet.model_validate(config.cues.model_dump() | {"quiet": config.cues.quiet or ""}),
        sensors=[
            SensorSet(
                role=device.role,
                type=device.type,
                title=device_type(device.type).title,
                address=device.address,
                name=device.name,
                label=device.label or "",
            )
            for device in config.devices
        ],
    )


def _contact(config: ContactConfig) -> ContactSet:
    return ContactSet(
        name=config.name,
        service=kind_of_service(config),
        order=config.order,
        wearers=list(config.wearers),
        severity=config.severity,
        quiet=config.quiet or "",
        language=config.language,
    )


def _heard(found: Found, ours: set[str]) -> HeardSensor:
    kind = device_type(found.device_key or "")
    return HeardSensor(
        address=found.address,
        name=found.name,
        rssi_dbm=found.rssi_dbm,
        type=kind.key,
        title=kind.title,
        is_insole=kind.is_insole,
        side=found.facts.side,
        fault=found.firmware_fault,
        is_set=found.address in ours,
    )
