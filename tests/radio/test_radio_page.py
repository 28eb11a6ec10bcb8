"""The radio page shows the states and the ladder of the code; run this file to renew it."""

from pathlib import Path

from hub.radio.ladder import ADAPTER_LADDER, LINK_LADDER, PER_HOUR, Rung
from hub.radio.states import TRANSITIONS, LinkEvent, LinkState

PAGE = Path(__file__).parents[2] / "docs" / "radio.md"


def states() -> str:
    """The table of states as a diagram; what leads to one state from wherever a link is, is drawn once."""
    anywhere = {LinkEvent.PAUSE: LinkState.PAUSED, LinkEvent.REST: LinkState.SLEEPING, LinkEvent.FAILED: LinkState.LOST}
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {LinkState.SEARCHING}"]
    lines += [
        f"    {state} --> {to}: {words(event)}"
        for state, moves in TRANSITIONS.items()
        for event, to in moves.items()
        if anywhere.get(event) is not to
    ]
    for event, to in anywhere.items():
        assert all(moves.get(event) is to for state, moves in TRANSITIONS.items() if state is not to), event
        lines.append(f"    every_other_state --> {to}: {words(event)}")
    return "\n".join([*lines, "```"])


def link_ladder() -> str:
    """What follows on each kind of failure."""
    longest = max(map(len, LINK_LADDER.values()))
    lines = [
        "| failure | " + " | ".join(f"{n}." for n in range(1, longest)) + f" | {longest}. and on |",
        "|---" * (longest + 1) + "|",
    ]
    for failure, rungs in LINK_LADDER.items():
        shown = [*rungs, *[rungs[-1]] * (longest - len(rungs))]
        lines.append(f"| {words(failure)} | " + " | ".join(map(words, shown)) + " |")
    return "\n".join(lines)


def adapter_ladder() -> str:
    """What follows on each symptom, and when."""
    rungs = [rung for rung in Rung if any(rung is step.rung for steps in ADAPTER_LADDER.values() for step in steps)]
    lines = [
        "| symptom | " + " | ".join(f"{words(rung)}, at most {PER_HOUR[rung]} an hour" for rung in rungs) + " |",
        "|---" * (len(rungs) + 1) + "|",
    ]
    for symptom, steps in ADAPTER_LADDER.items():
        after_s = {step.rung: f"{step.after_s:g} s" for step in steps}
        lines.append(f"| {words(symptom)} | " + " | ".join(after_s.get(rung, "") for rung in rungs) + " |")
    return "\n".join(lines)


def words(name: str) -> str:
    return name.replace("_", " ")


def renewed(page: str) -> str:
    for name, text in (("states", states()), ("link ladder", link_ladder()), ("adapter ladder", adapter_ladder())):
        before, rest = page.split(f"<!-- {name} -->\n")
        page = f"{before}<!-- {name} -->\n{text}\n<!-- /{name} -->" + rest.split(f"<!-- /{name} -->")[1]
    return page


def test_the_radio_page_is_fresh() -> None:
    page = PAGE.read_text()
    assert page == renewed(page), "run: python -m tests.radio.test_radio_page"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text()))
