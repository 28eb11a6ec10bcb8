"""What is to be in a Grafana, what is, and the changes between them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

Json = Mapping[str, Any]


class Level(IntEnum):
    """What somebody may do in a folder, as Grafana numbers it."""

    VIEW = 1
    EDIT = 2
    ADMIN = 4


@dataclass(frozen=True, slots=True)
class Team:
    """A team and its members' logins; nobody else is in it."""

    name: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder and who may do what there; ``foreign``: titles of what somebody else has put into it."""

    uid: str
    title: str
    grants: frozenset[tuple[str, Level]]
    foreign: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard in a folder."""

    uid: str
    folder_uid: str
    body: Json


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """Addresses that alert rules write to."""

    uid: str
    name: str
    addresses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """An alert rule in a folder."""

    uid: str
    folder_uid: str
    body: Json


Thing = Team | Folder | Board | ContactPoint | Rule

KINDS: tuple[type[Thing], ...] = (Team, Folder, Board, ContactPoint, Rule)
"""In the order in which they are made, since each names those before it; they are removed the other way round."""

Key = tuple[type[Thing], str]
"""What a thing is, and what it is found by."""


class Action(StrEnum):
    """What is done."""

    MAKE = "make"
    CHANGE = "change"
    REMOVE = "remove"
    LEAVE = "leave"  # a folder that holds somebody else's things


@dataclass(frozen=True, slots=True)
class Change:
    """One step; ``thing`` as it is to be, or as it was."""

    action: Action
    thing: Thing

    def __str__(self) -> str:
        thing = self.thing
        match thing:
            case Team():
                named = f"team {thing.name} ({', '.join(sorted(thing.members)) or 'nobody'})"
            case Folder():
                named = f"folder {thing.title}"
            case Board():
                named = f"dashboard {thing.body.get('title', thing.uid)} in {thing.folder_uid}"
            case ContactPoint():
                named = f"contact point {thing.name} ({', '.join(sorted(thing.addresses))})"
            case Rule():
                named = f"alert rule {thing.body.get('title', thing.uid)}"
        because = f": it holds {', '.join(thing.foreign)}" if isinstance(thing, Folder) and thing.foreign else ""
        return f"{self.action.value} {named}{because if self.action is Action.LEAVE else ''}"


def key_of(thing: Thing) -> Key:
    """What a thing is, and what it is found by."""
    return type(thing), thing.name if isinstance(thing, Team) else thing.uid


def plan(wanted: Iterable[Thing], found: Iterable[Thing]) -> tuple[Change, ...]:
    """Steps from what is found to what is wanted, in an order that Grafana takes. ``found``: only what is ours."""
    goal, there = ({key_of(thing): thing for thing in things} for things in (wanted, found))
    steps = [
        Change(Action.CHANGE if key in there else Action.MAKE, thing)
        for key, thing in goal.items()
        if key not in there or not _is_so(there[key], thing)
    ]
    steps.sort(key=lambda step: KINDS.index(type(step.thing)))
    gone = [thing for key, thing in there.items() if key not in goal]
    gone.sort(key=lambda thing: -KINDS.index(type(thing)))
    for thing in gone:
        is_shared = isinstance(thing, Folder) and thing.foreign
        steps.append(Change(Action.LEAVE if is_shared else Action.REMOVE, thing))
    return tuple(steps)


def _is_so(found: Thing, wanted: Thing) -> bool:
    if isinstance(found, Board | Rule) and isinstance(wanted, Board | Rule):
        return found.folder_uid == wanted.folder_uid and covers(found.body, wanted.body)
    return found == wanted


def covers(found: object, wanted: object) -> bool:
    """Whether everything wanted is found; Grafana may add fields of its own."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(
            name in found and covers(found[name], value) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(covers, found, wanted))
    return found == wanted
