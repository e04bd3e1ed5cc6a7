"""Octets, packets and errors: how much each port carried, and how much of it was IPv6."""

from __future__ import annotations

import msgspec

from agent.device import Device, with_part
from agent.facts import PHYSICAL_TYPES
from agent.mibs import counters, ip_stats
from agent.mibs.aggregates import AGGREGATE_TYPE, AGGREGATE_TYPES
from agent.mibs.system import CLOCK_SCALARS, clocked
from agent.reads import Reads
from agent.snmp.walk import Rows, TableRead, TableSpec
from inventory.reading import Interface, Reading

_MANY = 64
"""Interfaces from which on it pays to ask for chosen ones: a controller has a tunnel for every access point
(3,271 interfaces seen), and nobody looks at the octets of one."""


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.counters``, and the device's clock at the moment when they were read."""
    reads = device.reads
    now = clocked(reading.system, await reads.scalars(CLOCK_SCALARS))
    chosen = _chosen(reading) if reads.session.target.version != "1" else None
    high = await _rows(reads, counters.IF_HC_COUNTERS, chosen)
    errors = await _rows(reads, counters.IF_ERROR_COUNTERS, chosen)
    found = counters.port_counters(high, errors)
    part = reads.part([counters.IF_HC_COUNTERS.name, counters.IF_ERROR_COUNTERS.name], len(found))
    return msgspec.structs.replace(with_part(reading, "counters", part, counters=found), system=now)


async def read_versions(device: Device, reading: Reading) -> Reading:
    """``reading.version_counters``: octets of IPv4 and of IPv6."""
    reads = device.reads
    per_interface = await reads.table(ip_stats.IP_IF_STATS_TABLE)
    of_system: Rows = {}
    if not ip_stats.counts_ipv6(per_interface):
        of_system = await reads.table(ip_stats.IP_SYSTEM_STATS_TABLE)
    found = ip_stats.version_counters(per_interface, of_system)
    part = reads.part(["ipIfStatsTable", "ipSystemStatsTable"], len(found))
    return with_part(reading, "version_counters", part, version_counters=found)


def _chosen(reading: Reading) -> list[int] | None:
    """The ports and the interfaces with addresses, where the others are the greater part; None for all."""
    addressed = {item.if_index for item in reading.ipv4_addresses}
    addressed |= {item.if_index for item in reading.ipv6_addresses}
    found = [item.if_index for item in reading.interfaces if _is_counted(item) or item.if_index in addressed]
    total = len(reading.interfaces)
    return found if total > _MANY and found and len(found) < total // 2 else None


def _is_counted(item: Interface) -> bool:
    """A port or an aggregate. What calls itself Ethernet and is up without any speed is made of software:
    some controllers show each radio's networks so."""
    made_of_software = item.oper_status == "up" and item.speed_mbps == 0 and item.type != AGGREGATE_TYPE
    return item.type in PHYSICAL_TYPES | AGGREGATE_TYPES and not made_of_software


async def _rows(reads: Reads, spec: TableSpec, chosen: list[int] | None) -> Rows:
    if chosen is None:
        return await reads.table(spec)
    cells = {
        f"{column} {if_index}": (*spec.entry, number, if_index)
        for if_index in chosen
        for column, number in spec.columns.items()
    }
    rows: Rows = {}
    for name, value in (await reads.scalars(cells)).items():
        column, if_index = name.split()
        rows.setdefault((int(if_index),), {})[column] = value
    if not rows:
        return await reads.table(spec)
    reads.found[spec.name] = TableRead(status="ok", rows=rows)
    reads.specs[spec.name] = spec
    return rows
