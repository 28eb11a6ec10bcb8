from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from hub.events import Event, Kind
from hub.live import Live
from hub.session import Block, InsoleSpec, Session, Wearer
from hub.terminal import LinkLine, describe, foot_rows, plain_lines, screen
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


FOOTER = "events: mosquitto_sub -v -t 'insole/demo/#'\njournal: /home/anna/journal.db\nCtrl-C ends."
LINKS = [
    LinkLine(Role.LEFT_INSOLE, "streaming", 100.0, 0.1, 87.0),
    LinkLine(Role.RIGHT_INSOLE, "connecting", 0.0, 0.0, None),
    LinkLine(Role.LEFT_SHIN, "streaming", 199.6, 0.0, 74.0),
]


def drawn(live: Live, width: int, height: int) -> str:
    console = Console(width=width, height=height, file=StringIO(), record=True)
    console.print(screen(live, LINKS, 0.0, FOOTER, width=width, height=height))
    return console.export_text()


def a_long_walk() -> Live:
    live = Live(SESSION)
    live.see_block(block((0, 0)))
    live.see_block(block((10, 5)))
    for n in range(60):
        live.see_events([event(Kind.INITIAL_CONTACT, strike="toe", time_s=n)])
        live.see_events([event(Kind.TOE_FIRST, reason=f"number {n}, " + 10 * "forefoot before heel ", time_s=n)])
    return live


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 24), (100, 40), (80, 16), (80, 10), (50, 5)])
def test_the_picture_fits_and_says_where_to_look(width: int, height: int) -> None:
    for live in (Live(SESSION), a_long_walk()):
        lines = drawn(live, width, height).splitlines()
        assert len(lines) <= height
        assert max(map(len, lines)) <= width
        assert "mosquitto_sub -v -t 'insole/demo/#'" in lines[-3]
        assert lines[-1].startswith("Ctrl-C")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 24), (100, 40)])
def test_the_picture_has_everything_that_a_terminal_has_room_for(width: int, height: int) -> None:
    text = drawn(a_long_walk(), width, height)
    lines = text.splitlines()
    assert any("L insole" in line and "streaming" in line and "100 Hz" in line for line in lines)
    assert any("R insole" in line and "connecting" in line and " - " in line for line in lines)
    assert ("0.1 % lost" in text) == ("87 %" in text) == (width >= 95)
    assert ("█" in text) == (width >= 70)
    assert "60 steps" in text
    assert "toe catches" in text
    assert "T toe first" in text
    newest = [line for line in lines if "left toe first: number" in line]
    assert len(newest) >= 4
    assert "number 59," in newest[-1]


def test_without_an_insole_the_picture_says_so() -> None:
    text = drawn(Live(SESSION), 80, 24)
    assert "no insole" in text
    assert "waiting for the first steps" in text


def test_a_word_about_the_data_names_the_sensor_once() -> None:
    named = event(Kind.QUALITY, sensor="left_insole", issue="learning", reason="left insole: zero is being learnt")
    assert describe(named) == "left insole: zero is being learnt"
    unnamed = event(Kind.QUALITY, sensor="left_insole", issue="gap", reason="no samples for 2 s")
    assert describe(unnamed) == "left insole: no samples for 2 s"


def test_walking_is_summed_over_bouts() -> None:
    live = Live(SESSION)
    live.see_events(
        [event(Kind.WALK_END, Side.BOTH, duration_s=90.0), event(Kind.WALK_END, Side.BOTH, duration_s=None)]
    )
    live.see_events([event(Kind.WALK_END, Side.BOTH, duration_s=30.0)])
    assert live.walked_s == 120.0
