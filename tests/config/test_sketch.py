"""Descriptions of sketches: the page's examples, projects that exist, and mistakes."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from hub.config import Config, parse_config
from hub.errors import ConfigError
from sensors.catalogue import device_type
from sensors.driver import Driver, Reading, Subscribe, Write
from sensors.layout import Cell, LoadUnit, Region
from sensors.sketch import examples

PAGE = (Path(__file__).parents[2] / "docs" / "sketches.md").read_text()
WEARER = '[[wearers]]\nnickname = "anna"\n'
BLOCKS = re.findall(r"```toml\n(\[\[wearers\.devices\]\].*?)```\n```json\n(.*?)```\n```json\n(.*?)```", PAGE, re.DOTALL)
INSOLE, SHIN = (toml for toml, _, _ in BLOCKS)


def _config(device: str) -> Config:
    return parse_config(WEARER + device, "hub.toml")


def _driver(device: str) -> Driver:
    (given,) = _config(device).wearers[0].devices
    return device_type(given.type).driver(given.role.side, given.asked)


def _received(driver: Driver, notifications: list[bytes]) -> list[Reading]:
    (subscribed,) = [a.characteristic for a in driver.begin(None) if isinstance(a, Subscribe) and not a.optional]
    fed = [driver.feed(subscribed, data) for data in notifications]
    assert [fault for one in fed for fault in one.faults] == []
    return [reading for one in fed for reading in one.readings]


@pytest.mark.parametrize(("toml", "sent", "meaning"), BLOCKS, ids=["struct", "text"])
def test_the_page_s_examples(toml, sent, meaning):
    notifications = [data.encode() if "text" in toml else bytes.fromhex(data) for data in json.loads(sent)]
    decoded = []
    for reading in _received(_driver(toml), notifications):
        arrays = {name: getattr(reading, name) for name in ("acceleration_mps2", "rate_dps", "cells")}
        time = {} if reading.device_time_s is None else {"time_s": round(reading.device_time_s, 6)}
        decoded.append(time | {k: np.round(array, 3).tolist() for k, array in arrays.items() if array is not None})
    assert decoded == json.loads(meaning)


def test_the_page_s_examples_are_what_the_catalogue_emulates():
    for toml, layout in ((INSOLE, examples.INSOLE), (SHIN, examples.SHIN)):
        asked = _config(toml).wearers[0].devices[0].asked
        assert (asked.sketch, asked.rate_hz) == (layout, examples.RATE_HZ)


MADLAB = """
[[wearers.devices]]
role = "right_insole"
type = "sketch_insole"
address = "C0:FF:EE:00:00:04"
rate_hz = 200

[wearers.devices.sketch]
start = [0xC2]
stop = [0xC1]
fields = [
    { what = "rate", type = "int16", unit = "deg/s", scale = 0.0609756 },
    { what = "acceleration", type = "int16", unit = "mg", scale = 0.488 },
    { what = "skip", type = "int16" },
    { what = "cells", type = "uint8", unit = "counts", scale = -1, offset = 255 },
    { what = "counter", type = "uint16", byte_order = "big", bits = 15 },
]
cells = [{ x = 0.5, y = 0.1 }, { x = 0.3, y = 0.7 }, { x = 0.3, y = 0.9 }]
"""


def test_a_project_with_a_counter_of_the_other_byte_order():
    driver = _driver(MADLAB)
    start, stop = Write(examples.SHIN_SERVICE.replace("6e400001", "6e400002"), b"\xc2"), Write
    assert driver.begin(None)[-1] == start
    assert driver.end() == (stop(start.characteristic, b"\xc1"),)
    packets = [
        bytes.fromhex("0a00 f6ff e803 0000 0000 0008 dcfe ff 7f 00" + counter) for counter in ("7fff", "8000", "0002")
    ]
    readings = _received(driver, packets)
    np.testing.assert_allclose(readings[0].rate_dps, [[0.609756, -0.609756, 60.9756]])
    np.testing.assert_allclose(readings[0].acceleration_mps2, [[0, 0, 0.999424 * 9.80665]])
    assert readings[0].cells.tolist() == [[0.0, 128.0, 255.0]]
    assert [reading.sequence for reading in readings] == [0, 1, 3]  # the highest bit is none of the counter
    assert driver.cells[1] == Cell(0.3, 0.7, Region.FOREFOOT)


FIGHTER_MAN = """
[[wearers.devices]]
role = "left_insole"
type = "sketch_insole"
name = "Left01_foot"
rate_hz = 50

