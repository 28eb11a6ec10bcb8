"""Changes of alerts: in order, on disk before anybody is told, with cursors of their own."""

from contextlib import aclosing
from dataclasses import replace

import pytest

from hub.alert import Alert, Change, Message, MessageState, Rule, Severity, State, Step, change_from_json
from hub.events import Kind
from hub.journal import Journal

NS = 10**9
ALERT = Alert("t1", "ada", Rule.TRIP, Severity.MEDIUM, "a trip", 5 * NS, 6 * NS, confidence=0.8)
MESSAGE = Message("Ben", "round 1", 1, 9 * NS, MessageState.WAITING, 2, "no answer")


def change(step: Step, at_s: int, **fields) -> Change:
    return Change(step, at_s * NS, replace(ALERT, **fields))


async def follow(journal: Journal, destination: str, n: int) -> list:
    taken = []
    async with aclosing(journal.alerts.follow(destination)) as records:
        async for record in records:
            taken.append(record)
            if len(taken) == n:
                return taken
    raise AssertionError


def test_a_change_survives_json():
    whole = Change(Step.PUT_OFF, 9 * NS, replace(ALERT, messages=(MESSAGE,), label=False, note="ß"), MESSAGE)
    assert change_from_json(whole.to_json()) == whole
    with pytest.raises(ValueError, match="step"):
        change_from_json('{"step": "danced"}')


async def test_changes_are_followed_from_the_cursor_on_over_a_restart(path, event, take):
    steps = [change(Step.OPENED, 6), change(Step.TOLD, 20, state=State.NOTIFIED), change(Step.FINE, 30)]
    async with Journal(path) as journal:
        journal.observe_clock(0.0, 0)
        journal.append("ada", [event(1.0)])
        journal.alerts.append(steps[:2])
        first, second = await follow(journal, "contacts", 2)
        assert [first.change, second.change] == steps[:2]
        journal.alerts.advance("contacts", first.position)
        assert journal.cursor("contacts") == 0, "events have cursors of their own"
        assert len(await take(journal, "mqtt", 1)) == 1
        assert journal.stats.duplicates_n == 0
    async with Journal(path) as journal:
        journal.alerts.append(steps[2:])
        assert [record.change for record in await follow(journal, "contacts", 2)] == steps[1:]
        assert [record.change for record in await follow(journal, "mqtt", 3)] == steps


async def test_the_newest_change_of_each_alert_is_its_state(path):
    other = replace(ALERT, id="t2", wearer="bob")
    async with Journal(path) as journal:
        journal.alerts.append([change(Step.OPENED, 6), Change(Step.OPENED, 7 * NS, other)])
        journal.alerts.append([change(Step.FINE, 8, state=State.CLOSED)])
        await journal.flush()
        assert await journal.alerts.newest(0) == (other, replace(ALERT, state=State.CLOSED))
        assert await journal.alerts.newest(8 * NS) == (replace(ALERT, state=State.CLOSED),)


async def test_walks_are_found_without_the_events_between_them(path, event):
    async with Journal(path) as journal:
        journal.observe_clock(0.0, 0)
        journal.append("ada", [event(float(k), Kind.WALK_END if k % 100 == 0 else Kind.STEP) for k in range(1000)])
        await journal.flush()
        assert [record.event.time_s async for record in journal.walks("ada", 0, 500 * NS)] == [0, 100, 200, 300, 400]
