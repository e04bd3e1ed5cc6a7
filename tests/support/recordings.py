"""The shared recordings of real devices, served over real UDP by snmpsim, and what each should show."""

from __future__ import annotations

import contextlib
import csv
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared import RECORDINGS

from agent.snmp.replay import Recording, load_recording

HERE = Path(__file__).parent
HUGE_BYTES = 3_000_000
STARTED = "Listening at"


def names() -> list[str]:
    """All recordings as "vendor/name", the community under which snmpsim serves each."""
    if not RECORDINGS.is_dir():
        return []
    with (RECORDINGS / "CATALOGUE.csv").open(encoding="utf-8", newline="") as file:
        return sorted(row["file"].removesuffix(".snmprec") for row in csv.DictReader(file))


def is_huge(name: str) -> bool:
    """Whether snmpsim takes a minute and more to serve it once."""
    return (RECORDINGS / f"{name}.snmprec").stat().st_size > HUGE_BYTES


def expected(name: str) -> dict[str, Any]:
    """What an independent script read out of a recording."""
    path = RECORDINGS / "expected" / (name.replace("/", "__") + ".json")
    return dict(json.loads(path.read_text(encoding="utf-8")))


def replayed(name: str) -> Recording:
    """A recording as an engine in this process: no network, no snmpsim, milliseconds."""
    return load_recording(RECORDINGS / f"{name}.snmprec")


@contextlib.contextmanager
def served(work: Path, data: Path = RECORDINGS) -> Iterator[int]:
    """A UDP port of 127.0.0.1 where snmpsim, in a process of its own, serves all recordings of a folder."""
    for folder in ("cache", "variation"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    port = free_port()
    log_path = work / "snmpsim.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                str(HERE / "snmpsim_in_memory.py"),
                f"--data-dir={data}",
                f"--cache-dir={work / 'cache'}",
                f"--variation-modules-dir={work / 'variation'}",
                f"--agent-udpv4-endpoint=127.0.0.1:{port}",
                "--log-level=error",
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_bound(process, port, log_path)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=10)


def free_port() -> int:
    """A UDP port that nobody uses at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _wait_until_bound(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"snmpsim ended at once: {log.read_text(errors='replace')[-500:]}")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                return
        time.sleep(0.05)
    raise RuntimeError("snmpsim did not open its port in 30 s")
