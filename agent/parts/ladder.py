"""The IPv6 ladder of this one reading; the rungs about octets need a second one (``agent/ladder.py``)."""

from __future__ import annotations

import msgspec

from agent.device import Device
from agent.ladder import ipv6_ladder
from inventory.reading import Reading


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.ipv6_ladder``."""
    told = msgspec.structs.replace(reading, tables={**device.reads.tables(), **reading.tables})
    return msgspec.structs.replace(reading, ipv6_ladder=ipv6_ladder(told))
