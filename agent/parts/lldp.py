"""Who is at the other end of each port: LLDP-MIB."""

from __future__ import annotations

from collections.abc import Sequence

from agent.device import Device, with_part
from agent.mibs import lldp
from agent.reads import Reads
from inventory.reading import Interface, LldpNeighbor, Reading


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.lldp_neighbors``."""
    reads = device.reads
    remote = await reads.table(lldp.LLDP_REM_TABLE)
    await reads.tell_empty_from_unsupported(["lldpRemTable"])
    links = await _links(reads, reading.interfaces) if remote else []
    part = reads.part(["lldpRemTable"], len(links))
    return with_part(reading, "lldp_neighbors", part, lldp_neighbors=links)


async def _links(reads: Reads, ports: Sequence[Interface]) -> list[LldpNeighbor]:
    remote = reads.found["lldpRemTable"].rows
    local = await reads.table(lldp.LLDP_LOC_PORT_TABLE)
    found = lldp.neighbors(remote, local, {}, ports)
    if all(item.local_if_index is not None for item in found):
        return found
    return lldp.neighbors(remote, local, await reads.table(lldp.BASE_PORT_TABLE), ports)
