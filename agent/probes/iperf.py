"""iperf3, run once in one direction, and its JSON read (ESnet iperf3 -J)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
from dataclasses import dataclass
from typing import Literal

import msgspec

PROGRAM = "iperf3"
OMIT_S = 2
"""Seconds of slow start that do not count."""
GRACE_S = 20.0
"""Seconds beyond the test's own length before the program is ended."""
_MOST_JSON = 8 << 20

Direction = Literal["up", "down"]

_REASONS = (
    ("busy running a test", "server_busy"),
    ("unable to connect", "no_server"),
    ("unable to read from stream", "no_server"),
    ("refused", "no_server"),
    ("timed out", "no_server"),
    ("unreachable", "no_server"),
)
_THREADED = (3, 16)
"""From this version on every stream has a thread of its own; before, one processor is all there is."""


class _Sum(msgspec.Struct):
    bits_per_second: float = 0.0
    bytes: int = 0
    retransmits: int | None = None


class _Cpu(msgspec.Struct):
    host_total: float | None = None
    remote_total: float | None = None


class _End(msgspec.Struct):
    sum_sent: _Sum | None = None
    sum_received: _Sum | None = None
    cpu_utilization_percent: _Cpu = msgspec.field(default_factory=_Cpu)


class _Start(msgspec.Struct):
    version: str = ""


class _Report(msgspec.Struct):
    start: _Start = msgspec.field(default_factory=_Start)
    end: _End = msgspec.field(default_factory=_End)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One direction. ``mbps`` is payload that arrived at the receiver, Mbit/s. The processor shares are
    those of the two iperf3 processes, 1.0 for all the processors that this version of iperf3 can use."""

    mbps: float | None = None
    reason: str | None = None
    host_cpu: float | None = None
    server_cpu: float | None = None
    retransmits: int | None = None
    version: str = ""


def program() -> str | None:
    """The path of iperf3, or None."""
    return shutil.which(PROGRAM)


async def run_iperf(
    binary: str, address: str, port: int, direction: Direction, *, streams: int, seconds: int
) -> Run:
    """One test of so many seconds. Never raises for what the server does; ends the program with itself."""
    command = [
        *(binary, "-J", "-6" if ":" in address else "-4", "-c", address, "-p", str(port)),
        *("-P", str(streams), "-t", str(seconds), "-O", str(OMIT_S), "--connect-timeout", "5000"),
        *(["-R"] if direction == "down" else []),
    ]
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_MOST_JSON,
        )
    except OSError:
        return Run(reason="iperf3_missing")
    try:
        async with asyncio.timeout(seconds + OMIT_S + GRACE_S):
            text, _none = await process.communicate()
    except TimeoutError:
        return Run(reason="timeout")
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return read_report(text, streams)


def read_report(text: bytes, streams: int) -> Run:
    """What the JSON of one test says."""
    try:
        report = msgspec.json.decode(text, type=_Report)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Run(reason="test_failed")
    version = report.start.version
    if report.error:
        reasons = [reason for words, reason in _REASONS if words in report.error.lower()]
        return Run(reason=reasons[0] if reasons else "test_failed", version=version)
    received = report.end.sum_received
    if received is None or not received.bytes:
        return Run(reason="test_failed", version=version)
    cpu, cores = report.end.cpu_utilization_percent, _usable_cores(version, streams)
    return Run(
        mbps=received.bits_per_second / 1e6,
        host_cpu=None if cpu.host_total is None else cpu.host_total / 100 / cores,
        server_cpu=None if cpu.remote_total is None else cpu.remote_total / 100 / cores,
        retransmits=report.end.sum_sent.retransmits if report.end.sum_sent else None,
        version=version,
    )


def _usable_cores(version: str, streams: int) -> int:
    """How many processors iperf3 can keep busy. The server's number is not told: one like ours is assumed."""
    found = re.search(r"(\d+)\.(\d+)", version)
    if not found or (int(found[1]), int(found[2])) < _THREADED:
        return 1
    return max(1, min(streams, os.cpu_count() or 1))
