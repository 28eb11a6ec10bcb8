"""What the radio is told of what came of an arrival."""

from hub.intake import IntakeResult
from hub.packets import Arrival, Packet
from hub.radio import Radio


def answer(radio: Radio, arrival: Arrival, result: IntakeResult) -> None:
    """Say that data were good, do what the device's driver asks, and leave a device that is another leg's."""
    if isinstance(arrival, Packet) and result.valid:
        radio.data_seen(arrival)
    if result.actions:
        radio.perform(arrival.role, result.actions, wearer=arrival.wearer, connection=arrival.connection)
    if result.facts is not None:
        radio.facts_seen(arrival.role, result.facts, wearer=arrival.wearer)
        if result.facts.side not in {None, arrival.role.side}:
            reason = f"it says that it is a {result.facts.side} one; check the roles in the configuration"
            radio.reject(arrival.role, reason, wearer=arrival.wearer)
