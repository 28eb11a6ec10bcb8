"""The scenarios that matter, each on simulated time: who is told what, when, and exactly once."""

from collections import Counter
from datetime import UTC, time

import pytest

from hub.alert import MessageState, Rule, Severity, State
from hub.alerts.contact import Contact
from hub.alerts.desk import AnswerError
from hub.alerts.policy import Patience
from hub.support.quiet_hours import QuietHours
from tests.alerts.home import Home

NIGHT = QuietHours(time(22), time(7), UTC)
BEN, CLARA, DORA = Contact("Ben"), Contact("Clara"), Contact("Dora")
H = 3600.0


def told(home) -> list[tuple[str, str, float]]:
    return [(each.contact, each.stage, each.at_s) for each in home.told]


def assert_once(home) -> None:
    counts = Counter((each.alert, each.contact, each.stage) for each in home.told)
    assert set(counts.values()) <= {1}, counts


def test_a_trip_is_told_once_and_acknowledged():
    home = Home((BEN, CLARA, DORA))
    home.run(10 * H, 60)
    home.happens(Rule.TRIP, "t1")
    home.run(100)
    assert told(home) == [("Ben", "round 1", 10 * H + 15)]
    assert home.answers(lambda desk, now: desk.acknowledge("anna", now, by="Ben"))
    home.run(3 * H)
    assert len(home.told) == 1, "nobody else is told, and Ben is not told that Ben has answered"
    assert home.alerts["t1"].state is State.CLOSED
    assert home.alerts["t1"].answered_by == "Ben"


def test_a_trip_that_is_ignored_goes_on_to_the_third_contact_and_round_again_and_expires():
    home = Home((BEN, CLARA, DORA), Patience(cancel_s=15, answer_s=300, rounds_n=2))
    home.happens(Rule.TRIP, "t1")
    home.run(H)
    names = [("Ben", "round 1"), ("Clara", "round 1"), ("Dora", "round 1")]
    names += [("Ben", "round 2"), ("Clara", "round 2"), ("Dora", "round 2")]
    assert told(home) == [(name, stage, 15.0 + 300 * k) for k, (name, stage) in enumerate(names)]
    assert home.alerts["t1"].state is State.ESCALATED
    home.run(26 * H, 60)
    assert home.alerts["t1"].state is State.EXPIRED
    assert len(home.told) == 6


def test_who_was_told_is_told_that_somebody_else_looks_after_it():
    home = Home((BEN, CLARA, DORA))
    home.happens(Rule.TRIP, "t1")
    home.run(400)
    home.answers(lambda desk, now: desk.acknowledge("anna", now, by="Clara"))
    home.run(400)
    assert [(each.contact, each.stage) for each in home.told] == [
        ("Ben", "round 1"),
        ("Clara", "round 1"),
        ("Ben", "acknowledged"),
    ]
    home.answers(lambda desk, now: desk.fine("anna", now))
    home.run(400)
    assert [(each.contact, each.stage) for each in home.told[3:]] == [("Ben", "fine"), ("Clara", "fine")]
    assert_once(home)


def test_a_fall_at_three_in_the_night_is_told_at_once_and_a_trip_waits_for_who_is_awake():
    sleeps = (Contact("Ben", quiet=NIGHT), Contact("Clara", quiet=NIGHT))
    at_night = Home(sleeps)
    at_night.run(3 * H, 60)
    at_night.happens(Rule.FALL, "f1")
    at_night.run(400)
    assert told(at_night) == [("Ben", "round 1", 3 * H + 15), ("Clara", "round 1", 3 * H + 315)]

    at_night = Home(sleeps)
    at_night.run(3 * H, 60)
    at_night.happens(Rule.TRIP, "t1")
    at_night.run(5 * H, 30)
    rounds = [("Ben", "round 1"), ("Clara", "round 1"), ("Ben", "round 2"), ("Clara", "round 2")]
    assert told(at_night) == [(*each, 7 * H + 300 * n) for n, each in enumerate(rounds)]

    awake = Home((Contact("Ben", quiet=NIGHT), DORA))
    awake.run(3 * H, 60)
    awake.happens(Rule.TRIP, "t1")
    awake.run(60)
    assert told(awake) == [("Dora", "round 1", 3 * H + 15)]


def test_a_storm_of_fifty_drags_is_one_message():
    home = Home((BEN, CLARA))
    for n in range(50):
        home.happens(Rule.DRAGS, f"d{n}")
        home.run(30)
    home.run(4 * H, 60)
    assert told(home) == [("Ben", "round 1", 1.0)]


def test_a_storm_of_trips_is_one_alert_while_nobody_has_answered_and_few_messages_in_an_hour():
    home = Home((BEN,), Patience(most_per_hour=4))
    for n in range(40):
        home.happens(Rule.TRIP, f"t{n}")
        home.run(10)
    assert len(home.alerts) == 1
    assert home.alerts["t0"].count == 40
    for n in range(40):
        home.happens(Rule.TRIP, f"u{n}")
        home.answers(lambda desk, now: desk.acknowledge("anna", now))
        home.run(60)
    for begin_s in range(int(home.now_s)):
        assert sum(begin_s <= each.at_s < begin_s + H for each in home.told if each.stage.startswith("round")) <= 4


def test_a_storm_of_one_wearers_trips_holds_back_no_trip_of_another():
    home = Home((BEN,), Patience(most_per_hour=2))
    for n in range(10):
        home.happens(Rule.TRIP, f"u{n}")
        home.run(60)
        home.answers(lambda desk, now: desk.acknowledge("anna", now, by="Ben"))
    assert [each.alert for each in home.told] == ["u0", "u1"]
    home.happens(Rule.TRIP, "t1", wearer="cleo")
    home.run(20)
    assert [each.alert for each in home.told] == ["u0", "u1", "t1"]


