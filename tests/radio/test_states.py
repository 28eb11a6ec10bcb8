"""States, patience, choice and the inbox: the parts of the radio that need no air."""

import asyncio
import subprocess
import sys

import pytest

from hub.packets import Disconnected, Packet
from hub.radio import DeviceSpec, Found, Inbox, LinkState, LinkStatus
from hub.radio.devices import choose
from hub.radio.states import TRANSITIONS, LinkEvent
from hub.radio.watch import Watch
from sensors.driver import Facts
from sensors.layout import Role, Side

LEFT = Role.LEFT_INSOLE


def walk(state: LinkState, *events: LinkEvent) -> LinkState:
    status = LinkStatus(LEFT, "orphe_insole", 0.0, state=state)
    for event in events:
        status = status.after(event, 1.0)
    return status.state


def test_every_state_is_reached_and_left() -> None:
    assert set(TRANSITIONS) == set(LinkState)
    reached = {target for moves in TRANSITIONS.values() for target in moves.values()}
    assert reached == set(LinkState)
    for state in set(LinkState) - {LinkState.LOST}:
        assert TRANSITIONS[state][LinkEvent.FAILED] is LinkState.LOST


@pytest.mark.parametrize("state", LinkState)
def test_every_state_can_be_left_for_every_other(state: LinkState) -> None:
    reached, new = {state}, {state}
    while new:
        new = {to for one in new for to in TRANSITIONS[one].values()} - reached
        reached |= new
    assert reached == set(LinkState)


def test_only_data_makes_a_link_stream() -> None:
    makers = {event for moves in TRANSITIONS.values() for event, to in moves.items() if to is LinkState.STREAMING}
    assert makers == {LinkEvent.DATA}
    connected = walk(LinkState.SEARCHING, LinkEvent.FOUND, LinkEvent.CONNECTED, LinkEvent.SET_UP)
    assert connected is LinkState.WAITING_FOR_DATA


def test_an_event_without_meaning_changes_nothing() -> None:
    status = LinkStatus(LEFT, "orphe_insole", 0.0, state=LinkState.STREAMING)
    assert status.after(LinkEvent.SET_UP, 5.0) is status


def test_a_watch_waits_for_first_data_then_bears_short_silence_only() -> None:
    watch = Watch(100.0, first_data_s=10.0, silence_s=2.0)
    assert watch.look_s == 110.0
    watch.data_seen(101.0)
    assert watch.look_s == 103.0
    watch.data_seen(102.5)
    assert not watch.is_silent(103.0, undecoded=False)
    assert watch.look_s == 104.5
    assert watch.is_silent(104.5, undecoded=False)


def test_a_watch_without_any_data_ends() -> None:
    watch = Watch(100.0, first_data_s=10.0, silence_s=2.0)
    watch.packet_seen(109.9)
    assert watch.is_silent(110.0, undecoded=False), "decoded, and it was no data"


def test_what_is_not_decoded_yet_may_be_data_but_not_for_ever() -> None:
    watch = Watch(100.0, first_data_s=10.0, silence_s=2.0)
    watch.data_seen(101.0)
    watch.packet_seen(102.5)
    assert not watch.is_silent(103.0, undecoded=True)
    assert watch.look_s == 105.0
    assert watch.is_silent(105.0, undecoded=True)


def test_a_look_that_was_held_up_blames_nobody_at_first() -> None:
    watch = Watch(100.0, first_data_s=10.0, silence_s=2.0)
    watch.data_seen(101.0)
    assert not watch.is_silent(110.0, undecoded=False)
    assert watch.look_s == 112.0
    assert watch.is_silent(112.0, undecoded=False)


A, B = "C0:00:00:00:00:0A", "C0:00:00:00:00:0B"
BY_ADDRESS = DeviceSpec(Role.LEFT_INSOLE, "orphe_insole", address=A.lower())
BY_NAME = DeviceSpec(Role.RIGHT_INSOLE, "orphe_insole", name="INS")


@pytest.mark.parametrize(
    ("found", "chosen"),
    [
        (Found(A, "INS", -50, "orphe_insole"), BY_ADDRESS),
        (Found(A, "renamed", -50, None), BY_ADDRESS),
        (Found(B, "INS", -50, "orphe_insole"), BY_NAME),
        (Found(B, "INS", -50, "orphe_insole", Facts(Side.RIGHT)), BY_NAME),
        (Found(B, "INS", -50, "orphe_insole", Facts(Side.LEFT)), None),
        (Found(B, "INS", -50, "witmotion"), None),
        (Found(B, "INS2", -50, "orphe_insole"), None),
        (Found(B, "", -50, None), None),
    ],
)
def test_who_is_taken_for_whom(found: Found, chosen: DeviceSpec | None) -> None:
    both = (BY_NAME, BY_ADDRESS)
    assert choose(found, both, both) == chosen


def test_an_address_that_is_anothers_is_never_taken_by_name() -> None:
    assert choose(Found(A, "INS", -50, "orphe_insole"), (BY_NAME,), (BY_NAME, BY_ADDRESS)) is None


def packet(number: int) -> Packet:
    return Packet(LEFT, "orphe_insole", "2a19", bytes([number]), float(number))


async def test_a_full_inbox_refuses_packets_but_never_the_end_of_a_link() -> None:
    inbox = Inbox(2)
    gone = Disconnected(LEFT, 9.0, "gone")
    assert [inbox.put(packet(0)), inbox.put(packet(1)), inbox.put(packet(2)), inbox.put(gone)] == [
        True,
        True,
        False,
        True,
    ]
    assert await inbox.take() == (packet(0), packet(1), gone)
    assert inbox.put(packet(3))


async def test_taking_sleeps_until_something_comes() -> None:
    inbox = Inbox(2)
    taking = asyncio.ensure_future(inbox.take())
    await asyncio.sleep(0)
    assert not taking.done()
    inbox.put(packet(1))
    assert await taking == (packet(1),)


def test_a_hub_on_a_real_adapter_never_loads_the_virtual_one() -> None:
    look = "import sys, hub.radio; sys.exit(any(name.split('.')[0] == 'bumble' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
