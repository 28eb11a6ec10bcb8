"""hub.toml is changed as its owner would: values as meant, comments where they were."""

import tomllib
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.config.editing import add, put, remove
from hub.errors import ConfigError

TEXT = """\
# my hub
[hub]
name = "home"   # ours

[[wearers]]
nickname = "anna"
affected_side = "left"   # since 2019

[[wearers.devices]]
role = "left_insole"   # blue
type = "orphe_insole"
address = "C0:FF:EE:00:00:01"
# bought in May

[[wearers.devices]]
role = "right_insole"
type = "orphe_insole"
address = "C0:FF:EE:00:00:02"

# Bo, from here
[[wearers]]
nickname = "bo"
[[wearers.devices]]
role = "left_insole"
type = "orphe_insole"
address = "C0:FF:EE:00:00:03"

# whom to tell
[[contacts]]
name = "Ben"
url_env = "BEN"

# Clara, at night too
[[contacts]]
name = "Clara"
url_env = "CLARA"
"""


def comments(text: str) -> list[str]:
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


def test_a_new_key_stands_with_the_others_and_not_behind_the_next_table_s_comment() -> None:
    changed = put(TEXT, ("contacts", 0), {"quiet": "21:00-06:00", "url_env": "B"})
    assert changed == TEXT.replace('url_env = "BEN"\n', 'url_env = "B"\nquiet = "21:00-06:00"\n')
    assert put(changed, ("contacts", 0), {"quiet": None, "url_env": "BEN"}) == TEXT


def test_a_new_table_stands_before_the_next_table_s_comment() -> None:
    changed = add(TEXT, ("wearers", 0, "devices"), {"role": "left_shin", "type": "witmotion", "label": None})
    shin = '[[wearers.devices]]\nrole = "left_shin"\ntype = "witmotion"\n\n'
    assert changed == TEXT.replace("# Bo, from here", f"{shin}# Bo, from here")
    quiet = put(TEXT, ("wearers", 0, "cues"), {"quiet": "22:00-07:00"})
    assert quiet == TEXT.replace("# Bo, from here", '[wearers.cues]\nquiet = "22:00-07:00"\n\n# Bo, from here')


def test_the_first_of_its_kind_stands_at_the_end() -> None:
    assert add('[hub]\nname = "a"', ("contacts",), {"name": "Ben"}) == (
        '[hub]\nname = "a"\n\n[[contacts]]\nname = "Ben"\n'
    )


def test_what_is_removed_takes_its_own_comments_only() -> None:
    changed = remove(TEXT, ("wearers", 0, "devices"), 0)
    first = TEXT[TEXT.index("[[wearers.devices]]") : TEXT.index('[[wearers.devices]]\nrole = "right')]
    assert changed == TEXT.replace(first, "")
    assert "# Clara, at night too" in remove(TEXT, ("contacts",), 0)
    assert "contacts" not in tomllib.loads(remove(remove(TEXT, ("contacts",), 0), ("contacts",), 0))


def test_inline_tables_are_changed_too() -> None:
    text = 'contacts = [{ name = "Ben", url_env = "B" }] # all\n'
    assert tomllib.loads(add(text, ("contacts",), {"name": "C"}))["contacts"][1] == {"name": "C"}
    assert tomllib.loads(put(text, ("contacts", 0), {"name": "D"}))["contacts"][0]["name"] == "D"
    assert remove(text, ("contacts",), 0) == "contacts = [] # all\n"
    cues = '[[wearers]]\ncues = { on = "good_step" } # by ear\n'
    assert put(cues, ("wearers", 0, "cues"), {"quiet": "1"}) == cues.replace('step" }', 'step", quiet = "1"}')


def test_what_cannot_be_changed_surely_is_not() -> None:
    with pytest.raises(ConfigError):
        put("a = [", ("hub",), {"name": "x"})


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "put", "remove"]), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=6
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_any_changes_do_what_they_say_and_lose_no_comment_but_the_removed(steps: list[tuple[str, int, int]]) -> None:
    text, meant, fresh = TEXT, tomllib.loads(TEXT), count()
    for what, which, place in steps:
        path: tuple[Any, ...] = [("contacts",), ("wearers", 0, "devices"), ("wearers", 1, "devices")][which % 3]
        tables = meant
        for part in path[:-1]:
            tables = tables[part]
        rows = tables.setdefault(path[-1], [])
        before, value = comments(text), f"new {next(fresh)}"
        if what == "add" or not rows:
            rows.append({"role": value})
            text = add(text, path, {"role": value})
        elif what == "put":
            rows[place % len(rows)]["label"] = value
            text = put(text, (*path, place % len(rows)), {"label": value})
        else:
            rows.pop(place % (len(rows)))
            text = remove(text, path, place % (len(rows) + 1))
        if not rows:
            del tables[path[-1]]
        assert tomllib.loads(text) == meant
        lost = set(before) - set(comments(text))
        assert not lost or (what == "remove" and lost <= {" blue", " bought in May"})
