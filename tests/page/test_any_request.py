"""Any request that the schema allows, and many that it does not: a clear answer, never a failure of the server."""

import asyncio
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, openapi

from tests.page.still import Home, home
from tests.page.test_schema import PUBLISHED

RUN = settings(
    max_examples=4,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


async def test_any_request_gets_a_clear_answer(tmp_path: Path) -> None:
    described = json.loads(PUBLISHED.read_text())
    del described["paths"]["/api/wearers/{nickname}/stream"]  # it never ends: tests/page/test_stream.py
    async with home(tmp_path) as at:
        asked_n = await asyncio.to_thread(ask_all, at, described)
    assert asked_n > 80


def ask_all(at: Home, described: dict[str, Any]) -> int:
    asked_n = 0
    for result in openapi.from_dict(described).get_all_operations():
        operation = result.ok()
        can_be_wrong = operation.body or operation.query  # any text at all may be a nickname
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if can_be_wrong else (GenerationMode.POSITIVE,):

            @RUN
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                nonlocal asked_n
                asked_n += 1
                answer = case.call(base_url=at.origin, headers={"Origin": at.origin})
                responses = described["paths"][case.path][case.method.lower()]["responses"]
                assert str(answer.status_code) in responses.keys() - {"503"}
                if answer.status_code != 200:
                    assert answer.json().keys() == {"error", "message"}

            ask()
    return asked_n
