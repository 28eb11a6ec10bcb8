"""One wearer's arrivals to events, through real bytes of emulated devices."""

from dataclasses import replace

from hub.events import Event, Kind
from hub.intake import IntakeResult
from hub.packets import Arrival
from hub.pipeline import Pipeline
from hub.session import Wearer
from sensors.layout import Role
from sensors.walker import Walker, demo_script

KEYS = {Role.LEFT_INSOLE: "orphe_insole", Role.RIGHT_INSOLE: "orphe_insole", Role.RIGHT_SHIN: "witmotion"}


def a_pipeline() -> Pipeline:
    return Pipeline("walk", Wearer("anna", "right"), tuple(KEYS))


def walked(air, device, seconds: float) -> list[Arrival]:
    """What arrives while the demo's person walks."""
    world = air([device(role, key) for role, key in KEYS.items()])
    world.body = Walker(demo_script(), start_s=world.start_s)
    pipeline, arrivals = a_pipeline(), []

    def take(arrival: Arrival) -> IntakeResult:
        arrivals.append(arrival)
        return pipeline.feed(arrival)

    world.run(seconds, take)
    return arrivals


def lines(events: list[Event]) -> list[str]:
    return [event.to_json() for event in events]


def test_however_many_arrivals_are_decided_on_at_once_each_event_comes_once(air, device) -> None:
    arrivals = walked(air, device, 15.0)
    one_by_one, at_the_end = a_pipeline(), a_pipeline()
    singly: list[Event] = []
    for arrival in arrivals:
        one_by_one.feed(arrival)
        singly += one_by_one.decide()
        at_the_end.feed(arrival)
    singly += one_by_one.finish()
    together = at_the_end.finish()
    assert lines(list(together)) == lines(singly)
    assert len({event.id for event in together}) == len(together) > 20
    assert at_the_end.finish() == ()


def test_a_new_session_keeps_what_was_learnt_of_the_sensors_that_did_not_change(air, device) -> None:
    arrivals = walked(air, device, 30.0)
    half_n = len(arrivals) * 2 // 3
    pipeline, events = a_pipeline(), []
    for arrival in arrivals[:half_n]:
        pipeline.feed(arrival)
    pipeline.decide()
    session = pipeline.intake.session
    assert session is not None
    pipeline._begin(session)
    pipeline.decide()
    for arrival in arrivals[half_n:]:
        assert pipeline.feed(arrival).session is None
        events += pipeline.decide()
    assert "learning" not in [event.fields["issue"] for event in events if event.kind is Kind.QUALITY]
    assert sum(event.kind is Kind.INITIAL_CONTACT for event in events) > 8


def test_what_was_learnt_of_a_changed_sensor_is_left_behind(air, device) -> None:
    pipeline = a_pipeline()
    for arrival in walked(air, device, 20.0):
        pipeline.feed(arrival)
    kept, session = pipeline.calibration(), pipeline._session
    assert set(kept.calibration.insoles) == {Role.LEFT_INSOLE, Role.RIGHT_INSOLE}
    assert set(kept.calibration.shanks) == {Role.RIGHT_SHIN}
    spec = session.sensors[Role.LEFT_INSOLE]
    changed = replace(session, sensors={**session.sensors, Role.LEFT_INSOLE: replace(spec, cells=spec.cells[1:])})
    pipeline._begin(changed)
    assert Role.LEFT_INSOLE not in pipeline._kept.fitting(changed).insoles
    assert Role.RIGHT_INSOLE in pipeline._engine.calibration().insoles
