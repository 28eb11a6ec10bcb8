"""A machine of its own as far as networks go: namespaces of the kernel, which end with it. Only root may have one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

_ALL = ("--net", "--mount", "--pid")
_BEGIN = "mount -t tmpfs none /run && ip link set lo up && echo begun && exec sleep infinity"


@dataclass(frozen=True, slots=True)
class Machine:
    """``pid``: of its first process, for all others."""

    pid: int

    def command(self, *words: str) -> list[str]:
        """What runs ``words`` there."""
        return ["nsenter", "--target", str(self.pid), *_ALL, *words]

    def run(self, *words: str) -> str:
        """Run them there, and give what they say."""
        done = subprocess.run(self.command(*words), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


def may_be_had() -> bool:
    """Whether this system lets us have one, and a tunnel in it."""
    if os.geteuid() != 0 or not Path("/dev/net/tun").exists():
        return False
    return subprocess.run(["unshare", *_ALL, "--fork", "true"], capture_output=True, check=False).returncode == 0


@contextmanager
def machine() -> Iterator[Machine]:
    """Have one; whatever runs there ends with it."""
    command = ["unshare", *_ALL, "--fork", "--kill-child", "--mount-proc", "sh", "-c", _BEGIN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        (first,) = psutil.Process(process.pid).children()
        try:
            yield Machine(first.pid)
        finally:
            process.kill()


def wire(one: Machine, other: Machine, addresses: tuple[str, str]) -> None:
    """A cable between two of them, and an address at each end, such as 192.0.2.1/24."""
    cable = f"ip link add eth0 type veth peer name eth0 netns {other.pid}"
    enter = ["nsenter", "--target", str(one.pid), "--net"]  # the other's number is one of this system
    subprocess.run([*enter, *cable.split()], check=True)
    for end, address in zip((one, other), addresses, strict=True):
        end.run("ip", "address", "add", address, "dev", "eth0")
        end.run("ip", "link", "set", "eth0", "up")