[wearers.devices.sketch]
format = "text"
characteristic = "FFF1"
write_to = "FFF2"
start = "begin"
stop = "end"
prefix = "L_"
separators = "[],"
fields = [
    { what = "cells", unit = "kpa", count = 8 }, { what = "skip" },
    { what = "cells", unit = "kpa", count = 3 }, { what = "skip" },
    { what = "cells", unit = "kpa", count = 3 }, { what = "skip" },
    { what = "cells", unit = "kpa", count = 2 }, { what = "skip", count = 2 },
    { what = "cells", unit = "kpa", count = 2 }, { what = "skip" },
]
cells = [CELLS]
""".replace("CELLS", ", ".join("{ x = 0.5, y = 0.5 }" for _ in range(18)))


def test_a_project_of_lines_with_brackets():
    driver = _driver(FIGHTER_MAN)
    assert driver.begin(None)[-2:] == (Subscribe("fff1"), Write("fff2", b"begin"))
    assert driver.end() == (Write("fff2", b"end"),)
    rows = ", ".join(str([float(4 * row + column) for column in range(4)]) for row in range(6))
    line = f"L_[{rows}]\n".encode()
    (reading,) = _received(driver, [b"\n" + line[:30], line[30:]])
    assert reading.cells.tolist() == [[n for n in range(24) if n not in {8, 12, 16, 19, 20, 23}]]
    assert driver.unit is LoadUnit.KPA


@pytest.mark.parametrize("given", ["start = ''", "start = 'go\\n'", 'start = "go\\n"', "start = [103, 111, 0x0A]"])
def test_what_starts_it_is_text_or_bytes(given):
    (device,) = _config(SHIN + given).wearers[0].devices
    assert device.sketch.layout().start_hex == {"start = ''": "", "start = 'go\\n'": "676f5c6e"}.get(given, "676f0a")


FIELDS = "wearers[1].devices[1].sketch.fields"
SKETCH = "wearers[1].devices[1].sketch"
MISTAKES = {
    "no description": (SHIN, SHIN[SHIN.index("[wearers.devices.sketch]") :], "", SKETCH, "docs/sketches.md"),
    "no rate": (SHIN, "rate_hz = 100", "", "wearers[1].devices[1].rate_hz", "really sends"),
    "description of a known device": (SHIN, '"sketch_shin"', '"witmotion"', SKETCH, "sketch_insole and sketch_shin"),
    "no cells in an insole": (SHIN.replace("_shin", "_insole"), "x", "x", FIELDS, "has no cells"),
    "no rate on a shin": (SHIN, '{ what = "rate", unit = "deg/s" },', "", FIELDS, "a left_shin needs it"),
    "unknown meaning": (SHIN, '"acceleration"', '"accelaration"', f"{FIELDS}[2].what", "did you mean acceleration?"),
    "no meaning": (SHIN, 'what = "time", ', "", f"{FIELDS}[1].what", "is missing"),
    "unknown key": (SHIN, 'what = "time"', 'what = "time", untit = 1', f"{FIELDS}[1].untit", "did you mean unit?"),
    "no unit": (SHIN, ', unit = "g"', "", f"{FIELDS}[2].unit", "of acceleration: m/s2, g, mg"),
    "unit of another": (SHIN, '"g"', '"ms"', f"{FIELDS}[2].unit", "cannot be in 'ms' (known: m/s2, g, mg)"),
    "scale of nothing": (SHIN, '"g"', '"g", scale = 0', f"{FIELDS}[2].scale", "expected a number above 0"),
    "mirrored axes": (SHIN, '"g"', '"g", scale = -1.0', f"{FIELDS}[2].scale", "expected a number above 0"),
    "infinite scale": (SHIN, '"g"', '"g", scale = inf', f"{FIELDS}[2].scale", "finite"),
    "offset of a rate": (SHIN, '"deg/s"', '"deg/s", offset = 1.5', f"{FIELDS}[3].offset", "has no offset"),
    "count of a vector": (SHIN, '"deg/s"', '"deg/s", count = 2', f"{FIELDS}[3].count", "leave it out"),
    "bits of a rate": (SHIN, '"deg/s"', '"deg/s", bits = 16', f"{FIELDS}[3].bits", "never begins again"),
    "type in text": (SHIN, '"deg/s"', '"deg/s", type = "int16"', f"{FIELDS}[3].type", "no meaning in text"),
    "no type in a struct": (INSOLE, 'type = "uint16", ', "", f"{FIELDS}[3].type", "one of float32, "),
    "unknown type": (INSOLE, '"uint16"', '"unit16"', f"{FIELDS}[3].type", "did you mean uint16?"),
    "time as a float": (
        INSOLE,
        '{ what = "rate", type = "float32", unit = "deg/s" }',
        '{ what = "time", type = "float32", unit = "s" }',
        f"{FIELDS}[2].type",
        'use what = "skip"',
    ),
    "more bits than there are": (
        INSOLE,
        '{ what = "rate", type = "float32", unit = "deg/s" }',
        '{ what = "counter", type = "uint8", bits = 9 }',
        f"{FIELDS}[2].bits",
        "only 8 bits",
    ),
    "a meaning twice": (
        INSOLE,
        '"rate", type = "float32", unit = "deg/s"',
        '"acceleration", type = "int8", unit = "g"',
        FIELDS,
        "2 times",
    ),
    "a cell too few": (
        INSOLE,
        'unit = "counts"',
        'unit = "counts", count = 7',
        f"{SKETCH}.cells",
        "6 are described, but 7",
    ),
    "cells of two fields": (
        INSOLE,
        '{ what = "cells", type = "uint16", unit = "counts" }',
        '{ what = "cells", type = "int8", unit = "n", count = 4 }, { what = "cells", type = "int8", unit = "n" }',
        f"{FIELDS}[4].count",
        "how many of the cells",
    ),
    "a cell outside": (INSOLE, "x = 0.25", "x = 25", f"{SKETCH}.cells[1].x", "less than or equal to 1, not 25"),
    "cells in two units": (
        INSOLE,
        '{ what = "cells", type = "uint16", unit = "counts" }',
        '{ what="cells", type="int8", unit="n", count=4 }, { what="cells", type="int8", unit="kpa", count=2 }',
        FIELDS,
        "one unit for all",
    ),
    "no UUID": (INSOLE, "beb5483e-36e1", "beb5483e-36e", f"{SKETCH}.characteristic", "is no UUID (expected four"),
    "a digit as separator": (
        SHIN,
        'format = "text"',
        'format = "text"\nseparators = ",1"',
        f"{SKETCH}.separators",
        "'1'",
    ),
    "no ASCII": (SHIN, 'format = "text"', 'format = "text"\nprefix = "µ"', f"{SKETCH}.prefix", "ASCII"),
    "bytes that are none": (
        SHIN,
        'format = "text"',
        'format = "text"\nstart = [256]',
        f"{SKETCH}.start",
        "[0xC2, 0x01]",
    ),
    "no fields": (
        SHIN,
        SHIN[SHIN.index("fields") : SHIN.index("]\n", SHIN.index("fields")) + 1],
        "fields = []",
        FIELDS,
        "",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once_with_its_path_and_hint(name):
    text, old, new, path, words = MISTAKES[name]
    assert old in text
    with pytest.raises(ConfigError) as caught:
        _config(text.replace(old, new, 1))
    told = {problem.key_path: str(problem) for problem in caught.value.problems}
    assert set(told) == {path}
    assert len(caught.value.problems) == 1
    assert words in told[path]
    assert told[path].endswith(")"), "a hint"
