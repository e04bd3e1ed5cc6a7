"""Whom the device has heard by ARP and ND."""

from __future__ import annotations

from agent.device import Device, with_part
from agent.mibs import neighbors
from inventory.reading import Reading


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.neighbor_counts``."""
    reads = device.reads
    tables = (
        neighbors.NET_TO_MEDIA_TABLE,
        neighbors.NET_TO_PHYSICAL_TABLE,
        neighbors.IPV6_NET_TO_MEDIA_TABLE,
    )
    names = [spec.name for spec in tables]
    for spec in tables:
        await reads.table(spec)
    await reads.tell_empty_from_unsupported(names)
    counts = neighbors.neighbor_counts(*(reads.rows(name) for name in names))
    rows = (counts.ipv4 or 0) + (counts.ipv6 or 0)
    return with_part(reading, "neighbor_counts", reads.part(names, rows), neighbor_counts=counts)
