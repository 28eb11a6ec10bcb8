from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from hub.events import Event, Kind
from hub.live import Live
from hub.session import Block, InsoleSpec, Session, Wearer
from hub.terminal import describe, foot_rows, plain_lines, screen
from sensors.layout import Cell, LoadUnit, Region, Role, Side

CELLS = (Cell(0.5, 0.1, Region.HEEL), Cell(0.2, 0.9, Region.TOES))
SESSION = Session("test", Wearer("anna", "left"), {Role.LEFT_INSOLE: InsoleSpec(100.0, LoadUnit.COUNTS, CELLS)})


def event(kind: Kind, side: Side = Side.LEFT, time_s: float = 1.0, **fields: float | str | bool | None) -> Event:
    return Event(f"{kind}{time_s}", kind, side, time_s, time_s, 1.0, fields)


def block(*rows: tuple[float, float]) -> Block:
    time_s = np.arange(len(rows)) / 100.0
    return Block(Role.LEFT_INSOLE, time_s, np.array(rows, dtype=float), len(rows) / 100.0)


def test_pressure_is_on_one_scale_whatever_the_unit_and_offset() -> None:
    live = Live(SESSION)
    assert live.pressure(Role.LEFT_INSOLE) == ()
    for row in ((310, 310), (1310, 310), (310, 810)):
        live.see_block(block(row))
    heel, toe = live.pressure(Role.LEFT_INSOLE)
    assert heel == 0.0
    assert toe == pytest.approx(0.5, abs=0.01)
    live.see_block(Block(Role.LEFT_INSOLE, np.empty(0), np.empty((0, 2)), 9.0))
    assert live.pressure(Role.LEFT_INSOLE) == (heel, toe)


def test_last_steps_carry_what_happened_in_them() -> None:
    live = Live(SESSION)
    live.see_events(
        [
            event(Kind.WALK_START, Side.BOTH),
            event(Kind.INITIAL_CONTACT, strike="toe"),
            event(Kind.INITIAL_CONTACT, Side.RIGHT, strike="heel"),
            event(Kind.TOE_DRAG, duration_s=0.2, phase="late", scuff=False),
            event(Kind.TRIP, stage="candidate"),
            event(Kind.TRIP, stage="confirmed", candidate_id="x", strategy="lowering", recovery_steps=3),
        ]
    )
    left, right = live.steps
    assert (left.strike, left.drag, left.trip) == ("toe", True, True)
    assert (right.strike, right.drag, right.trip) == ("heel", False, False)
    assert live.counts["trip confirmed"] == 1
    assert live.counts["trip candidate"] == 1
    assert live.walking


def test_a_foot_is_drawn_toes_up_and_mirrored_for_the_left() -> None:
    right = foot_rows(CELLS, (0.0, 1.0), Side.RIGHT)
    left = foot_rows(CELLS, (0.0, 1.0), Side.LEFT)
    assert right[0].index("█") < len(right[0]) / 2 < left[0].index("█")
    assert "·" in right[-1]


def test_every_kind_has_words_and_contacts_have_no_line() -> None:
    for kind in Kind:
        assert describe(event(kind))
    lines = plain_lines([event(Kind.TOE_FIRST, reason="forefoot 62 ms before heel", time_s=3.5), event(Kind.STEP)], 1.0)
    assert lines == ["    2.50 s  left toe first: forefoot 62 ms before heel"]


def test_the_screen_draws_with_and_without_data() -> None:
    live = Live(SESSION)
    console = Console(width=100, record=True, file=StringIO())
    console.print(screen(live, [], 0.0, "footer"))
    assert "no insole" in console.export_text()
    live.see_block(block((0, 0)))
    live.see_block(block((10, 5)))
    live.see_events([event(Kind.TOE_FIRST, reason="forefoot before heel")])
    console.print(screen(live, [], 0.0, "footer"))
    text = console.export_text()
    assert "█" in text
    assert "forefoot before heel" in text
