"""Addresses that a device names: LLDP neighbours' management addresses, and its ARP and ND tables.

They are used to ask there, inside the declared ranges, and kept nowhere: most belong to people's machines.
"""

from __future__ import annotations

from collections.abc import Iterable

from agent.discover.ranges import Ranges
from agent.mibs import neighbors as tables
from agent.mibs.neighbors import DEAD, Heard
from agent.reads import Reads
from agent.snmp.engine import Engine
from agent.snmp.session import Session
from agent.snmp.target import Target
from inventory.errors import NoAnswer
from inventory.reading import Reading

BUDGET_S = 60.0


def named_by_lldp(readings: Iterable[Reading]) -> tuple[str, ...]:
    """The management addresses of LLDP neighbours, each once."""
    links = (link for reading in readings for link in reading.links)
    return tuple(dict.fromkeys(link.address for link in links if link.address))


async def heard_addresses(target: Target, engine: Engine, ranges: Ranges) -> list[str]:
    """The living entries of a device's ARP and ND tables that lie within the ranges."""
    try:
        async with Session(engine, target, BUDGET_S) as session:
            reads = Reads(session)
            media = await reads.table(tables.NET_TO_MEDIA_TABLE)
            physical = await reads.table(tables.NET_TO_PHYSICAL_TABLE)
            ipv6 = await reads.table(tables.IPV6_NET_TO_MEDIA_TABLE)
    except (NoAnswer, OSError):
        return []
    name = tables.NET_TO_PHYSICAL_TABLE.name
    heard: list[Heard] = [
        *tables.heard_ipv4(media),
        *tables.heard_physical(name, physical),
        *tables.heard_ipv6_mib(ipv6),
    ]
    living = (str(item.address) for item in heard if not item.own and item.state not in DEAD)
    return [address for address in dict.fromkeys(living) if address in ranges]
