"""The methods page shows the phases and parameters of the code; run this file to renew it."""

import inspect
import re
from dataclasses import fields, is_dataclass
from pathlib import Path

from hub.events import Context
from hub.gait import GaitParams
from hub.gait.detectors.contact import TRANSITIONS
from hub.gait.detectors.posture import POSTURES, Evidence
from hub.gait.detectors.posture import TRANSITIONS as POSTURE_TRANSITIONS
from hub.gait.facts import InitialContact

PAGE = Path(__file__).parent.parent.parent / "docs" / "methods.md"


def phases() -> str:
    """The phase table as a state diagram."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> unknown"]
    for (phase, mark), following in TRANSITIONS.items():
        name = "contact of the other foot" if mark is InitialContact else mark.__name__.lower()
        lines.append(f"    {phase} --> {following}: {name}")
    return "\n".join([*lines, "```"])


def postures() -> str:
    """The posture table as a state diagram; what leads from all of them is drawn once."""
    named: dict[tuple[str, str], list[str]] = {}
    for (start, evidence), (to, dwell_s) in POSTURE_TRANSITIONS.items():
        anywhere = evidence in {Evidence.NOTHING, Evidence.ONE_FREE} and start in POSTURES
        origin = "any_posture" if anywhere else start.value
        words = f"{evidence.value.replace('_', ' ')} {dwell_s:g} s"
        if words not in named.setdefault((origin, to.value), []):
            named[origin, to.value].append(words)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {Context.UNKNOWN}"]
    lines += [f"    {start} --> {to}: {', '.join(words)}" for (start, to), words in named.items()]
    return "\n".join([*lines, "```"])


def parameters() -> str:
    """Every parameter with its default and the comment beside it."""
    return "\n".join(
        line for group in fields(GaitParams) for line in _table(group.name, group.default_factory)
    ).rstrip()


def _table(name: str, kind: object) -> list[str]:
    """The parameters of one group, then those of the groups in it."""
    assert isinstance(kind, type)
    assert is_dataclass(kind)
    source = inspect.getsource(kind)
    lines = [f"### {name}", f"{(kind.__doc__ or '').strip()}", "", "| parameter | default | |", "|---|---|---|"]
    inner: list[str] = []
    for field in fields(kind):
        if is_dataclass(field.default_factory):
            inner += _table(f"{name}.{field.name}", field.default_factory)
            continue
        comment = re.search(rf"^    {field.name}:[^#\n]*#\s*(.*)$", source, re.MULTILINE)
        assert comment, f"{name}.{field.name}: what it is stands in a comment on its line"
        lines.append(f"| `{field.name}` | {field.default} | {comment[1]} |")
    return [*lines, "", *inner]


def replaced(page: str, name: str, text: str) -> str:
    before, rest = page.split(f"<!-- {name} -->\n")
    _, after = rest.split(f"<!-- /{name} -->")
    return f"{before}<!-- {name} -->\n{text}\n<!-- /{name} -->{after}"


def renewed(page: str) -> str:
    for name, text in (("phases", phases()), ("postures", postures()), ("parameters", parameters())):
        page = replaced(page, name, text)
    return page


def test_the_methods_page_is_fresh() -> None:
    page = PAGE.read_text()
    assert page == renewed(page), "run: python tests/gait/test_methods.py"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text()))
