"""A school and its network in two network namespaces, joined by a cable. For root; ended by the block."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def works() -> bool:
    """Whether namespaces can be made here."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    name = f"wz{uuid.uuid4().hex[:8]}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode == 0
    if made:
        subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
    return made


def need_namespaces() -> pytest.MarkDecorator:
    """Skip where namespaces cannot be made."""
    return pytest.mark.skipif(not works(), reason="needs root and ip netns (network namespaces)")


@dataclass(frozen=True)
class Namespace:
    name: str

    def ip(self, *words: str) -> None:
        """``ip`` inside this namespace; raises on failure."""
        subprocess.run(["ip", "-n", self.name, *words], check=True, capture_output=True)

    def sysctl(self, setting: str) -> None:
        self.run("sysctl", "-qw", setting)

    def run(self, *command: str, timeout_s: float = 60) -> str:
        """The standard output of a command inside; raises on failure."""
        done = subprocess.run(
            self.command(*command), check=True, capture_output=True, text=True, timeout=timeout_s, cwd=ROOT
        )
        return done.stdout

    def command(self, *command: str) -> list[str]:
        return ["ip", "netns", "exec", self.name, *command]

    def python(self, code: str, *arguments: str) -> str:
        """What a piece of Python, with this project's packages, prints inside."""
        environment = f"PYTHONPATH={ROOT}"
        return self.run("env", environment, sys.executable, "-c", code, *arguments)


@contextlib.contextmanager
def namespaces(*names: str) -> Iterator[list[Namespace]]:
    """Fresh namespaces with loopback up; their interfaces and addresses end with them."""
    tag = uuid.uuid4().hex[:6]
    made: list[Namespace] = []
    try:
        for name in names:
            subprocess.run(["ip", "netns", "add", f"wz-{name}-{tag}"], check=True, capture_output=True)
            made.append(Namespace(f"wz-{name}-{tag}"))
            made[-1].ip("link", "set", "lo", "up")
        yield made
    finally:
        for space in made:
            subprocess.run(["ip", "netns", "del", space.name], check=False, capture_output=True)


def cable(one: Namespace, one_name: str, other: Namespace, other_name: str) -> None:
    """A veth pair between two namespaces, both ends up. It never touches the host's own namespace."""
    command = ["ip", "-n", one.name, "link", "add", one_name, "type", "veth"]
    command += ["peer", "name", other_name, "netns", other.name]
    subprocess.run(command, check=True, capture_output=True)
    one.ip("link", "set", one_name, "up")
    other.ip("link", "set", other_name, "up")


@contextlib.contextmanager
def school(*, ipv6: bool = True) -> Iterator[tuple[Namespace, Namespace]]:
    """A school behind one router. The county's server is 198.51.100.1 and 2001:db8:100::1, beyond the router.
    Without ``ipv6`` the school has an IPv6 address and no route."""
    with namespaces("school", "county") as (inside, county):
        cable(inside, "eth0", county, "school")
        inside.ip("addr", "add", "192.0.2.2/24", "dev", "eth0")
        inside.ip("-6", "addr", "add", "2001:db8:1::2/64", "dev", "eth0", "nodad")
        county.ip("addr", "add", "192.0.2.1/24", "dev", "school")
        county.ip("-6", "addr", "add", "2001:db8:1::1/64", "dev", "school", "nodad")
        county.ip("addr", "add", "198.51.100.1/32", "dev", "lo")
        county.ip("-6", "addr", "add", "2001:db8:100::1/128", "dev", "lo", "nodad")
        inside.ip("route", "add", "default", "via", "192.0.2.1")
        if ipv6:
            inside.ip("-6", "route", "add", "default", "via", "2001:db8:1::1")
        yield inside, county
