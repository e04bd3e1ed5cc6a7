"""A real net-snmp agent on loopback, ended with the block."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from agent.snmp.target import User

_AUTHS = {"MD5": "MD5", "SHA1": "SHA", "SHA224": "SHA-224", "SHA256": "SHA-256"}
_AUTHS |= {"SHA384": "SHA-384", "SHA512": "SHA-512"}
_PRIVS = {"DES": "DES", "AES128": "AES", "AES192": "AES192", "AES256": "AES256"}
_LEVELS = {"noAuthNoPriv": "noauth", "authNoPriv": "auth", "authPriv": "priv"}


def program() -> str | None:
    """The path of snmpd, or None."""
    return shutil.which("snmpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextlib.contextmanager
def snmpd(
    folder: Path,
    community: str = "public",
    *,
    users: Sequence[User] = (),
    lines: Sequence[str] = ("sysName wanzhao-test",),
    port: int = 0,
) -> Iterator[int]:
    """The UDP port, on 127.0.0.1 and on ::1 where there is one, of an agent that shows this host. It keeps
    its engine id and counts its starts in ``folder``; ``lines`` are added to its configuration."""
    binary = program()
    assert binary is not None
    port = port or _free_port()
    config, state = folder / "agent.conf", folder / "state"  # snmpd writes a snmpd.conf of its own
    communities = [f"rocommunity {community} 127.0.0.1", f"rocommunity6 {community} ::1"]
    accounts = [line for user in users for line in _account(user)]
    config.write_text("\n".join([*communities, *accounts, *lines, ""]), encoding="utf-8")
    listen = f"udp:127.0.0.1:{port}" + (f",udp6:[::1]:{port}" if has_ipv6() else "")
    log = folder / "snmpd.log"
    files = f"{config},{state / 'snmpd.conf'}"
    command = [binary, "-f", "-C", "-c", files, "-Lf", str(log), "-I", "-smux", listen]
    environment = os.environ | {"SNMP_PERSISTENT_DIR": str(state), "MIBS": ""}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, port, log)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def has_ipv6() -> bool:
    """Whether this machine has ::1."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _account(user: User) -> list[str]:
    words = ["createUser", user.name]
    if user.auth:
        words += [_AUTHS[user.auth], user.auth_key]
    if user.priv:
        words += [_PRIVS[user.priv] + ("C" if user.key_extension == "reeder" else ""), user.priv_key]
    return [" ".join(words), f"rouser {user.name} {_LEVELS[user.level]}"]


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until the agent has opened its port. It answers a moment later; a question waits in the socket."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, f"snmpd ended at once: {log.read_text(errors='replace')[-500:]}"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return
        time.sleep(0.05)
    raise AssertionError("snmpd did not open its port")
