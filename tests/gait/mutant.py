"""A pytest plugin: the tests run with one number of the detectors' parameters off.

``INSOLE_HUB_MUTANT="fall.impact_g 0.5" pytest -p tests.gait.mutant tests/gait/test_fall.py`` halves a fall's impact.
"""

import os
from dataclasses import fields, is_dataclass, replace
from typing import Any

from hub.gait import GaitParams

VARIABLE = "INSOLE_HUB_MUTANT"


def mutated(params: Any, path: str, factor: float) -> Any:
    """One number of nested parameters multiplied; whole numbers stay whole."""
    name, _, rest = path.partition(".")
    name, _, index = name.partition("[")
    old = getattr(params, name)
    if rest:
        new = mutated(old, rest, factor)
    elif index:
        at = int(index.rstrip("]"))
        new = (*old[:at], old[at] * factor, *old[at + 1 :])
    else:
        new = type(old)(old * factor)
    return replace(params, **{name: new})


def make_default(path: str, factor: float, kind: type = GaitParams) -> None:
    """From now on ``GaitParams()`` has this number multiplied, and so has each class on the way there.

    A class that stands in two places of the tree keeps its own default: the mutation is of one place.
    """
    head, _, rest = path.partition(".")
    name = head.partition("[")[0]
    usual = kind()
    part = type(getattr(usual, name))
    init = vars(kind)["__init__"]
    names = [each.name for each in fields(usual)]
    defaults = list(init.__defaults__)
    assert len(defaults) == len(names)
    defaults[names.index(name)] = getattr(mutated(usual, path, factor), name)
    once = _places(GaitParams(), part) == 1
    init.__defaults__ = tuple(defaults)
    if rest and once:
        make_default(rest, factor, part)


def _places(params: Any, kind: type) -> int:
    """In how many places of the tree a class of parameters stands."""
    parts = [getattr(params, each.name) for each in fields(params)]
    return sum((type(part) is kind) + _places(part, kind) for part in parts if is_dataclass(part))


if VARIABLE in os.environ:
    _path, _factor = os.environ[VARIABLE].split()
    make_default(_path, float(_factor))
