"""All sensors of one wearer: arrivals in, blocks and answers out."""

from collections.abc import Collection
from dataclasses import dataclass

from hub.intake.sensor_input import IntakeStatus, SensorInput
from hub.merge import Merge
from hub.packets import Arrival, Connected, Disconnected, Packet
from hub.session import Block, Session, Wearer
from sensors.driver import Action, Driver, Facts
from sensors.errors import DecodeError
from sensors.layout import Role

PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What came of one arrival.

    Parameters
    ----------
    blocks : for the engine, in order.
    actions : what the arrival's device is to be asked now.
    facts : what the device said about itself, where that changed.
    faults : bytes that were skipped.
    valid : the device sent samples that could be used; what shows that a link works.
    session : set when the session has begun or a sensor joined or changed: the blocks are the first of this session.
    """

    blocks: tuple[Block, ...] = ()
    actions: tuple[Action, ...] = ()
    facts: Facts | None = None
    faults: tuple[DecodeError, ...] = ()
    valid: bool = False
    session: Session | None = None


class Intake:
    """Decodes, stamps and merges what a wearer's sensors send.

    A device says only after connecting what it measures. The session therefore begins with the first samples of the
    last expected sensor, or some time after those of the first; samples before that are dropped. A sensor that joins or
    changes later begins a new session; one that is lost stays in it, silent.

    Parameters
    ----------
    name, wearer : of the sessions.
    expected : sensors to wait for before the session begins.
    patience_s : how long after the first of them.
    """

    def __init__(self, name: str, wearer: Wearer, expected: Collection[Role], patience_s: float = PATIENCE_S) -> None:
        self.session: Session | None = None
        self._name = name
        self._wearer = wearer
        self._patience_s = patience_s
        self._inputs = {role: SensorInput(role) for role in sorted(expected)}
        self._first_known_s: float | None = None
        self._merge = Merge()

    def feed(self, arrival: Arrival) -> IntakeResult:
        """Take the next arrival, in the order of ``arrival_s``.

        Raises
        ------
        KeyError : connected to a kind of device that the catalogue does not know.
        """
        sensor = self._inputs.get(arrival.role) or self._inputs.setdefault(arrival.role, SensorInput(arrival.role))
        match arrival:
            case Packet():
                return self._packet(sensor, arrival)
            case Connected():
                actions = sensor.connect(arrival)
                return IntakeResult(self.tick(arrival.arrival_s), actions, facts=sensor.changed_facts())
            case Disconnected():
                sensor.disconnect(arrival.connection)
                return IntakeResult(self.tick(arrival.arrival_s))

    def tick(self, now_s: float) -> tuple[Block, ...]:
        """Blocks that tell of silence up to now, when nothing arrives.

        ``now_s`` must not be later than any arrival that is still to be fed. The next arrival would give the same
        blocks: this only has them sooner.
        """
        return tuple(self._merge.tick(now_s))

    def driver(self, role: Role) -> Driver | None:
        """Of the device that is connected in this role; None where none is."""
        sensor = self._inputs.get(role)
        return None if sensor is None else sensor.driver

    def farewells(self) -> dict[Role, tuple[Action, ...]]:
        """What to ask of each connected device before hanging up."""
        return {role: sensor.driver.end() for role, sensor in self._inputs.items() if sensor.driver is not None}

    def status(self, now_s: float) -> dict[Role, IntakeStatus]:
        """What comes in from each sensor."""
        return {role: sensor.status(now_s, self._merge.late_n(role)) for role, sensor in self._inputs.items()}

    def _packet(self, sensor: SensorInput, packet: Packet) -> IntakeResult:
        blocks = self._merge.tick(packet.arrival_s)
        fed = sensor.feed(packet)
        begun: Session | None = None
        valid = False
        for time_s, values in sensor.samples(fed.readings, packet.arrival_s):
            valid = True
            if self._is_news(sensor, packet.arrival_s):
                blocks = []
                begun = self._begin(packet.arrival_s)
            if self.session is not None:
                blocks += self._merge.push(sensor.role, time_s, values, packet.arrival_s)
        return IntakeResult(tuple(blocks), fed.actions, sensor.changed_facts(), fed.faults, valid, begun)

    def _is_news(self, sensor: SensorInput, arrival_s: float) -> bool:
        """Whether a session is to begin: the first one, or another because this sensor is new or has changed."""
        if self.session is not None:
            return self.session.sensors.get(sensor.role) is not sensor.spec
        if self._first_known_s is None:
            self._first_known_s = arrival_s
        complete = all(known.spec is not None for known in self._inputs.values())
        return complete or arrival_s - self._first_known_s >= self._patience_s

    def _begin(self, arrival_s: float) -> Session:
        known = {role: sensor for role, sensor in self._inputs.items() if sensor.spec is not None}
        self._merge.begin({role: sensor.channels for role, sensor in known.items()}, arrival_s)
        sensors = {role: sensor.spec for role, sensor in known.items() if sensor.spec is not None}
        self.session = Session(self._name, self._wearer, sensors)
        return self.session
