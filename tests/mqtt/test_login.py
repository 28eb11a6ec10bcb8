"""Passwords and certificates with a real Mosquitto; what cannot be reached."""

import asyncio
import logging
import subprocess
from contextlib import suppress

import pytest
from pydantic import SecretStr

from hub.journal import Journal
from hub.mqtt import BrokerAddress, Publisher, Tls, Topics, broker_trouble
from hub.mqtt import publisher as publisher_module
from hub.support.backoff import Backoff
from tests.services.certificates import key_and_certificate

SECRET = "open-sesame-4711"


@pytest.fixture
async def attempt(tmp_path, until, monkeypatch, caplog):
    """Run a publisher until it is connected or has failed twice; gives its trouble. No secret is in any log."""
    monkeypatch.setattr(publisher_module, "ANSWER_S", 1.0)
    caplog.set_level(logging.DEBUG)

    async def attempt(address: BrokerAddress) -> str:
        async with Journal(tmp_path / "journal.db") as journal:
            one = Publisher(address, Topics("insole/home"), journal, version="1", backoff=Backoff(0.01, 0.05))
            task = asyncio.create_task(one.run())
            await until(lambda: task.done() or one.stats.connected or one.stats.failures_n >= 2)
            trouble = one.stats.trouble
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert task.cancelled()
        assert "\n" not in trouble
        assert SECRET not in caplog.text + trouble + repr(address) + str(address)
        return trouble

    return attempt


@pytest.fixture
def certificates(tmp_path):
    folder = tmp_path / "certificates"
    folder.mkdir()
    authority = key_and_certificate(folder, "authority")
    key_and_certificate(folder, "server", authority, hosts=["127.0.0.1"])
    key_and_certificate(folder, "elsewhere", authority, hosts=["127.0.0.9"])
    key_and_certificate(folder, "client", authority)
    key_and_certificate(folder, "expired", authority, hosts=["127.0.0.1"], ends_h=-1)
    key_and_certificate(folder, "stranger")
    return folder


def _tls_settings(folder, server="server", extra=""):
    return (
        f"allow_anonymous true\ncafile {folder}/authority.crt\ncertfile {folder}/{server}.crt\n"
        f"keyfile {folder}/{server}.key\n{extra}"
    )


@pytest.mark.broker
async def test_password(mosquitto, attempt):
    users = mosquitto.folder / "users"
    users.write_text(f"hub:{SECRET}\n")
    await asyncio.to_thread(subprocess.run, ["mosquitto_passwd", "-U", str(users)], check=True, capture_output=True)
    mosquitto.settings = f"allow_anonymous false\npassword_file {users}"
    await mosquitto.start()
    port = mosquitto.port
    assert await attempt(BrokerAddress("127.0.0.1", port, "hub", SecretStr(SECRET))) == ""
    for username, password in [("hub", SecretStr(SECRET + "x")), (None, None)]:
        trouble = await attempt(BrokerAddress("127.0.0.1", port, username, password))
        assert trouble == (
            f"MQTT broker 127.0.0.1:{port}: wrong user or password, or no right to connect; "
            "check mqtt.username and the password file"
        )


@pytest.mark.broker
async def test_tls_with_an_authority_of_ones_own(mosquitto, certificates, attempt):
    mosquitto.settings = _tls_settings(certificates)
    await mosquitto.start()
    port = mosquitto.port
    assert await attempt(BrokerAddress("127.0.0.1", port, tls=Tls(certificates / "authority.crt"))) == ""
    assert "not accepted" in await attempt(BrokerAddress("127.0.0.1", port, tls=Tls()))
    assert "not accepted" in await attempt(BrokerAddress("127.0.0.1", port, tls=Tls(certificates / "stranger.crt")))
    assert "cannot be read (No such file" in await attempt(
        BrokerAddress("127.0.0.1", port, tls=Tls(certificates / "no"))
    )
    assert "wants encryption" in await attempt(BrokerAddress("127.0.0.1", port))


@pytest.mark.broker
async def test_tls_for_another_host_is_not_accepted(mosquitto, certificates, attempt):
    mosquitto.settings = _tls_settings(certificates, "elsewhere")
    await mosquitto.start()
    trouble = await attempt(BrokerAddress("127.0.0.1", mosquitto.port, tls=Tls(certificates / "authority.crt")))
    assert "not accepted (IP address mismatch" in trouble


@pytest.mark.broker
async def test_a_certificate_that_has_expired_is_told_with_what_to_do(mosquitto, certificates, attempt):
    mosquitto.settings = _tls_settings(certificates, "expired")
    await mosquitto.start()
    address = BrokerAddress("127.0.0.1", mosquitto.port, tls=Tls(certificates / "authority.crt"))
    trouble = await attempt(address)
    assert trouble == await broker_trouble(address), "the doctor says the same"
    assert "expired" in trouble
    assert "renew the broker's certificate, or set this machine's clock" in trouble


@pytest.mark.broker
async def test_a_client_certificate_that_has_expired_is_told(mosquitto, certificates, attempt):
    mosquitto.settings = _tls_settings(certificates, extra="require_certificate true")
    await mosquitto.start()
    ours = Tls(certificates / "authority.crt", certificates / "expired.crt", certificates / "expired.key")
    assert "mqtt.client_cert_file" in await attempt(BrokerAddress("127.0.0.1", mosquitto.port, tls=ours))


@pytest.mark.broker
async def test_tls_to_a_port_without_it(mosquitto, certificates, attempt):
    await mosquitto.start()
    trouble = await attempt(BrokerAddress("127.0.0.1", mosquitto.port, tls=Tls(certificates / "authority.crt")))
    assert "is this its TLS port? Usually that is 8883" in trouble


@pytest.mark.broker
async def test_client_certificate(mosquitto, certificates, attempt):
    mosquitto.settings = _tls_settings(certificates, extra="require_certificate true")
    await mosquitto.start()

    def tls(name):
        return Tls(certificates / "authority.crt", certificates / f"{name}.crt", certificates / f"{name}.key")

    assert await attempt(BrokerAddress("127.0.0.1", mosquitto.port, tls=tls("client"))) == ""
    without = Tls(certificates / "authority.crt")
    for wrong in (tls("stranger"), without):
        assert "mqtt.client_cert_file" in await attempt(BrokerAddress("127.0.0.1", mosquitto.port, tls=wrong))


async def test_a_port_where_nothing_listens(attempt, unused_tcp_port):
    assert "nothing listens there" in await attempt(BrokerAddress("127.0.0.1", unused_tcp_port))


async def test_a_name_that_nobody_knows(attempt):
    assert "the name is unknown" in await attempt(BrokerAddress("no-such-broker.invalid"))


async def test_something_that_accepts_and_never_answers(attempt):
    async def accept(reader, writer):
        with suppress(asyncio.CancelledError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with server:
        trouble = await attempt(BrokerAddress("127.0.0.1", server.sockets[0].getsockname()[1]))
    assert "no answer in time" in trouble
