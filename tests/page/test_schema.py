"""The published schema of the API: fresh, valid, and what the server keeps to."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hub.calibrating.pictures import lines
from hub.gait.guide import FULL, WORDS
from hub.gait.names import NAMES
from hub.page.files import STATIC
from hub.service.page_schema import page_schema
from tests.page.asking import get
from tests.page.still import CUE, Still, home

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
        ("Calibration", source.calibration("anna")),
    ):
        one = {"$ref": f"#/components/schemas/{model}", "components": schema["components"]}
        Draft202012Validator(one).validate(told)
        assert not Draft202012Validator(one).is_valid({})


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("walks?day=2026-01-01", "Walks"),
        ("walks/walk1", "WalkOpened"),
        ("incidents", "Incidents"),
        ("incidents/trip1", "IncidentOpened"),
        ("incidents/trip1/clips/trip1", "Clip"),
        ("aids?weeks=4", "AidsCompared"),
        ("exercises", "ExercisesDone"),
    ],
)
async def test_what_is_told_of_the_past_is_as_the_schema_says(tmp_path: Path, path: str, model: str) -> None:
    async with home(tmp_path) as at:
        status, told, _ = await get(at.port, f"/api/wearers/anna/{path}")
    assert status == 200
    components = json.loads(PUBLISHED.read_text())["components"]
    one = {"$ref": f"#/components/schemas/{model}", "components": components, "unevaluatedProperties": False}
    Draft202012Validator(one).validate(told)
    assert not Draft202012Validator(one).is_valid({})


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("walks?day=2026-02-30", 422, "wrong"),
        ("walks?day=9999-12-31", 422, "wrong"),
        ("incidents?weeks=0", 422, "wrong"),
        ("walks/..%2Fwalk1", 404, "not_found"),
        ("incidents/trip2", 404, "not_found"),
        ("incidents/trip1/clips/trip3", 404, "clip_made_way"),
    ],
)
async def test_what_is_not_there_of_the_past_is_said(tmp_path: Path, path: str, status: int, error: str) -> None:
    async with home(tmp_path) as at:
        said, told, _ = await get(at.port, f"/api/wearers/anna/{path}")
    assert (said, told["error"]) == (status, error)


def test_every_language_says_everything() -> None:
    texts = {tag: json.loads((STATIC / "lang" / f"{tag}.json").read_text()) for tag in languages()}
    assert set(texts) >= {"en", "de"}
    for tag, said in texts.items():
        led = {key.removeprefix("guide_"): text for key, text in said.items() if key.startswith("guide_")}
        assert {key for key in said if not key.startswith("guide_")} == texts["en"].keys(), tag
        for key in texts["en"]:
            assert holes(said[key]) == holes(texts["en"][key]), (tag, key)
        if tag != "en":  # English is what the hub itself says
            assert {key for key in led if not key.startswith("value_")} == WORDS.keys(), tag
            for key, text in WORDS.items():
                assert holes(led[key]) <= {hole.partition(":")[0] for hole in holes(text)}, (tag, key)
            names = [name.replace(" ", "_") for name in NAMES.values()]
            assert {key for key in led if key.startswith("value_")} == {
                f"value_{value}" for value in ("left", "right", *names)
            }


def test_every_exercise_has_a_picture_and_a_name() -> None:
    pictures = STATIC / "exercises.json"
    assert pictures.read_text() == lines(), "run: python -m hub.calibrating.pictures"
    for tag in languages():
        said = json.loads((STATIC / "lang" / f"{tag}.json").read_text())
        assert {f"task_{task.value}" for task in FULL} <= said.keys()


def languages() -> dict[str, str]:
    return json.loads((STATIC / "lang" / "languages.json").read_text())


def holes(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}
