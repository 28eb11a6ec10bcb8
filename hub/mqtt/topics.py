"""The one place for topic names."""

from dataclasses import dataclass

from hub.config.topic_level import LEVEL_RULE, is_topic_base, is_topic_level
from hub.events import Kind
from sensors.layout import Role


def _level(text: str) -> str:
    if not is_topic_level(text):
        message = f"{text!r} cannot be a level of an MQTT topic: it is not {LEVEL_RULE}"
        raise ValueError(message)
    return text


@dataclass(frozen=True, slots=True)
class Topics:
    """Topic names under ``base``, by default ``insole/<hub>``.

    Raises
    ------
    ValueError
        A name that MQTT does not allow as a level of a topic.
    """

    base: str

    def __post_init__(self) -> None:
        if not is_topic_base(self.base):
            message = f"{self.base!r} cannot be levels of an MQTT topic: words joined by '/'"
            raise ValueError(message)

    @property
    def status(self) -> str:
        """Whether the hub is there: retained, and the last will."""
        return f"{self.base}/status"

    @property
    def counts(self) -> str:
        """What the hub has counted: retained."""
        return f"{self.base}/counts"

    @property
    def health(self) -> str:
        """How the hub is: retained."""
        return f"{self.base}/health"

    @property
    def commands(self) -> str:
        """All commands, for subscribing."""
        return f"{self.base}/+/command/+"

    @property
    def sensors(self) -> str:
        """All sensors of all wearers, for subscribing."""
        return f"{self.base}/+/sensor/+"

    def command(self, wearer: str, name: str) -> str:
        """Ask the hub for something."""
        return f"{self.base}/{_level(wearer)}/command/{name}"

    def command_of(self, topic: str) -> tuple[str, str]:
        """Wearer and name of a command's topic."""
        wearer, _, name = topic.removeprefix(f"{self.base}/").split("/")
        return wearer, name

    def answer(self, wearer: str, name: str) -> str:
        """What became of a command: never retained."""
        return f"{self.base}/{wearer}/answer/{name}"

    def event(self, wearer: str, kind: Kind) -> str:
        """Events of a kind: never retained."""
        return f"{self.base}/{_level(wearer)}/event/{kind.value}"

    def alert(self, wearer: str, alert_id: str) -> str:
        """An alert: retained until it is over, then empty."""
        return f"{self.base}/{_level(wearer)}/alert/{_level(alert_id)}"

    def state(self, wearer: str) -> str:
        """The wearer's day so far: retained."""
        return f"{self.base}/{_level(wearer)}/state"

    def day(self, wearer: str) -> str:
        """The wearer's newest day that is over: retained."""
        return f"{self.base}/{_level(wearer)}/day"

    def wearer_counts(self, wearer: str) -> str:
        """What the hub has counted of the wearer: retained."""
        return f"{self.base}/{_level(wearer)}/counts"

    def calibration(self, wearer: str) -> str:
        """A guided calibration: retained while it runs and for some minutes after, then empty."""
        return f"{self.base}/{_level(wearer)}/calibration"

    def of_wearer(self, wearer: str) -> str:
        """All of a wearer, for subscribing."""
        return f"{self.base}/{_level(wearer)}/#"

    def sensor(self, wearer: str, role: Role) -> str:
        """How a sensor is doing: retained."""
        return f"{self.base}/{_level(wearer)}/sensor/{role.value}"
