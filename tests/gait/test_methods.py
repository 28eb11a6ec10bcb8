"""The methods page shows the phases and parameters of the code; run this file to renew it."""

import inspect
import re
from dataclasses import fields, is_dataclass
from pathlib import Path

from hub.gait import GaitParams
from hub.gait.contact import TRANSITIONS
from hub.gait.facts import InitialContact

PAGE = Path(__file__).parent.parent.parent / "docs" / "methods.md"


def phases() -> str:
    """The phase table as a state diagram."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> unknown"]
    for (phase, mark), following in TRANSITIONS.items():
        name = "contact of the other foot" if mark is InitialContact else mark.__name__.lower()
        lines.append(f"    {phase} --> {following}: {name}")
    return "\n".join([*lines, "```"])


def parameters() -> str:
    """Every parameter with its default and the comment beside it."""
    lines = []
    for group in fields(GaitParams):
        kind = group.default_factory
        assert is_dataclass(kind)
        source = inspect.getsource(kind)
        lines += [
            f"### {group.name}",
            f"{(kind.__doc__ or '').strip()}",
            "",
            "| parameter | default | |",
            "|---|---|---|",
        ]
        for field in fields(kind):
            if field.name in {"swing", "alignment"} or is_dataclass(field.default_factory):
                continue
            comment = re.search(rf"^    {field.name}:[^#\n]*#\s*(.*)$", source, re.MULTILINE)
            lines.append(f"| `{field.name}` | {field.default} | {comment[1] if comment else ''} |")
        lines.append("")
    return "\n".join(lines).rstrip()


def replaced(page: str, name: str, text: str) -> str:
    before, rest = page.split(f"<!-- {name} -->\n")
    _, after = rest.split(f"<!-- /{name} -->")
    return f"{before}<!-- {name} -->\n{text}\n<!-- /{name} -->{after}"


def renewed(page: str) -> str:
    return replaced(replaced(page, "phases", phases()), "parameters", parameters())


def test_the_methods_page_is_fresh() -> None:
    page = PAGE.read_text()
    assert page == renewed(page), "run: python tests/gait/test_methods.py"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text()))
