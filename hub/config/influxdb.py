"""The database's table of hub.toml."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from hub.config.mistake import mistake
from hub.config.password import password_in_file, password_in_variable
from hub.config.table import Table
from hub.config.values import PasswordFile, PasswordVariable, ReadableFile


def _url(value: str) -> str:
    hint = "expected one such as http://127.0.0.1:8086"
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise mistake(f"{value!r} is no address of a server", hint) from error
    if parts.username is not None or parts.password is not None:
        raise mistake("holds a user or password", "give them with username and password_file")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise mistake(f"{value!r} is no address of a server", hint)
    return value.rstrip("/")


ServerUrl = Annotated[str, AfterValidator(_url)]


class InfluxdbConfig(Table):
    """Your InfluxDB: 2.x, which `insole-hub influxdb setup` prepares, 1.8, or 3, of which no real server was tried."""

    url: ServerUrl = Field(description="Where it is, such as `http://127.0.0.1:8086`.")
    org: str = Field("insole", description="Organization; only 2.x has it.")
    bucket: str = Field(
        "insole",
        min_length=1,
        description="Bucket of what is kept for ever: events, walks, days, alerts. On 1.x a database, or "
        "`database/retention policy`; on 3 a database.",
    )
    steps_bucket: str = Field(
        "insole_steps", min_length=1, description="Bucket of every contact and step; 90 days is a good time for it."
    )
    token_file: PasswordFile | None = Field(
        None, description="File that holds the token that may write there, and nothing else."
    )
    token_env: PasswordVariable | None = Field(None, description="Environment variable that holds the token.")
    username: str | None = Field(None, description="User; 1.x instead of a token.")
    password_file: PasswordFile | None = Field(None, description="File that holds the user's password.")
    password_env: PasswordVariable | None = Field(None, description="Environment variable that holds it.")
    ca_file: ReadableFile | None = Field(
        None, description="Certificate authority, where the system's do not know the database."
    )

    batch_s: float = Field(
        1.0,
        strict=True,
        ge=0.1,
        le=600,
        description="Points of so long go in one request. Where thousands of homes write to one database: 10 to 60.",
    )

    def token(self) -> SecretStr | None:
        """The token, or what 1.x takes for one, read from where the file says.

        Raises
        ------
        ValueError
            It is no longer where it was when the configuration was checked.
        """
        secret = _secret(self.token_file, self.token_env)
        if secret is not None or self.username is None:
            return secret
        password = _secret(self.password_file, self.password_env)
        return SecretStr(f"{self.username}:{password.get_secret_value() if password else ''}")


def _secret(file: Path | None, variable: str | None) -> SecretStr | None:
    if variable is not None:
        return password_in_variable(variable)
    return None if file is None else password_in_file(file)
