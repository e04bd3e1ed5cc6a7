"""Whether a silent device is down, or nobody can tell (metric-catalogue 3.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from inventory.reading import Outcome, Reading


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
    except ConnectionRefusedError:
        return True
    except (OSError, TimeoutError, ValueError):
        return False
    writer.close()
    return True
