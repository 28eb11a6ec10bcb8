"""Two sketches as their owners would describe them: what the emulators of the catalogue send."""

from sensors.driver import G_MPS2
from sensors.layout import Cell, Region
from sensors.sketch_layout import NORDIC_UART_NOTIFY, Meaning, NumberType, SketchField, SketchLayout

RATE_HZ = 100.0
INSOLE_SERVICE = "4fafc201-1fb5-459e-8fcc-c5c9c331914b"
SHIN_SERVICE = "6e400001-b5a3-f393-e0a9-e50e24dcca9e"

INSOLE = SketchLayout(
    characteristic="beb5483e-36e1-4688-b7f5-ea07361b26a8",
    fields=(
        SketchField(Meaning.ACCELERATION, 3, scale=G_MPS2),
        SketchField(Meaning.RATE, 3),
        SketchField(Meaning.CELLS, 6, type=NumberType.UINT16),
    ),
    cells=(
        Cell(0.25, 0.92, Region.TOES),
        Cell(0.2, 0.7, Region.FOREFOOT),
        Cell(0.5, 0.72, Region.FOREFOOT),
        Cell(0.8, 0.66, Region.FOREFOOT),
        Cell(0.75, 0.4, Region.MIDFOOT),
        Cell(0.5, 0.1, Region.HEEL),
    ),
)
"""Six floats, five cells and the heel's: 36 bytes, as a family of ESP32 sketches sends them under the UUIDs of the
chip's own example. Their units, rate and positions are not written anywhere; those here are made up."""

SHIN = SketchLayout(
    characteristic=NORDIC_UART_NOTIFY,
    is_text=True,
    fields=(
        SketchField(Meaning.TIME, scale=0.001),
        SketchField(Meaning.ACCELERATION, 3, scale=G_MPS2),
        SketchField(Meaning.RATE, 3),
    ),
)
"""Lines of milliseconds, acceleration in g and rate in deg/s over Nordic's UART."""
