"""Publishes what the journal holds, and the newest states, to a broker that may come and go."""

import asyncio
import logging
import random
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Never

import aiomqtt

from hub.events import STEP_KINDS
from hub.following import EventSource, Record
from hub.mqtt import payloads
from hub.mqtt.address import BrokerAddress, explain
from hub.mqtt.alerts import AlertSayer
from hub.mqtt.client import Client
from hub.mqtt.commands import Command, CommandError, parse_command
from hub.mqtt.topics import Topics
from hub.support.allowance import Allowance, Allowances
from hub.support.backoff import Backoff
from hub.support.in_flight import InFlight
from hub.support.uninterrupted import uninterrupted

logger = logging.getLogger(__name__)

COMMANDS_PER_S = 5.0
COMMANDS_AT_ONCE_N = 20
"""More commands than are given for a wearer are dropped before they wait, and counted: other wearers' come through."""

WAITING_COMMANDS_N = 1000
"""Messages that wait to be looked at, more than all wearers together are allowed; more are left out, and counted."""

WINDOW_N = 100
"""Most events under way at once: a backlog drains at the broker's speed and not at one per round trip."""

AT_ONCE_N = 5
"""So many events go out before others have their turn: as many as are decided at one moment, within a millisecond."""

ANSWER_S = 10.0
"""A broker that does not answer for so long is taken for stalled, and connected to anew."""

KEEPALIVE_S = 15
"""After one and a half of these without a sign of the hub, the broker speaks the last will."""

BIRTH_WAIT_S = 5.0
"""Longest wait, a random one, before a reader that has just started is told everything again: many hear its start."""

FAREWELL_S = 1.0
"""How long an orderly end waits for the broker to take the last word."""


@dataclass(frozen=True, slots=True)
class PublisherStats:
    """Counts since start; ``trouble`` is what keeps the broker away, in words, or empty.

    Commands were obeyed, refused because they were wrong, or dropped because they were too many or retained;
    ``commands_dropped_of`` has the dropped ones by their wearer, and those for nobody who is known under "".
    """

    connected: bool
    connects_n: int
    failures_n: int
    acknowledged_n: int
    in_flight_n: int
    trouble: str
    commands_obeyed_n: int = 0
    commands_refused_n: int = 0
    commands_dropped_of: Mapping[str, int] = field(default_factory=dict)

    @property
    def commands_dropped_n(self) -> int:
        """Of all wearers, and of names that nobody has."""
        return sum(self.commands_dropped_of.values())


