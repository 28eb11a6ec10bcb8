"""Any sequence of events, answers, outages and kills: nobody is told twice, nobody who matters is forgotten."""

from collections import Counter

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.alert import Rule, State
from hub.alerts.contact import Contact
from hub.alerts.policy import TREATMENTS, Patience
from tests.alerts.home import Home

CONTACTS = (Contact("Ben"), Contact("Clara"), Contact("Dora"))
PATIENCE = Patience(most_per_hour=1000)
DAY_S = 86_400.0

ACTIONS = st.one_of(
    st.tuples(st.just("happens"), st.sampled_from(list(Rule)), st.sampled_from(["anna", "bob"])),
    st.tuples(st.just("passes"), st.sampled_from([1.0, 20.0, 320.0, 3000.0]), st.none()),
    st.tuples(st.sampled_from(["acknowledge", "fine"]), st.sampled_from(["anna", "bob"]), st.none()),
    st.tuples(st.just("label"), st.booleans(), st.none()),
    st.tuples(st.just("service"), st.sampled_from(["Ben", "Clara", "Dora"]), st.booleans()),
    st.tuples(st.just("killed"), st.sampled_from(["before the disk", "before sending", "after sending"]), st.none()),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(ACTIONS, max_size=25))
@example(
    [
        ("happens", Rule.DRAGS, "anna"),
        ("killed", "after sending", None),
        ("service", "Ben", False),  # the attempt after the kill fails: the one after that is still a second one
        ("passes", 1.0, None),
    ]
)
def test_nobody_is_told_twice_and_every_severe_alert_reaches_the_last_contact(actions):
    down: set[str] = set()
    home = Home(CONTACTS, PATIENCE, is_up=lambda contact, at_s: contact not in down)
    happened: dict[str, Rule] = {}
    answered: set[str] = set()
    for n, (what, first, second) in enumerate(actions):
        match what:
            case "happens":
                happened[f"e{n}"] = first
                home.happens(first, f"e{n}", second)
            case "passes":
                home.run(first, max(1.0, first / 20))
            case "acknowledge" | "fine":
                before = {alert.id: alert.state for alert in home.desk.busy}
                home.answers(lambda desk, now, what=what, first=first: getattr(desk, what)(first, now))
                home.flush()
                answered |= {id_ for id_, state in before.items() if home.alerts[id_].state is not state}
            case "label":
                for alert in home.desk.busy[:1]:
                    home.answers(
                        lambda desk, now, alert=alert, first=first: desk.label(alert.wearer, alert.id, first, "", now)
                    )
                    home.flush()
            case "service":
                (down.discard if second else down.add)(first)
            case "killed":
                home.pending += home.desk.tick(home.now_ns)
                if first != "before the disk":
                    home.flush()
                if first == "after sending":
                    home.deliver(die_after_sending=True)
                home.start()
                assert {alert.id for alert in home.desk.busy} >= {
                    id_ for id_, alert in home.alerts.items() if not alert.state.is_over
                }
    down.clear()
    home.run(2.5 * 3600.0, 60)

    counts = Counter((each.alert, each.contact, each.stage) for each in home.told if not each.again)
    assert set(counts.values()) <= {1}, "told twice"
    again = [each for each in home.told if each.again]
    repeated = sum(counts[each.alert, each.contact, each.stage] > 0 for each in again)
    assert repeated <= home.lost_messages_n, "only what was under way when the hub was killed may come twice, marked"

    alerts = home.alerts
    raised = {id_ for alert in alerts.values() for id_ in (alert.id, *alert.joined)}
    assert {name for name, rule in happened.items() if TREATMENTS[rule].escalates} <= raised, "lost"
    for alert in alerts.values():
        if TREATMENTS[alert.rule].escalates and alert.answer is None:
            assert set(alert.told) == {"Ben", "Clara", "Dora"}, alert
        elif alert.answer is None:
            assert len(alert.told) == 1, alert

    home.run(9 * DAY_S, 6 * 3600)
    assert all(alert.state.is_over for alert in home.alerts.values())
    assert home.desk.busy == ()
    assert {state for alert in home.alerts.values() for state in [alert.state]} <= {State.CLOSED, State.EXPIRED}
