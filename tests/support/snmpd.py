"""A real net-snmp agent on loopback, ended with the block."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path


def program() -> str | None:
    """The path of snmpd, or None."""
    return shutil.which("snmpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextlib.contextmanager
def snmpd(folder: Path, community: str = "public") -> Iterator[int]:
    """The UDP port on 127.0.0.1 of an agent that shows this host."""
    binary = program()
    assert binary is not None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    config = folder / "snmpd.conf"
    config.write_text(f"rocommunity {community} 127.0.0.1\nsysName wanzhao-test\n", encoding="utf-8")
    command = [
        binary,
        "-f",
        "-C",
        "-c",
        str(config),
        "-Lf",
        str(folder / "snmpd.log"),
        f"udp:127.0.0.1:{port}",
    ]
    environment = os.environ | {"SNMP_PERSISTENT_DIR": str(folder), "MIBS": ""}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, "snmpd ended at once"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return
        time.sleep(0.05)
    raise AssertionError("snmpd did not open its port")
