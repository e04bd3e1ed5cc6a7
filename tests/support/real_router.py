"""A real router in a network namespace: FRR routes and advertises, lldpd speaks LLDP, net-snmp answers.

Three namespaces: the county, the router, a switch behind it. Nothing of the host's own network is touched,
and every program ends with the block.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from netns import Namespace, cable, namespaces, works

FRR = Path("/usr/lib/frr")
COMMUNITY = "county"
PROGRAMS = ("snmpd", "lldpd", "lldpcli")
ZEBRA = """\
interface wan0
 ip address 198.51.100.2/30
 ipv6 address 2001:db8:0:1::2/64
interface lan0
 ip address 10.1.0.1/24
 ipv6 address 2001:db8:1::1/64
 no ipv6 nd suppress-ra
 ipv6 nd ra-interval 3
 ipv6 nd prefix 2001:db8:1::/64
"""
IPV4_ONLY = "ip route 0.0.0.0/0 198.51.100.1\n"
STATIC = IPV4_ONLY + "ipv6 route ::/0 2001:db8:0:1::1\n"
SNMPD = """\
rocommunity county
sysName rt-1
master agentx
agentXSocket {folder}/agentx
agentXPerms 0777 0777
"""


def need_router() -> pytest.MarkDecorator:
    """Skip where the programs or the rights are missing."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    missing = [name for name in PROGRAMS if shutil.which(name, path=path) is None]
    missing += [name for name in ("zebra", "staticd") if not (FRR / name).exists()]
    reason = f"not installed: {', '.join(missing)}" if missing else "needs root and ip netns (namespaces)"
    return pytest.mark.skipif(bool(missing) or not works(), reason=reason)


@dataclass(frozen=True)
class Network:
    county: Namespace
    router: Namespace
    switch: Namespace


@contextlib.contextmanager
def real_router(*, default_route: bool = True) -> Iterator[Network]:
    """The router at 10.1.0.1 and 2001:db8:1::1, as the switch sees it; it routes and has heard the switch."""
    with (
        namespaces("county", "router", "switch") as (county, router, switch),
        _folder(default_route) as folder,
    ):
        cable(router, "wan0", county, "eth0")
        cable(router, "lan0", switch, "eth0")
        router.sysctl("net.ipv6.conf.all.forwarding=1")
        router.sysctl("net.ipv4.ip_forward=1")
        county.ip("addr", "add", "198.51.100.1/30", "dev", "eth0")
        county.ip("-6", "addr", "add", "2001:db8:0:1::1/64", "dev", "eth0", "nodad")
        county.ip("-6", "route", "add", "2001:db8:1::/48", "via", "2001:db8:0:1::2")
        switch.ip("addr", "add", "10.1.0.2/24", "dev", "eth0")
        network = Network(county, router, switch)
        with _programs(network, folder, default_route):
            yield network


@contextlib.contextmanager
def _folder(default_route: bool) -> Iterator[Path]:
    """A short path: sockets live there. FRR's programs give up their rights and must be able to write."""
    with tempfile.TemporaryDirectory(prefix="wz-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        shutil.chown(folder, "frr", "frr")
        files = {
            "zebra.conf": ZEBRA,
            "staticd.conf": STATIC if default_route else IPV4_ONLY,
            "agent.conf": SNMPD.format(folder=folder),
        }
        for file, text in files.items():
            (folder / file).write_text(text, encoding="ascii")
            (folder / file).chmod(0o644)
        yield folder


@contextlib.contextmanager
def _programs(network: Network, folder: Path, default_route: bool) -> Iterator[None]:
    router, started = network.router, list[subprocess.Popen[bytes]]()
    environment = os.environ | {
        "SNMP_PERSISTENT_DIR": str(folder),
        "MIBS": "",
        "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin",
    }
    frr = [*("--vty_socket", str(folder)), *("-A", "127.0.0.1", "-P", "0", "-u", "frr", "-g", "frr")]
    with (folder / "log").open("wb") as log, contextlib.ExitStack() as ends:

        def start(where: Namespace, *command: str) -> None:
            process = subprocess.Popen(where.command(*command), stdout=log, stderr=log, env=environment)
            started.append(process)
            ends.callback(_end, process)

        def frr_program(name: str) -> None:
            files = ("-f", f"{folder}/{name}.conf", "-i", f"{folder}/{name}.pid", "-z", f"{folder}/zserv")
            start(router, str(FRR / name), *files, *frr)

        start(
            router, "snmpd", "-f", "-C", "-c", f"{folder}/agent.conf", "-Lf", f"{folder}/snmpd.log", "udp:161"
        )
        frr_program("zebra")
        _until(lambda: (folder / "zserv").exists() and (folder / "agentx").exists(), started, folder)
        frr_program("staticd")
        spoken = ("-I", "wan0,lan0", "-S", "a real router", "-x", "-X", f"{folder}/agentx")
        start(router, "lldpd", "-d", "-u", f"{folder}/lldp-r", *spoken)
        start(network.switch, "lldpd", "-d", "-u", f"{folder}/lldp-s", "-I", "eth0", "-S", "a switch")
        _until(lambda: "default" in router.run("ip", "route"), started, folder)
        if default_route:  # only once its address has passed duplicate address detection
            _until(lambda: "default" in router.run("ip", "-6", "route"), started, folder)
        _until(lambda: "2001:db8:1:" in network.switch.run("ip", "-6", "addr"), started, folder)
        _until(lambda: "a switch" in _heard(network, folder), started, folder)
        yield


def _heard(network: Network, folder: Path) -> str:
    """What the router has heard; the switch is made to speak again, else it does so every half minute."""
    with contextlib.suppress(subprocess.CalledProcessError):
        network.switch.run("lldpcli", "-u", f"{folder}/lldp-s", "update")
        return network.router.run("lldpcli", "-u", f"{folder}/lldp-r", "show", "neighbors")
    return ""


def _until(true: Callable[[], bool], started: list[subprocess.Popen[bytes]], folder: Path) -> None:
    deadline = time.monotonic() + 60
    while not true():
        ended = [process.args for process in started if process.poll() is not None]
        if ended or time.monotonic() > deadline:
            raise AssertionError(f"{ended}: {(folder / 'log').read_text(errors='replace')[-800:]}")
        time.sleep(0.2)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
