import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.events import Context
from hub.service.wear import WORN_IN, Wear, WearParams, WearWatch

PARAMS = WearParams(rest_after_s=900.0, visit_s=60.0)


def after(watch: WearWatch, context: Context, from_s: float, to_s: float) -> Wear:
    wear, now_s = Wear.UNKNOWN, from_s
    while now_s <= to_s:
        wear = watch.see(now_s, context)
        now_s += 1.0
    return wear


def test_shoes_that_stand_about_are_let_go_after_a_quarter_of_an_hour() -> None:
    watch = WearWatch(PARAMS)
    assert after(watch, Context.SITTING, 0.0, 100.0) is Wear.WORN
    assert after(watch, Context.OFF, 101.0, 101.0 + 899.0) is Wear.NOT_WORN
    assert watch.see(101.0 + 900.0, Context.OFF) is Wear.TO_REST


def test_a_visit_to_shoes_that_still_stand_about_is_short() -> None:
    watch = WearWatch(PARAMS)
    after(watch, Context.OFF, 0.0, 900.0)
    watch.rests()
    assert after(watch, Context.UNKNOWN, 2000.0, 2010.0) is Wear.UNKNOWN
    assert after(watch, Context.OFF, 2011.0, 2070.0) is Wear.NOT_WORN
    assert watch.see(2071.0, Context.OFF) is Wear.TO_REST


def test_shoes_that_were_put_on_again_have_their_patience_back() -> None:
    watch = WearWatch(PARAMS)
    after(watch, Context.OFF, 0.0, 900.0)
    watch.rests()
    assert after(watch, Context.WALKING, 2000.0, 2020.0) is Wear.WORN
    assert after(watch, Context.OFF, 2021.0, 2100.0) is Wear.NOT_WORN


def test_they_are_never_let_go_where_that_is_not_wished() -> None:
    assert after(WearWatch(WearParams(rest_after_s=None)), Context.OFF, 0.0, 5000.0) is Wear.NOT_WORN


@given(st.lists(st.tuples(st.sampled_from(Context), st.floats(0.0, 600.0)), max_size=30))
def test_nobody_who_wears_them_loses_them(stretches) -> None:
    """Whatever the contexts, only 900 s of nothing but off end in rest."""
    watch, now_s, off_since_s = WearWatch(PARAMS), 0.0, None
    for context, length_s in stretches:
        off_since_s = (now_s if off_since_s is None else off_since_s) if context is Context.OFF else None
        for at_s in (now_s, now_s + length_s):
            wear = watch.see(at_s, context)
            assert (wear is Wear.WORN) == (context in WORN_IN)
            assert (wear is Wear.TO_REST) == (off_since_s is not None and at_s - off_since_s >= 900.0)
        now_s += length_s


@pytest.mark.parametrize("context", [Context.DANGLING, Context.UNKNOWN])
def test_what_cannot_be_told_is_not_told(context: Context) -> None:
    assert WearWatch(PARAMS).see(0.0, context) is Wear.UNKNOWN
