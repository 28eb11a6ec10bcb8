"""What may stand in an MQTT topic. The one place for this rule."""

import re

LEVEL_RULE = "one word without spaces, '/', '+' or '#'"
"""What a level is, for messages."""

_LEVEL = re.compile(r"[^/+#\s\x00-\x1f\x7f-\x9f]+")


def is_topic_level(text: str) -> bool:
    """Whether a text can be one level: no separator or wildcard, and no control character, which brokers refuse."""
    return _LEVEL.fullmatch(text) is not None


def is_topic_base(text: str) -> bool:
    """Whether a text can be the first levels of topics; those that begin with $ are the broker's own."""
    return not text.startswith("$") and all(is_topic_level(level) for level in text.split("/"))
