"""The page on alerts shows the life-cycle and the treatment of the code; run this file to renew it."""

import re
from pathlib import Path

from hub.alert import State
from hub.alerts.lifecycle import TRANSITIONS, after, can
from hub.alerts.policy import TREATMENTS

PAGE = Path(__file__).parent.parent.parent / "docs" / "alerts.md"


def life() -> str:
    """The table of transitions as a state diagram."""
    named: dict[tuple[State, State], list[str]] = {}
    for (start, step), to in TRANSITIONS.items():
        named.setdefault((start, to), []).append(step.value.replace("_", " "))
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {State.OPEN.value}: opened"]
    lines += [f"    {start} --> {to}: {', '.join(words)}" for (start, to), words in named.items()]
    lines += [f"    {state} --> [*]" for state in State if state.is_over]
    return "\n".join([*lines, "```"])


def rules() -> str:
    """How the alerts of each rule are treated."""
    lines = ["| rule | severity | wearer's time to say \"I'm fine\" | goes on to the next contact | again after |"]
    lines += ["|---|---|---|---|---|"]
    for rule, treatment in TREATMENTS.items():
        again = f"{treatment.again_s / 3600:g} h" if treatment.again_s else ""
        yes = ["yes" if each else "no" for each in (treatment.waits, treatment.escalates)]
        lines.append(f"| `{rule.value}` | {treatment.severity.value} | {yes[0]} | {yes[1]} | {again} |")
    return "\n".join(lines)


def renewed(page: str) -> str:
    for name, text in {"life": life(), "rules": rules()}.items():
        page = re.sub(
            rf"(<!-- {name} -->\n).*?(\n<!-- end -->)", lambda m, text=text: m[1] + text + m[2], page, flags=re.DOTALL
        )
    return page


def test_the_page_shows_the_code():
    page = PAGE.read_text()
    assert page == renewed(page), "run python -m tests.alerts.test_page"
    assert life() in page
    assert rules() in page


def test_every_state_leads_to_an_end():
    reached, news = {State.OPEN}, {State.OPEN}
    while news:
        news = {to for (start, _), to in TRANSITIONS.items() if start in news} - reached
        reached |= news
    assert reached == set(State)
    for state in State:
        assert state.is_over == (not any(start is state for start, _ in TRANSITIONS)), state


def test_what_is_over_stays_over():
    for state in State:
        for _, step in TRANSITIONS:
            if state.is_over and can(state, step):
                assert after(state, step) is state


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text()))
