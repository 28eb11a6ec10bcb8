"""Cues at steps in the running hub: for this machine's loudspeaker, for whoever listens, for insoles. Nothing waits."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from hub.config import Config
from hub.config.cues import CuesConfig
from hub.config.values import quiet_span
from hub.cues.cueing import Cue, Cueing
from hub.cues.player import Player, PlayerStats, sound_trouble
from hub.cues.settings import CueKind, CueSettings, Fading, Way
from hub.cues.sound import samples
from hub.events import Event
from hub.support.quiet_hours import QuietHours

SILENT = "none"
"""The device of a machine that stays silent."""

NO_LOUDSPEAKER = "the hub's own loudspeaker is not used: sound.device is none"

Listener = Callable[[str, Cue], None]
"""Is told the wearer and the sound at once, and must not wait."""


class Cues:
    """The cues of all wearers. ``vibrate`` is told as a listener is, of what an insole is to say."""

    def __init__(self, config: Config, vibrate: Listener = lambda _nickname, _cue: None) -> None:
        self.cueing: Mapping[str, Cueing] = {
            wearer.nickname: Cueing(wearer.wearer(), settings_of(wearer.cues)) for wearer in config.wearers
        }
        self.player = None if config.sound.device == SILENT else Player(config.sound.device)
        self._device = config.sound.device
        self._vibrate = vibrate
        self._listeners: list[Listener] = []
        self._sounds: dict[tuple[CueKind, float], bytes] = {}
        self._needed = asyncio.Event()
        self._needless = asyncio.Event()
        self._prepare()

    @property
    def stats(self) -> PlayerStats:
        """What this machine's loudspeaker has counted."""
        return PlayerStats() if self.player is None else self.player.stats

    def use(self, config: Config) -> None:
        """Tell as this says from now on; the loudspeaker's device is the one from the start."""
        for wearer in config.wearers:
            self.cueing[wearer.nickname].settings = settings_of(wearer.cues)
        self._prepare()

    def see(self, nickname: str, events: Iterable[Event], wall_time_ns: int, *, is_silent: bool = False) -> None:
        """Take events as they are decided. ``is_silent``: follow them only, as while somebody calibrates."""
        now_s = time.monotonic()
        for event in events:
            cue = self.cueing[nickname].see(event, now_s, wall_time_ns)
            if cue is not None and not is_silent:
                self._tell(nickname, cue)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have a listener told of sounds from now on; gives what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def run(self) -> None:
        """Keep the loudspeaker ready while anything sounds; then it is everybody's again."""
        while self.player is not None:
            await self._needed.wait()
            async with asyncio.TaskGroup() as group:
                ready = group.create_task(self.player.run(), name="player")
                await self._needless.wait()
                ready.cancel()

    async def try_sound(self, kind: Literal["good_step", "toe_first"], volume_pct: float) -> str:
        """Sound once; what keeps it from being heard, or nothing."""
        if self.player is None:
            return NO_LOUDSPEAKER
        sound = samples(CueKind(kind), volume_pct)
        if self.player.is_ready and self.player.play(sound):
            return ""
        return await sound_trouble(self._device, sound)

    def _tell(self, nickname: str, cue: Cue) -> None:
        by = self.cueing[nickname].settings.by
        if Way.VIBRATION in by:
            self._vibrate(nickname, cue)
        if Way.SOUND in by:
            self._sounds_now(nickname, cue)

    def _sounds_now(self, nickname: str, cue: Cue) -> None:
        if self.player is not None:
            self.player.play(self._sound(cue.kind, cue.volume_pct))
        for listener in self._listeners:
            listener(nickname, cue)

    def _sound(self, kind: CueKind, volume_pct: float) -> bytes:
        if (kind, volume_pct) not in self._sounds:
            self._sounds[kind, volume_pct] = samples(kind, volume_pct)
        return self._sounds[kind, volume_pct]

    def _prepare(self) -> None:
        """Sounds are made beforehand, and the player stands ready if any may be due."""
        self._sounds.clear()
        for settings in (cueing.settings for cueing in self.cueing.values()):
            if settings.sounding is not None:
                self._sound(settings.sounding, settings.volume_pct)
        needed, needless = (self._needed, self._needless) if self._sounds else (self._needless, self._needed)
        needed.set()
        needless.clear()


def settings_of(config: CuesConfig) -> CueSettings:
    """What a wearer's table of hub.toml asks for."""
    return CueSettings(
        on=None if config.on == "off" else CueKind(config.on),
        by=frozenset(map(Way, config.by)),
        every_n=config.every,
        heel_lead_ms=config.heel_lead_ms,
        volume_pct=config.volume_pct,
        fading=None if config.fade_from is None else Fading(config.fade_from, config.fade_days, config.fade_to_every),
        quiet=None if config.quiet is None else QuietHours(*quiet_span(config.quiet)),
    )
