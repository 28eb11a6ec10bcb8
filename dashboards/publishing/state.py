"""What is to be in a Grafana, what is, and the changes between them. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import Any

Json = Mapping[str, Any]

_TOLD_N = 3


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
class SharedPanel:
    """A panel that dashboards share, which Grafana calls a library panel; ``foreign``: somebody else's that show it.

    ``body``: its ``name``, and as ``model`` the panel.
    """

    uid: str
    folder_uid: str
    body: Json
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


Thing = Team | Folder | SharedPanel | Board | ContactPoint | Rule

KINDS: tuple[type[Thing], ...] = (Team, Folder, SharedPanel, Board, ContactPoint, Rule)
"""In the order in which they are made, since each names those before it; they are removed the other way round."""

Key = tuple[type[Thing], str]
"""What a thing is, and what it is found by."""


class Action(StrEnum):
    """What is done."""

    MAKE = "make"
    CHANGE = "change"
    REMOVE = "remove"
    LEAVE = "leave"  # somebody else's dashboards need it


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
            case SharedPanel():
                named = f"library panel {thing.body.get('name', thing.uid)}"
            case Board():
                named = f"dashboard {thing.body.get('title', thing.uid)} in {thing.folder_uid}"
            case ContactPoint():
                named = f"contact point {thing.name} ({', '.join(sorted(thing.addresses))})"
            case Rule():
                named = f"alert rule {thing.body.get('title', thing.uid)}"
        if self.action is Action.LEAVE and isinstance(thing, Folder | SharedPanel):
            verb = "it holds" if isinstance(thing, Folder) else "it is shown by"
            named += f": {verb} {_some(thing.foreign)}"
        return f"{self.action.value} {named}"


def _some(names: tuple[str, ...]) -> str:
    more = [f"{len(names) - _TOLD_N} more"] if len(names) > _TOLD_N else []
    return ", ".join([*names[:_TOLD_N], *more])


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
    return (*steps, *_removals(gone))


def _removals(gone: Iterable[Thing]) -> Iterable[Change]:
    """In that order; what somebody else's dashboards need is left, and so is the folder that it is in."""
    needed: dict[str, list[str]] = defaultdict(list)
    for thing in gone:
        if isinstance(thing, SharedPanel) and thing.foreign:
            needed[thing.folder_uid].append(str(thing.body["name"]))
            yield Change(Action.LEAVE, thing)
        elif isinstance(thing, Folder) and (foreign := (*thing.foreign, *needed[thing.uid])):
            yield Change(Action.LEAVE, replace(thing, foreign=foreign))
        else:
            yield Change(Action.REMOVE, thing)


def _is_so(found: Thing, wanted: Thing) -> bool:
    if isinstance(found, SharedPanel | Board | Rule) and isinstance(wanted, SharedPanel | Board | Rule):
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
