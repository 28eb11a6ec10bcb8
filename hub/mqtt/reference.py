"""The topic and payload reference as Markdown, made from the code: ``python -m hub.mqtt.reference > docs/mqtt.md``."""

import json
import sys
from collections.abc import Iterator, Mapping

from hub.count_fields import COUNTS_FIELDS, WEARER_COUNTS_FIELDS
from hub.day_fields import DAY_FIELDS
from hub.events import FIELDS, NOT_DETECTED_YET, Field, Kind
from hub.mqtt.commands import COMMANDS
from hub.mqtt.fields import (
    ALERT_FIELDS,
    ANSWER_FIELDS,
    CALIBRATION_FIELDS,
    EVENT_FIELDS,
    HEALTH_FIELDS,
    SENSOR_FIELDS,
    STATE_FIELDS,
    STATUS_FIELDS,
    TIME_FIELDS,
)
from hub.mqtt.payloads import OFFLINE
from hub.mqtt.topics import Topics
from sensors.layout import Role

_INTRODUCTION = """\
# MQTT topics and payloads

Everything is JSON, sent with QoS 1. `<base>` is `insole/<hub>` unless `mqtt.base` says otherwise; `<wearer>` is the
nickname. Fields may be added; a field never changes its type or meaning. A value is `null` where it is not known. No
payload holds a Bluetooth address. [schemas](schemas) has a JSON Schema of every payload; tests hold a whole run of the
hub against them. [Home Assistant](home-assistant.md) is told of each wearer as a device.

An event is written to the disk before it is sent, and sent again until the broker has acknowledged it. So nothing is
lost while the broker is away, and after an interruption an event may come twice: **drop what you have seen by `id`**.
Contacts and steps wait up to a second for a common write to the disk, and let everything else go first, so that a trip
does not wait behind them. So of all of a wearer's events the order is not kept; within a connection that of contacts
and steps is, and that of everything else. **`position` restores the whole: sort by it.** After an interruption the
repetition begins at the oldest that was not acknowledged, and goes through what has waited in portions of 100; alerts
have a stream of their own, which does not wait for that. Late events are told by `wall_time`, not by when they arrive.

Events are never retained, so that a reader that starts anew does not take an old trip for a new one. States are
retained and carry the time they were made.
"""

_COMMANDS = """\
The payload is a JSON object with the command's fields, or empty. Unknown fields are refused. `mqtt.commands` says
whether commands are obeyed: by default only where the hub logs in at the broker, so that the broker knows who is who,
and at the hub's own broker, which listens on this machine only. Not more than 5 a second are taken for each wearer,
so that a flood of one wearer's keeps no other's out; a retained command is none. A wearer's diary takes 500 entries a
day.

`mosquitto_pub -t 'insole/home/anna/command/pause_radio' -m '{"minutes": 10}'`
`mosquitto_pub -t 'insole/home/anna/command/acknowledge' -m '{"by": "Ben"}'`

What is said of an alert or in the diary is on the disk before the command is answered.

A command that is given while the hub is away is **not kept for it**: the hub asks the broker for a new session at each
connection. MQTT 3.1.1 does not tell how old a kept message is, and one that comes late does harm: an "I'm fine" of an
hour ago would end the alert of a fall that happened now, a pause would let go of sensors that nobody wants any more,
an aid would be put on at the wrong time, and a note whose receipt was lost would stand there twice. So whoever gives a
command waits for the answer, and gives it again where none comes; `status` says when the hub is away, and Home
Assistant shows its buttons as unavailable then. Notes and exercises may be given again later: with `at` they stand at
their own time, and count once however often they are sent.

The broker decides who may give commands: let a user write `<base>/<wearer>/command/#` only where that is meant.
"""

_BROKERS = """\
## Settings of the broker that matter

What the broker has acknowledged is the broker's to keep. With Mosquitto:

| setting | why |
|---|---|
| `max_queued_messages 0` or large | else it drops what exceeds 1000 waiting messages of a reader, as after an outage |
| `persistence true` | readers with a lasting session get what came while they were away, and after a restart |
| `set_tcp_nodelay true` | events that come together are not held back up to 40 ms |

The hub connects as `insole-hub:<base>`. Two hubs need two names (`hub.name`), or each ends the other's connection.
"""


