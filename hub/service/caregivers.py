"""Alerts of a running hub: what happens goes to the desk, changes go to the journal, messages to the contacts."""

import asyncio
import logging
import time
from collections.abc import Iterable
from contextlib import aclosing
from datetime import timedelta
from typing import Never

from hub.alert import Alert, Change
from hub.alerts.contact import Contact
from hub.alerts.courier import Courier, Mailbox
from hub.alerts.delivery import send
from hub.alerts.desk import KEPT_S, AnswerError, Desk
from hub.alerts.policy import Patience
from hub.alerts.sensor_rules import Over, SensorParams, SensorRules, SensorSight
from hub.alerts.walking_rules import WEEKS, WalkingParams, WalkingRules
from hub.alerts.words import Writer
from hub.config import AlertsConfig, Config, ContactConfig
from hub.config.values import quiet_span
from hub.journal import Journal
from hub.mqtt import Acknowledge, Command, CommandError, Fine, Label
from hub.radio import LinkState, LinkStatus
from hub.service.on_disk import on_disk
from hub.service.wear import Wear
from hub.support.quiet_hours import QuietHours

logger = logging.getLogger(__name__)

EVENTS = "alerts"
"""The desk's name among the destinations of events."""

TICK_S = 0.5
"""How often the desk is told the time."""

_NS = 10**9
_NOT_MISSED = {LinkState.STREAMING, LinkState.SLEEPING, LinkState.HELD_ELSEWHERE, LinkState.PAUSED}


class Caregivers:
    """The alerts of one hub. ``run`` ends only by cancellation.

    Use ``open_caregivers``, which reads what the journal knows.
    """

    def __init__(self, config: Config, journal: Journal, known: Iterable[Alert]) -> None:
        contacts = in_order(config.contacts)
        self.desk = Desk([contact_of(each) for each in contacts], patience_of(config.alerts), known)
        self.courier = Courier(
            self.desk,
            journal.alerts,
            journal.flush,
            mailboxes_of(contacts),
            Writer(config.topic_base, config.alerts.link),
            send=send,
        )
        self._journal = journal
        nicknames = [wearer.nickname for wearer in config.wearers]
        walking = WalkingParams(drags_per_hour=config.alerts.drags_per_hour)
        sensors = SensorParams(
            config.alerts.battery_pct, config.alerts.one_missed_min * 60.0, config.alerts.all_missed_h * 3600.0
        )
        self._walking = {nickname: WalkingRules(nickname, walking) for nickname in nicknames}
        self._sensors = {nickname: SensorRules(nickname, sensors) for nickname in nicknames}

    async def run(self) -> Never:
        """Watch, wait and tell, for ever."""
        await self._remember()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch(), name="alerts-watch")
            group.create_task(self._wait(), name="alerts-time")
            group.create_task(self.courier.run(), name="alerts-courier")
        raise AssertionError  # none of them ends

    def use(self, contacts: Iterable[ContactConfig]) -> None:
        """Tell these from now on, also of alerts that are open."""
        ordered = in_order(contacts)
        self.courier.use(mailboxes_of(ordered))
        self.desk.use([contact_of(each) for each in ordered])

    def look(self, nickname: str, links: Iterable[LinkStatus], wear: Wear) -> None:
        """Look at a wearer's sensors; asked for once a second."""
        sights = [
            SensorSight(
                link.role, link.state is LinkState.STREAMING, link.state not in _NOT_MISSED, link.facts.battery_pct
            )
            for link in links
        ]
        now_ns = time.time_ns()
        for seen in self._sensors[nickname].look(sights, wear is Wear.WORN, now_ns):
            if isinstance(seen, Over):
                self._keep(self.desk.end(seen.wearer, seen.rule, seen.subject, seen.reason, now_ns))
            else:
                self._keep(self.desk.open(seen, now_ns))

    async def obey(self, nickname: str, command: Command) -> str | None:
        """Take an answer to an alert, or a label; None: the command is about something else.

        Raises
        ------
        CommandError
            There is no such alert.
        """
        try:
            match command:
                case Acknowledge(alert=alert, by=by):
                    changes = self.desk.acknowledge(nickname, time.time_ns(), alert_id=alert, by=by)
                case Fine(alert=alert):
                    changes = self.desk.fine(nickname, time.time_ns(), alert_id=alert)
                case Label(alert=alert, real=real, note=note):
                    changes = self.desk.label(nickname, alert, real, note, time.time_ns())
                case _:
                    return None
        except AnswerError as error:
            raise CommandError(str(error), nickname, command.name) from error
        self._keep(changes)
        return await on_disk(self._journal)

    async def _remember(self) -> None:
        """Let the rules know what was before, up to where they had looked when the hub last ended."""
        until, now_ns = self._journal.cursor(EVENTS), time.time_ns()
        for nickname, rules in self._walking.items():
            weeks_ns = now_ns - int(timedelta(weeks=WEEKS).total_seconds()) * _NS
            async for record in self._journal.walks(nickname, weeks_ns, now_ns):
                if record.position <= until:
                    rules.see(record.event, record.wall_time_ns)
            async for record in self._journal.history(nickname, now_ns - 3600 * _NS, now_ns):
                if record.position <= until and record.event.kind.value != "walk_end":
                    rules.see(record.event, record.wall_time_ns)

    async def _watch(self) -> None:
        async with aclosing(self._journal.follow(EVENTS)) as records:
            async for record in records:
                rules = self._walking.get(record.wearer)
                seen = None if rules is None else rules.see(record.event, record.wall_time_ns)
                if seen is not None:
                    self._keep(self.desk.open(seen, time.time_ns()))
                    await self._journal.flush()
                self._journal.advance(EVENTS, record.position)

    async def _wait(self) -> None:
        while True:
            self._keep(self.desk.tick(time.time_ns()))
            await asyncio.sleep(TICK_S)

    def _keep(self, changes: tuple[Change, ...]) -> None:
        for change in changes:
            logger.info("alert %s of %s: %s", change.alert.id, change.alert.wearer, change.step.value)
        self._journal.alerts.append(changes)


async def open_caregivers(config: Config, journal: Journal) -> Caregivers:
    """The alerts, as the journal knows them.

    Raises
    ------
    JournalError
        It cannot be read.
    ValueError
        A contact's address is no longer where the configuration says.
    """
    return Caregivers(config, journal, await journal.alerts.newest(time.time_ns() - int(KEPT_S) * _NS))


def in_order(contacts: Iterable[ContactConfig]) -> list[ContactConfig]:
    """Contacts in the order of telling."""
    return sorted(contacts, key=lambda contact: contact.order)


def mailboxes_of(contacts: Iterable[ContactConfig]) -> dict[str, Mailbox]:
    """Where each contact's messages go; addresses are read from where the configuration says."""
    return {contact.name: Mailbox(contact.url(), contact.language) for contact in contacts}


def contact_of(config: ContactConfig) -> Contact:
    """A contact, as the desk knows them."""
    quiet = None if config.quiet is None else QuietHours(*quiet_span(config.quiet))
    return Contact(config.name, frozenset(config.wearers), config.severity, quiet)


def patience_of(config: AlertsConfig) -> Patience:
    """The times of the life-cycle."""
    return Patience(
        cancel_s=config.cancel_s,
        answer_s=config.answer_min * 60.0,
        rounds_n=config.rounds,
        most_per_hour=config.most_per_hour,
    )
