"""A PostgreSQL server that can be crashed (``pg_ctl -m immediate``) and started again."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import postgres
from sqlalchemy import create_engine, make_url


@dataclass(slots=True)
class Server:
    """One cluster on loopback. fsync is off: its processes die here, the machine does not."""

    folder: Path
    port: int

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{postgres.USER}@127.0.0.1:{self.port}/{database}"

    def new_database(self, like: str = "") -> str:
        """The URL of an empty database, or of a copy of another."""
        name = f"t{uuid.uuid4().hex[:12]}"
        engine = create_engine(self.url(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            source = f" TEMPLATE {make_url(like).database}" if like else ""
            connection.exec_driver_sql(f"CREATE DATABASE {name}{source}")
        engine.dispose()
        return self.url(name)

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        options += f" -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", f"{self.folder}/log", "-o", options, "start")

    def crash(self) -> None:
        """No shutdown: the next start recovers from the WAL."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")

    def restart(self) -> None:
        self.crash()
        self.start()

    @property
    def _data(self) -> str:
        return f"{self.folder}/data"

    def _run(self, program: str, *arguments: str) -> None:
        found = postgres.binaries()
        assert found is not None
        as_user: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        subprocess.run(
            [str(found / program), *arguments],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            timeout=120,
            **as_user,
        )


@contextlib.contextmanager
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="wanzhao-faults-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    one = Server(folder, port)
    try:
        one._run(
            "initdb", "-D", f"{folder}/data", "-U", postgres.USER, "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        one.start()
        try:
            yield one
        finally:
            one.crash()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
