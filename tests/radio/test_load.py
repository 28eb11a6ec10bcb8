"""Three times the load of the fastest sensors: nothing is lost between the air and the inbox."""

from benchmarks.radio_load import NOMINAL_HZ, ROLES, TIMES, load


async def test_nothing_is_lost_at_three_times_the_highest_rate() -> None:
    told = await load(3.0)
    assert told.sent_n > 2.9 * len(ROLES) * NOMINAL_HZ * TIMES
    assert (told.missing_n, told.misplaced_n, told.dropped_n, told.connections_n) == (0, 0, 0, len(ROLES))
