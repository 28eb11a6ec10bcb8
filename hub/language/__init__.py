"""What the hub writes to people, in other languages than English: one file per language beside this. Pure.

English is as the code has it, with {holes} for what differs. A language's file holds each of these texts, and the same
in its own words.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ENGLISH = "en"

_FOLDER = Path(__file__).parent

LANGUAGES = frozenset({ENGLISH, *(path.stem for path in _FOLDER.glob("*.json"))})
"""Tags of those that there are."""


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """One of them. A text that its file does not have stays English."""

    texts: Mapping[str, str]

    def say(self, english: str, **values: object) -> str:
        """A text with its holes filled in."""
        return self.texts.get(english, english).format(**values)

    def told(self, sentence: str) -> str:
        """A sentence whose holes are filled in already, as in the journal."""
        for english in sorted(self.texts, key=_fixed_n, reverse=True):  # the most definite first
            if found := _pattern(english).fullmatch(sentence):
                filled = {name: self.told(value) for name, value in found.groupdict().items()}
                return self.texts[english].format(**filled)
        return sentence


@cache
def language(tag: str) -> Language:
    """The language of a tag out of ``LANGUAGES``."""
    return Language({} if tag == ENGLISH else json.loads((_FOLDER / f"{tag}.json").read_text(encoding="utf-8")))


def _fixed_n(english: str) -> int:
    return len(re.sub(r"\{\w+\}", "", english))


@cache
def _pattern(english: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", english)
    return re.compile("".join(f"(?P<{part}>.+?)" if n % 2 else re.escape(part) for n, part in enumerate(parts)))
