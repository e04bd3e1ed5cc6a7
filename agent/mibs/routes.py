"""IPv6 routes: IP-MIB's successor IP-FORWARD-MIB (RFC 4292), or IPV6-MIB (RFC 2465).

Route tables can hold a whole campus or the Internet, so only the rows of ::/0 are asked for, and those of
destinations that somebody has named.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from agent.mibs.inet import inet_index
from agent.mibs.text import ip, number
from agent.snmp.engine import Oid, oid
from agent.snmp.walk import Rows, TableSpec
from agent.vendors.network import RouteTable
from inventory.reading import Ipv6Route

_INET_ENTRY = oid("1.3.6.1.2.1.4.24.7.1")
_INET_COLUMNS = {"inetCidrRouteIfIndex": 7, "inetCidrRouteType": 8}
_IPV6_ENTRY = oid("1.3.6.1.2.1.55.1.11.1")
_MAX_ROUTES = 64
"""Next hops of one destination."""
ANYWHERE = "::/0"


def _destination(prefix: str) -> Oid:
    """The part of an index that is the destination: sixteen octets and the prefix length."""
    network = ipaddress.IPv6Network(prefix)
    return (*network.network_address.packed, network.prefixlen)


def _named(table: str, prefix: str) -> str:
    return table if prefix == ANYWHERE else f"{table} {prefix}"


def inet_cidr_route_table(prefix: str = ANYWHERE) -> TableSpec:
    """The rows of one destination in inetCidrRouteTable."""
    return TableSpec(
        name=_named("inetCidrRouteTable", prefix),
        entry=_INET_ENTRY,
        columns=_INET_COLUMNS,
        under=(2, 16, *_destination(prefix)),
        max_rows=_MAX_ROUTES,
    )


def inet_cidr_route_short(prefix: str = ANYWHERE) -> TableSpec:
    """The same of devices that leave the length of the address out of the index."""
    return TableSpec(
        name=_named("inetCidrRouteTable(short index)", prefix),
        entry=_INET_ENTRY,
        columns=_INET_COLUMNS,
        under=(2, *_destination(prefix)),
        max_rows=_MAX_ROUTES,
    )


def ipv6_route_table(prefix: str = ANYWHERE) -> TableSpec:
    """The rows of one destination in ipv6RouteTable."""
    return TableSpec(
        name=_named("ipv6RouteTable", prefix),
        entry=_IPV6_ENTRY,
        columns={"ipv6RouteIfIndex": 4, "ipv6RouteNextHop": 5, "ipv6RouteType": 6},
        under=_destination(prefix),
        max_rows=_MAX_ROUTES,
    )


INET_CIDR_ROUTE_TABLE = inet_cidr_route_table()
IPV6_ROUTE_TABLE = ipv6_route_table()
ANY_IPV6_ROUTE = ((*_INET_ENTRY, 7, 2), (*_IPV6_ENTRY, 4))
"""Where the IPv6 routes of each table begin, whatever their destination."""

_LEADS_NOWHERE = {2, 5}
"""inetCidrRouteType reject and blackhole: a route that throws everything away"""
_DISCARDS = {5}
"""ipv6RouteType discard"""


def spec_of(table: RouteTable, prefix: str = ANYWHERE) -> TableSpec:
    """The rows of one destination in a maker's table."""
    return TableSpec(
        name=_named(table.name, prefix),
        entry=oid(table.entry),
        columns=_INET_COLUMNS,
        under=(*table.before, 2, 16, *_destination(prefix)),
        max_rows=_MAX_ROUTES,
    )


def any_ipv6_route(table: RouteTable) -> Oid:
    """Where the IPv6 routes of a maker's table begin, whatever their destination."""
    return (*oid(table.entry), _INET_COLUMNS["inetCidrRouteIfIndex"], *table.before, 2)


def of_inet_cidr(rows: Rows, source: str = "inetCidrRouteTable") -> list[Ipv6Route]:
    """Routes of inetCidrRouteTable; the next hop is in the index, after the policy."""
    found = []
    for index, row in rows.items():
        if number(row.get("inetCidrRouteType")) in _LEADS_NOWHERE:
            continue
        found.append(_route(_next_hop(index), number(row.get("inetCidrRouteIfIndex")), source))
    return found


def of_ipv6_mib(rows: Rows) -> list[Ipv6Route]:
    """Routes of ipv6RouteTable; some agents give the next hop as text."""
    return [
        _route(ip(row.get("ipv6RouteNextHop")), number(row.get("ipv6RouteIfIndex")), "ipv6RouteTable")
        for row in rows.values()
        if number(row.get("ipv6RouteType")) not in _DISCARDS
    ]


def merged(*sources: Iterable[Ipv6Route]) -> list[Ipv6Route]:
    """Each route to one destination once: the first table that names a next hop wins, a later one
    gives its ifIndex.

    A route whose next hop one table leaves out (column withheld) is the one that another table shows on
    the same interface.
    """
    found: dict[str | None, Ipv6Route] = {}
    for source in sources:
        for route in source:
            known = found.get(route.next_hop)
            if known is None:
                found[route.next_hop] = route
            elif known.if_index is None and route.if_index is not None:
                found[route.next_hop] = _route(known.next_hop, route.if_index, known.source or "")
    told = {route.if_index for route in found.values() if route.next_hop is not None}
    return [route for route in found.values() if route.next_hop is not None or route.if_index not in told]


def _next_hop(index: Oid) -> str | None:
    """The last InetAddress of an inetCidrRouteEntry index.

    The policy before it is an OID of any length, with its length in front by the standard; reading from
    the end finds the next hop in every dialect.
    """
    for take in (18, 22, 17):
        found = inet_index(index[-take:])
        if found is not None and found.used == take and isinstance(found.address, ipaddress.IPv6Address):
            return None if found.address.is_unspecified else str(found.address)
    return None


def _route(next_hop: str | None, if_index: int | None, source: str) -> Ipv6Route:
    return Ipv6Route(next_hop=next_hop, if_index=if_index or None, source=source)
