"""Debian's prometheus-snmp-exporter as a yardstick: our columns in its words, 100 targets at once over HTTP.

It is driven as Prometheus drives it, and does what it does: walk, and turn values into text lines. Its
processor time is read from /proc/PID/stat; the driver's is not counted.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAM = shutil.which("prometheus-snmp-exporter") or shutil.which("snmp_exporter")
LISTEN = "127.0.0.1:21916"
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_STRINGS = {"1.3.6.1.2.1.2.2.1.2": "DisplayString", "1.3.6.1.2.1.2.2.1.6": "PhysAddress48"} | {
    f"1.3.6.1.2.1.31.1.1.1.{number}": "DisplayString" for number in (1, 18)
}


@dataclass(frozen=True)
class Scrapes:
    """What one scrape of every target cost and brought."""

    wall_s: float
    cpu_s: float
    varbinds: int
    packets: int


@contextmanager
def exporter(folder: Path, columns: Sequence[str], timeout_s: float) -> Iterator[subprocess.Popen[bytes]]:
    """The exporter with one module: these columns, each a metric, in the form of release 0.21."""
    assert PROGRAM is not None
    path = folder / "snmp.yml"
    path.write_text(_module(columns, timeout_s), encoding="ascii")
    process = subprocess.Popen(
        [PROGRAM, f"--config.file={path}", f"--web.listen-address={LISTEN}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_it_listens(process)
        yield process
    finally:
        process.terminate()
        process.wait(10)


def scrape(process: subprocess.Popen[bytes], targets: Sequence[str]) -> Scrapes:
    """Every target once, all at the same time."""
    with ThreadPoolExecutor(len(targets)) as pool:
        cpu_s, started = _cpu_s(process.pid), time.perf_counter()
        texts = list(pool.map(_scraped, targets))
        wall_s = time.perf_counter() - started
    return Scrapes(
        wall_s,
        _cpu_s(process.pid) - cpu_s,
        sum(_figure(text, "snmp_scrape_pdus_returned") for text in texts),
        sum(_figure(text, "snmp_scrape_packets_sent") for text in texts),
    )


def _module(columns: Sequence[str], timeout_s: float) -> str:
    lines = ["bench:", "  version: 2", "  max_repetitions: 25", f"  timeout: {timeout_s:.0f}s", "  walk:"]
    lines += [f"  - {column}" for column in columns]
    lines += ["  auth:", "    community: public", "  metrics:"]
    for number, column in enumerate(columns):
        lines += [
            f"  - name: column_{number}",
            f"    oid: {column}",
            f"    type: {_STRINGS.get(column, 'gauge')}",
            "    help: a column",
            "    indexes:",
            "    - labelname: ifIndex",
            "      type: gauge",
        ]
    return "\n".join(lines) + "\n"


def _scraped(target: str) -> str:
    url = f"http://{LISTEN}/snmp?module=bench&target={target}"
    with urllib.request.urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())


def _figure(text: str, name: str) -> int:
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    return int(float(found[1])) if found else 0


def _cpu_s(pid: int) -> float:
    """utime and stime of a process (proc(5)); its name may hold spaces, so count behind the bracket."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def _wait_until_it_listens(process: subprocess.Popen[bytes]) -> None:
    for _again in range(100):
        if process.poll() is not None:
            raise RuntimeError("the exporter ended at once")
        try:
            urllib.request.urlopen(f"http://{LISTEN}/", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the exporter did not open its port")
