"""Joint angles of stairs, slopes, tiptoe and high knees, over the gait cycle as in ``profiles``. A table.

Stairs: the shapes of Riener 2002 and Protopapadaki 2007 (knee flexed to 90-95 deg in swing, upward to 65 deg at
contact), fitted so that reach at contact and the other leg's differ by one riser of 0.17 m to 3 cm (computed).
Slopes: what 10 deg add to level walking (direction from Lay 2006, sizes fitted to the legs' reach).
"""

from sensors.walker.chain import Joints

RISER_M = 0.17
"""For a person of 1.75 m; the fit of the angles makes it grow with the legs (0.145-0.19 m)."""

UPSTAIRS = Joints(
    (50, 48, 43, 34, 22, 12, 6, 5, 8, 16, 25, 40, 54, 56, 50),
    (60, 57, 50, 40, 26, 15, 11, 10, 16, 34, 62, 84, 92, 92, 84, 70, 63, 60),
    (5, 7, 8, 6, 4, 3, 2, -4, -12, -16, -8, 4, 7, 7, 5),
)
DOWNSTAIRS = Joints(
    (10, 12, 14, 15, 15, 17, 24, 28, 32, 36, 37, 32, 20, 12, 10),
    (5, 12, 24, 28, 32, 42, 60, 76, 86, 91, 90, 80, 63, 38, 16, 5, 4, 5),
    (-22, -12, 2, 10, 16, 20, 22, 18, 8, -4, -10, -14, -16, -20, -22),
)
STEEP_SLOPE = 0.176
"""Rise over run of 10 deg."""

UPHILL = Joints(
    (18, 18, 17, 13, 7, 3, 0, 0, 2, 5, 8, 12, 15, 17, 18),
    (18, 18, 15, 10, 4, 0, 0, 0, 0, 0, 0, 0, 2, 5, 10, 16, 18, 18),
    (6, 8, 8, 8, 8, 8, 6, 2, 0, 0, 0, 3, 5, 6, 6),
)
DOWNHILL = Joints(
    (-4, -3, -1, 2, 6, 10, 14, 13, 8, 3, -1, -3, -4, -4, -4),
    (1, 5, 8, 10, 15, 22, 26, 28, 22, 14, 7, 1, 0, 0, 0, 0, 1, 1),
    (-5, -8, -6, -2, 3, 9, 13, 13, 9, 3, -2, -4, -5, -5, -5),
)
TIPTOE_ANKLE_DEG = (-22, -22, -20, -20, -20, -22, -24, -26, -28, -28, -26, -24, -22, -22, -22)
MARCHING = Joints(
    (4, 3, 2, 1, 0, 0, 2, 9, 24, 42, 52, 50, 32, 12, 4),
    (8, 6, 5, 4, 4, 4, 6, 14, 34, 60, 78, 82, 72, 52, 30, 14, 10, 8),
    (-6, -3, 0, 1, 2, 2, 0, -4, -8, -8, -4, 0, 0, -3, -6),
)
"""High knees on the spot: thigh near the horizontal is 90, here two thirds of it."""