def reference() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    yield "## Topics\n"
    yield "| topic | retained | says |"
    yield "|---|---|---|"
    topics = Topics("<base>")
    wearer = "<wearer>"
    event = topics.event(wearer, Kind.STEP).removesuffix(Kind.STEP.value) + "<kind>"
    sensor = topics.sensor(wearer, Role.LEFT_SHIN).removesuffix(Role.LEFT_SHIN.value) + "<role>"
    yield f"| `{topics.status}` | yes, and last will | whether the hub is there |"
    yield f"| `{event}` | never | something happened |"
    yield f"| `{topics.state(wearer)}` | yes | the wearer's day so far |"
    yield f"| `{topics.day(wearer)}` | yes | the wearer's newest day that is over; again where late data change it |"
    yield f"| `{sensor}` | yes | how a sensor is doing; roles: {', '.join(f'`{role.value}`' for role in Role)} |"
    alert = topics.alert(wearer, "ID").removesuffix("ID") + "<id>"
    yield f"| `{alert}` | until it is over, then empty | an [alert](alerts.md) |"
    calibration, own_counts = topics.calibration(wearer), topics.wearer_counts(wearer)
    yield f"| `{calibration}` | while it runs and 10 min after, then empty | a guided [calibration](calibration.md) |"
    yield f"| `{topics.counts}` | yes | what the hub has counted |"
    yield f"| `{own_counts}` | yes | what the hub has counted of the wearer |"
    yield f"| `{topics.health}` | yes | how the hub is; the same as JSON at `http://127.0.0.1:8330/health` |"
    command = topics.command(wearer, "<name>")
    yield f"| `{command}` | never | asks the hub for something; the hub listens |"
    yield f"| `{topics.answer(wearer, '<name>')}` | never, QoS 0 | what became of a command |"
    yield f"\nTo watch: `mosquitto_sub -t 'insole/#' -v`\n\n## `{topics.status}`\n"
    yield f"The last will, spoken by the broker when the hub is gone, is `{OFFLINE.decode()}` and nothing else.\n"
    yield from _table(STATUS_FIELDS | TIME_FIELDS)
    yield f"## `{topics.state(wearer)}`\n"
    yield from _table(STATE_FIELDS | TIME_FIELDS)
    yield f"## `{topics.day(wearer)}`\n"
    yield from _table(DAY_FIELDS | TIME_FIELDS)
    yield f"## `{sensor}`\n"
    yield from _table(SENSOR_FIELDS | TIME_FIELDS)
    yield f"## `{alert}`\n\nSaid at every change.\n"
    yield from _table(ALERT_FIELDS | TIME_FIELDS)
    yield f"## `{calibration}`\n"
    yield from _table(CALIBRATION_FIELDS | TIME_FIELDS)
    for topic, fields in (
        (topics.counts, COUNTS_FIELDS),
        (own_counts, WEARER_COUNTS_FIELDS),
        (topics.health, HEALTH_FIELDS),
    ):
        yield f"## `{topic}`\n"
        yield from _table(fields | TIME_FIELDS)
    yield from _commands(topics, wearer)
    yield f"## `{event}`\n\nEvery event has:\n"
    yield from _table(EVENT_FIELDS | TIME_FIELDS)
    yield "and the fields of its kind:\n"
    for kind in Kind:
        yield f"### `{kind.value}`\n"
        if kind in NOT_DETECTED_YET:
            yield "**No detector yet:** the hub never sends this kind so far.\n"
        yield from _table(FIELDS[kind]) if FIELDS[kind] else ["Nothing more.\n"]
    yield _BROKERS.rstrip("\n")


def _commands(topics: Topics, wearer: str) -> Iterator[str]:
    yield f"## `{topics.command(wearer, '<name>')}`\n"
    yield _COMMANDS
    for kind in COMMANDS:
        yield f"### `{kind.name}`\n\n{(kind.__doc__ or '').splitlines()[0]}\n"
        if kind.model_fields:
            yield "| field | default | meaning |"
            yield "|---|---|---|"
            for name, each in kind.model_fields.items():
                default = "**required**" if each.is_required() else f"`{json.dumps(each.default)}`"
                yield f"| `{name}` | {default} | {each.description} |"
            yield ""
    yield f"### The answer, on `{topics.answer(wearer, '<name>')}`\n"
    yield from _table(ANSWER_FIELDS | TIME_FIELDS)


def _table(fields: Mapping[str, Field]) -> Iterator[str]:
    yield "| field | type | meaning |"
    yield "|---|---|---|"
    for name, each in fields.items():
        yield f"| `{name}` | {each.type} | {each.meaning} |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(reference())
