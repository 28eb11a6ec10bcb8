"""The published schema of the API: fresh, valid, and what the server keeps to."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from hub.page.files import STATIC
from hub.service.page_schema import page_schema
from tests.page.still import CUE, Still

PUBLISHED = Path(__file__).parents[2] / "docs" / "page-api.json"


def test_the_published_schema_is_fresh() -> None:
    assert PUBLISHED.read_text() == page_schema(), "run: python -m hub.service.page_schema > docs/page-api.json"


def test_the_schema_says_what_the_still_source_gives() -> None:
    schema = json.loads(PUBLISHED.read_text())
    source = Still()
    for model, told in (
        ("Frame", source.frame("anna")),
        ("Layout", source.layout("anna")),
        ("Now", source.now("anna")),
        ("Cue", CUE),
    ):
        one = {"$ref": f"#/components/schemas/{model}", "components": schema["components"]}
        Draft202012Validator(one).validate(told)
        assert not Draft202012Validator(one).is_valid({})


def test_every_language_says_everything() -> None:
    texts = {tag: json.loads((STATIC / "lang" / f"{tag}.json").read_text()) for tag in languages()}
    assert set(texts) >= {"en", "de"}
    for tag, said in texts.items():
        assert said.keys() == texts["en"].keys(), tag
        for key, text in said.items():
            assert holes(text) == holes(texts["en"][key]), (tag, key)


def languages() -> dict[str, str]:
    return json.loads((STATIC / "lang" / "languages.json").read_text())


def holes(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}
