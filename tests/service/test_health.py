"""A hub that works, one that lacks something, and one that only looks alive."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.radio import LinkState, LinkStatus
from hub.service.health import (
    FRESH_WITHIN_S,
    PASSING_WITHIN_S,
    SCANNER_WITHIN_S,
    TAKEN_WITHIN_S,
    HealthState,
    Signs,
    judge,
)
from sensors.layout import Role

NOW_S = 10_000.0
STREAMING = LinkStatus(
    Role.LEFT_SHIN, "witmotion", NOW_S - 500.0, "anna", state=LinkState.STREAMING, last_data_s=NOW_S - 0.1
)
WELL = Signs(NOW_S, (STREAMING,), waiting_n=0, taken_s=NOW_S - 0.05, scanner_moved_s=None)


def link(state: LinkState, for_s: float, reason: str = "") -> LinkStatus:
    return replace(STREAMING, state=state, since_s=NOW_S - for_s, reason=reason)


def test_data_that_come_are_health() -> None:
    assert judge(WELL).state is HealthState.OK


@pytest.mark.parametrize("state", [LinkState.SLEEPING, LinkState.PAUSED])
def test_a_sensor_that_rests_is_health_however_long(state: LinkState) -> None:
    assert judge(replace(WELL, links=(link(state, 1e6),))).state is HealthState.OK


def test_a_link_that_says_when_it_goes_on_is_not_stuck_before() -> None:
    lost = link(LinkState.LOST, PASSING_WITHIN_S + 100, "it is another's")
    waiting = replace(WELL, links=(replace(lost, until_s=NOW_S + 100),))
    assert judge(waiting).state is HealthState.DEGRADED
    assert judge(replace(waiting, links=(replace(lost, until_s=NOW_S - 1),))).state is HealthState.STUCK


def test_a_sensor_that_is_searched_for_lacks_and_is_not_stuck_while_the_scanner_moves() -> None:
    searching = replace(WELL, links=(link(LinkState.SEARCHING, 1e6, "not found for 30 s"),))
    told = judge(replace(searching, scanner_moved_s=NOW_S - 1.0))
    assert told.state is HealthState.DEGRADED
    assert told.reasons == ("anna left shin: searching, not found for 30 s",)
    told = judge(replace(searching, scanner_moved_s=NOW_S - SCANNER_WITHIN_S - 1.0))
    assert told.state is HealthState.STUCK
    assert "scanner has done nothing" in told.reasons[0]


@pytest.mark.parametrize(
    "signs",
    [
        replace(WELL, waiting_n=9, taken_s=NOW_S - TAKEN_WITHIN_S - 1),
        replace(WELL, links=(replace(STREAMING, last_data_s=NOW_S - FRESH_WITHIN_S - 1),)),
        *(
            replace(WELL, links=(STREAMING, link(state, PASSING_WITHIN_S + 1)))
            for state in (
                LinkState.CONNECTING,
                LinkState.SETTING_UP,
                LinkState.WAITING_FOR_DATA,
                LinkState.SILENT,
                LinkState.LOST,
            )
        ),
    ],
)
def test_what_only_looks_alive_is_stuck(signs: Signs) -> None:
    assert judge(signs).state is HealthState.STUCK
    assert judge(replace(signs, now_s=NOW_S - 10)).state is not HealthState.STUCK


def test_packets_that_wait_for_a_moment_are_no_trouble() -> None:
    assert judge(replace(WELL, waiting_n=500, taken_s=NOW_S - 1.0)).state is HealthState.OK
    assert judge(replace(WELL, waiting_n=0, taken_s=NOW_S - 1e5)).state is HealthState.OK


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"scanner_trouble": "the Bluetooth adapter is off; x", "scanner_moved_s": NOW_S}, "adapter is off"),
        ({"disk_trouble": "the disk is full"}, "NOTHING IS KEPT, what happens is told from memory: the disk is full"),
        ({"journal_trouble": True, "journal_waiting_n": 7}, "7 wait"),
        ({"broker_trouble": "MQTT broker x:1883: nothing listens there"}, "nothing listens"),
    ],
)
def test_what_starting_anew_would_not_mend_is_lacking_only(change: dict, words: str) -> None:
    told = judge(replace(WELL, **change))
    assert told.state is HealthState.DEGRADED
    assert words in told.reasons[0]


@given(
    states=st.lists(st.tuples(st.sampled_from(LinkState), st.floats(0, 1e5)), min_size=1, max_size=3),
    data_s=st.none() | st.floats(0, 1e5),
)
def test_all_links_without_data_are_never_called_well_but_by_intent(states, data_s) -> None:
    """Silence with a living process: the first complaint about hubs of this kind."""
    last_s = None if data_s is None else NOW_S - data_s
    links = tuple(replace(link(state, for_s), last_data_s=last_s) for state, for_s in states)
    told = judge(replace(WELL, links=links, scanner_moved_s=NOW_S))
    by_intent = all(
        one.state in {LinkState.SLEEPING, LinkState.PAUSED}
        or (one.state is LinkState.STREAMING and NOW_S - max(one.since_s, one.last_data_s or 0.0) <= FRESH_WITHIN_S)
        for one in links
    )
    assert (told.state is HealthState.OK) == by_intent


def test_a_database_that_is_away_or_refuses_points_is_lacking() -> None:
    told = judge(replace(WELL, database_trouble="InfluxDB http://db: nothing listens there", refused_n=3))
    assert told.state is HealthState.DEGRADED
    assert told.reasons[0] == "InfluxDB http://db: nothing listens there"
    assert told.reasons[1].startswith("3 points were refused")
