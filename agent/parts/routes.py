"""The IPv6 default route, and whether its next hop lives."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from agent.device import Device, with_part
from agent.mibs import neighbors, routes
from agent.mibs.text import number
from agent.reads import Reads, combined
from agent.snmp.engine import Oid
from inventory.reading import Ipv6Route, Reading, Table

_STANDARD = tuple(
    spec.name
    for spec in (routes.INET_CIDR_ROUTE_TABLE, routes.INET_CIDR_ROUTE_SHORT, routes.IPV6_ROUTE_TABLE)
)
_MOST_ASKED = 8
"""Next hops whose state is asked for at every poll; a school has one or two."""


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.ipv6_default_routes``."""
    reads = device.reads
    of_maker = device.vendor_file.route_table if device.vendor_file else []
    inet = await reads.table(routes.INET_CIDR_ROUTE_TABLE)
    if not inet and reads.found["inetCidrRouteTable"].status == "unsupported":
        inet = await reads.table(routes.INET_CIDR_ROUTE_SHORT)
    sources = [routes.of_inet_cidr(inet), routes.of_ipv6_mib(await reads.table(routes.IPV6_ROUTE_TABLE))]
    sources += [
        routes.of_inet_cidr(await reads.table(routes.spec_of(table)), table.name)
        for table in (of_maker if not any(sources) else [])
    ]
    found = routes.merged(*sources)
    names = {*_STANDARD, *(table.name for table in of_maker)}
    status = combined([read.status for name, read in reads.found.items() if name in names], len(found))
    places = [*routes.ANY_IPV6_ROUTE, *(routes.any_ipv6_route(table) for table in of_maker)]
    if status == "unsupported" and await _any_begins(reads, places):
        status = "empty"
    part = Table(status=status, rows=len(found))
    found = await _with_states(reads, found)
    return with_part(reading, "ipv6_default_routes", part, ipv6_default_routes=found)


async def _with_states(reads: Reads, found: list[Ipv6Route]) -> list[Ipv6Route]:
    """The same routes with the state of each next hop, asked for by name: the whole neighbour table of a
    campus would be thousands of rows at every poll."""
    known = []
    for place, route in enumerate(found):
        state = None
        if route.next_hop is not None and place < _MOST_ASKED:
            cells = await reads.scalars(neighbors.state_questions(route.if_index, route.next_hop))
            words = [neighbors.STATE_WORDS.get(number(value) or 0) for value in cells.values()]
            state = next((word for word in words if word is not None), None)
        known.append(msgspec.structs.replace(route, next_hop_state=state))
    return known


async def _any_begins(reads: Reads, places: Sequence[Oid]) -> bool:
    """Whether a route table holds IPv6 routes at all: only then its lack of ::/0 proves something."""
    for place in places:
        if (await reads.next_of(place))[: len(place)] == place:
            return True
    return False
