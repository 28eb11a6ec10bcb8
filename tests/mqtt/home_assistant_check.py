"""Run by a Python that has Home Assistant, which the hub's own has not: its code judges a discovery payload.

Reads ``{"topic": ..., "payload": ..., "says": {topic: payload}}`` from stdin; prints what each component shows.
"""

import asyncio
import json
import sys

from homeassistant.components.mqtt import binary_sensor, button, device_trigger, event, sensor, switch
from homeassistant.components.mqtt.abbreviations import (
    ABBREVIATIONS,
    DEVICE_ABBREVIATIONS,
    ORIGIN_ABBREVIATIONS,
)
from homeassistant.components.mqtt.discovery import TOPIC_MATCHER
from homeassistant.components.mqtt.schemas import DEVICE_DISCOVERY_SCHEMA, SHARED_OPTIONS
from homeassistant.const import __version__
from homeassistant.core import HomeAssistant
from homeassistant.helpers.template import Template

SCHEMAS = {
    "sensor": sensor.DISCOVERY_SCHEMA,
    "binary_sensor": binary_sensor.DISCOVERY_SCHEMA,
    "event": event.DISCOVERY_SCHEMA,
    "button": button.DISCOVERY_SCHEMA,
    "switch": switch.DISCOVERY_SCHEMA,
    "device_automation": device_trigger.TRIGGER_DISCOVERY_SCHEMA,
}


def long(names, table):
    return {table.get(name, name): value for name, value in names.items()}


async def main() -> None:
    hass = HomeAssistant("/nowhere")
    given = json.load(sys.stdin)
    _, found = given["topic"].split("/", 1)
    assert TOPIC_MATCHER.match(found), found
    device = long(given["payload"], ABBREVIATIONS)
    device["device"] = long(device["device"], DEVICE_ABBREVIATIONS)
    device["origin"] = long(device["origin"], ORIGIN_ABBREVIATIONS)
    DEVICE_DISCOVERY_SCHEMA(device)
    shown = {}
    for name, described in device["components"].items():
        component = long(described, ABBREVIATIONS)
        config = {key: device[key] for key in (*SHARED_OPTIONS, "qos") if key in device} | component
        platform = config["platform"]
        checked = SCHEMAS[platform](config | {"device": device["device"], "origin": device["origin"]})
        lost = set(component) - set(checked) - {"platform"}
        assert not lost, f"{name}: Home Assistant does not know {lost}"
        topic = config.get("state_topic", config.get("topic"))
        if "value_template" in config:
            says = given["says"][topic]
            template = Template(config["value_template"], hass)
            shown[name] = template.async_render({"value": says, "value_json": json.loads(says)}, parse_result=False)
        for place in config.get("availability", ()):
            says = given["says"][place["topic"]]
            template = Template(place["value_template"], hass)
            assert template.async_render({"value_json": json.loads(says)}, parse_result=False) == "online"
    json.dump({"version": __version__, "shown": shown}, sys.stdout)


asyncio.run(main())
