"""A mistake in the configuration, on its way through pydantic: what is wrong, and how to mend it."""

from collections.abc import Iterable
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

MISTAKE = "mistake"
"""Type of these errors among pydantic's."""


class Misfit(NamedTuple):
    """A value that does not fit the others of its table. ``location``: the keys that lead to it from there."""

    location: tuple[str | int, ...]
    message: str
    hint: str


def mistake(message: str, hint: str) -> PydanticCustomError:
    """An error for a validator to raise; a ``ValueError`` whose text is the message."""
    return PydanticCustomError(MISTAKE, "{message}", {"message": message, "hint": hint})


def raise_all(table: str, misfits: Iterable[Misfit]) -> None:
    """Raise all of them at once, if there are any."""
    errors = [
        InitErrorDetails(type=mistake(misfit.message, misfit.hint), loc=misfit.location, input=None)
        for misfit in misfits
    ]
    if errors:
        raise ValidationError.from_exception_data(table, errors)
