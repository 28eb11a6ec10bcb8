"""One wearer's arrivals to events, through real bytes of emulated devices."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.events import Event, Kind
from hub.gait import KeptCalibration
from hub.gait.calibration import Fit, Part
from hub.gait.guide import RE_ZERO, State
from hub.intake import IntakeResult
from hub.packets import Arrival, Calibrated
from hub.pipeline import Pipeline
from hub.session import Wearer
from sensors.layout import Role
from sensors.walker import Walker, demo_script, re_zero_script

KEYS = {Role.LEFT_INSOLE: "orphe_insole", Role.RIGHT_INSOLE: "orphe_insole", Role.RIGHT_SHIN: "witmotion"}


def a_pipeline() -> Pipeline:
    return Pipeline("walk", Wearer("anna", "right"), tuple(KEYS))


def walked(air, device, seconds: float) -> list[Arrival]:
    """What arrives while the demo's person walks."""
    world = air([device(role, key) for role, key in KEYS.items()])
    world.body = Walker(demo_script(), start_s=world.start_s, chunk_s=4)
    pipeline, arrivals = a_pipeline(), []

    def take(arrival: Arrival) -> IntakeResult:
        arrivals.append(arrival)
        return pipeline.feed(arrival)

    world.run(seconds, take)
    return arrivals


@pytest.fixture(scope="module")
def long_walk(air, device) -> list[Arrival]:
    return walked(air, device, 30.0)


@pytest.fixture(scope="module")
def walk(long_walk: list[Arrival]) -> list[Arrival]:
    """The first 20 s of it."""
    return [arrival for arrival in long_walk if arrival.arrival_s <= long_walk[0].arrival_s + 20.0]


def lines(events: list[Event]) -> list[str]:
    return [event.to_json() for event in events]


def test_however_many_arrivals_are_decided_on_at_once_each_event_comes_once(walk: list[Arrival]) -> None:
    one_by_one, at_the_end = a_pipeline(), a_pipeline()
    singly: list[Event] = []
    for arrival in walk:
        one_by_one.feed(arrival)
        singly += one_by_one.decide()
        at_the_end.feed(arrival)
    singly += one_by_one.finish()
    together = at_the_end.finish()
    assert lines(list(together)) == lines(singly)
    assert len({event.id for event in together}) == len(together) > 20
    assert at_the_end.finish() == ()


def seen(arrivals: list[Arrival]) -> list[tuple[str, str, float]]:
    pipeline = a_pipeline()
    for arrival in arrivals:
        pipeline.feed(arrival)
    return sorted((event.kind, event.side, round(event.time_s, 2)) for event in pipeline.finish())


@pytest.fixture(scope="module")
def seen_of_walk(walk: list[Arrival]) -> list[tuple[str, str, float]]:
    return seen(walk)


@pytest.mark.parametrize("stood_s", [0.5, 1.2, 2.9])
@pytest.mark.parametrize("from_s", [5.0, 13.0])
def test_while_nobody_listens_no_event_is_lost(
    walk: list[Arrival], seen_of_walk: list[tuple[str, str, float]], from_s: float, stood_s: float
) -> None:
    begin_s = walk[0].arrival_s + from_s
    until_s = begin_s + stood_s
    heard = [
        replace(arrival, arrival_s=until_s) if begin_s <= arrival.arrival_s < until_s else arrival for arrival in walk
    ]
    assert sum(arrival.arrival_s == until_s for arrival in heard) > 50 * stood_s
    assert seen(heard) == seen_of_walk


def test_a_new_session_keeps_what_was_learnt_of_the_sensors_that_did_not_change(long_walk: list[Arrival]) -> None:
    arrivals = long_walk
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


def test_what_was_learnt_of_a_changed_sensor_is_left_behind(walk: list[Arrival]) -> None:
    pipeline = a_pipeline()
    for arrival in walk:
        pipeline.feed(arrival)
    kept, session = pipeline.calibration(), pipeline._session
    assert set(kept.calibration.insoles) == {Role.LEFT_INSOLE, Role.RIGHT_INSOLE}
    assert set(kept.calibration.shanks) == {Role.RIGHT_SHIN}
    spec = session.sensors[Role.LEFT_INSOLE]
    changed = replace(session, sensors={**session.sensors, Role.LEFT_INSOLE: replace(spec, cells=spec.cells[1:])})
    pipeline._begin(changed)
    assert Role.LEFT_INSOLE not in pipeline._kept.fitting(changed).insoles
    assert Role.RIGHT_INSOLE in pipeline._engine.calibration().insoles


