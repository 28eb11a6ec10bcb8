"""What every table of hub.toml has in common."""

from types import UnionType
from typing import Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of the file: unknown keys are mistakes, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def table_in(annotation: object) -> type[BaseModel] | None:
    """The kind of table that a key holds, whether one, many, or perhaps none; None where it holds a value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Union, UnionType, tuple}:
        return next((table for argument in get_args(annotation) if (table := table_in(argument))), None)
    return None
