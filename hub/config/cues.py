"""Keys of hub.toml about cues at steps: sounds and vibration."""

from collections.abc import Iterator
from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from hub.config.mistake import Misfit, raise_all
from hub.config.table import Table
from hub.config.values import QuietSpan


class SoundConfig(Table):
    """This machine's loudspeaker, for sounds at steps (docs/cues.md)."""

    device: str = Field(
        "default",
        min_length=1,
        description="ALSA device, as `aplay -L` lists it; `none`: this machine stays silent, and only the page sounds.",
    )


class CuesConfig(Table):
    """A sound or a vibration at steps: see docs/cues.md. What is trained, and how, is the therapist's to say."""

    on: Literal["off", "good_step", "toe_first"] = Field(
        "off",
        description="Which steps of the affected side are told: none; good ones, heel first without a drag; or "
        "toe-first ones.",
    )
    by: tuple[Literal["sound", "vibration"], ...] = Field(
        ("sound",),
        min_length=1,
        description='How: sound, vibration of the insole, or both: `["sound", "vibration"]`. Only insoles with motors '
        "can vibrate (docs/devices.md).",
    )
    every: int = Field(1, strict=True, ge=1, le=100, description="Only every so-many-th of them.")
    heel_lead_ms: float = Field(
        0.0,
        strict=True,
        ge=0,
        le=80,
        description="Therapist's target: a good step counts only if its heel was so much before the forefoot. Heel "
        "first begins at 20 ms.",
    )
    volume_pct: float = Field(40.0, strict=True, ge=1, le=100, description="Volume of the sound.")
    strength_pct: float = Field(100.0, strict=True, ge=10, le=100, description="How hard the insole's motors run.")
    quiet: QuietSpan | None = Field(None, description="Local time without any, such as `22:00-07:00`.")
    fade_from: date | None = Field(
        None,
        description="Day from which they become fewer, such as 2026-12-01, so that walking need not hang on them.",
    )
    fade_days: int = Field(42, strict=True, ge=1, le=730, description="So many days later ...")
    fade_to_every: int = Field(5, strict=True, ge=1, le=100, description="... only every so-many-th is told.")

    @property
    def vibrates(self) -> bool:
        """Whether the insole is to vibrate."""
        return self.on != "off" and "vibration" in self.by

    @model_validator(mode="after")
    def _becomes_fewer(self) -> Self:
        raise_all("cues", self._misfits())
        return self

    def _misfits(self) -> Iterator[Misfit]:
        if self.fade_from is not None and self.fade_to_every < self.every:
            message = f"{self.fade_to_every} is more often than every {self.every}"
            yield Misfit(("fade_to_every",), message, "cues can only become fewer: at least as high as `every`")
