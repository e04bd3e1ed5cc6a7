"""A real OpenSSH server on loopback, with a key and a configuration that live as long as the test."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.ssh.hostkeys import KnownHosts
from agent.ssh.platform import Fact
from agent.ssh.session import SshPool, read_ssh
from agent.ssh.target import SshTarget
from agent.ssh.told import SshFacts
from agent.ssh.transport import fetch_host_key, trust
from inventory.errors import NoAnswer

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"

pytestmark = pytest.mark.skipif(
    not (Path(SSHD).exists() and shutil.which("ssh-keygen") and shutil.which("ip")),
    reason="needs OpenSSH's sshd and iproute2",
)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The port of a server that lets this user in by the key tmp_path/id."""
    for name in ("host", "id"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
        subprocess.run(command, check=True)
    shutil.copy(tmp_path / "id.pub", tmp_path / "allowed")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = int(listener.getsockname()[1])
    config = [
        f"Port {free}",
        "ListenAddress 127.0.0.1",
        f"HostKey {tmp_path / 'host'}",
        f"AuthorizedKeysFile {tmp_path / 'allowed'}",
        f"PidFile {tmp_path / 'pid'}",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "PermitRootLogin yes",
        "PrintMotd no",
        "SetEnv PS1=host$",
    ]
    (tmp_path / "config").write_text("\n".join(config) + "\n", encoding="utf-8")
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen([*_own_run(), SSHD, "-D", "-e", "-f", str(tmp_path / "config")], stderr=log)
    try:
        _wait_for(free, server, tmp_path / "log")
        yield free
    finally:
        server.terminate()
        server.wait(timeout=10)


def _own_run() -> list[str]:
    """What gives the server a /run of its own where this machine's lacks the folder that it wants."""
    if Path("/run/sshd").is_dir() or os.geteuid() != 0 or not shutil.which("unshare"):
        return []
    script = 'mount -t tmpfs none /run && mkdir /run/sshd && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, "sh"]


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(NoAnswer):
            fetch_host_key("127.0.0.1", port, timeout_s=2)
            return
        time.sleep(0.05)
    pytest.skip(f"sshd does not run here: {log.read_text(errors='replace')[-200:]}")


def test_the_neighbours_and_routes_of_a_linux_host_are_read_over_openssh(tmp_path: Path, port: int) -> None:
    shown = fetch_host_key("127.0.0.1", port)
    trust(tmp_path / "known_hosts", "127.0.0.1", port, shown.fingerprint)
    target = SshTarget(
        "127.0.0.1", getpass.getuser(), platform="linux", key_file=tmp_path / "id", port=port, timeout_s=10
    )

    async def go() -> SshFacts:
        with SshPool() as pool:
            known = KnownHosts.load(tmp_path / "known_hosts")
            wants: list[Fact] = ["routes", "neighbors", "addresses"]
            return await read_ssh(target, wants, known_hosts=known, pool=pool, limit_s=40)

    told = asyncio.run(go())

    assert told.outcome == "ok", told.notes
    assert {table.status for table in told.tables.values()} <= {"ok", "empty"}, told.tables
    assert len(told.tables) == 3
    assert shown.kind == "ssh-ed25519"
