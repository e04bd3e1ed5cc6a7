"""Octets of each IP version: IP-MIB ipIfStatsTable and ipSystemStatsTable (RFC 4293), 64 bits.

The older ipv6IfStatsTable (RFC 2465) counts packets only and is not read: packets are no octets. On switches
that forward in hardware these counters often see only what the processor handles; where they stay at 0
while neighbours talk, they prove nothing (seen: wireless controller with 1,400 IPv6 neighbours, all 0).
"""

from __future__ import annotations

from typing import Literal, cast

from agent.mibs.counters import count
from agent.snmp.engine import Oid, oid
from agent.snmp.walk import Rows, TableSpec
from inventory.reading import VersionCounters

_COLUMNS = {"HCInOctets": 6, "HCOutOctets": 33, "DiscontinuityTime": 46}
IP_IF_STATS_TABLE = TableSpec(name="ipIfStatsTable", entry=oid("1.3.6.1.2.1.4.31.3.1"), columns=_COLUMNS)
IP_SYSTEM_STATS_TABLE = TableSpec(
    name="ipSystemStatsTable", entry=oid("1.3.6.1.2.1.4.31.1.1"), columns=_COLUMNS
)
WHOLE_DEVICE = 0
"""The ifIndex of counters that are those of the device as a whole; no interface has this number."""
_VERSIONS = {1: 4, 2: 6}
"""InetVersion -> IP version"""


def version_counters(per_interface: Rows, of_system: Rows) -> list[VersionCounters]:
    """Octets per interface and IP version, and those of the whole device where it was asked for them."""
    return _counted(per_interface, "ipIfStatsTable", 2) + _counted(of_system, "ipSystemStatsTable", 1)


def counts_ipv6(per_interface: Rows) -> bool:
    """Whether the octets of IPv6 are counted on any interface: many agents fill the table with IPv4 alone."""
    return any(item.version == 6 for item in _counted(per_interface, "ipIfStatsTable", 2))


def _counted(rows: Rows, source: str, index_length: int) -> list[VersionCounters]:
    found = []
    for index, row in sorted(rows.items(), key=lambda item: item[0][::-1]):
        octets = count(row.get("HCInOctets")), count(row.get("HCOutOctets"))
        if len(index) != index_length or index[0] not in _VERSIONS or octets == (None, None):
            continue
        found.append(
            VersionCounters(
                if_index=_if_index(index),
                version=cast(Literal[4, 6], _VERSIONS[index[0]]),
                in_octets=octets[0],
                out_octets=octets[1],
                discontinuity=count(row.get("DiscontinuityTime")),
                source=source,
            )
        )
    return found


def _if_index(index: Oid) -> int:
    return index[1] if len(index) > 1 else WHOLE_DEVICE
