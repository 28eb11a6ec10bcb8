"""Keys of hub.toml about alerts: when one is raised, and who is told."""

from collections.abc import Iterator
from typing import Self

from pydantic import Field, SecretStr, model_validator

from hub.alert import Severity
from hub.config.mistake import Misfit, raise_all
from hub.config.password import password_in_file, password_in_variable
from hub.config.table import Table
from hub.config.values import LanguageTag, PasswordFile, PasswordVariable, QuietSpan
from hub.language import ENGLISH, LANGUAGES


class AlertsConfig(Table):
    """When an alert is raised, and how patient the hub is. Who is told stands in `[[contacts]]`."""

    cancel_s: float = Field(
        15.0,
        strict=True,
        ge=0,
        le=300,
        description="The wearer's time to say \"I'm fine\" before anybody is told of a trip or fall.",
    )
    answer_min: float = Field(
        5.0, strict=True, ge=0.5, le=120, description="A contact's time to answer before the next one is told."
    )
    rounds: int = Field(
        2, strict=True, ge=1, le=10, description="How often all contacts are told, one by one, while nobody answers."
    )
    most_per_hour: int = Field(
        6,
        strict=True,
        ge=1,
        le=100,
        description="Messages about one wearer that one contact gets in an hour; more wait, but never a fall.",
    )
    drags_per_hour: int = Field(40, strict=True, ge=0, description="So many toe drags in an hour are many; 0: never.")
    battery_pct: float = Field(15.0, strict=True, ge=0, le=80, description="A charge at or below this is low.")
    one_missed_min: float = Field(
        30.0, strict=True, gt=0, description="A sensor is silent for so long while others tell that they are worn."
    )
    all_missed_h: float = Field(
        6.0, strict=True, gt=0, description="All are silent for so long and were worn before; an outing is no alert."
    )
    link: str = Field(
        "",
        description="Where a contact can answer, such as a page of your home automation; `{wearer}` and `{alert}` are "
        "filled in. Default: the words for MQTT.",
    )


class ContactConfig(Table):
    """Somebody who is told of alerts, through a service of their own."""

    name: str = Field(min_length=1, description="What the contact is called in messages and in answers.")
    url_file: PasswordFile | None = Field(
        None, description="File with the address of the service, as apprise writes it: `ntfys://...`, `tgram://...`."
    )
    url_env: PasswordVariable | None = Field(None, description="Environment variable that holds the address.")
    order: int = Field(1, strict=True, description="The lowest is told first; of the same, as they stand in the file.")
    wearers: tuple[str, ...] = Field((), description="Nicknames of those whose alerts are told; default: everybody's.")
    severity: Severity = Field(Severity.LOW, description="Alerts that matter less are not told.")
    quiet: QuietSpan | None = Field(
        None, description="Local time in which only falls are told, such as `22:00-07:00`; the rest waits."
    )
    language: LanguageTag = Field(
        ENGLISH, description=f"Language of the messages: {', '.join(f'`{tag}`' for tag in sorted(LANGUAGES))}."
    )

    def url(self) -> SecretStr:
        """The address, read from where the file says.

        Raises
        ------
        ValueError
            It is no longer where it was when the configuration was checked.
        """
        if self.url_env is not None:
            return password_in_variable(self.url_env)
        assert self.url_file is not None
        return password_in_file(self.url_file)

    @model_validator(mode="after")
    def _has_one_address(self) -> Self:
        raise_all("contact", self._misfits())
        return self

    def _misfits(self) -> Iterator[Misfit]:
        if (self.url_file is None) == (self.url_env is None):
            state = "is missing" if self.url_file is None else "is given beside url_env"
            yield Misfit(("url_file",), state, "give either url_file or url_env, which hold the service's address")
