"""What people ask the running hub for, over MQTT and on the page, and who does it."""

import time
from collections.abc import Mapping

from hub.mqtt import Command, CommandError, PauseRadio, ResumeRadio
from hub.radio import Radio
from hub.service.at_home import WearerAtHome
from hub.service.beside_clips import tell_clips
from hub.service.calibration import Calibrations
from hub.service.caregivers import Caregivers
from hub.service.diary import Diarist


class Commands:
    """Gives each to whoever it is for."""

    def __init__(
        self,
        wearers: Mapping[str, WearerAtHome],
        radio: Radio,
        *,
        caregivers: Caregivers,
        diarist: Diarist,
        calibrations: Calibrations,
    ) -> None:
        self._wearers = wearers
        self._radio = radio
        self._caregivers = caregivers
        self._diarist = diarist
        self._calibrations = calibrations

    async def obey(self, nickname: str, command: Command) -> str:
        """Do what somebody asked for; gives the answer, in words.

        Raises
        ------
        CommandError
            There is no such wearer, or it cannot be done.
        """
        if nickname not in self._wearers:
            raise CommandError(f"nobody here is called {nickname!r}", nickname, command.name)
        for keeper in (self._caregivers, self._diarist):
            if (noted := await keeper.obey(nickname, command)) is not None:
                if (about := self._caregivers.desk.alert_of(nickname, getattr(command, "alert", ""))) is not None:
                    await tell_clips(self._wearers[nickname].keeper.labels, about, command)
                return noted
        if (led := self._calibrations.obey(nickname, command, time.monotonic(), time.time_ns())) is not None:
            return led
        match command:
            case PauseRadio(minutes=minutes):
                self._radio.pause(minutes * 60.0, wearer=nickname)
                return f"the sensors are let go for {minutes:g} min"
            case ResumeRadio():
                self._radio.resume(wearer=nickname)
                return "the sensors are searched for"
        raise CommandError("this hub cannot do that", nickname, command.name)
