"""A PostgreSQL cluster of the tests' own: on loopback, in a temporary folder, ended with the session."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

USER = "wanzhao"


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl of the newest installed server, or None."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), *Path("/usr").glob("pgsql-*/bin/initdb")]
    return max(found).parent if found else None


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """The URL of an empty database on a fresh cluster; fsync is off, since nothing here must survive."""
    folder = Path(tempfile.mkdtemp(prefix="wanzhao-pg-"))
    data = folder / "data"
    bin_folder = binaries()
    assert bin_folder is not None
    # PostgreSQL refuses to run as root; Debian's package brings the user "postgres".
    as_user: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    if as_user:
        shutil.chown(folder, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"

    def run(program: str, *arguments: str) -> None:
        command = [str(bin_folder / program), *arguments]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=120, **as_user)

    try:
        run("initdb", "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
