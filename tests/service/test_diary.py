"""What people say of a wearer, from the command to the disk."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.alert import Alert, Rule, Severity
from hub.diary import Aid, AidsChanged, DiaryEntry, Exercise, ExerciseBegun, ExerciseDone, Noted
from hub.journal import Journal
from hub.mqtt import Command, CommandError, PauseRadio, SetAid, Topics
from hub.mqtt.commands import parse_command
from hub.service.diary import FORGOTTEN_S, PER_DAY_N, Diarist, open_diary

TOPICS = Topics("insole/home")
NS = 10**9
START_NS = 1_767_225_600 * NS
ALERT = Alert("t1", "ada", Rule.TRIP, Severity.MEDIUM, "a trip", START_NS, START_NS)


def alert_of(wearer: str, alert_id: str) -> Alert | None:
    return ALERT if (wearer, alert_id) == ("ada", "t1") else None


class Home:
    """A journal, its diarist, and a clock that stands still."""

    def __init__(self, journal: Journal, now_s: float) -> None:
        self.journal = journal
        self.now_s = now_s
        self.diarist: Diarist

    async def say(self, name: str, wearer: str = "ada", **fields: Any) -> str | None:
        _, command = parse_command(TOPICS, TOPICS.command(wearer, name), json.dumps(fields).encode())
        return await self.diarist.obey(wearer, command)

    async def written(self) -> list[DiaryEntry]:
        return list(await self.journal.diary.of_wearer("ada", 0, 2**62))


@asynccontextmanager
async def at_home(path: Path, now_s: float = 100.0) -> AsyncIterator[Home]:
    async with Journal(path / "journal.db", power_safe=False) as journal:
        journal.observe_clock(0.0, START_NS)
        home = Home(journal, now_s)
        home.diarist = await open_diary(journal, alert_of)
        home.diarist._hub_time_s = lambda: home.now_s
        yield home


def iso(at_s: float) -> str:
    return (datetime.fromtimestamp(START_NS / NS, UTC) + timedelta(seconds=at_s)).isoformat()


async def test_aids_go_on_and_off_one_by_one_and_are_remembered(tmp_path):
    async with at_home(tmp_path) as home:
        assert home.diarist.aids("ada") is None
        assert await home.say("aid", aid="brace") == "noted: aids: brace"
        assert await home.say("aid", aid="stick") == "noted: aids: brace+stick"
        assert await home.say("aid", aid="stick", on=True) == "noted: aids: brace+stick"
        assert await home.say("aid", aid="other", called="rocker shoe") == "noted: aids: brace+stick+other"
        home.now_s = 200.0
        assert await home.say("aid", aid="brace", on=False) == "noted: aids: stick+other"
    async with at_home(tmp_path) as home:
        assert home.diarist.aids("ada") == ["stick", "other"]
        assert await home.say("aid", aid="nothing") == "noted: aids: none"
        assert home.diarist.aids("ada") == []
        assert home.diarist.aids("bob") is None
        entries = await home.written()
    assert [entry.what for entry in entries] == [
        AidsChanged((Aid.BRACE,)),
        AidsChanged((Aid.BRACE, Aid.STICK)),
        AidsChanged((Aid.BRACE, Aid.STICK, Aid.OTHER), "rocker shoe"),
        AidsChanged((Aid.STICK, Aid.OTHER), "rocker shoe"),
        AidsChanged(()),
    ], "what changes nothing is not written"
    assert [entry.at_ns for entry in entries[2:4]] == [START_NS + 100 * NS, START_NS + 200 * NS]


async def test_nothing_is_an_aid_state_of_its_own(tmp_path):
    async with at_home(tmp_path) as home:
        await home.say("aid", aid="nothing")
        assert home.diarist.aids("ada") == [], "and no longer unknown"
        await home.say("aid", aid="nothing")
        assert len(await home.written()) == 1


def test_each_aid_can_be_named():
    assert list(get_args(SetAid.model_fields["aid"].annotation)) == [*Aid, "nothing"]


async def test_a_note_is_kept_as_it_was_said_and_once_where_it_says_when(tmp_path):
    async with at_home(tmp_path) as home:
        await home.say("note", text=" the stairs \n", tags=["Stairs", "tired", "stairs"], pain=3, alert="t1")
        for _ in range(2):
            await home.say("note", text="earlier", at=iso(-3600))
        first, second = await home.written()
    assert (first.what, first.at_ns) == (Noted("the stairs", ("stairs", "tired"), 3.0, "t1"), START_NS + 100 * NS)
    assert (second.what, second.at_ns) == (Noted("earlier"), START_NS - 3600 * NS)


async def test_an_exercise_takes_as_long_as_from_its_begin_to_its_end_also_over_a_restart(tmp_path):
    async with at_home(tmp_path) as home:
        assert await home.say("exercise", do="start", exercise="toe_lifts") == "noted: toe_lifts has begun"
        assert home.diarist.exercise("ada") == "toe_lifts"
    async with at_home(tmp_path, now_s=160.0) as home:
        assert home.diarist.exercise("ada") == "toe_lifts"
        assert await home.say("exercise", do="stop", repetitions=12) == "noted: toe_lifts took 60 s"
        assert home.diarist.exercise("ada") is None
    async with at_home(tmp_path, now_s=170.0) as home:
        assert home.diarist.exercise("ada") is None
        await home.say("exercise", do="start", exercise="heel_raises")
        home.now_s = 180.0
        said = await home.say("exercise", do="start", exercise="step_ups")
        assert said == "noted: heel_raises took 10 s; step_ups has begun"
        await home.say("exercise", do="done", exercise="massage", duration_s=300)
        entries = [entry.what for entry in await home.written()]
    assert entries == [
        ExerciseBegun(Exercise.TOE_LIFTS),
        ExerciseDone(Exercise.TOE_LIFTS, 60.0, 12.0),
        ExerciseBegun(Exercise.HEEL_RAISES),
        ExerciseDone(Exercise.HEEL_RAISES, 10.0),
        ExerciseBegun(Exercise.STEP_UPS),
        ExerciseDone(Exercise.MASSAGE, 300.0),
    ]


async def test_an_exercise_that_was_forgotten_is_not_said_to_have_taken_all_day(tmp_path):
    async with at_home(tmp_path) as home:
        await home.say("exercise", do="start", exercise="toe_lifts")
        home.now_s += FORGOTTEN_S
        assert home.diarist.exercise("ada") is None
        with pytest.raises(CommandError, match="no exercise runs"):
            await home.say("exercise", do="stop")
        assert len(await home.written()) == 1


WRONG = [
    ("aid", {"aid": "wheel"}, "aid: Input should be 'brace', 'stimulator', 'stick', 'other' or 'nothing'"),
    ("aid", {}, "aid: Field required"),
    ("aid", {"aid": "brace", "called": "x"}, "called: only of `other`"),
    ("aid", {"aid": "nothing", "on": False}, "nothing cannot be put off"),
    ("note", {}, "says nothing; give a text, tags or pain"),
    ("note", {"text": "  "}, "says nothing"),
    ("note", {"pain": 11}, "pain: Input should be less than or equal to 10"),
    ("note", {"text": "x" * 501}, "text: String should have at most 500 characters"),
    ("note", {"tags": ["two words"]}, r"tags.0: String should match pattern"),
    ("note", {"text": "x", "alert": "t2"}, "ada has no alert 't2'"),
    ("note", {"text": "x", "at": "2026-01-01T00:00:00"}, "at: Input should have timezone info"),
    ("note", {"text": "x", "at": iso(-40 * 86_400)}, "at: not within the last 31 days"),
    ("note", {"text": "x", "at": iso(86_400)}, "at: not within the last 31 days"),
    ("exercise", {"do": "start"}, "which exercise\\? known: toe_lifts"),
    ("exercise", {"do": "dance", "exercise": "toe_lifts"}, "do: Input should be"),
    ("exercise", {"do": "stop"}, "no exercise runs"),
    ("exercise", {"do": "done", "exercise": "toe_lifts", "repetitions": -1}, "repetitions"),
]


@pytest.mark.parametrize(("name", "fields", "said"), WRONG)
async def test_what_cannot_be_so_is_refused_in_one_line_and_not_written(tmp_path, name, fields, said):
    async with at_home(tmp_path) as home:
        with pytest.raises(CommandError, match=said) as refused:
            await home.say(name, **fields)
        assert "\n" not in str(refused.value)
        assert await home.written() == []


async def test_the_wrong_exercise_is_not_stopped(tmp_path):
    async with at_home(tmp_path) as home:
        await home.say("exercise", do="start", exercise="toe_lifts")
        with pytest.raises(CommandError, match="toe_lifts runs, not massage"):
            await home.say("exercise", do="stop", exercise="massage")
        assert home.diarist.exercise("ada") == "toe_lifts"


async def test_who_repeats_itself_all_day_is_refused_and_other_wearers_are_not(tmp_path):
    async with at_home(tmp_path) as home:
        for n in range(PER_DAY_N):
            await home.say("note", text=f"note {n}")
        with pytest.raises(CommandError, match="takes 500 entries a day and has them; does a device repeat itself"):
            await home.say("note", text="one more")
        assert len(await home.written()) == PER_DAY_N
        assert await home.say("note", wearer="ben", text="tired") == "noted: it stands in the diary"
        home.now_s += 86_400.0 / PER_DAY_N + 1.0
        assert await home.say("note", text="later") == "noted: it stands in the diary"


async def test_other_commands_are_others(tmp_path):
    async with at_home(tmp_path) as home:
        assert await home.diarist.obey("ada", PauseRadio()) is None


@given(st.lists(st.tuples(st.sampled_from([*Aid, "nothing"]), st.booleans()), max_size=12))
def test_whatever_is_put_on_and_off_in_whatever_order_is_on_afterwards(taps):
    worn: set[str] = set()
    diary: dict[str, AidsChanged] = {}

    class Memory:
        diary = property(lambda self: self)

        def aids(self, wearer: str) -> AidsChanged | None:
            return diary.get(wearer)

        def append(self, entry: DiaryEntry, time_s: float) -> None:
            assert isinstance(entry.what, AidsChanged)
            diary[entry.wearer] = entry.what

        def wall_time_ns_at(self, time_s: float) -> int:
            return 0

    diarist = Diarist(Memory(), {}, alert_of)  # type: ignore[arg-type]
    for aid, on in taps:
        command: Command = SetAid(aid=str(aid), on=on)
        if aid == "nothing":
            if not on:
                continue
            worn.clear()
        elif on:
            worn.add(aid)
        else:
            worn.discard(aid)
        diarist._change_aids("ada", command)  # type: ignore[arg-type]
        assert set(diarist.aids("ada") or ()) == worn
