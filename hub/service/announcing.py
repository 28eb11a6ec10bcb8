"""What a hub leaves at its broker: the wearers as devices of Home Assistant, and nothing of those who are gone."""

from hub.config import Config
from hub.mqtt import BrokerAddress, KeptTopics, Publisher, Topics, home_assistant


class Announcer:
    """Announces the wearers of the configuration, and takes back what an earlier one has left.

    Parameters
    ----------
    address : the broker in use.
    obeys : whether commands are obeyed.
    """

    def __init__(self, config: Config, topics: Topics, address: BrokerAddress, *, version: str, obeys: bool) -> None:
        announced = config.mqtt.home_assistant if config.mqtt is not None else None
        self.birth_topic: str | None = None
        """Where Home Assistant says that it has started; None where nothing is announced."""
        self._announced: dict[str, bytes] = {}
        if announced is not None and announced.enabled:
            self.birth_topic = home_assistant.birth_topic(announced.prefix)
            self._announced = {
                home_assistant.discovery_topic(announced.prefix, topics, wearer.nickname): home_assistant.discovery(
                    topics,
                    wearer.nickname,
                    [device.role for device in wearer.devices],
                    version=version,
                    obeys=obeys,
                )
                for wearer in config.wearers
            }
        self._kept: KeptTopics | None = None
        if config.mqtt is not None:  # the hub's own broker forgets everything with the hub
            said = [topics.status, topics.counts, topics.health, *self._announced]
            for wearer in config.wearers:
                said += [
                    topics.state(wearer.nickname),
                    topics.day(wearer.nickname),
                    topics.wearer_counts(wearer.nickname),
                    topics.calibration(wearer.nickname),
                ]
                said += [topics.sensor(wearer.nickname, device.role) for device in wearer.devices]
            self._kept = KeptTopics(config.hub.state_dir / "kept_topics.json", address, said)

    async def run(self, publisher: Publisher) -> None:
        """Say it; returns when the broker has taken what is to be taken back, however long that is away."""
        for topic, payload in self._announced.items():
            publisher.set_state(topic, payload)
        if self._kept is not None and self._kept.stale:
            for topic in self._kept.stale:
                publisher.set_state(topic, b"")
            await publisher.taken(self._kept.stale)
            self._kept.cleared()
