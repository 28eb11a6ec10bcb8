"""The API's published schema: OpenAPI 3.1, made from the models. ``hub.service.page_schema`` writes it down."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from hub.page.history_model import AidsCompared, Clip, ExercisesDone, IncidentOpened, Incidents, WalkOpened, Walks
from hub.page.model import About, Answer, Calibration, Cue, Days, Devices, Frame, Layout, Now, Pairing, Refusal
from hub.page.settings_model import CHANGES, Heard, Settings, SoundTried, TryContact, TrySound

Schema = dict[str, Any]

REF = "#/components/schemas/{model}"

PAST: dict[str, type[BaseModel]] = {
    "walks": Walks,
    "walks/{walk}": WalkOpened,
    "incidents": Incidents,
    "incidents/{incident}": IncidentOpened,
    "incidents/{incident}/clips/{event}": Clip,
    "aids": AidsCompared,
    "exercises": ExercisesDone,
}
"""What is told of the past, by the path below a wearer's."""

STREAMED: dict[str, type[BaseModel]] = {
    "frame": Frame,
    "layout": Layout,
    "now": Now,
    "calibration": Calibration,
    "cue": Cue,
}
"""What comes on the stream, by the event's name."""

REFUSALS = {
    "401": "this device is not paired",
    "403": "it is not this role's to ask, or another page asked",
    "404": "there is nothing here, or nobody is called that",
    "408": "the body came too slowly",
    "409": "it cannot be done now",
    "413": "the body is too long",
    "415": "the body is not JSON",
    "421": "the hub is not called that",
    "422": "not what the schema says",
    "429": "too many codes were tried",
    "503": "too many pages watch, or the disk does not answer",
}


def openapi(commands: Mapping[str, type[BaseModel]], version: str) -> Schema:
    """The schema of a hub that knows these commands."""
    told: list[type[BaseModel]] = [About, Answer, Calibration, Cue, Days, Devices, Frame, Layout, Now, Refusal]
    told += [Heard, Settings, SoundTried]
    told += PAST.values()
    asked: list[type[BaseModel]] = [Pairing, *commands.values(), *CHANGES.values(), TryContact, TrySound]
    modes: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
        *((model, "serialization") for model in told),
        *((model, "validation") for model in asked),
    ]
    _, definitions = models_json_schema(modes, ref_template=REF)
    nickname = _parameter("nickname", "what the wearer is called")
    of_wearer = "/api/wearers/{nickname}"
    paths: Schema = {
        "/api/hub": _get("Who looks at which hub", About),
        "/api/pair": _post("Pair this device with a code", Pairing),
        "/api/unpair": _post("Forget this device", None),
        "/api/devices": _get("All paired devices; for the owner", Devices),
        "/api/devices/{device}/forget": _post("Forget a device; for the owner", None, _parameter("device", "its id")),
        "/api/settings": _get("What the owner has set; for the owner", Settings),
        "/api/settings/scan": _post("Listen for sensors, some seconds; for the owner", None, told=Heard),
        "/api/settings/try": _post(f"{_first_line(TryContact)} For the owner", TryContact),
        "/api/settings/sound": _post(f"{_first_line(TrySound)} For the owner", TrySound, told=SoundTried),
        f"{of_wearer}/layout": _get("Where the insoles' cells lie", Layout, nickname),
        f"{of_wearer}/now": _get("The present: today, last steps, sensors, alerts", Now, nickname),
        f"{of_wearer}/calibration": _get("Where a guided calibration stands", Calibration, nickname),
        f"{of_wearer}/days": _get("Days that are over", Days, nickname, _weeks()),
        f"{of_wearer}/stream": _stream(nickname),
        **_past(of_wearer, nickname),
    }
    for name, model in commands.items():
        paths[f"{of_wearer}/commands/{name}"] = _post(_first_line(model), model, nickname)
    for name, change in CHANGES.items():
        paths[f"/api/settings/changes/{name}"] = _post(f"{_first_line(change)} For the owner", change, told=Settings)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Insole Hub page",
            "version": version,
            "description": "What the hub's own page asks of it. Requests that change something need an `Origin` header "
            "that is the page's own address. An aid, not a medical device.",
        },
        "paths": paths,
        "components": {"schemas": definitions["$defs"], "responses": _refusals()},
    }


def _get(what: str, model: type[BaseModel], *parameters: Schema) -> Schema:
    return {"get": {"summary": what, "parameters": list(parameters), "responses": _responses(model)}}


def _post(what: str, model: type[BaseModel] | None, *parameters: Schema, told: type[BaseModel] = Answer) -> Schema:
    asked = {"summary": what, "parameters": list(parameters), "responses": _responses(told)}
    if model is not None:
        asked["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(model)}}}
    return {"post": asked}


def _past(of_wearer: str, nickname: Schema) -> Schema:
    ids = {name: _parameter(name, "its id") for name in ("walk", "incident", "event")}
    asks = {"walks": [_day()], "incidents": [_weeks()], "aids": [_weeks()], "exercises": [_weeks()]}
    return {
        f"{of_wearer}/{path}": _get(
            (model.__doc__ or "").strip().partition("\n")[0].rstrip("."),
            model,
            nickname,
            *(ids[name] for name in re.findall(r"{(\w+)}", path)),
            *asks.get(path, []),
        )
        for path, model in PAST.items()
    }


def _stream(nickname: Schema) -> Schema:
    what = (
        "Server-sent events. `layout`, `now` and `calibration` come first and whenever they are others, each with JSON "
        "of that model; `frame` comes 25 times a second, and a slow reader misses some; `cue` comes at once."
    )
    events = {
        "text/event-stream": {
            "schema": {"type": "string"},
            "x-events": {kind: _ref(model) for kind, model in STREAMED.items()},
        }
    }
    responses = {**_responses(None), "200": {"description": what, "content": events}}
    return {"get": {"summary": "The live stream", "parameters": [nickname], "responses": responses}}


def _responses(model: type[BaseModel] | None) -> Schema:
    refusals = {status: {"$ref": f"#/components/responses/{status}"} for status in REFUSALS}
    if model is None:
        return refusals
    return {"200": {"description": "done", "content": {"application/json": {"schema": _ref(model)}}}, **refusals}


def _refusals() -> Schema:
    content = {"application/json": {"schema": _ref(Refusal)}}
    return {status: {"description": why, "content": content} for status, why in REFUSALS.items()}


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]


def _ref(model: type[BaseModel]) -> Schema:
    return {"$ref": REF.format(model=model.__name__)}


def _parameter(name: str, what: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "description": what, "schema": {"type": "string"}}


def _day() -> Schema:
    schema = {"type": "string", "format": "date", "pattern": r"^20\d\d-\d\d-\d\d$"}
    return {"name": "day", "in": "query", "required": False, "description": "local day; today", "schema": schema}


def _weeks() -> Schema:
    schema = {"type": "integer", "minimum": 1, "maximum": 520, "default": 8}
    return {"name": "weeks", "in": "query", "required": False, "description": "how many", "schema": schema}
