"""A real IPv6 router on this machine: FRR, net-snmp and lldpd in network namespaces made for it.

    agent ---- lan0 [router] wan0 ---- carrier
    ::10       ::1           ::2       ::1         2001:db8:a::/64 and 2001:db8:ffff::/64

Nothing outside the three namespaces is touched; they and every process in them end with the block.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

FRR = Path("/usr/lib/frr")
NEEDED = ("ip", "snmpd", "lldpd", "lldpcli")
LAN, WAN = "2001:db8:a", "2001:db8:ffff"

FRR_CONF = f"""hostname school-gw
ipv6 route ::/0 {WAN}::1
interface lan0
 no ipv6 nd suppress-ra
 ipv6 nd prefix {LAN}::/64
"""
SNMPD_CONF = """agentaddress udp6:[{lan}::1]:161
createUser wanzhao SHA-256 "authentic-phrase" AES "private-phrase"
rouser wanzhao priv
rocommunity6 public
master agentx
agentXSocket {folder}/agentx
sysName school-gw
"""


def missing() -> str:
    """Why there can be no router here, or "" when there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    lacking = [name for name in NEEDED if not _which(name)]
    if not (FRR / "zebra").exists():
        lacking.append("frr")
    if lacking:
        return f"not installed: {', '.join(lacking)} (apt-get install frr lldpd snmpd iproute2)"
    probe = f"wzprobe{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", probe], capture_output=True, check=False).returncode:
        return "this machine makes no network namespaces"
    subprocess.run(["ip", "netns", "del", probe], check=True)
    return ""


@dataclass(frozen=True)
class Router:
    """A running router: its SNMP address, and where an agent stands that can reach it."""

    namespace: str
    agent: str
    carrier: str
    address: str = f"{LAN}::1"

    def wanzhao(self, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """The command line, run where the agent stands."""
        return subprocess.run(
            ["ip", "netns", "exec", self.agent, sys.executable, "-m", "wanzhao.cli", *arguments],
            env=os.environ | (env or {}),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def run(self, *command: str) -> str:
        """A command on the router itself."""
        return _in(self.namespace, *command)

    def at_the_agent(self, *command: str) -> str:
        """A command where the agent stands."""
        return _in(self.agent, *command)


@contextlib.contextmanager
def running() -> Iterator[Router]:
    """The router, once it has learnt who is at the other end of its uplink."""
    tag = f"wz{os.getpid()}"
    names = {role: f"{tag}{role[0]}" for role in ("router", "agent", "carrier")}
    folder = Path(tempfile.mkdtemp(prefix="wanzhao-router-", dir="/tmp"))
    folder.chmod(0o755)
    started: list[subprocess.Popen[bytes]] = []
    try:
        _wire(names)
        _start(names, folder, started)
        yield Router(names["router"], names["agent"], names["carrier"])
    finally:
        for name in names.values():
            _end(name)
        for process in started:
            process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _wire(names: dict[str, str]) -> None:
    router, agent, carrier = names["router"], names["agent"], names["carrier"]
    for name in names.values():
        _do("ip", "netns", "add", name)
        _do("ip", "-n", name, "link", "set", "lo", "up")
    _do("ip", "-n", router, "link", "add", "lan0", "type", "veth", "peer", "name", "eth0", "netns", agent)
    _do("ip", "-n", router, "link", "add", "wan0", "type", "veth", "peer", "name", "eth0", "netns", carrier)
    for name, port, address in (
        (router, "lan0", f"{LAN}::1/64"),
        (router, "wan0", f"{WAN}::2/64"),
        (agent, "eth0", f"{LAN}::10/64"),
        (carrier, "eth0", f"{WAN}::1/64"),
    ):
        _in(name, "sysctl", "-qw", f"net.ipv6.conf.{port}.accept_dad=0")
        _do("ip", "-n", name, "link", "set", port, "up")
        _do("ip", "-n", name, "addr", "add", address, "dev", port)
    _in(router, "sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")


def _start(names: dict[str, str], folder: Path, started: list[subprocess.Popen[bytes]]) -> None:
    router, carrier = names["router"], names["carrier"]
    (folder / "frr.conf").write_text(FRR_CONF, encoding="utf-8")
    (folder / "snmpd.conf").write_text(SNMPD_CONF.format(lan=LAN, folder=folder), encoding="utf-8")
    for path in (folder, folder / "frr.conf"):
        shutil.chown(path, "frr", "frr")
    common = ("-f", str(folder / "frr.conf"), "-z", str(folder / "zserv.api"), "--vty_socket", str(folder))
    for daemon in ("zebra", "staticd"):
        pid = str(folder / f"{daemon}.pid")
        started.append(_spawn(router, folder, str(FRR / daemon), *common, "-i", pid, "-P", "0"))
        _wait(folder / f"{daemon}.vty")
    started.append(
        _spawn(
            router, folder, _which("snmpd"), "-f", "-C", "-c", str(folder / "snmpd.conf"), "-Lf", "/dev/null"
        )
    )
    _wait(folder / "agentx")
    for name, more in ((router, ("-x", "-X", str(folder / "agentx"))), (carrier, ())):
        socket = folder / f"lldpd.{name}"
        started.append(
            _spawn(name, folder, _which("lldpd"), "-d", "-u", str(socket), "-O", "/dev/null", *more)
        )
        _wait(socket)
        _in(name, _which("lldpcli"), "-u", str(socket), "configure", "lldp", "tx-interval", "1")
        _in(name, _which("lldpcli"), "-u", str(socket), "configure", "system", "hostname", name)
    ask = (_which("lldpcli"), "-u", str(folder / f"lldpd.{router}"), "show", "neighbors")
    _until(lambda: carrier in _in(router, *ask))


def _which(name: str) -> str:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") or ""


def _do(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout


def _in(name: str, *command: str) -> str:
    return _do("ip", "netns", "exec", name, *command)


def _spawn(name: str, folder: Path, *command: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"SNMP_PERSISTENT_DIR": str(folder / "snmp"), "MIBS": ""}
    return subprocess.Popen(
        ["ip", "netns", "exec", name, *command],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _wait(path: Path) -> None:
    _until(path.exists)


def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "the router did not come up"
        time.sleep(0.2)


def _end(name: str) -> None:
    pids = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, check=False)
    if pids.stdout.split():
        subprocess.run(["kill", "-9", *pids.stdout.split()], check=False, stderr=subprocess.DEVNULL)
    subprocess.run(["ip", "netns", "del", name], check=False, stderr=subprocess.DEVNULL)
