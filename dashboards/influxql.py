"""InfluxQL made of the names that the hub writes: another name is an error here, not an empty panel there."""

from dataclasses import dataclass
from typing import Protocol

from hub.influx.schema import MEASUREMENTS, Bucket, Name, Tag
from sensors.layout import Role

WEARER = f'"{Tag.WEARER.value}" =~ /^${{wearer:regex}}$/'
"""The wearers chosen above the dashboard."""

HUB = f'"{Tag.HUB.value}" =~ /^${{hub:regex}}$/'
"""The hub of the wearer chosen; of what belongs to no wearer."""


def _chosen(name: str) -> str:
    return f'"{name}" =~ /^${{{name}:regex}}$/'


SIDE, AID, CONTEXT = _chosen(Tag.SIDE.value), _chosen(Tag.AID.value), _chosen("context")
"""What is chosen above a dashboard that has ``frame.CHOICES``; all of it takes in what has no such tag."""

HOUR, DAY, WEEK = "1h", "1d", "1w,4d"
"""Weeks begin on Monday: the first day of all time was a Thursday."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result: an expression, with the fields that it reads, and what it is called."""

    expression: str
    name: str
    fields: tuple[str, ...]

    def __str__(self) -> str:
        return f'{self.expression} AS "{self.name}"'


def field(name: str, called: str) -> Column:
    """A field as it is."""
    return Column(f'"{name}"', called, (name,))


def mean(name: str, called: str) -> Column:
    """Its mean; each point counts the same."""
    return Column(f'mean("{name}")', called, (name,))


def total(name: str, called: str) -> Column:
    """Its sum."""
    return Column(f'sum("{name}")', called, (name,))


def last(name: str, called: str) -> Column:
    """Its newest value."""
    return Column(f'last("{name}")', called, (name,))


def highest(name: str, called: str) -> Column:
    """Its highest value."""
    return Column(f'max("{name}")', called, (name,))


def lowest(name: str, called: str) -> Column:
    """Its lowest value."""
    return Column(f'min("{name}")', called, (name,))


def count(name: str, called: str) -> Column:
    """How many points have it."""
    return Column(f'count("{name}")', called, (name,))


def rate(part: str, whole: str, called: str, per: float = 1000.0) -> Column:
    """A sum over another sum: days and walks count by their steps."""
    return Column(f'{per:g} * sum("{part}") / sum("{whole}")', called, (part, whole))


class Query(Protocol):
    """What a panel shows. ``str`` of it is InfluxQL with Grafana's variables."""

    @property
    def bucket(self) -> Bucket:
        """Where it is asked."""


@dataclass(frozen=True, slots=True)
class Select:
    """A query. ``str`` of it is InfluxQL with Grafana's variables.

    Parameters
    ----------
    where : conditions beside the time and the wearers, such as ``kind_is("trip")``.
    every : length of a time group: ``DAY``, ``WEEK``, or Grafana's ``$__interval``; empty: none.
    by : tags that part the result into series.
    newest : only so many points, newest first; 0: all.
    of_all_time : not only the time chosen.

    Raises
    ------
    ValueError
        The measurement has no such field or tag.
    """

    measurement: Name
    columns: tuple[Column, ...]
    where: tuple[str, ...] = ()
    every: str = ""
    by: tuple[Tag, ...] = ()
    newest: int = 0
    of_all_time: bool = False

    def __post_init__(self) -> None:
        measurement = MEASUREMENTS[self.measurement]
        unknown = {name for column in self.columns for name in column.fields} - {*measurement.fields, *measurement.tags}
        unknown |= set(self.by) - set(measurement.tags)
        if unknown:
            message = f"{self.measurement.value} has no {', '.join(sorted(unknown))}"
            raise ValueError(message)

    @property
    def bucket(self) -> Bucket:
        """Where it is asked."""
        return MEASUREMENTS[self.measurement].bucket

    def __str__(self) -> str:
        conditions = [whose(self.measurement), *self.where, *([] if self.of_all_time else ["$timeFilter"])]
        groups = [*([f"time({self.every})"] if self.every else []), *(f'"{tag.value}"' for tag in self.by)]
        parts = [
            f"SELECT {', '.join(map(str, self.columns))}",
            f'FROM "{self.measurement.value}"',
            f"WHERE {' AND '.join(conditions)}",
            *([f"GROUP BY {', '.join(groups)}"] if groups else []),
            *(["fill(none)"] if self.every else []),
            *([f"ORDER BY time DESC LIMIT {self.newest}"] if self.newest else []),
        ]
        return " ".join(parts)


def kind_is(*kinds: str) -> str:
    """Points of these kinds."""
    return "(" + " OR ".join(f"\"{Tag.KIND.value}\" = '{kind}'" for kind in kinds) + ")"


def aid_is(aids: str) -> str:
    """Points at which these aids were on; empty: nobody had said."""
    return f"\"{Tag.AID.value}\" = '{aids}'"


def role_is(role: Role) -> str:
    """Points of this sensor."""
    return f"\"{Tag.ROLE.value}\" = '{role.value}'"


def whose(measurement: Name) -> str:
    """Points of whom the dashboard shows."""
    return WEARER if Tag.WEARER in MEASUREMENTS[measurement].tags else HUB
