"""Carries messages: follows the journal, so that an attempt is on disk before it is made, and its outcome after it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Never, Protocol

from pydantic import SecretStr

from hub.alert import Change, Message, Step
from hub.alerts.delivery import Outcome, send
from hub.alerts.desk import Desk
from hub.alerts.words import Letter, Writer
from hub.following import AlertSource
from hub.language import ENGLISH
from hub.support.in_flight import InFlight

logger = logging.getLogger(__name__)

DESTINATION = "contacts"
"""The contacts' name among the destinations of the alert log."""

AT_ONCE_N = 3
"""Most messages on their way at once: each is a process."""

Send = Callable[[SecretStr, Letter], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where a contact's messages go, and in which language."""

    address: SecretStr
    language: str = ENGLISH


class AlertLog(AlertSource, Protocol):
    """``hub.journal.AlertLog``, as far as it is needed here."""

    def append(self, changes: Sequence[Change]) -> None:
        """Take changes for the next commit."""


class Courier:
    """Hands messages to the contacts' services. After a kill it goes on where the disk says.

    Parameters
    ----------
    desk, log : where attempts come from, and their outcomes go.
    flush : waits until the disk has what was appended.
    mailboxes : each contact's.
    """

    def __init__(
        self,
        desk: Desk,
        log: AlertLog,
        flush: Callable[[], Awaitable[None]],
        mailboxes: Mapping[str, Mailbox],
        writer: Writer,
        *,
        send: Send = send,
        wall_time_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.told_n = self.failures_n = 0
        self._desk = desk
        self._log = log
        self._flush = flush
        self._mailboxes = mailboxes
        self._writer = writer
        self._send = send
        self._wall_time_ns = wall_time_ns
        self._in_flight = InFlight()
        self._room = asyncio.Semaphore(AT_ONCE_N)

    def use(self, mailboxes: Mapping[str, Mailbox]) -> None:
        """Carry to these from now on."""
        self._mailboxes = mailboxes

    async def run(self) -> Never:
        """Carry, for ever."""
        async with asyncio.TaskGroup() as group, aclosing(self._log.follow(DESTINATION)) as records:
            async for record in records:
                self._in_flight.send(record.position)
                change = record.change
                if change.step is Step.TRYING and change.message is not None:
                    group.create_task(self._carry(record.position, change, change.message))
                else:
                    self._done(record.position)
        raise AssertionError  # the journal is followed for ever

    async def _carry(self, position: int, change: Change, planned: Message) -> None:
        async with self._room:
            message = self._desk.attempt(change.alert.id, planned)
            if message is not None:
                outcome = await self._try(change, message)
                self._note(change, message, outcome)
                self._log.append(
                    self._desk.sent(
                        change.alert.id, message, self._wall_time_ns(), outcome.trouble, hopeless=outcome.hopeless
                    )
                )
                await self._flush()
        self._done(position)

    async def _try(self, change: Change, message: Message) -> Outcome:
        mailbox = self._mailboxes.get(message.contact)
        if mailbox is None:
            return Outcome("is no contact any more", hopeless=True)
        return await self._send(mailbox.address, self._writer.letter(change.alert, message, mailbox.language))

    def _note(self, change: Change, message: Message, outcome: Outcome) -> None:
        about = f"{change.alert.rule.value} alert of {change.alert.wearer}"
        if outcome.trouble:
            self.failures_n += 1
            logger.warning("%s: %s was not told: %s", about, message.contact, outcome.trouble)
        else:
            self.told_n += 1
            logger.info("%s: %s was told", about, message.contact)

    def _done(self, position: int) -> None:
        done = self._in_flight.acknowledge(position)
        if done is not None:
            self._log.advance(DESTINATION, done)
