"""What the hub may say on the page in English, read from its code: refusals, why data or measures are not there."""

import ast
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import product
from pathlib import Path

from hub.journal.day import OF_WALKS

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

ANY = "7"
"""What fills a hole of which the code tells no more: figures."""

LISTED = {"unknown": OF_WALKS}
"""Names of measures that are not put into their list one by one."""

LOGS = {"debug", "info", "warning", "error", "log", "warn"}


def refusals() -> set[str]:
    """All texts of refusals."""
    return {text for path in _files(REFUSING) for text in _refused_in(ast.parse(path.read_text()))}


def notes() -> set[str]:
    """All texts of notes."""
    return {text for path in _files(WHAT_IS_WRONG) for text in _sentences_in(ast.parse(path.read_text()))}


def reasons() -> set[str]:
    """All reasons for which a measure is absent, with what the code puts into their holes."""
    found = set()
    for path in ROOT.glob("hub/**/*.py"):
        text = path.read_text()
        if "absent.append(" in text:
            names = vars(import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)))
            for function in ast.walk(ast.parse(text)):
                if isinstance(function, ast.FunctionDef):
                    found |= set(_Filled(function, names).reasons())
    return found


class _Filled:
    """Texts of a function with whatever may fill their holes."""

    def __init__(self, function: ast.FunctionDef, names: dict[str, object]) -> None:
        self._nodes = list(ast.walk(function))
        self._names = names

    def reasons(self) -> Iterator[str]:
        for node in self._appended_to("absent"):
            yield from self._texts(node)

    def _appended_to(self, name: str) -> Iterator[ast.expr]:
        for node in self._nodes:
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=it), attr="append"), args=[said]) if it == name:
                    yield said

    def _texts(self, node: ast.expr) -> Iterable[str]:
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr(values=parts):
                return ["".join(filled) for filled in product(*(self._texts(part) for part in parts))]
            case ast.FormattedValue(value=value):
                return self._texts(value)
            case ast.IfExp(body=one, orelse=other):
                return [*self._texts(one), *self._texts(other)]
            case ast.Attribute(value=ast.Name(id=name), attr="value"):
                return self._of(name)
            case ast.Call(func=ast.Attribute(attr="join"), args=[ast.Name(id=name)]):
                one_by_one = [text for each in self._appended_to(name) for text in self._texts(each)]
                return [", ".join(one_by_one or LISTED[name])]
            case ast.Name(id=name):
                return self._of(name)
        return [ANY]

    def _of(self, name: str) -> list[str]:
        """What a name may stand for: what it runs over, or what it is assigned."""
        found: list[str] = []
        for node in self._nodes:
            match node:
                case ast.For(target=ast.Name(id=it), iter=ast.Tuple(elts=each)) if it == name:
                    found += [text for one in each for text in self._texts(one)]
                case ast.For(target=ast.Name(id=it), iter=ast.Name(id=over)) if it == name:
                    found += [str(one) for one in self._names[over]]  # type: ignore[attr-defined]
                case ast.Assign(targets=[ast.Name(id=it)], value=value) if it == name:
                    found += self._texts(value)
        return found or [ANY]


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
