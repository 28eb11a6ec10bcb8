"""Targets on people: the verdict of a row, and feet whose cells all stick."""

from hub.events import Kind
from hub.validation.cases import INSOLE_ONLY
from hub.validation.human_targets import Seen, verdict
from hub.validation.people import Half
from hub.validation.runner import RunOptions, events_of, without
from hub.validation.simulated import SimulationOptions, simulate
from hub.validation.stuck_cells import contacts_after_sticking
from hub.validation.tables import NOTHING


def test_a_row_is_met_where_both_halves_meet_it_and_says_how_far_else() -> None:
    assert verdict({Half.TUNING: Seen("", 0.0), Half.TEST: Seen("", 0.0)}, "ms") == "met"
    assert verdict({Half.TUNING: Seen("", 0.0), Half.TEST: Seen("", 0.004)}, "ms").startswith("**not met**")
    assert verdict({Half.TUNING: Seen("", 1.25), Half.TEST: Seen("", 0.0)}, "ms") == "**not met**: tuning by 1.25 ms"
    assert verdict({Half.TUNING: Seen("", 0.0), Half.TEST: None}, "ms") == "met"
    assert verdict({Half.TUNING: Seen(""), Half.TEST: Seen("")}, "ms") == NOTHING
    assert verdict({Half.TUNING: None, Half.TEST: None}, "ms") == NOTHING


def test_feet_whose_cells_stick_make_no_contacts() -> None:
    alone = without(simulate(SimulationOptions("healthy", 0.6, 3)).folder, INSOLE_ONLY)
    assert alone is not None
    moving = [event for event in events_of(alone, RunOptions()) if event.kind is Kind.INITIAL_CONTACT]
    assert sum(event.time_s > 20.0 for event in moving) > 20
    assert contacts_after_sticking(alone, 20.0) == 0
