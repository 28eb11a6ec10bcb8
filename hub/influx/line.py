"""Points as lines of InfluxDB's line protocol. Pure.

The client library's own ``Point`` takes several times as long, on the loop that alerts wait for.
"""

from hub.influx.points import Point

_IN_TAG = str.maketrans({",": r"\,", "=": r"\=", " ": r"\ ", "\\": "/"})
"""A backslash before a separator cannot be told; nicknames and hubs have no slash of their own."""

_IN_TEXT = str.maketrans({'"': r"\"", "\\": r"\\"})


def line(point: Point) -> str:
    """A point as one line, without its end; floats keep every bit."""
    tags = "".join(f",{key}={tag_text(value)}" for key, value in sorted(point.tags.items()))
    fields = ",".join(f"{key}={_value(value)}" for key, value in point.fields.items())
    return f"{point.measurement}{tags} {fields} {point.time_ns}"


def tag_text(value: str) -> str:
    """A tag's value as it stands in a line."""
    return value.translate(_IN_TAG)


def text_value(value: str) -> str:
    """A text as the value of a field in a line."""
    return f'"{value.translate(_IN_TEXT)}"'


def _value(value: float | str | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return text_value(value) if isinstance(value, str) else repr(value)
