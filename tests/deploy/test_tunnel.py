"""WireGuard's own programs with the shipped files: a tunnel between two machines, and who does not come through."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.test_deploy import ROOT, program
from tests.services.machine import machine, may_be_had, wire

SHIPPED = ROOT / "deploy/remote-access"
STREET = ("192.0.2.1/24", "192.0.2.2/24")

PAGE = """
import socket
page = socket.create_server(("0.0.0.0", 8330))
print("listens", flush=True)
while True:
    page.accept()[0].send(b"page")
"""
"""What listens where the hub's page does with mode ``lan``; what it shows is tested elsewhere."""

KNOCK_THEN_FETCH = """
import socket
street = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
street.connect(("192.0.2.1", 51820))
for length in (0, 1, 148, 1200):
    street.send(b"\\1\\0\\0\\0".ljust(1200, b"?")[:length])  # 148 with this head: as if it greeted
print(socket.create_connection(("10.83.30.1", 8330)).recv(4))
street.setblocking(False)
street.recv(2000)
"""


def keys() -> dict[str, str]:
    """What docs/remote-access.md says: two for each machine."""
    made = {}
    for end in ("HUB", "PHONE"):
        private = subprocess.check_output([program("wg"), "genkey"], text=True)
        made[f"PRIVATE-KEY-OF-THE-{end}"] = private.strip()
        made[f"PUBLIC-KEY-OF-THE-{end}"] = subprocess.check_output(["wg", "pubkey"], input=private, text=True).strip()
    return made


def installed(name: str, folder: Path, put_in: dict[str, str]) -> str:
    """A shipped file with the keys and the address in it; its path."""
    text = (SHIPPED / f"wireguard-{name}.conf").read_text().replace("home.example.org", "192.0.2.1")
    for what, value in put_in.items():
        text = text.replace(what, value)
    path = folder / name / "wg0.conf"
    path.parent.mkdir()
    path.touch(0o600)
    path.write_text(text)
    return str(path)


def test_wireguard_takes_the_shipped_files(tmp_path: Path) -> None:
    put_in = keys()
    for name, own in (("hub", "HUB"), ("phone", "PHONE")):
        path = installed(name, tmp_path, put_in)
        read = subprocess.run([program("wg-quick"), "strip", path], capture_output=True, text=True, check=True)
        assert f"PrivateKey = {put_in[f'PRIVATE-KEY-OF-THE-{own}']}" in read.stdout
        assert "Address" not in read.stdout  # which is wg-quick's own
        assert read.stderr == ""


@pytest.mark.skipif(not may_be_had(), reason="only root may have machines with networks of their own, and a tunnel")
def test_who_has_a_key_reaches_the_page_and_nobody_else_gets_an_answer(tmp_path: Path) -> None:
    program("wireguard-go")
    put_in = keys()
    with machine() as hub, machine() as phone:
        wire(hub, phone, STREET)
        at_hub, at_phone = (installed(name, tmp_path, put_in) for name in ("hub", "phone"))
        hub.run("wg-quick", "up", at_hub)
        with subprocess.Popen(hub.command(sys.executable, "-c", PAGE), stdout=subprocess.PIPE, text=True) as page:
            assert page.stdout is not None
            assert page.stdout.readline() == "listens\n"
            phone.run("wg-quick", "up", at_phone)
            knock = phone.command(sys.executable, "-c", KNOCK_THEN_FETCH)
            asked = subprocess.run(knock, capture_output=True, text=True, check=False)
            page.kill()
        assert asked.stdout == "b'page'\n", asked.stderr
        assert "BlockingIOError" in asked.stderr  # no answer, nor the kernel's that nobody listens
        assert phone.run("ip", "route", "get", "10.83.30.1").startswith("10.83.30.1 dev wg0")
        assert " dev eth0" in phone.run("ip", "route", "get", "192.0.2.9")  # only what is for the hub goes through

        Path(at_hub).write_text(Path(at_hub).read_text().partition("[Peer]")[0])  # the phone is lost
        hub.run("wg-quick", "down", at_hub)
        hub.run("wg-quick", "up", at_hub)
        assert hub.run("wg", "show", "wg0", "peers") == ""
        with pytest.raises(AssertionError, match="timed out"):
            phone.run(sys.executable, "-c", 'import socket; socket.create_connection(("10.83.30.1", 8330), timeout=3)')
