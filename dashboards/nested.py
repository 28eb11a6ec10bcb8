"""Queries over the answers of queries: means by weight, bands around a start, days, counters, changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.influxql import DAY, HOUR, WEEK, Column, Select, count
from hub.influx.schema import MEASUREMENTS, Bucket, Name, Tag

START_DAYS = 28
"""The first days of the time chosen: what later weeks are compared with."""

WEEK_SCATTERS = 1.96 * (1 / 7 + 1 / START_DAYS) ** 0.5
"""So many standard deviations of single days apart are a week and the start at most in 19 of 20 weeks, by chance."""

COMPARED_DAYS = 28
"""Length of each of the two times that a change lies between."""

_FROM_ON = "36500d,${__from}ms"
"""One group of everything since the begin of the time chosen."""

_START = f"time >= ${{__from}}ms AND time < ${{__from}}ms + {START_DAYS}d"


@dataclass(frozen=True, slots=True)
class Ratio:
    """A sum of products over a sum: a mean by weight, or a rate. ``whole`` empty: the sum alone."""

    part: str
    whole: str
    fields: tuple[str, ...]
    called: str


def mean_by(name: str, weight: str, called: str) -> Ratio:
    """The mean of a field by a weight; where the field is not known its weight is not counted either."""
    return Ratio(f'"{name}" * "{weight}"', f'"{weight}" + 0 * "{name}"', (name, weight), called)


def rate_of(part: str, whole: str, called: str, per: float = 1000.0) -> Ratio:
    """A sum per so many of another."""
    return Ratio(f'{per:g} * "{part}"', f'"{whole}"', (part, whole), called)


def sum_of(name: str, called: str) -> Ratio:
    """The sum of a field."""
    return Ratio(f'"{name}"', "", (name,), called)


@dataclass(frozen=True, slots=True)
class _Of:
    """A measurement that is asked."""

    measurement: Name

    @property
    def bucket(self) -> Bucket:
        """Where it is asked."""
        return MEASUREMENTS[self.measurement].bucket


@dataclass(frozen=True, slots=True)
class WeightedMean(_Of):
    """The mean of a field over a longer time, each day or walk by its ``weight``. ``where``: as of ``Select``."""

    name: str
    called: str
    weight: str
    every: str = WEEK
    where: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        str(self)

    def __str__(self) -> str:
        return f"{self.over('$timeFilter', self.called)} GROUP BY time({self.every}) fill(none)"

    def over(self, times: str, called: str) -> str:
        """The same over one time, without groups."""
        ratio = mean_by(self.name, self.weight, called)
        return f"SELECT {_quotients([ratio])} FROM ({_products(self.measurement, [ratio], self.where)}) WHERE {times}"


@dataclass(frozen=True, slots=True)
class ByAid(_Of):
    """Ratios and sums of the whole time, a row for each combination of aids."""

    totals: tuple[Column, ...]
    ratios: tuple[Ratio, ...]

    def __str__(self) -> str:
        names = tuple(dict.fromkeys(name for column in self.totals for name in column.fields))
        raw = _products(self.measurement, self.ratios, (), names)
        columns = ", ".join([*map(str, self.totals), _quotients(self.ratios)])
        return f'SELECT {columns} FROM ({raw}) WHERE $timeFilter GROUP BY "{Tag.AID.value}"'


@dataclass(frozen=True, slots=True)
class PublishedBand(_Of):
    """The mean of the start, and how far from it a mean is beyond chance by published figures.

    Parameters
    ----------
    mean : of what.
    least, most : answers only where the mean of the start is in ``[least, most)``.
    change : minimum detectable change of people of whom that is true.
    """

    mean: WeightedMean
    least: float
    most: float
    change: float

    def __str__(self) -> str:
        start = f"{self.mean.over(_START, 'start')} GROUP BY time({_FROM_ON}) fill(none)"
        return _band(start, f"{self.change:g}", f' AND "start" >= {self.least:g} AND "start" < {self.most:g}')


@dataclass(frozen=True, slots=True)
class OwnBand(_Of):
    """The mean of the days of the start, and how far from it a week lies by the scatter of these days alone."""

    name: str

    def __str__(self) -> str:
        columns = tuple(
            Column(f'{of}("{self.name}")', called, (self.name,))
            for of, called in (("mean", "start"), ("stddev", "scatter"))
        )
        start = Select(self.measurement, columns, (_START,), every=_FROM_ON)
        return _band(str(start), f'{WEEK_SCATTERS:.3f} * mean("scatter")')


@dataclass(frozen=True, slots=True)
class DaysWith(_Of):
    """On how many days (UTC) of each week there was a point with a field."""

    name: str
    called: str
    where: tuple[str, ...] = ()

    def __str__(self) -> str:
        daily = Select(self.measurement, (count(self.name, "part"),), self.where, every=DAY)
        return (
            f'SELECT count("part") AS "{self.called}" FROM ({daily}) WHERE $timeFilter GROUP BY time({WEEK}) fill(none)'
        )


@dataclass(frozen=True, slots=True)
class Risen(_Of):
    """By how much a count since the hub's start rose each day, but for what it rose in the hour of a start."""

    name: str
    called: str
    where: tuple[str, ...] = ()

    def __str__(self) -> str:
        rise = Column(f'non_negative_difference(max("{self.name}"))', "part", (self.name,))
        hourly = Select(self.measurement, (rise,), self.where, every=HOUR)
        return (
            f'SELECT sum("part") AS "{self.called}" FROM ({hourly}) WHERE $timeFilter GROUP BY time({DAY}) fill(none)'
        )


