"""What the sensors have told of their batteries, kept between runs: foretelling needs days."""

from collections.abc import Mapping
from pathlib import Path

from hub.service.battery import BatteryTrend
from hub.support.state_file import read_state, set_aside, write_state
from sensors.layout import Role


def read_batteries(path: Path) -> dict[Role, BatteryTrend]:
    """The trends in the file; none where there is none.

    Raises
    ------
    RecordingError : it cannot be read. It has been moved aside then: the next one is new.
    """
    state = read_state(path)
    try:
        return {
            Role(role): BatteryTrend([(float(at_s), float(pct)) for at_s, pct in points])
            for role, points in (state or {}).items()
        }
    except (ValueError, TypeError, AttributeError) as error:
        raise set_aside(path, error) from error


def write_batteries(path: Path, trends: Mapping[Role, BatteryTrend]) -> None:
    """Replace the file at once or not at all.

    Raises
    ------
    RecordingError : the disk does not take it; the old file is as it was.
    """
    write_state(path, {role.value: trend.points for role, trend in trends.items()})
