"""The file that says who may see whom: ``grafana.toml``."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, field_validator

from hub.config.password import readable_file
from hub.config.table import Table
from hub.errors import ConfigError, ConfigProblem

People = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(default=())]
"""Logins or e-mail addresses of users that Grafana has."""


class WearerAudience(Table):
    """Who sees one wearer."""

    nickname: str = Field(min_length=1)
    owners: People
    therapists: People
    caregivers: People
    alert_emails: People


class Audience(Table):
    """The whole file. ``clinic``: who sees all its wearers at a glance."""

    url: str = Field(pattern=r"^https?://[^/\s]+(/\S*)?$")
    token_file: Path
    ca_file: Path | None = None
    clinic: People
    wearers: tuple[WearerAudience, ...]

    @field_validator("token_file", "ca_file")
    @classmethod
    def _readable(cls, path: Path | None) -> Path | None:
        return None if path is None else readable_file(path)

    @field_validator("wearers")
    @classmethod
    def _once(cls, wearers: tuple[WearerAudience, ...]) -> tuple[WearerAudience, ...]:
        if not wearers:
            raise ValueError("nobody is named; each wearer has a table [[wearers]]")
        names = [wearer.nickname for wearer in wearers]
        if twice := {name for name in names if names.count(name) > 1}:
            message = f"{', '.join(sorted(twice))}: twice; each wearer stands here once"
            raise ValueError(message)
        return wearers


def load_audience(path: Path) -> Audience:
    """Read the file.

    Raises
    ------
    ConfigError
        It cannot be read or holds mistakes; all are listed.
    """
    try:
        return Audience.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        problem = ConfigProblem("file", f"cannot be read: {error.strerror}", "docs/dashboards.md shows one")
        raise ConfigError(str(path), (problem,)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = ConfigProblem("file", f"is not valid TOML: {error}", "docs/dashboards.md shows one")
        raise ConfigError(str(path), (problem,)) from error
    except ValidationError as error:
        problems = tuple(
            ConfigProblem(
                ".".join(map(str, each["loc"])), each["msg"].removeprefix("Value error, "), "see docs/dashboards.md"
            )
            for each in error.errors()
        )
        raise ConfigError(str(path), problems) from error
