"""People are split, never recordings: nobody whose walk tuned a threshold is in the test half."""

from pathlib import Path

import pytest

from hub.validation.people import Half, halves, person_of


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    names = {
        "marpino": ["author_1", "author_2", "disability_1", "disability_2", "elderly_1", "elderly_2", "young_1"],
        "erciyes": ["901-front_F1_t1", "901-front_F2_t1", "902-side_F1_t1", "902-side_F2_t3"],
        "gaitpdb": ["GaCo01_01", "GaCo03_01"],
    }
    for name, sessions in names.items():
        for session in sessions:
            (tmp_path / name / session).mkdir(parents=True)
    return tmp_path


def test_a_person_is_in_one_half_only_whatever_the_session(recordings: Path) -> None:
    for folder in recordings.iterdir():
        half = halves(sorted(folder.iterdir()))
        by_person: dict[str, set[Half]] = {}
        for path, each in half.items():
            by_person.setdefault(person_of(path), set()).add(each)
        assert all(len(each) == 1 for each in by_person.values())
        assert {Half.TUNING, Half.TEST} == set(half.values())


def test_people_alternate_by_name(recordings: Path) -> None:
    half = halves((recordings / "marpino").iterdir())
    assert {person_of(path): each for path, each in half.items()} == {
        "author": Half.TUNING,
        "disability": Half.TEST,
        "elderly_1": Half.TUNING,
        "elderly_2": Half.TEST,
        "young_1": Half.TUNING,
    }


def test_the_half_does_not_depend_on_which_sessions_are_asked_for(recordings: Path) -> None:
    alone = recordings / "erciyes" / "902-side_F2_t3"
    assert halves([alone]) == {alone: Half.TEST}
