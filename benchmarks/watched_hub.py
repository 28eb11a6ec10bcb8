"""The real hub, with note taken of what it took in and when it decided. Nothing in its way is replaced."""

import pickle
import sqlite3
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

from emulated_walk import Device
from fed_radio import FedRadio

from hub.app import Hub
from hub.config import Config
from hub.events import Event
from hub.packets import Arrival
from hub.pipeline import Pipeline
from hub.recording.keeper import Keeper
from hub.service.cues import Cues, Listener


class WatchedHub(Hub):
    """A hub that keeps all arrivals in a file, and notes when events go to the journal."""

    def __init__(self, config: Config, radio: FedRadio) -> None:
        super().__init__(config, radio.bluetooth)
        self._fed = radio
        self._kept = {name: _Kept(wearer.keeper) for name, wearer in self.wearers.items()}
        self.decided_ns: dict[str, int] = {}
        """When each event had been decided and was on its way to the journal."""
        self.cues = _Seen(config, self._vibrate, self.decided_ns)
        for name, wearer in self.wearers.items():
            wearer.keeper = self._kept[name]

    def sent_ns(self) -> dict[str, int]:
        """When the notification was sent that decided each event; those that a pause decided are not among them."""
        sent: dict[str, int] = {}
        for name, wearer in self.wearers.items():
            pipeline = Pipeline(wearer.pipeline.name, wearer.tally.wearer, wearer.pipeline.expected)
            for arrival in self._kept[name].arrivals():
                pipeline.feed(arrival)
                sent.update({event.id: self._fed.sent_ns(arrival.arrival_s) for event in pipeline.decide()})
        return sent

    def journalled(self) -> dict[str, str]:
        """Kinds of all events on disk, by their ids."""
        with closing(sqlite3.connect(f"file:{self.journal_path}?mode=ro", uri=True)) as journal:
            return dict(journal.execute("SELECT id, kind FROM events"))


def configured(devices: list[Device], state: Path, port: int | None, *, power_safe: bool) -> Config:
    """What a person with these sensors and a broker on that port would write; None: the hub's own broker."""
    settings: dict[str, object] = {
        "hub": {"name": "benchmark", "state_dir": state},
        "broker": {"port": 0},
        "page": {"port": 0},
        "journal": {"power_safe": power_safe},
        "wearers": [
            {
                "nickname": name,
                "affected_side": "left",
                "devices": [
                    {"role": one.role.value, "type": one.key, "address": one.address}
                    for one in devices
                    if one.wearer == name
                ],
            }
            for name in dict.fromkeys(device.wearer for device in devices)
        ],
    }
    if port is not None:
        settings["mqtt"] = {"host": "127.0.0.1", "port": port}
    return Config.model_validate(settings)


class _Kept:
    """The hub's own keeper, all arrivals noted: in a file, so that the hub's memory is what is measured."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._notes = tempfile.TemporaryFile(dir="/dev/shm")  # noqa: SIM115  # as long as the hub
        self._unnoted: list[Arrival] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._keeper, name)

    def see(self, arrival: Arrival, *, has_samples: bool) -> None:
        """Go on as ever; the note is made when there is time."""
        self._unnoted.append(arrival)
        self._keeper.see(arrival, has_samples=has_samples)

    def tick(self, now_s: float) -> None:
        """Make notes, then go on as ever."""
        self._note()
        self._keeper.tick(now_s)

    def _note(self) -> None:
        for arrival in self._unnoted:
            pickle.dump(arrival, self._notes, pickle.HIGHEST_PROTOCOL)
        self._unnoted.clear()

    def arrivals(self) -> Iterable[Arrival]:
        """All that was kept."""
        self._note()
        self._notes.seek(0)
        with suppress(EOFError):
            while True:
                yield pickle.load(self._notes)


class _Seen(Cues):
    """The hub's own cues, which are told of events right after the journal: they note when."""

    def __init__(self, config: Config, vibrate: Listener, seen_ns: dict[str, int]) -> None:
        super().__init__(config, vibrate)
        self._seen_ns = seen_ns

    def see(self, nickname: str, events: Iterable[Event], wall_time_ns: int, *, is_silent: bool = False) -> None:
        """Note the time, then go on as ever."""
        events, now_ns = tuple(events), time.monotonic_ns()
        self._seen_ns.update({event.id: now_ns for event in events})
        super().see(nickname, events, wall_time_ns, is_silent=is_silent)