def test_falls_are_told_however_many_messages_there_were():
    home = Home((BEN,), Patience(most_per_hour=1))
    for n in range(3):
        home.happens(Rule.FALL, f"f{n}")
        home.run(30)
        home.answers(lambda desk, now: desk.acknowledge("anna", now, by="Ben"))
    assert [each.alert for each in home.told] == ["f0", "f1", "f2"]


def test_i_am_fine_within_the_window_and_nobody_is_told():
    home = Home((BEN, CLARA))
    home.happens(Rule.FALL, "f1")
    home.run(14)
    assert home.answers(lambda desk, now: desk.fine("anna", now))
    home.run(2 * H)
    assert home.told == []
    assert home.alerts["f1"].state is State.CLOSED


def test_a_service_that_is_down_is_tried_again_and_then_the_next_contact_is_told():
    home = Home((BEN, CLARA), is_up=lambda contact, at_s: contact != "Ben")
    home.happens(Rule.TRIP, "t1")
    home.run(100)
    assert told(home) == [("Clara", "round 1", 40.0)]
    assert home.attempts_n == 4, "three for Ben, five and twenty seconds apart"
    assert home.alerts["t1"].messages[0].state is MessageState.FAILED


def test_an_outage_of_everything_for_a_day_delays_a_fall_and_loses_nothing():
    home = Home((BEN, CLARA), is_up=lambda contact, at_s: at_s > 30 * H)
    home.happens(Rule.FALL, "f1")
    home.run(31 * H, 5)
    assert home.told[0].at_s <= 30 * H + 700
    assert home.alerts["f1"].state is State.ESCALATED
    assert len(home.alerts["f1"].messages) <= 6, "a long outage does not make a long record"
    assert_once(home)
    assert {each.contact for each in home.told} == {"Ben", "Clara"}


def test_a_trip_that_becomes_a_fall_is_told_as_a_fall():
    home = Home((BEN,))
    home.happens(Rule.TRIP, "t1")
    home.run(5)
    home.happens(Rule.FALL, "f1")
    home.run(100)
    assert [each.alert for each in home.told] == ["f1"]
    assert home.alerts["t1"].reason == "it became a fall"


def test_each_contact_gets_what_is_for_them():
    ben = Contact("Ben", frozenset({"bob"}))
    home = Home((ben, Contact("Clara", least=Severity.HIGH), DORA))
    home.happens(Rule.TRIP, "t1")
    home.run(60)
    assert [each.contact for each in home.told] == ["Dora"]


def test_without_contacts_an_alert_lives_and_expires():
    home = Home(())
    home.happens(Rule.TRIP, "t1")
    home.run(25 * H, 60)
    assert home.alerts["t1"].state is State.EXPIRED


def test_a_battery_that_was_told_of_is_not_told_of_again_the_same_day():
    home = Home((BEN,))
    home.happens(Rule.BATTERY, "b1", subject="left_shin")
    home.happens(Rule.BATTERY, "b2", subject="right_insole")
    home.run(60)
    home.answers(lambda desk, now: desk.end("anna", Rule.BATTERY, "left_shin", "it is charged", now))
    home.happens(Rule.BATTERY, "b3", subject="left_shin")
    home.run(60)
    assert [each.alert for each in home.told] == ["b1", "b2"]
    assert home.alerts["b1"].state is State.CLOSED


def test_timers_go_on_over_a_restart_and_a_clock_that_was_set_back():
    home = Home((BEN, CLARA))
    home.run(10 * H, 600)
    home.happens(Rule.FALL, "f1")
    home.run(100)
    home.now_s += 250  # the hub is down meanwhile
    home.start()
    home.run(1)
    assert [each.contact for each in home.told] == ["Ben", "Clara"]
    home = Home((BEN, CLARA))
    home.run(10 * H, 600)
    home.happens(Rule.FALL, "f1")
    home.run(100)
    for restart in (False, True):
        home.now_s -= 4 * H
        if restart:
            home.start()
        home.run(100)
    home.run(201)  # after a restart a timer may begin anew, since nobody knows how long the hub was down
    assert [each.contact for each in home.told] == ["Ben", "Clara"]


def test_labels_are_kept_and_make_the_wearers_precision():
    home = Home((BEN,))
    for n in range(4):
        home.happens(Rule.TRIP, f"t{n}")
        home.run(H, 60)
    home.happens(Rule.BATTERY, "b")
    for n, real in enumerate([True, False, True]):
        home.answers(lambda desk, now, n=n, real=real: desk.label("anna", f"t{n}", real, "note", now))
    home.answers(lambda desk, now: desk.label("anna", "b", False, "", now))
    home.flush()
    home.start()
    assert (home.desk.precision("anna").labelled_n, home.desk.precision("anna").true_pct) == (3, 66.7)
    assert home.desk.precision("bob").true_pct is None
    home.answers(lambda desk, now: desk.label("anna", "t1", True, "on second thoughts", now))
    assert home.desk.precision("anna").true_pct == 100.0
    with pytest.raises(AnswerError, match="no alert 'nothing'"):
        home.desk.label("anna", "nothing", True, "", home.now_ns)
    with pytest.raises(AnswerError, match="bob has no alert"):
        home.desk.label("bob", "t1", True, "", home.now_ns)


def test_a_false_alarm_ends_the_alert_and_who_was_told_hears_of_it():
    home = Home((BEN, CLARA))
    home.happens(Rule.FALL, "f1")
    home.run(60)
    home.answers(lambda desk, now: desk.label("anna", "f1", False, "sat down on the floor to play", now))
    home.run(H, 60)
    assert [(each.contact, each.stage) for each in home.told] == [("Ben", "round 1"), ("Ben", "false alarm")]
