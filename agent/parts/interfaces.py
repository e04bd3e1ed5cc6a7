"""Ports and aggregates: IF-MIB, EtherLike-MIB, IEEE8023-LAG-MIB and the makers' own tables of aggregates."""

from __future__ import annotations

from collections.abc import Sequence

from agent.device import Device, with_part
from agent.mibs import aggregates, interfaces
from inventory.reading import Interface, Reading


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.interfaces``."""
    reads = device.reads
    if_table = await reads.table(interfaces.IF_TABLE)
    if_x_table = await reads.table(interfaces.IF_X_TABLE)
    duplex = await reads.table(interfaces.DOT3_STATS_TABLE)
    plain = interfaces.interfaces(if_table, if_x_table, {})
    members = await _members(device, plain)
    merged = interfaces.with_duplex(interfaces.with_members(plain, members), duplex)
    part = reads.part(["ifTable", "ifXTable"], len(merged))
    return with_part(reading, "interfaces", part, interfaces=merged)


async def _members(device: Device, ports: Sequence[Interface]) -> dict[int, int]:
    """Member's ifIndex -> aggregate's ifIndex; the maker's table completes the standard one."""
    reads = device.reads
    types = {item.if_index: item.type for item in ports}
    members: dict[int, int] = {}
    for table in device.vendor_file.trunk_table if device.vendor_file else []:
        rows = [await reads.table(spec) for spec in aggregates.specs_of(table)]
        members |= aggregates.of_maker(table, rows[0], rows[-1], types)
    lags = frozenset(item.if_index for item in ports if item.type == aggregates.AGGREGATE_TYPE)
    members |= aggregates.attached(await reads.table(aggregates.AGG_PORT_TABLE), frozenset(types), lags)
    if members or not lags:
        return members
    connectors = {item.if_index for item in ports if item.connector}
    return aggregates.stacked(await reads.table(aggregates.IF_STACK_TABLE), types, connectors)
