"""What a broker retains of one wearer is taken back, and nobody else's."""

import aiomqtt
import pytest

from hub.errors import DeliveryError
from hub.mqtt import BrokerAddress, Topics, erase_retained, retained_of

pytestmark = pytest.mark.broker

TOPICS = Topics("insole/home")


async def test_retained_topics_of_a_wearer_are_found_and_emptied(mosquitto):
    await mosquitto.start()
    address = mosquitto.address
    own = {TOPICS.state("anna"), TOPICS.day("anna"), TOPICS.alert("anna", "t1")}
    others = {TOPICS.state("anna-lena"), TOPICS.counts}
    async with aiomqtt.Client(address.host, address.port) as client:
        for topic in own | others:
            await client.publish(topic, b"{}", 1, retain=True)
    assert set(await retained_of(address, TOPICS, "anna")) == own
    await erase_retained(address, TOPICS, "anna")
    assert await retained_of(address, TOPICS, "anna") == ()
    assert set(await retained_of(address, TOPICS, "anna-lena")) == {TOPICS.state("anna-lena")}


async def test_a_broker_that_is_away_is_one_clear_error():
    with pytest.raises(DeliveryError, match="nothing listens there"):
        await retained_of(BrokerAddress("127.0.0.1", 1), TOPICS, "anna")
