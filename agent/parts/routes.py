"""The IPv6 default route, the routes to aggregates that are named, and whether their next hops live."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from agent.device import Device, with_part
from agent.mibs import neighbors, routes
from agent.mibs.text import number
from agent.reads import Reads, combined
from agent.snmp.engine import Oid
from inventory.reading import Ipv6Aggregate, Ipv6Route, Reading, Table, TableStatus

_MOST_ASKED = 8
"""Next hops whose state is asked for at every poll; a school has one or two."""


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.ipv6_default_routes``, and ``reading.ipv6_aggregates`` for the prefixes that are named."""
    status, found = await _routes_to(device, routes.ANYWHERE)
    if status == "unsupported" and await _holds_routes(device):
        status = "empty"
    reading = with_part(
        reading, "ipv6_default_routes", Table(status=status, rows=len(found)), ipv6_default_routes=found
    )
    if not device.prefixes:
        return reading
    # Where ::/0 could be told from nothing, so can any other destination.
    is_told = status in ("ok", "empty", "partial")
    told = [await _aggregate(device, prefix, is_told=is_told) for prefix in device.prefixes]
    rows = sum(len(each.routes) for each in told)
    part = Table(status=combined([each.status for each in told], rows), rows=rows)
    return with_part(reading, "ipv6_aggregates", part, ipv6_aggregates=told)


async def _aggregate(device: Device, prefix: str, *, is_told: bool) -> Ipv6Aggregate:
    status, found = await _routes_to(device, prefix)
    if status == "unsupported" and is_told:
        status = "empty"
    return Ipv6Aggregate(prefix=prefix, status=status, routes=found)


async def _routes_to(device: Device, prefix: str) -> tuple[TableStatus, list[Ipv6Route]]:
    """The routes to one destination, from every table that a device may keep them in."""
    reads = device.reads
    of_maker = device.vendor_file.route_table if device.vendor_file else []
    spec = routes.inet_cidr_route_table(prefix)
    specs = [spec]
    inet = await reads.table(spec)
    if not inet and reads.found[spec.name].status == "unsupported":
        specs.append(routes.inet_cidr_route_short(prefix))
        inet = await reads.table(specs[-1])
    specs.append(routes.ipv6_route_table(prefix))
    sources = [routes.of_inet_cidr(inet), routes.of_ipv6_mib(await reads.table(specs[-1]))]
    for table in of_maker if not any(sources) else []:
        specs.append(routes.spec_of(table, prefix))
        sources.append(routes.of_inet_cidr(await reads.table(specs[-1]), table.name))
    found = routes.merged(*sources)
    status = combined([reads.found[spec.name].status for spec in specs], len(found))
    return status, await _with_states(reads, found)


async def _holds_routes(device: Device) -> bool:
    """Whether a route table holds IPv6 routes at all: only then its lack of ::/0 proves something."""
    of_maker = device.vendor_file.route_table if device.vendor_file else []
    places = [*routes.ANY_IPV6_ROUTE, *(routes.any_ipv6_route(table) for table in of_maker)]
    return await _any_begins(device.reads, places)


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
    for place in places:
        if (await reads.next_of(place))[: len(place)] == place:
            return True
    return False
