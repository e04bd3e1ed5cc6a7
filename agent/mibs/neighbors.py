"""How many neighbours the device has heard (ARP and ND), and where it advertises itself as an IPv6 router.

IP-MIB (RFC 4293) ipNetToPhysicalTable and ipv6RouterAdvertTable, with the older ipNetToMediaTable and
IPV6-MIB ipv6NetToMediaTable. Only rows are counted: the addresses of people's machines are not kept.
"""

from __future__ import annotations

from agent.mibs.inet import inet_index
from agent.mibs.text import number
from agent.snmp.engine import oid
from agent.snmp.walk import Rows, TableSpec
from inventory.reading import NeighborCounts

NET_TO_MEDIA_TABLE = TableSpec(
    name="ipNetToMediaTable", entry=oid("1.3.6.1.2.1.4.22.1"), columns={"ipNetToMediaPhysAddress": 2}
)
NET_TO_PHYSICAL_TABLE = TableSpec(
    name="ipNetToPhysicalTable", entry=oid("1.3.6.1.2.1.4.35.1"), columns={"ipNetToPhysicalPhysAddress": 4}
)
IPV6_NET_TO_MEDIA_TABLE = TableSpec(
    name="ipv6NetToMediaTable",
    entry=oid("1.3.6.1.2.1.55.1.12.1"),
    columns={"ipv6NetToMediaPhysAddress": 2},
)
ROUTER_ADVERT_TABLE = TableSpec(
    name="ipv6RouterAdvertTable",
    entry=oid("1.3.6.1.2.1.4.39.1"),
    columns={"ipv6RouterAdvertSendAdverts": 2},
)


def neighbor_counts(media: Rows | None, physical: Rows | None, ipv6_media: Rows | None) -> NeighborCounts:
    """Rows per family; None for a table that the device does not offer. Tables that overlap are not
    added up: the larger counts."""
    of_physical = {4: 0, 6: 0}
    for index in physical or {}:
        found = inet_index(index[1:])
        if found is not None:
            of_physical[found.address.version] += 1
    return NeighborCounts(
        ipv4=_larger(media, of_physical[4] if physical is not None else None),
        ipv6=_larger(ipv6_media, of_physical[6] if physical is not None else None),
    )


def advertising(rows: Rows) -> list[int]:
    """ifIndex of the interfaces that send router advertisements (ipv6RouterAdvertSendAdverts true)."""
    return sorted(
        index[0]
        for index, row in rows.items()
        if len(index) == 1 and number(row.get("ipv6RouterAdvertSendAdverts")) == 1
    )


def _larger(rows: Rows | None, other: int | None) -> int | None:
    counts = [count for count in (None if rows is None else len(rows), other) if count is not None]
    return max(counts, default=None)
