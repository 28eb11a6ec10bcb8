"""Home Assistant's MQTT discovery: one device for each wearer, with all that is known of them. Pure.

Format: home-assistant.io/integrations/mqtt, "device discovery", of Home Assistant 2024.11 and later.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from hub.alert import Severity
from hub.diary import Aid
from hub.events import Kind
from hub.mqtt.fields import HEALTH_FIELDS, SensorCondition
from hub.mqtt.topics import Topics
from sensors.layout import Role

Component = dict[str, Any]

NEWS_S = 600
"""An event that is told later than this after it happened, as after an outage, starts no automation."""

POSSIBLE = 0.5
"""Drags of less confidence are possible ones, of a shin sensor alone: not counted, and not told here."""


def birth_topic(prefix: str) -> str:
    """Where Home Assistant says that it has started."""
    return f"{prefix}/status"


def device_id(topics: Topics, wearer: str) -> str:
    """Stable id of a wearer's device; of letters that may stand in Home Assistant's topics, whatever the nickname."""
    return f"insole_hub_{blake2b(f'{topics.base}/{wearer}'.encode(), digest_size=6).hexdigest()}"


def discovery_topic(prefix: str, topics: Topics, wearer: str) -> str:
    """Where the wearer's device is announced; an empty payload there removes it with all its entities."""
    return f"{prefix}/device/{device_id(topics, wearer)}/config"


def discovery(topics: Topics, wearer: str, roles: Iterable[Role], *, version: str, obeys: bool) -> bytes:
    """The announcement of a wearer's device. ``obeys``: whether commands are obeyed, so that buttons make sense."""
    own = device_id(topics, wearer)
    components = {
        **_day(topics.state(wearer)),
        **_hub(topics.health),
        **_sensors(topics, wearer, roles),
        **_events(topics, wearer),
        **(_aids(topics, wearer) | _buttons(topics, wearer) if obeys else {}),
    }
    for name, component in components.items():
        if component["platform"] != "device_automation":
            component["unique_id"] = f"{own}_{name}"
    announced = {
        "dev": {
            "identifiers": [own],
            "name": wearer,
            "manufacturer": "Insole Hub",
            "model": "Gait monitor for foot drop; an aid, not a medical device",
            "sw_version": version,
        },
        "o": {"name": "insole-hub", "sw_version": version},
        "availability": [{"topic": topics.status, "value_template": "{{ value_json.state }}"}],
        "availability_mode": "all",
        "qos": 1,
        "cmps": components,
    }
    return json.dumps(announced, separators=(",", ":"), ensure_ascii=False).encode()


def _day(topic: str) -> dict[str, Component]:
    """What the wearer's day has come to."""
    counted: Mapping[str, tuple[str, str, str | None]] = {
        "steps": ("Steps today", "mdi:shoe-print", "steps"),
        "drags": ("Toe drags today", "mdi:shoe-sneaker", "drags"),
        "trips": ("Trips today", "mdi:alert", "trips"),
        "falls": ("Falls today", "mdi:alert-octagon", "falls"),
        "walking_min": ("Walking today", "mdi:walk", "min"),
    }
    shares = {
        "toe_first_pct": ("Toe-first contacts today", "mdi:foot-print"),
        "good_step_pct": ("Good steps today", "mdi:check-circle-outline"),
        "coverage_pct": ("Data coverage today", "mdi:database-check"),
    }
    components: dict[str, Component] = {}
    for field, (name, icon, unit) in counted.items():
        components[field] = _value(topic, field, name, icon) | {
            "state_class": "total_increasing",
            "unit_of_measurement": unit,
        }
    for field, (name, icon) in shares.items():
        components[field] = _value(topic, field, name, icon) | {
            "state_class": "measurement",
            "unit_of_measurement": "%",
        }
    components["coverage_pct"]["entity_category"] = "diagnostic"
    components["alert"] = {
        "platform": "binary_sensor",
        "name": "Alert",
        "device_class": "safety",
        "state_topic": topic,
        "value_template": "{{ 'ON' if value_json.alerts_unanswered else 'OFF' }}",
    }
    return components


def _hub(topic: str) -> dict[str, Component]:
    health = _value(topic, "state", "Hub", "mdi:heart-pulse") | {
        "device_class": "enum",
        "options": list(HEALTH_FIELDS["state"].one_of),
        "entity_category": "diagnostic",
        "json_attributes_topic": topic,
        "json_attributes_template": "{{ {'reasons': value_json.reasons} | tojson }}",
    }
    return {"hub": health}


def _sensors(topics: Topics, wearer: str, roles: Iterable[Role]) -> dict[str, Component]:
    components: dict[str, Component] = {}
    for role in roles:
        topic, name = topics.sensor(wearer, role), role.value.replace("_", " ").capitalize()
        components[f"{role.value}_battery"] = _value(topic, "battery_pct", f"{name} battery", None) | {
            "device_class": "battery",
            "state_class": "measurement",
            "unit_of_measurement": "%",
            "entity_category": "diagnostic",
        }
        components[f"{role.value}_state"] = _value(topic, "state", f"{name} state", "mdi:bluetooth") | {
            "device_class": "enum",
            "options": [condition.value for condition in SensorCondition],
            "entity_category": "diagnostic",
        }
        components[f"{role.value}_connected"] = {
            "platform": "binary_sensor",
            "name": f"{name} connected",
            "device_class": "connectivity",
            "entity_category": "diagnostic",
            "state_topic": topic,
            "value_template": "{{ 'ON' if value_json.state in ('streaming', 'not_worn') else 'OFF' }}",
        }
    return components