@dataclass(frozen=True, slots=True)
class Change(_Of):
    """Each wearer's last days less the days before, up to the end of the time chosen.

    One figure of one query: for each difference the database asks all that is below it anew (measured: six in one
    query took ten times as long as six queries).
    """

    ratio: Ratio

    def __str__(self) -> str:
        times = f"time >= ${{__to}}ms - {2 * COMPARED_DAYS}d AND time < ${{__to}}ms"
        per_time = (
            f"SELECT {_quotients([self.ratio])} FROM ({_products(self.measurement, [self.ratio], ())}) WHERE {times} "
            f'GROUP BY time({COMPARED_DAYS}d,${{__to}}ms), "{Tag.WEARER.value}" fill(none)'
        )
        called = f'"{self.ratio.called}"'
        return f'SELECT difference({called}) AS {called} FROM ({per_time}) WHERE {times} GROUP BY "{Tag.WEARER.value}"'


def _products(measurement: Name, ratios: Sequence[Ratio], where: tuple[str, ...], beside: tuple[str, ...] = ()) -> str:
    """Numerator and denominator of each point, and fields beside them."""
    columns = [Column(f'"{name}"', name, (name,)) for name in beside]
    for number, ratio in enumerate(ratios):
        columns.append(Column(ratio.part, f"part{number}", ratio.fields))
        if ratio.whole:
            columns.append(Column(ratio.whole, f"whole{number}", ratio.fields))
    return str(Select(measurement, tuple(columns), where, of_all_time=True))


def _quotients(ratios: Sequence[Ratio]) -> str:
    return ", ".join(
        f'sum("part{number}")' + (f' / sum("whole{number}")' if ratio.whole else "") + f' AS "{ratio.called}"'
        for number, ratio in enumerate(ratios)
    )


def _band(start: str, half: str, where: str = "") -> str:
    """A constant ``start`` as three level lines from the begin of the time chosen to its end."""
    columns = ", ".join(
        f'mean("start"){sign} AS "{called}"'
        for sign, called in (("", "start"), (f" + {half}", "above chance"), (f" - {half}", "below chance"))
    )
    return f"SELECT {columns} FROM ({start}) WHERE $timeFilter{where} GROUP BY time({WEEK}) fill(previous)"
