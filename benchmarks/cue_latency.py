"""From the decision that a step was good to the sound and the vibration: ``python benchmarks/cue_latency.py``.

The whole hub hears walkers as in alert_path.py. Its cue goes to ALSA's own player, whose device writes into a pipe
instead of a loudspeaker, and to a page that watches over a loopback socket. A process reads both and notes when the
first samples, and the message, came; one monotonic clock serves all. With ``--insole brilliant_sole`` the insoles
vibrate, too: until the link begins to write it. What a real device, the air and the room add is written out in
docs/cues.md.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import select
import socket
import tempfile
import time
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from alert_path import answer, others
from emulated_walk import Device, devices_of
from fed_radio import FedRadio
from watched_hub import configured

from hub.app import Hub
from hub.config import Config
from hub.cues.cueing import Cue
from hub.events import Event
from sensors.brilliant_sole.motors import Trigger
from sensors.catalogue import device_type

APART_NS = 150_000_000
"""Samples after such a pause are another sound: each is written in one go, and steps are further apart."""

SETTLE_S = 1.0


class HeardHub(Hub):
    """The real hub, with note taken of when each sound was due."""

    def __init__(self, config: Config, radio: FedRadio) -> None:
        super().__init__(config, radio.bluetooth)
        self.due: list[tuple[int, float]] = []
        """When each was decided (ns), and how long after its contact (s)."""
        self._decided_ns = 0
        self.cues.listen(self._note)

    def note_decisions(self) -> None:
        """From now on."""
        keep = self.watch.keep

        def noted(nickname: str, events: Iterable[Event]) -> None:
            self._decided_ns = time.monotonic_ns()
            keep(nickname, events)

        self.watch.keep = noted

    def _note(self, nickname: str, cue: Cue) -> None:
        self.due.append((self._decided_ns, self._decided_ns * 1e-9 - cue.time_s))


def ear(pipe_path: str, orders: Connection) -> None:
    """Be the process that hears: when did sounds begin at the device, and when did the page get its messages?"""
    device = os.open(pipe_path, os.O_RDWR | os.O_NONBLOCK)
    page = socket.create_connection(("127.0.0.1", orders.recv()))
    page.sendall(
        f"GET /api/wearers/wearer1/stream HTTP/1.1\r\nHost: localhost:{page.getpeername()[1]}\r\n\r\n".encode()
    )
    sounds_ns: list[int] = []
    messages_ns: list[int] = []
    last_ns = 0
    orders.send("listening")
    while True:
        for ready in select.select([device, page, orders], [], [])[0]:
            now_ns = time.monotonic_ns()
            if ready is orders:
                orders.recv()
                orders.send((sounds_ns, messages_ns))
                return
            if ready is page:
                messages_ns += [now_ns] * page.recv(2**16).count(b"event: cue\n")
            elif any(os.read(device, 2**16)):
                if now_ns - last_ns > APART_NS:
                    sounds_ns.append(now_ns)
                last_ns = now_ns


def settings(devices: list[Device], folder: Path) -> Config:
    """Every heel-first step of either foot sounds, and is felt where the insoles have motors."""
    by = ["sound", "vibration"] if vibrates(devices) else ["sound"]
    config = configured(devices, folder / "state", None, power_safe=True).model_dump()
    config |= {"page": {"port": 0}, "sound": {"device": "heard"}}
    for wearer in config["wearers"]:
        wearer |= {"affected_side": "none", "cues": {"on": "good_step", "by": by}}
    return Config.model_validate(config)


def vibrates(devices: list[Device]) -> bool:
    """Whether the insoles have motors."""
    return all(device_type(device.key).has_motors for device in devices if device.role.is_insole)


async def run(devices: list[Device], seconds: float, folder: Path) -> dict[str, object]:
    """Walk, and compare."""
    pipe_path = folder / "heard"
    os.mkfifo(pipe_path)
    (folder / "asound.conf").write_text(
        f'</usr/share/alsa/alsa.conf>\npcm.heard {{ type file slave.pcm "null" file "{pipe_path}" format "raw" }}\n'
    )
    os.environ["ALSA_CONFIG_PATH"] = str(folder / "asound.conf")
    spawn = multiprocessing.get_context("spawn")
    to_ear, at_ear = spawn.Pipe()
    listening = spawn.Process(target=ear, args=(str(pipe_path), at_ear), daemon=True)
    listening.start()
    with others(devices, seconds) as helpers:
        radio = FedRadio(devices, helpers.feed)
        hub = HeardHub(settings(devices, folder), radio)
        with radio.listening():
            async with asyncio.TaskGroup() as group:
                running = group.create_task(hub.run())
                await hub.started.wait()
                hub.note_decisions()
                to_ear.send(hub.page_port)
                await answer(to_ear)
                helpers.player.send("cues")
                await answer(helpers.player)
                await asyncio.sleep(SETTLE_S)
                to_ear.send("end")
                sounds_ns, messages_ns = await answer(to_ear)
                hub.stop()
                await running
    vibrated_ns = sorted(at_ns for device in radio.devices for at_ns, data in device.written if data[0] == Trigger.NEW)
    return result(hub, sounds_ns, messages_ns, vibrated_ns)


def result(hub: HeardHub, sounds_ns: list[int], messages_ns: list[int], vibrated_ns: list[int]) -> dict[str, object]:
    """Figures in ms; each sound and message belongs to the newest decision before it."""
    due_ns = np.array([at_ns for at_ns, _ in hub.due])

    def after_ms(came_ns: list[int]) -> list[float]:
        at_ns = np.array(came_ns)
        return list(percentiles((at_ns - due_ns[due_ns.searchsorted(at_ns) - 1]) * 1e-6))

    return {
        "decided_n": len(due_ns),
        "sounds_n": len(sounds_ns),
        "messages_n": len(messages_ns),
        "vibrations_n": len(vibrated_ns),
        "missed_n": hub.cues.stats.missed_n + hub.vibrations.stats.missed_n,
        "contact_to_decision_ms": list(percentiles(np.array([since_s for _, since_s in hub.due]) * 1e3)),
        "decision_to_device_ms": after_ms(sounds_ns),
        "decision_to_page_ms": after_ms(messages_ns),
        "decision_to_write_ms": after_ms(vibrated_ns) if vibrated_ns else None,
    }


def percentiles(values: np.ndarray) -> Iterable[float]:
    """50th and 95th, and the highest."""
    return (round(float(value), 2) for value in (*np.percentile(values, [50, 95]), values.max()))


def main() -> None:
    """Run and print: p50, p95, highest."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=120.0, help="that the walker walks (default 120)")
    options.add_argument(
        "--insole", default="orphe_insole", choices=["orphe_insole", "brilliant_sole"], help="its kind"
    )
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(asyncio.run(run(devices_of(1, given.insole), given.seconds, Path(name))), indent=1))


if __name__ == "__main__":
    main()
