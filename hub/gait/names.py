"""What people call the sensors."""

from sensors.layout import Role

NAMES = {
    Role.LEFT_INSOLE: "left insole",
    Role.RIGHT_INSOLE: "right insole",
    Role.LEFT_SHIN: "left shin sensor",
    Role.RIGHT_SHIN: "right shin sensor",
}
