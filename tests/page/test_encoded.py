"""What is encoded a little at a time is the same JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.page import encoded as encoding
from hub.page.encoded import SLICE_N, encoded

VALUE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
TOLD = st.recursive(VALUE, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(told=st.dictionaries(st.text(), TOLD), length=st.integers(0, 3 * SLICE_N), value=TOLD)
def test_nothing_is_lost_between_slices(told: dict[str, object], length: int, value: object) -> None:
    told = {**told, "long": [value] * length, "numbers": list(range(length))}
    assert json.loads(encoded(told)) == told


def test_no_number_is_told_that_is_none() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encoded({"value": float("nan")})


def test_others_are_let_through_between_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[None] = []
    monkeypatch.setattr(encoding, "let_through", lambda: pauses.append(None))
    encoded({"a": list(range(10 * SLICE_N)), "b": [0]})
    assert len(pauses) == 10
