"""Whether a silent device is down, or nobody can tell (metric-catalogue 3.2)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

from inventory.facts import Outcome, Reading

_REFUSED_IS_ALIVE = (ConnectionRefusedError,)


def outcomes(readings: Mapping[str, Reading], *, reference_alive: bool) -> dict[str, Outcome]:
    """The outcome of each device of one round.

    A device that did not answer is ``down`` if another device of the campus answered or a reference did;
    otherwise the agent cannot tell the device from its own cable, and it is a ``gap``.
    """
    somebody = reference_alive or any(reading.outcome == "ok" for reading in readings.values())
    silent: Outcome = "down" if somebody else "gap"
    return {device: "ok" if reading.outcome == "ok" else silent for device, reading in readings.items()}


async def any_alive(references: Iterable[str], timeout_s: float = 2.0) -> bool:
    """Whether one of the references ("address:port") accepts or refuses a TCP connection."""
    answers = await asyncio.gather(*(_alive(reference, timeout_s) for reference in references))
    return any(answers)


async def _alive(reference: str, timeout_s: float) -> bool:
    host, _colon, port = reference.rpartition(":")
    try:
        async with asyncio.timeout(timeout_s):
            _reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except _REFUSED_IS_ALIVE:
        return True
    except (OSError, TimeoutError, ValueError):
        return False
    writer.close()
    return True


def default_gateway(route_table: Path = Path("/proc/net/route")) -> str | None:
    """The IPv4 default gateway of this host, from the kernel's table; None where there is none."""
    try:
        rows = route_table.read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return None
    for row in rows:
        fields = row.split()
        if len(fields) > 2 and fields[1] == "00000000" and fields[2] != "00000000":
            return socket.inet_ntoa(int(fields[2], 16).to_bytes(4, "little"))
    return None
