"""Who is told: mistakes in [[contacts]], each with its path and a hint."""

import pytest

from hub.config import parse_config
from hub.errors import ConfigError

WEARER = (
    '[[wearers]]\nnickname = "anna"\n[[wearers.devices]]\nrole = "left_shin"\ntype = "witmotion"\nname = "WT"\n'
    '[[contacts]]\nname = "Ben"\nurl_env = "BEN_URL"\n'
)


@pytest.fixture(autouse=True)
def _address(monkeypatch):
    monkeypatch.setenv("BEN_URL", "json://127.0.0.1:9/hidden-secret")


def test_a_contact_is_read_and_its_address_shows_nowhere():
    config = parse_config(WEARER + 'quiet = "22:00-07:00"\nwearers = ["anna"]\nseverity = "high"\n', "hub.toml")
    assert config.contacts[0].url().get_secret_value().endswith("hidden-secret")
    assert "hidden-secret" not in repr(config) + repr(config.contacts[0].url())


@pytest.mark.parametrize(
    ("line", "path", "words"),
    [
        ('quiet = "night"', "contacts[1].quiet", "no span of the day"),
        ('quiet = "22:00-22:00"', "contacts[1].quiet", "no span of the day"),
        ('quiet = "22:00-25:00"', "contacts[1].quiet", "no span of the day"),
        ('wearers = ["bob"]', "contacts[1].wearers", "nobody is called 'bob'"),
        ('severity = "hihg"', "contacts[1].severity", "did you mean high"),
        ('[[contacts]]\nname = "Ben"\nurl_env = "BEN_URL"', "contacts[2].name", "given to contacts[1] already"),
        ('[[contacts]]\nname = "Clara"', "contacts[2].url_file", "is missing"),
        ('[[contacts]]\nname = "Clara"\nurl_env = "NOWHERE"', "contacts[2].url_env", "NOWHERE is not set"),
        ("[alerts]\nanswer_min = 0", "alerts.answer_min", "greater than"),
    ],
)
def test_a_mistake_is_told_with_its_path(line, path, words):
    with pytest.raises(ConfigError) as caught:
        parse_config(WEARER + line + "\n", "hub.toml")
    (problem,) = [problem for problem in caught.value.problems if problem.key_path == path]
    assert words in str(problem)
