"""What a switch has learnt: machines per port, VLANs, and where access points hang."""

from __future__ import annotations

from collections.abc import Collection

from agent.device import Device, with_part
from agent.mibs import bridge
from agent.mibs.bridge import BridgePorts, Learnt
from inventory.reading import ApPort, Reading, Table


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.fdb`` and ``reading.vlans``."""
    reads = device.reads
    current = await reads.table(bridge.VLAN_CURRENT_TABLE)
    static = await reads.table(bridge.VLAN_STATIC_TABLE)
    pvids = await reads.table(bridge.PVID_TABLE) if not (current or static) else {}
    rows, ports = await _learnt(device, reading)
    await reads.tell_empty_from_unsupported(
        [bridge.VLAN_STATIC_TABLE.name, bridge.VLAN_FDB_TABLE.name, bridge.FDB_TABLE.name]
    )
    counts = bridge.fdb_counts(rows, ports)
    names = [bridge.VLAN_FDB_TABLE.name, bridge.FDB_TABLE.name]
    part = reads.part(names, len(counts))
    if rows and not counts:
        part = Table(status="unsupported", detail="the device does not tell which ports its bridge has")
    reading = with_part(reading, "fdb", part, fdb=counts)
    found = bridge.vlans(static, current, pvids, ports)
    names = [bridge.VLAN_STATIC_TABLE.name, bridge.VLAN_CURRENT_TABLE.name, bridge.PVID_TABLE.name]
    return with_part(reading, "vlans", reads.part(names, len(found)), vlans=found)


async def read_ap_ports(device: Device, reading: Reading, macs: Collection[str]) -> list[ApPort]:
    """Where this switch has learnt the given MAC addresses. To be asked of switches with the addresses of
    the access points that the campus's controllers list."""
    rows, ports = await _learnt(device, reading)
    return bridge.ap_ports(rows, ports, macs)


async def _learnt(device: Device, reading: Reading) -> tuple[list[Learnt], BridgePorts]:
    """The learnt addresses, for this call alone."""
    reads = device.reads
    base = reads.rows("dot1dBasePortTable") or await reads.table(bridge.BASE_PORT_TABLE)
    by_vlan = await reads.table(bridge.VLAN_FDB_TABLE)
    by_bridge = {} if by_vlan else await reads.table(bridge.FDB_TABLE)
    current = reads.rows("dot1qVlanCurrentTable") or {}
    known = {item.if_index for item in reading.interfaces}
    ports = BridgePorts(base, bridge.numbers_used(by_vlan, by_bridge), known)
    return bridge.learnt(by_bridge, by_vlan, bridge.vlan_of_fdb(current)), ports
