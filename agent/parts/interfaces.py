"""Ports and aggregates: IF-MIB, EtherLike-MIB, IEEE8023-LAG-MIB."""

from __future__ import annotations

from agent.device import Device, with_part
from agent.mibs import aggregates, interfaces
from inventory.reading import Reading


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.interfaces``."""
    reads = device.reads
    if_table = await reads.table(interfaces.IF_TABLE)
    if_x_table = await reads.table(interfaces.IF_X_TABLE)
    duplex = await reads.table(interfaces.DOT3_STATS_TABLE)
    agg_ports = await reads.table(aggregates.AGG_PORT_TABLE)
    plain = interfaces.interfaces(if_table, if_x_table, {})
    types = {item.if_index: item.type for item in plain}
    members = aggregates.attached(agg_ports, frozenset(types))
    if not members and aggregates.AGGREGATE_TYPE in types.values():
        members = aggregates.stacked(await reads.table(aggregates.IF_STACK_TABLE), types)
    merged = interfaces.with_duplex(interfaces.interfaces(if_table, if_x_table, members), duplex)
    part = reads.part(["ifTable", "ifXTable"], len(merged))
    return with_part(reading, "interfaces", part, interfaces=merged)
