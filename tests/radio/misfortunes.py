"""Random sequences of what can go wrong around a hub of three devices, and a run of the hub through one of them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bleak.backends.device import BLEDevice
from hypothesis import strategies as st

from hub.radio import Bluetooth, LinkState, RadioSettings
from hub.radio.bluetooth import BLUETOOTH_ERRORS
from hub.radio.ladder import Rung
from hub.radio.rest import RestSettings
from hub.radio.virtual.ailments import Ailment
from hub.radio.virtual.attach import attached, bluetooth
from hub.radio.virtual.faults import Faults
from hub.radio.virtual.owner import VirtualOwner
from sensors.layout import Role
from tests.radio.harness import Hub, Worn, hub_with
from tests.radio.warp import WarpedLoop

WORN = (
    Worn(Role.LEFT_INSOLE, "open_insole", "C0:00:00:00:00:01"),
    Worn(Role.RIGHT_INSOLE, "open_insole", "C0:00:00:00:00:02"),
    Worn(Role.LEFT_SHIN, "movesense", "C0:00:00:00:00:03"),
)
"""Devices that put many samples into a packet, so that a run costs little."""

ROLES = tuple(one.role for one in WORN)
SETTINGS = RadioSettings(connect_s=5.0, search_s=10.0, rejected_s=20.0, rest=RestSettings(look_every_s=2.0, look_s=1.0))

MISFORTUNES_S = 15.0
"""In this time everything begins to go wrong."""

RECOVERED_S = 400.0
"""After the last of it, all stream again within this: what a reset over USB cures is found out after two minutes."""

STEADY_S = 5.0
"""And go on streaming for so long."""

OTHERS_WAIT_S = 2.0
"""How patient other programs and phones are."""

ENDED_S = 1.0
"""After the end, emulators have done what they had begun within this."""


@dataclass(frozen=True)
class Misfortune:
    """One thing that goes wrong: what, when, with which device, and for how long where that counts."""

    what: str
    at_s: float
    device: int
    for_s: float
    cure: Rung | None = None


TRANSIENT = (
    "hangs up",
    "is dropped",
    "falls silent",
    "is away",
    "forgets its subscriber",
    "sends garbage",
    "loses and doubles packets",
    "sends in bursts",
    "answers late",
    "reboots",
    "is known wrongly",
    "is taken by a phone",
    "is rejected",
    "rests",
    "rests and wakes",
    "is worn",
    "all pause",
    "all pause and resume",
    "the hub is held up",
    "another program scans",
    "the adapter is deaf",
    "the adapter is busy",
    "the adapter hangs",
    "the adapter is switched off",
)
"""What goes wrong and ends by itself, or with what any hub does at once."""

LASTING = ("the adapter is busy until", "the adapter hangs until")
"""What only a rung of the ladder cures. Its caps are for an hour: of these, a sequence has one."""


def misfortunes(what: st.SearchStrategy[str], cure: st.SearchStrategy[Rung | None]) -> st.SearchStrategy[Misfortune]:
    """Any of these, at any time, with any device."""
    return st.builds(
        Misfortune,
        what=what,
        at_s=st.floats(0.0, MISFORTUNES_S).map(lambda at_s: round(at_s, 2)),
        device=st.integers(0, len(WORN) - 1),
        for_s=st.floats(0.1, 10.0).map(lambda for_s: round(for_s, 2)),
        cure=cure,
    )


sequences: st.SearchStrategy[list[Misfortune]] = st.builds(
    lambda several, lasting: sorted([*several, *lasting], key=lambda one: one.at_s),
    st.lists(misfortunes(st.sampled_from(TRANSIENT), st.none()), min_size=1, max_size=8),
    st.lists(misfortunes(st.sampled_from(LASTING), st.sampled_from([Rung.POWER_CYCLE, Rung.USB_RESET])), max_size=1)
    | st.just([]),
)


@dataclass(frozen=True)
class Outcome:
    """How a run ended. ``recovered_s``: from the end of the last misfortune until all streamed for good."""

    recovered_s: float
    counts: Counter[str]


async def run(sequence: Sequence[Misfortune]) -> Outcome:
    """Have the hub go through it; raises where it does not end in streaming, or leaves anything behind."""
    before = asyncio.all_tasks()
    async with hub_with(WORN, settings=SETTINGS) as hub:
        began_s = hub.air.now_s()
        async with asyncio.TaskGroup() as group:
            for misfortune in sequence:
                group.create_task(_befall(hub, misfortune, began_s))
        ended_s = hub.air.now_s()
        _all_is_well(hub)
        recovered_s = await _until_streaming_for_good(hub) - ended_s
        while len(hub.radio.inbox):  # what has just arrived is no loss
            await asyncio.sleep(0)
        counts = _counted(hub)
        await hub.radio.stop()
        assert not hub.adapter.device.connections, "a connection is left"
        assert not hub.adapter.scanning, "a scan is left"
        assert not hub.radio.gave_up
        of_hub = [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("radio ")]
        assert not of_hub, f"tasks of the hub are left: {of_hub}"
    await asyncio.sleep(ENDED_S)
    left = asyncio.all_tasks() - before
    assert not left, f"tasks are left: {[task.get_name() for task in left]}"
    return Outcome(recovered_s, counts)


def _all_is_well(hub: Hub) -> None:
    for one in WORN:
        hub.air.change_faults(one.address, Faults())
        hub.radio.wake(one.role)
    hub.radio.resume()


async def _until_streaming_for_good(hub: Hub) -> float:
    """When all had begun to stream; they did for a while after that."""
    async with asyncio.timeout(RECOVERED_S):
        while True:
            since_s = hub.air.now_s()
            while all(hub.status(role).state is LinkState.STREAMING for role in ROLES):
                if hub.air.now_s() - since_s > STEADY_S:
                    return since_s
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.1)


def _counted(hub: Hub) -> Counter[str]:
    counts: Counter[str] = Counter()
    for role in ROLES:
        link = hub.status(role).counts
        for name in ("connections", "disconnections", "silences", "resubscriptions", "forgettings", "stale_links"):
            counts[name] += getattr(link, name)
        assert link.packets == len(hub.packets(role)) + link.packets_dropped, "a packet is not accounted for"
        assert link.packets_dropped == 0
    adapter = hub.radio.adapter().counts
    for name in ("power_ons", "power_cycles", "usb_resets"):
        counts[name] += getattr(adapter, name)
    return counts


async def _befall(hub: Hub, it: Misfortune, began_s: float) -> None:
    await asyncio.sleep(began_s + it.at_s - hub.air.now_s())
    worn = WORN[it.device]
    now_s = hub.air.now_s()
    if it.what in _FAULTS:
        hub.air.change_faults(worn.address, _FAULTS[it.what](now_s, it.for_s))
        await asyncio.sleep(it.for_s)
        hub.air.change_faults(worn.address, Faults())
    else:
        await _OTHERS[it.what](hub, worn, it)


_FAULTS: dict[str, Callable[[float, float], Faults]] = {
    "hangs up": lambda now_s, _: Faults(disconnect_at_s=(now_s,)),
    "falls silent": lambda now_s, for_s: Faults(silent_s=((now_s, now_s + for_s),)),
    "is away": lambda now_s, for_s: Faults(away_s=((now_s, now_s + for_s),)),
    "reboots": lambda now_s, _: Faults(away_s=((now_s, now_s + 1.0),)),
    "forgets its subscriber": lambda now_s, _: Faults(forget_at_s=(now_s,)),
    "sends garbage": lambda _now_s, _: Faults(garbage_pct=100),
    "loses and doubles packets": lambda _now_s, _: Faults(loss_pct=30, doubled_pct=30),
    "sends in bursts": lambda _now_s, _: Faults(burst_every_s=1.0, burst_hold_s=0.8, jitter_s=0.1),
    "answers late": lambda _now_s, for_s: Faults(connect_delay_s=for_s),
}


async def _drop(hub: Hub, worn: Worn, _: Misfortune) -> None:
    await hub.adapter.hang_up(worn.address)


async def _know_wrongly(hub: Hub, worn: Worn, _: Misfortune) -> None:
    hub.adapter.ailments.stale.add(worn.address)
    await hub.adapter.hang_up(worn.address)


async def _give_to_phone(hub: Hub, worn: Worn, it: Misfortune) -> None:
    number = f"{round(it.at_s * 100):04X}"
    addresses = [f"F0:0D:00:{kind}:{number[:2]}:{number[2:]}" for kind in ("0A", "0B")]
    await hub.adapter.hang_up(worn.address)
    async with attached(hub.air.controller(address=addresses[0]), addresses[1]) as phone:
        app = bluetooth(phone)
        with suppress(TimeoutError, *BLUETOOTH_ERRORS):  # the hub was quicker
            async with asyncio.timeout(OTHERS_WAIT_S):
                device = await _heard(app, worn.address)
                client = await app.connect(device, "app", lambda: None)
            await asyncio.sleep(it.for_s)
            await client.disconnect()
        await phone.hang_up()


async def _heard(app: Bluetooth, address: str) -> BLEDevice:
    heard = asyncio.Queue[BLEDevice]()
    async with app.scanning(lambda device, _: heard.put_nowait(device), OTHERS_WAIT_S):
        while (device := await heard.get()).address != address:
            pass
    return device


async def _reject(hub: Hub, worn: Worn, _: Misfortune) -> None:
    hub.radio.reject(worn.role, "it says that it is another's")


async def _rest(hub: Hub, worn: Worn, it: Misfortune) -> None:
    hub.radio.rest(worn.role)
    if it.what == "rests and wakes":
        await asyncio.sleep(it.for_s)
        hub.radio.wake(worn.role)


async def _wear(hub: Hub, worn: Worn, _: Misfortune) -> None:
    hub.radio.worn(worn.role)


async def _pause(hub: Hub, _: Worn, it: Misfortune) -> None:
    hub.radio.pause(it.for_s)
    if it.what == "all pause and resume":
        await asyncio.sleep(it.for_s / 2)
        hub.radio.resume()


async def _hold_up(_hub: Hub, _: Worn, it: Misfortune) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, WarpedLoop)
    loop.stall(min(it.for_s, 5.0))


async def _scan_beside(hub: Hub, _: Worn, it: Misfortune) -> None:
    with suppress(TimeoutError, *BLUETOOTH_ERRORS):  # the hub was quicker, or the adapter does not answer
        async with bluetooth(hub.adapter).scanning(lambda _device, _: None, OTHERS_WAIT_S):
            await asyncio.sleep(it.for_s)


async def _ail(hub: Hub, _: Worn, it: Misfortune) -> None:
    ailment = _AILMENTS[it.what]
    hub.adapter.ailments.befall(ailment, it.cure)
    if it.cure is None:
        await asyncio.sleep(it.for_s)
        hub.adapter.ailments.end(ailment)
    else:
        await hub.adapter.hang_up()


async def _switch_off(hub: Hub, _: Worn, _it: Misfortune) -> None:
    await VirtualOwner(hub.adapter).power_off()


_AILMENTS = {
    "the adapter is deaf": Ailment.DEAF,
    "the adapter is busy": Ailment.BUSY,
    "the adapter hangs": Ailment.HANGS,
    "the adapter is busy until": Ailment.BUSY,
    "the adapter hangs until": Ailment.HANGS,
}

_OTHERS: dict[str, Callable[[Hub, Worn, Misfortune], Awaitable[None]]] = {
    "is dropped": _drop,
    "is known wrongly": _know_wrongly,
    "is taken by a phone": _give_to_phone,
    "is rejected": _reject,
    "rests": _rest,
    "rests and wakes": _rest,
    "is worn": _wear,
    "all pause": _pause,
    "all pause and resume": _pause,
    "the hub is held up": _hold_up,
    "another program scans": _scan_beside,
    "the adapter is switched off": _switch_off,
    **dict.fromkeys(_AILMENTS, _ail),
}

assert {*_FAULTS, *_OTHERS} == {*TRANSIENT, *LASTING}