class Publisher:
    """One broker, followed at its own pace. ``run`` ends only by cancellation, and then says goodbye.

    ``obey`` is given each command with its wearer, and answers in words or raises ``CommandError``; None obeys nobody.
    ``wearers`` each have an allowance of commands of their own.
    ``alerts`` are said beside the events, with a cursor of their own. ``birth_topic`` is where a reader says "online"
    when it has started: all states are said again then.

    Events go out with QoS 1: contacts and steps in the order of the journal, and so everything else, which goes first.
    The cursor moves when the broker has acknowledged. After a lost connection everything behind the cursor is sent
    again: at least once, with the same ids.
    """

    def __init__(
        self,
        address: BrokerAddress,
        topics: Topics,
        source: EventSource,
        *,
        version: str,
        destination: str = "mqtt",
        obey: Callable[[str, Command], Awaitable[str]] | None = None,
        wearers: Collection[str] = (),
        alerts: AlertSayer | None = None,
        birth_topic: str | None = None,
        backoff: Backoff | None = None,
        wall_time_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._address = address
        self._topics = topics
        self._source = source
        self._version = version
        self.destination = destination
        self._backoff = backoff or Backoff()
        self._wall_time_ns = wall_time_ns
        self._states: dict[str, bytes] = {}
        self._unsaid: dict[str, bytes] = {}
        self._news = asyncio.Event()
        self._progress = asyncio.Event()
        self._in_flight = InFlight()
        self._connected = self._ending = False
        self._connects_n = self._failures_n = self._acknowledged_n = 0
        self._trouble = ""
        self._obey = obey
        self._alerts = alerts
        self._birth_topic = birth_topic
        self._again: asyncio.Task[None] | None = None
        self._obeyed_n = self._refused_n = 0
        self._dropped_of: Counter[str] = Counter()
        self._wearers = frozenset(wearers)
        self._allowances = Allowances(self._wearers, COMMANDS_PER_S, COMMANDS_AT_ONCE_N)
        self._births = Allowance(COMMANDS_PER_S, COMMANDS_AT_ONCE_N)

    @property
    def stats(self) -> PublisherStats:
        """Counts since start."""
        return PublisherStats(
            connected=self._connected,
            connects_n=self._connects_n,
            failures_n=self._failures_n,
            acknowledged_n=self._acknowledged_n,
            in_flight_n=len(self._in_flight),
            trouble=self._trouble,
            commands_obeyed_n=self._obeyed_n,
            commands_refused_n=self._refused_n,
            commands_dropped_of=dict(self._dropped_of),
        )

    def set_state(self, topic: str, payload: bytes) -> None:
        """Retain a payload, now or once there is a connection; only the newest of a topic counts. Empty: remove it."""
        if self._states.get(topic) != payload:
            self._states[topic] = self._unsaid[topic] = payload
            self._news.set()

    async def said(self) -> None:
        """Return when the broker has acknowledged the states set so far, or newer ones; at once when there is none."""
        awaited = dict(self._unsaid)
        while self._connected and any(self._unsaid.get(topic) is payload for topic, payload in awaited.items()):
            await self._progress.wait()

    async def taken(self, topics: Collection[str]) -> None:
        """Return when the broker has acknowledged what was set on these topics, however long it is away."""
        while any(topic in self._unsaid for topic in topics):
            await self._progress.wait()

    async def run(self) -> Never:
        """Connect, publish, and begin again, for ever."""
        while True:
            started_s = time.monotonic()
            try:
                await self._session()
            except* (aiomqtt.MqttError, OSError) as group:
                self._note_trouble(group)
            finally:
                self._connected = False
                self._in_flight = InFlight()
                self._note_progress()
            if self._ending:
                raise asyncio.CancelledError  # a broker that fails during the farewell must not hide the cancellation
            if time.monotonic() - started_s > self._backoff.longest_s:
                self._backoff.reset()
            await asyncio.sleep(self._backoff.next_s())

    async def _session(self) -> None:
        async with await self._client() as client:
            try:
                birth = payloads.online(self._version, self._wall_time_ns())
                await uninterrupted(client.publish(self._topics.status, birth, 1, retain=True))
                self._note_connection()
                if self._obey is not None:
                    await uninterrupted(client.subscribe(self._topics.commands, 1))
                if self._birth_topic is not None:
                    await uninterrupted(client.subscribe(self._birth_topic, 1))
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._watch(client, group), name="mqtt-watch")
                    group.create_task(self._say_states(client), name="mqtt-states")
                    if self._alerts is not None:
                        group.create_task(self._alerts.say(client), name="mqtt-alerts")
                    group.create_task(self._send_events(client, group), name="mqtt-events")
            except asyncio.CancelledError:
                self._ending = True
                with suppress(aiomqtt.MqttError):
                    await client.publish(self._topics.status, payloads.OFFLINE, 1, retain=True, timeout=FAREWELL_S)
                raise
            finally:
                client.timeout = FAREWELL_S  # for its own farewell, to a broker that may be stalled

    async def _client(self) -> Client:
        tls = self._address.tls
        client = Client(
            self._address.host,
            self._address.port,
            username=self._address.username,
            password=self._address.password.get_secret_value() if self._address.password else None,
            tls_context=None if tls is None else await asyncio.to_thread(tls.context),
            # one fixed name per hub: a new connection ends a half-dead one, whose will else comes after our birth
            identifier=f"insole-hub:{self._topics.base}",
            clean_session=True,
            will=aiomqtt.Will(self._topics.status, payloads.OFFLINE, qos=1, retain=True),
            keepalive=KEEPALIVE_S,
            timeout=ANSWER_S,
            max_inflight_messages=2 * WINDOW_N,
            max_queued_incoming_messages=WAITING_COMMANDS_N,
            queue_type=self._waiting(),
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
            logger=_library_logger,
        )
        client.pending_calls_threshold = 2 * WINDOW_N
        return client

    def _waiting(self) -> type[asyncio.Queue[aiomqtt.Message]]:
        """A queue at whose door is counted what does not get in, so that a flood keeps nobody else out."""
        publisher = self

        class Waiting(asyncio.Queue[aiomqtt.Message]):
            def put_nowait(self, item: aiomqtt.Message) -> None:
                if publisher._lets_in(item, is_full=self.full()):
                    super().put_nowait(item)

        return Waiting

    def _lets_in(self, message: aiomqtt.Message, *, is_full: bool) -> bool:
        topic = str(message.topic)
        if topic == self._birth_topic:
            return not is_full and self._births.take(time.monotonic())
        wearer, _ = self._topics.command_of(topic)
        # a retained command would be obeyed again at each start
        if not (message.retain or is_full) and self._allowances.take(wearer, time.monotonic()):
            return True
        self._dropped_of[wearer if wearer in self._wearers else ""] += 1
        return False

    async def _watch(self, client: aiomqtt.Client, group: asyncio.TaskGroup) -> None:
        async for message in client.messages:  # this ends, with the error, when the connection does
            payload = message.payload if isinstance(message.payload, bytes) else b""
            if str(message.topic) == self._birth_topic:
                waits = self._again is not None and not self._again.done()
                if payload == b"online" and not message.retain and not waits:  # retained: an old one
                    self._again = group.create_task(self._say_again(), name="mqtt-again")
            else:
                await self._answer(client, str(message.topic), payload)

    async def _answer(self, client: aiomqtt.Client, topic: str, payload: bytes) -> None:
        assert self._obey is not None
        try:
            wearer, command = parse_command(self._topics, topic, payload)
            name, said, obeyed = command.name, await self._obey(wearer, command), True
            self._obeyed_n += 1
        except CommandError as error:
            wearer, name, said, obeyed = error.wearer, error.name, str(error), False
            self._refused_n += 1
            logger.warning("command %s for %s refused: %s", name, wearer, said)
        answer = payloads.answer(said, self._wall_time_ns(), obeyed=obeyed)
        await uninterrupted(client.publish(self._topics.answer(wearer, name), answer, 0))

    async def _say_again(self) -> None:
        await asyncio.sleep(random.uniform(0.0, BIRTH_WAIT_S))
        self._unsaid |= self._states
        self._news.set()

    async def _say_states(self, client: aiomqtt.Client) -> None:
        while True:
            while self._unsaid:
                topic, payload = next(iter(self._unsaid.items()))
                await uninterrupted(client.publish(topic, payload, 1, retain=True))
                newest = self._unsaid.pop(topic)
                if newest is not payload:
                    self._unsaid[topic] = newest  # behind the others, so that none starves
                elif not payload:
                    self._states.pop(topic, None)  # removed; nothing to say again
                self._note_progress()
            self._news.clear()
            await self._news.wait()

    async def _send_events(self, client: Client, group: asyncio.TaskGroup) -> None:
        window = asyncio.Semaphore(WINDOW_N)
        async with aclosing(self._source.follow_pages(self.destination, first=True)) as pages:
            async for page in pages:
                for first in range(0, len(page.records), WINDOW_N):
                    records = page.records[first : first + WINDOW_N]
                    for record in records:
                        self._in_flight.send(record.position)
                    # contacts and steps waited for a common commit: what did not is not to wait behind them now
                    ordered = sorted(records, key=lambda record: record.event.kind in STEP_KINDS)
                    for sent_n, record in enumerate(ordered, 1):
                        await window.acquire()
                        acknowledged = self._send(client, record)
                        group.create_task(self._settle(client, acknowledged, record, window))
                        if sent_n % AT_ONCE_N == 0:  # a page is not to hold up what arrives and is decided meanwhile
                            await asyncio.sleep(0)

    def _send(self, client: Client, record: Record) -> asyncio.Event:
        topic = self._topics.event(record.wearer, record.event.kind)
        position = record.position if self._source.is_kept else None
        return client.publish_now(topic, payloads.event(record.event, record.wall_time_ns, position))

    async def _settle(
        self, client: Client, acknowledged: asyncio.Event, record: Record, window: asyncio.Semaphore
    ) -> None:
        await client.answer(acknowledged)
        window.release()
        self._acknowledged_n += 1
        done = self._in_flight.acknowledge(record.position)
        if done is not None:
            self._source.advance(self.destination, done)

    def _note_progress(self) -> None:
        self._progress.set()
        self._progress = asyncio.Event()

    def _note_connection(self) -> None:
        self._connected = True
        self._unsaid = dict(self._states)
        self._connects_n += 1
        logger.log(logging.WARNING if self._trouble else logging.INFO, "%s: connected", self._address)
        self._trouble = ""

    def _note_trouble(self, group: BaseExceptionGroup[Exception]) -> None:
        first: BaseException = group
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        trouble = explain(first, self._address) if isinstance(first, Exception) else str(first)
        self._failures_n += 1
        if trouble != self._trouble:
            logger.error("%s; events are kept and sent later", trouble)
        self._trouble = trouble


_library_logger = logging.getLogger(f"{__name__}.library")
_library_logger.setLevel(logging.CRITICAL)  # its lines repeat, without a cause, what _note_trouble says once