def _events(topics: Topics, wearer: str) -> dict[str, Component]:
    """Event entities, and triggers for automations where somebody may want to be told at once."""
    confirmed = "value_json.stage == 'confirmed'"
    told: Mapping[Kind, tuple[str, str, str, tuple[str, ...]]] = {
        Kind.TRIP: ("Trip", "mdi:alert", confirmed, ("strategy", "recovery_steps", "recovery_s")),
        Kind.FALL: ("Fall", "mdi:alert-octagon", confirmed, ("cause",)),
        Kind.TOE_DRAG: (
            "Toe drag",
            "mdi:shoe-sneaker",
            f"value_json.confidence >= {POSSIBLE}",
            ("duration_s", "phase"),
        ),
        Kind.TOE_CATCH: ("Toe catch", "mdi:shoe-sneaker", "true", ()),
        Kind.FOOT_SLAP: ("Foot slap", "mdi:shoe-print", "true", ("slap_time_ms",)),
        Kind.COMPENSATION: ("Compensation", "mdi:walk", "true", ("type", "share_pct")),
        Kind.WALK_END: ("Walk ended", "mdi:walk", "true", ("duration_s", "steps", "toe_first_pct", "toe_drags")),
    }
    components: dict[str, Component] = {}
    for kind, (name, icon, holds, fields) in told.items():
        topic = topics.event(wearer, kind)
        attributes = ", ".join(
            f"'{f}': value_json.get('{f}')" for f in ("id", "side", "confidence", "wall_time", *fields)
        )
        is_news = f"{holds} and now().timestamp() - value_json.wall_time_ns / 1e9 < {NEWS_S}"
        components[kind.value] = {
            "platform": "event",
            "name": name,
            "icon": icon,
            "event_types": [kind.value],
            "state_topic": topic,
            "value_template": (
                f"{{% if {is_news} %}}{{{{ {{'event_type': '{kind.value}', {attributes}}} | tojson }}}}{{% endif %}}"
            ),
            "enabled_by_default": kind is not Kind.FOOT_SLAP,  # every step of some people
        }
        if kind in {Kind.TRIP, Kind.FALL}:
            components[f"{kind.value}_trigger"] = {
                "platform": "device_automation",
                "automation_type": "trigger",
                "type": kind.value,
                "subtype": Severity.HIGH.value if kind is Kind.FALL else Severity.MEDIUM.value,
                "topic": topic,
                "payload": kind.value,
                "value_template": f"{{% if {is_news} %}}{kind.value}{{% endif %}}",
            }
    return components


def _aids(topics: Topics, wearer: str) -> dict[str, Component]:
    """A switch for each aid: several may be on at once."""
    shown = {
        Aid.BRACE: ("With brace", "mdi:shoe-cleat"),
        Aid.STIMULATOR: ("With stimulator", "mdi:lightning-bolt-outline"),
        Aid.STICK: ("With stick", "mdi:human-cane"),
        Aid.OTHER: ("With another aid", "mdi:human-wheelchair"),
    }
    return {
        f"aid_{aid.value}": {
            "platform": "switch",
            "name": name,
            "icon": icon,
            "state_topic": topics.state(wearer),
            "value_template": f"{{{{ 'ON' if '{aid.value}' in (value_json.aids or []) else 'OFF' }}}}",
            "state_on": "ON",
            "state_off": "OFF",
            "command_topic": topics.command(wearer, "aid"),
            "payload_on": json.dumps({"aid": aid.value}),
            "payload_off": json.dumps({"aid": aid.value, "on": False}),
            "qos": 1,
        }
        for aid, (name, icon) in shown.items()
    }


def _buttons(topics: Topics, wearer: str) -> dict[str, Component]:
    pressed = {
        "fine": ("I'm fine", "mdi:emoticon-happy-outline", "{}"),
        "aid": ("No aid", "mdi:walk", '{"aid": "nothing"}'),
        "acknowledge": ("Acknowledge alerts", "mdi:hand-heart", '{"by": "Home Assistant"}'),
        "pause_radio": ("Let go of the sensors for 10 min", "mdi:pause", "{}"),
        "resume_radio": ("Connect the sensors again", "mdi:play", "{}"),
    }
    return {
        f"press_{command}": {
            "platform": "button",
            "name": name,
            "icon": icon,
            "command_topic": topics.command(wearer, command),
            "payload_press": payload,
            "qos": 1,
        }
        for command, (name, icon, payload) in pressed.items()
    }


def _value(topic: str, field: str, name: str, icon: str | None) -> Component:
    """A sensor that shows a field; null is told as None, which Home Assistant shows as unknown."""
    shown = {
        "platform": "sensor",
        "name": name,
        "state_topic": topic,
        "value_template": f"{{{{ value_json.{field} }}}}",
    }
    return shown if icon is None else shown | {"icon": icon}
