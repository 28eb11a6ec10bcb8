"""Real messages through apprise to a real HTTP server."""

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from hub.alerts.delivery import send
from hub.alerts.words import Letter
from hub.cli.commands import app
from tests.alerts.service import Service

LETTER = Letter("anna: trip", "anna: a trip of the left foot was noticed.\n<b>ß</b>", is_urgent=True)


@pytest.fixture
def service():
    with Service() as service:
        yield service


async def test_a_message_comes_as_it_was_written(service):
    assert (await send(SecretStr(service.address), LETTER)).trouble == ""
    (got,) = service.got
    assert (got["title"], got["message"], got["type"]) == (LETTER.title, LETTER.body, "warning")


async def test_a_service_that_is_out_of_order_is_worth_another_try(service):
    service.status = 503
    outcome = await send(SecretStr(service.address), LETTER)
    assert "503" in outcome.trouble
    assert not outcome.hopeless
    assert "hidden-secret" not in outcome.trouble


async def test_a_service_that_hangs_is_given_up_and_its_process_ended(service):
    service.silent.set()
    outcome = await send(SecretStr(service.address + "?rto=60&cto=60"), LETTER, patience_s=8.0)
    assert "no answer within 8 s" in outcome.trouble


async def test_an_address_that_is_none_is_hopeless():
    outcome = await send(SecretStr("nonsense://hidden-secret"), LETTER)
    assert outcome.hopeless
    assert "hidden-secret" not in outcome.trouble


def test_the_trial_says_what_each_contact_s_service_answered(service, tmp_path, monkeypatch):
    monkeypatch.setenv("BEN_URL", service.address)
    (tmp_path / "clara").write_text("json://127.0.0.1:9/\n")
    config = tmp_path / "hub.toml"
    config.write_text(
        '[[wearers]]\nnickname = "anna"\n[[wearers.devices]]\nrole = "left_shin"\ntype = "witmotion"\nname = "WT"\n'
        '[[contacts]]\nname = "Ben"\nurl_env = "BEN_URL"\n'
        f'[[contacts]]\nname = "Clara"\nurl_file = "{tmp_path}/clara"\n'
    )
    result = CliRunner().invoke(app, ["alerts", "test", "-c", str(config)])
    assert result.exit_code == 1
    said = result.output.splitlines()
    assert said[0].startswith("Ben: taken by the service")
    assert said[1].startswith("Clara: A Connection error")
    assert "hidden-secret" not in result.output
    assert service.got[0]["title"] == "Insole Hub: TRIAL"
    assert "not a medical device" in service.got[0]["message"]
