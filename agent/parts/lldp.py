"""Who is at the other end of each port: LLDP-MIB, LLDP-V2-MIB, else the makers' own tables."""

from __future__ import annotations

from collections.abc import Sequence

from agent.device import Device, with_part
from agent.mibs import lldp
from agent.mibs.bridge import BASE_PORT_TABLE
from agent.reads import Reads
from agent.snmp.engine import oid
from agent.snmp.walk import TableSpec
from inventory.reading import Interface, LldpNeighbor, Reading


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.lldp_neighbors``, and ``reading.cdp_neighbors`` where LLDP says nothing."""
    reads, ports = device.reads, reading.interfaces
    own_tables = device.vendor_file.lldp_table if device.vendor_file else []
    links = {"lldp": await _links(reads, ports) or await _links_v2(reads, ports), "cdp": []}
    names = {"lldp": ["lldpRemTable", "lldpV2RemTable"], "cdp": []}
    for table in own_tables:
        names[table.protocol].append(table.name)
        if not any(links.values()):
            spec = TableSpec(name=table.name, entry=oid(table.entry), columns=table.columns)
            links[table.protocol] = lldp.of_maker(table, await reads.table(spec), ports)
    asked = {name for protocol in names.values() for name in protocol}
    await reads.tell_empty_from_unsupported(name for name in reads.found if name in asked)
    cdp = reads.part(names["cdp"], len(links["cdp"]))
    reading = with_part(reading, "cdp_neighbors", cdp, cdp_neighbors=links["cdp"])
    part = reads.part(names["lldp"], len(links["lldp"]))
    return with_part(reading, "lldp_neighbors", part, lldp_neighbors=links["lldp"])


async def _links(reads: Reads, ports: Sequence[Interface]) -> list[LldpNeighbor]:
    remote = await reads.table(lldp.LLDP_REM_TABLE)
    if not remote:
        return []
    addresses = await reads.table(lldp.LLDP_REM_MAN_ADDR_TABLE)
    local = await reads.table(lldp.LLDP_LOC_PORT_TABLE)
    found = lldp.neighbors(remote, local, {}, ports, addresses)
    if all(item.local_if_index is not None for item in found):
        return found
    return lldp.neighbors(remote, local, await reads.table(BASE_PORT_TABLE), ports, addresses)


async def _links_v2(reads: Reads, ports: Sequence[Interface]) -> list[LldpNeighbor]:
    remote = await reads.table(lldp.LLDP_V2_REM_TABLE)
    addresses = await reads.table(lldp.LLDP_V2_REM_MAN_ADDR_TABLE) if remote else {}
    return lldp.neighbors_v2(remote, ports, addresses)
