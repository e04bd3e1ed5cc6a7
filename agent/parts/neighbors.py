"""Whom the device has heard by ARP and ND."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import msgspec

from agent.device import Device, with_part
from agent.mibs import neighbors
from agent.mibs.inet import Address
from agent.mibs.neighbors import Heard
from agent.snmp.engine import oid
from agent.snmp.walk import TableSpec
from inventory.reading import Ipv6Route, Reading

_STANDARD = (
    neighbors.NET_TO_MEDIA_TABLE,
    neighbors.NET_TO_PHYSICAL_TABLE,
    neighbors.IPV6_NET_TO_MEDIA_TABLE,
)


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.neighbors`` and ``neighbor_counts``, and the state of next hops that was not known yet."""
    reads = device.reads
    of_maker = device.vendor_file.neighbor_table if device.vendor_file else []
    private = [TableSpec(name=t.name, entry=oid(t.entry), columns=t.columns) for t in of_maker]
    names = [spec.name for spec in (*_STANDARD, *private)]
    media, physical, ipv6_mib = [await reads.table(spec) for spec in _STANDARD]
    heard = neighbors.heard_ipv4(media)
    heard += neighbors.heard_physical("ipNetToPhysicalTable", physical)
    heard += neighbors.heard_ipv6_mib(ipv6_mib)
    for spec in private:
        heard += neighbors.heard_physical(spec.name, await reads.table(spec))
    await reads.tell_empty_from_unsupported(names)
    counts = neighbors.neighbor_counts(*(reads.rows(name) for name in names))
    found = neighbors.neighbors(heard, _own(reading), device.stations.name)
    rows = (counts.ipv4 or 0) + (counts.ipv6 or 0)
    reading = with_part(reading, "neighbor_counts", reads.part(names, rows), neighbor_counts=counts)
    reading = with_part(reading, "neighbors", reads.part(names, len(found)), neighbors=found)
    return msgspec.structs.replace(
        reading, ipv6_default_routes=_with_states(reading.ipv6_default_routes, heard)
    )


def _own(reading: Reading) -> frozenset[Address]:
    """The device's own addresses. A link-local one may be its own here and another's elsewhere."""
    told = [item.address for item in reading.ipv4_addresses]
    told += [item.address for item in reading.ipv6_addresses]
    return frozenset(found for text in told if not (found := ipaddress.ip_address(text)).is_link_local)


def _with_states(routes: Sequence[Ipv6Route], heard: Sequence[Heard]) -> list[Ipv6Route]:
    return [
        route
        if route.next_hop_state is not None or route.next_hop is None
        else msgspec.structs.replace(
            route, next_hop_state=neighbors.state_of(heard, route.if_index, route.next_hop)
        )
        for route in routes
    ]
