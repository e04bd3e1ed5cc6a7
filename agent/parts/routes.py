"""The IPv6 default route, and where the device advertises itself as an IPv6 router."""

from __future__ import annotations

from agent.device import Device, with_part
from agent.mibs import neighbors, routes
from agent.reads import Reads, combined
from inventory.reading import Ipv6Route, Reading, Table


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.ipv6_default_routes``."""
    reads = device.reads
    inet = await reads.table(routes.INET_CIDR_ROUTE_TABLE)
    if not inet and reads.found["inetCidrRouteTable"].status == "unsupported":
        inet = await reads.table(routes.INET_CIDR_ROUTE_SHORT)
    ipv6_mib = await reads.table(routes.IPV6_ROUTE_TABLE)
    found: list[Ipv6Route] = routes.merged(routes.of_inet_cidr(inet), routes.of_ipv6_mib(ipv6_mib))
    statuses = [read.status for name, read in reads.found.items() if name in routes.TABLE_NAMES]
    status = combined(statuses, len(found))
    if status == "unsupported" and await _has_ipv6_routes(reads):
        status = "empty"
    part = Table(status=status, rows=len(found))
    return with_part(reading, "ipv6_default_routes", part, ipv6_default_routes=found)


async def read_advertisements(device: Device, reading: Reading) -> Reading:
    """``reading.ipv6_ra_interfaces``."""
    reads = device.reads
    advert = await reads.table(neighbors.ROUTER_ADVERT_TABLE)
    told = reads.rows("ipv6RouterAdvertTable") is not None
    senders = neighbors.advertising(advert) if told else None
    part = reads.part(["ipv6RouterAdvertTable"], len(advert))
    return with_part(reading, "ipv6_ra_interfaces", part, ipv6_ra_interfaces=senders)


async def _has_ipv6_routes(reads: Reads) -> bool:
    """Whether a route table holds IPv6 routes at all: only then its lack of ::/0 proves something."""
    for place in routes.ANY_IPV6_ROUTE:
        if (await reads.next_of(place))[: len(place)] == place:
            return True
    return False
