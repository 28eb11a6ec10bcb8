"""What the hub may say on the page in English, read from its code: refusals, and why a sensor brings no data."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

REFUSALS = {"RefusedError": 2, "CommandError": 0, "AnswerError": 0, "NotDoneError": 0, "OutdatedError": 0}
"""Exceptions whose text a page shows, and which argument it is."""

REFUSING = ("hub/page/*.py", "hub/service/*.py", "hub/alerts/desk.py", "hub/app.py")

WHAT_IS_WRONG = (
    "hub/cues/player.py",
    "hub/gait/detectors/quality.py",
    "hub/radio/held.py",
    "hub/radio/causes.py",
    "hub/radio/connector.py",
    "hub/radio/conversation.py",
    "hub/radio/link.py",
    "hub/service/answer.py",
    "hub/service/cues.py",
    "sensors/*/driver.py",
    "sensors/movella_dot/packets.py",
)
"""Where words are put to what is wrong with a sensor, its data or the loudspeaker; all that reads as a sentence."""

LOGS = {"debug", "info", "warning", "error", "log", "warn"}


def refusals() -> set[str]:
    """All texts of refusals."""
    return {text for path in _files(REFUSING) for text in _refused_in(ast.parse(path.read_text()))}


def notes() -> set[str]:
    """All texts of notes."""
    return {text for path in _files(WHAT_IS_WRONG) for text in _sentences_in(ast.parse(path.read_text()))}


def _files(patterns: tuple[str, ...]) -> list[Path]:
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


def _refused_in(tree: ast.AST) -> Iterator[str]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            assigned = {
                node.targets[0].id: node.value
                for node in ast.walk(function)
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            }
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
                    said = node.args[REFUSALS[node.func.id]]
                    if isinstance(said, ast.Name) and said.id in assigned:
                        said = assigned[said.id]
                    yield from texts(said)


def texts(node: ast.expr) -> Iterator[str]:
    """All texts that an expression can be; nothing but what is filled in is none."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
            if any(letter.isalpha() for letter in text.replace("{}", "")):
                yield text
        case ast.IfExp(body=one, orelse=other):
            yield from texts(one)
            yield from texts(other)
        case ast.BinOp(left=ast.JoinedStr() as said, right=ast.IfExp()):
            (text,) = texts(said)
            yield text
            yield text + " {}"


def _sentences_in(tree: ast.AST) -> Iterator[str]:
    inner = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            inner.update(id(each.value) for each in node.body if isinstance(each, ast.Expr))
        if _is_log(node) or (isinstance(node, ast.Raise) and "DecodeError" in ast.unparse(node)):
            inner.update(id(each) for each in ast.walk(node))
        if isinstance(node, ast.JoinedStr):
            inner.update(id(part) for part in ast.walk(node) if part is not node)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in inner:
            yield from (text for text in texts(node) if " " in text.strip())


def _is_log(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOGS
