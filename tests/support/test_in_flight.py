"""What is under way."""

from hypothesis import given
from hypothesis import strategies as st

from hub.support.in_flight import InFlight


@given(st.data(), st.lists(st.integers(1, 5), max_size=30))
def test_the_cursor_is_the_last_position_with_nothing_open_before_it(data, gaps):
    positions = [sum(gaps[: n + 1]) for n in range(len(gaps))]
    in_flight, cursor, acknowledged = InFlight(), 0, set()
    for position in positions:
        in_flight.send(position)
    for position in data.draw(st.permutations(positions)):
        acknowledged.add(position)
        cursor = in_flight.acknowledge(position) or cursor
        still_open = [each for each in positions if each not in acknowledged]
        assert cursor == max((each for each in positions if each < min(still_open, default=1e9)), default=0)
    assert len(in_flight) == 0
