"""What a switch has learnt: machines per port, VLANs, and where access points hang."""

from __future__ import annotations

from agent.device import Device, with_part
from agent.mibs import bridge
from agent.mibs.bridge import BridgePorts, Learnt
from agent.snmp.walk import Rows
from inventory.reading import Reading, Table


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.fdb``, ``ap_ports`` and ``vlans``."""
    reads = device.reads
    current = await reads.table(bridge.VLAN_CURRENT_TABLE)
    static = await reads.table(bridge.VLAN_NAMES if current else bridge.VLAN_STATIC_TABLE)
    pvids = await reads.table(bridge.PVID_TABLE) if not (current or static) else {}
    rows, ports = await _learnt(device, reading, current)
    await reads.tell_empty_from_unsupported(
        [bridge.VLAN_STATIC_TABLE.name, bridge.VLAN_FDB_TABLE.name, bridge.FDB_TABLE.name]
    )
    counts = bridge.fdb_counts(rows, ports)
    part = reads.part([bridge.VLAN_FDB_TABLE.name, bridge.FDB_TABLE.name], len(counts))
    if rows and not counts:
        part = Table(status="unsupported", detail="the device does not tell which ports its bridge has")
    found = bridge.ap_ports(rows, ports, device.wanted)
    reading = with_part(reading, "fdb", part, fdb=counts)
    reading = with_part(reading, "ap_ports", part, ap_ports=found)
    vlans = bridge.vlans(static, current, pvids, ports)
    names = [bridge.VLAN_STATIC_TABLE.name, bridge.VLAN_CURRENT_TABLE.name, bridge.PVID_TABLE.name]
    return with_part(reading, "vlans", reads.part(names, len(vlans)), vlans=vlans)


async def _learnt(device: Device, reading: Reading, current: Rows) -> tuple[list[Learnt], BridgePorts]:
    """The learnt addresses, for this call alone."""
    reads = device.reads
    base = reads.rows("dot1dBasePortTable") or await reads.table(bridge.BASE_PORT_TABLE)
    by_vlan = await reads.table(bridge.VLAN_FDB_TABLE)
    by_bridge = {} if by_vlan else await reads.table(bridge.FDB_TABLE)
    known = {item.if_index for item in reading.interfaces}
    ports = BridgePorts(base, bridge.numbers_used(by_vlan, by_bridge), known)
    return bridge.learnt(by_bridge, by_vlan, bridge.vlan_of_fdb(current)), ports
