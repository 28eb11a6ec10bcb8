from random import Random

from hypothesis import given
from hypothesis import strategies as st

from hub.support.backoff import Backoff


@given(st.floats(0.01, 5), st.floats(5, 100), st.integers(0, 2**32), st.integers(1, 2000))
def test_pauses_grow_to_their_bound_are_never_nothing_and_begin_anew(
    first_s: float, longest_s: float, seed: int, failures_n: int
) -> None:
    backoff = Backoff(first_s, longest_s, Random(seed))
    for n in range(failures_n):
        bound_s = min(longest_s, first_s * 2.0 ** min(n, 20))
        assert bound_s / 2 <= backoff.next_s() <= bound_s
    backoff.reset()
    assert backoff.next_s() <= first_s
