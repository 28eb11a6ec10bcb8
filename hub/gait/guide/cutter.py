"""Blocks of any size cut into those of a fixed beat, so that a guide says the same however samples come."""

from collections import deque
from math import inf

import numpy as np

from hub.session import Block, Session
from sensors.layout import Role


class Cutter:
    """Holds blocks back until all sensors have told all they had up to an instant."""

    def __init__(self, session: Session) -> None:
        self._held: dict[Role, deque[Block]] = {role: deque() for role in Role if role in session.sensors}
        self._until_s = dict.fromkeys(self._held, -inf)

    @property
    def first_s(self) -> float:
        """Time of the oldest sample that is held; inf without one."""
        return min((float(block.time_s[0]) for held in self._held.values() for block in held), default=inf)

    @property
    def complete_s(self) -> float:
        """Before this, every sensor has told all it had."""
        return min(self._until_s.values())

    def push(self, block: Block) -> None:
        """Take a block of one sensor."""
        if len(block.time_s):
            self._held[block.role].append(block)
        self._until_s[block.role] = max(self._until_s[block.role], block.until_s)

    def take(self, before_s: float) -> list[Block]:
        """One block for each sensor, of what it told before ``before_s``; perhaps without a sample."""
        return [self._one(role, before_s) for role in self._held]

    def _one(self, role: Role, before_s: float) -> Block:
        held, parts = self._held[role], []
        while held and held[0].time_s[0] < before_s:
            block = held.popleft()
            n = int(block.time_s.searchsorted(before_s))
            parts.append((block.time_s[:n], block.values[:n]))
            if n < len(block.time_s):
                held.appendleft(Block(role, block.time_s[n:], block.values[n:], block.until_s))
                break
        if not parts:
            return Block(role, np.empty(0), np.empty((0, 0)), before_s)
        times, values = zip(*parts, strict=True)
        return Block(role, np.concatenate(times), np.concatenate(values), before_s)