def test_an_adopted_calibration_holds_from_there_on_and_replays_to_the_same_events(walk: list[Arrival]) -> None:
    taught = a_pipeline()
    for arrival in walk:
        taught.feed(arrival)
    learnt, session = taught.calibration().calibration, taught.intake.session
    fit = Fit({Part.ZERO: datetime(2026, 1, 1, tzinfo=UTC)}, "C0:00", zero=(0.0,) * 4)
    kept = KeptCalibration().renewed(session, replace(learnt, fits={Role.LEFT_INSOLE: fit}))
    half_n = len(walk) // 2
    adopted = Calibrated(kept.to_dict(), walk[half_n - 1].arrival_s)
    recorded = [*walk[:half_n], adopted, *walk[half_n:]]
    singly, pipeline = [], a_pipeline()
    for arrival in recorded:
        pipeline.feed(arrival)
        singly += pipeline.decide()
    singly += pipeline.finish()
    at_the_end = a_pipeline()
    for arrival in recorded:
        at_the_end.feed(arrival)
    assert lines(list(at_the_end.finish())) == lines(singly)
    assert len({event.id for event in singly}) == len(singly)
    assert pipeline.calibration().calibration.fits == {Role.LEFT_INSOLE: fit}
    issues = [event.fields["issue"] for event in singly if event.kind is Kind.QUALITY]
    assert issues.count("learning") == 2
    assert issues.count("re_zero") == 2, "it is 324 days old, and reads 1800 counts where it was zeroed at none"


def test_a_guide_is_fed_what_the_engine_is_fed_and_what_it_found_replays(air, device) -> None:
    world = air([device(role, key) for role, key in KEYS.items()])
    world.body = Walker(re_zero_script(), start_s=world.start_s, chunk_s=4)
    pipeline, recorded, live = a_pipeline(), [], []
    assert pipeline.start_guide(RE_ZERO) is None, "there is nothing to calibrate yet"

    def take(arrival: Arrival) -> IntakeResult:
        recorded.append(arrival)
        result = pipeline.feed(arrival)
        if result.session is not None:
            assert pipeline.start_guide(RE_ZERO) is pipeline.guide is not None
        live.extend(pipeline.decide())
        return result

    world.run(25.0, take)
    assert pipeline.guide.state is State.ENDED
    made_at = datetime(2026, 11, 21, tzinfo=UTC)
    outcome, entry = pipeline.finish_guide(made_at, "anna")
    assert pipeline.guide is None
    assert [said.key for said in outcome.said] == ["result_zero", "result_zero", "result_all"]
    recorded.append(entry)
    pipeline.feed(entry)
    world.run(3.0, take)
    live.extend(pipeline.finish())
    fits = pipeline.calibration().calibration.fits
    assert {role: (fit.device, dict(fit.made)) for role, fit in fits.items()} == dict.fromkeys(
        (Role.LEFT_INSOLE, Role.RIGHT_INSOLE), ("C0:00", {Part.ZERO: made_at})
    )
    for fit in fits.values():
        assert fit.zero[0] == pytest.approx(6 * 300.0 + 240.0, abs=300.0), "six cells of 300 counts, and the laces"
    replay, replayed = a_pipeline(), []
    for each in recorded:
        replay.feed(each)
        replayed.extend(replay.decide())
    replayed.extend(replay.finish())
    assert lines(replayed) == lines(live)
    assert replay.calibration() == pipeline.calibration()


def test_a_guide_that_found_nothing_or_is_dropped_brings_back_what_was_known_before_it(walk: list[Arrival]) -> None:
    made_at = datetime(2026, 11, 21, tzinfo=UTC)
    half_n = len(walk) // 2
    for end in (
        lambda pipeline: pipeline.finish_guide(made_at, "anna")[1],
        lambda pipeline: pipeline.drop_guide("anna"),
    ):
        pipeline = a_pipeline()
        for arrival in walk[:half_n]:
            pipeline.feed(arrival)
        before = pipeline.calibration()
        pipeline.start_guide()
        for arrival in walk[half_n:]:
            pipeline.feed(arrival)
        assert pipeline.calibration() != before, "the engine learns from the exercises too"
        pipeline.feed(end(pipeline))
        assert pipeline.calibration() == before
        with pytest.raises(ValueError, match="no guided calibration runs"):
            pipeline.finish_guide(made_at, "anna")
