"""How far IPv6 has come on one device, rung by rung, each with the table that proves it.

"No" only where a table that would show it was read to its end; everything else that was not seen is unknown,
and says why. A rung may be reached while one below it is unknown: a switch without an address table still
hears neighbours.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from agent.mibs.ipv6_interfaces import is_off
from agent.mibs.neighbors import DEAD
from agent.rates import Rates, VersionRate
from agent.vendors.load import vendor_files
from inventory.reading import Ipv6Address, Neighbor, Reading, Rung, RungName
from inventory.words import _

_READ = ("ok", "empty")
_USABLE = ("global", "ula")
_LAN_PREFIX = 64
"""An interface for hosts has a prefix of at most this length (RFC 4291, 2.5.1); longer ones join routers."""


def ipv6_ladder(reading: Reading, rates: Rates | None = None) -> list[Rung]:
    """The six rungs. The last two are about an interval and need its rates."""
    return [
        _configured(reading),
        _routed(reading),
        _neighbours(reading),
        _clients(reading),
        _bytes(reading, rates),
        _share(reading, rates),
    ]


def _configured(reading: Reading) -> Rung:
    """A global or unique local address on an interface."""
    usable = [item for item in reading.ipv6_addresses if item.scope in _USABLE]
    if usable:
        proof = _sources(item.source for item in usable)
        return Rung(name="configured", reached=True, value=float(len(usable)), unit="addresses", proof=proof)
    if is_off(reading):
        return _no("configured", "addresses", _filled(reading, "ipv6_interfaces"))
    if _status(reading, "ipv6_addresses") in _READ:
        proof = _sources(item.source for item in reading.ipv6_addresses) or "ipv6_addresses"
        return _no("configured", "addresses", proof)
    return _unknown(reading, "configured", "ipv6_addresses")


def _routed(reading: Reading) -> Rung:
    """A default route whose next hop is not dead, on a device that forwards."""
    if reading.ipv6_forwarding is False:
        return _no("routed", "routes", "ipv6IpForwarding", _("the device does not forward IPv6"))
    routes = reading.ipv6_default_routes
    living = [route for route in routes if route.next_hop_state not in DEAD]
    if living:
        seen = any(route.next_hop_state is not None for route in living)
        return Rung(
            name="routed",
            reached=True,
            value=float(len(living)),
            unit="routes",
            proof=_sources(route.source for route in living),
            detail="" if seen else _("the state of the next hop is not known"),
        )
    if routes:
        proof = _sources(route.source for route in routes)
        return _no("routed", "routes", proof, _("no next hop answers"))
    if _status(reading, "ipv6_default_routes") in _READ:
        return _no("routed", "routes", "ipv6_default_routes")
    return _unknown(reading, "routed", "ipv6_default_routes")


def _neighbours(reading: Reading) -> Rung:
    """Other machines with global or unique local addresses."""
    heard = {item.station for item in _heard(reading)}
    if heard:
        return Rung(
            name="neighbours",
            reached=True,
            value=float(len(heard)),
            unit="neighbours",
            proof=_filled(reading, "neighbors"),
        )
    if _status(reading, "neighbors") in _READ and _speaks_ipv6(reading):
        return _no("neighbours", "neighbours", _filled(reading, "neighbors"))
    return _unknown(reading, "neighbours", "neighbors", _("the neighbour table lists IPv4 alone"))


def _clients(reading: Reading) -> Rung:
    """Hosts that hold an address: wireless stations, or neighbours on interfaces that serve hosts.

    The interface of the default route leads to routers. Where that is not known, one lone neighbour may be
    the router, so there must be two.
    """
    wireless = _wireless_clients(reading)
    if wireless:
        return Rung(name="clients", reached=True, value=float(wireless), unit="clients", proof="wireless")
    uplinks = _uplinks(reading)
    by_interface: dict[int | None, set[str]] = defaultdict(set)
    for item in _heard(reading):
        if item.if_index not in uplinks and item.if_index not in _links(reading):
            by_interface[item.if_index].add(item.station)
    least = 1 if uplinks else 2
    hosts = {station for found in by_interface.values() if len(found) >= least for station in found}
    proof = _filled(reading, "neighbors")
    if hosts:
        return Rung(name="clients", reached=True, value=float(len(hosts)), unit="clients", proof=proof)
    if wireless == 0 and reading.wireless is not None and reading.wireless.clients:
        return _no("clients", "clients", "wireless")
    if _would_show_hosts(reading) and not _heard(reading):
        return _no("clients", "clients", proof)
    return _unknown(reading, "clients", "neighbors", _("no host is seen, and none need be seen here"))


def _bytes(reading: Reading, rates: Rates | None) -> Rung:
    """IPv6 octets that moved in the interval, in and out of all interfaces together."""
    moved = [item for item in rates.versions if item.version == 6] if rates else []
    if not moved:
        return _uncounted(reading, rates, "bytes")
    octets = sum(item.octets for item in moved)
    proof = _sources(item.source for item in moved)
    if octets:
        return Rung(name="bytes", reached=True, value=float(octets), unit="octets", proof=proof)
    if not any(row.in_octets or row.out_octets for row in reading.version_counters if row.version == 6):
        return Rung(name="bytes", proof=proof, detail=_("the IPv6 counters have always stood at 0"))
    return _no("bytes", "octets", proof)


def _share(reading: Reading, rates: Rates | None) -> Rung:
    """IPv6 octets among those of IPv4 and IPv6, at the default route's interfaces where they are counted."""
    six = {(item.if_index, item.source): item for item in _of_version(rates, 6)}
    four = {(item.if_index, item.source): item for item in _of_version(rates, 4)}
    both = six.keys() & four.keys()
    if not both:
        if six and rates is not None:
            return Rung(name="share", proof=_sources(key[1] for key in six), detail=_("IPv4 is not counted"))
        return _uncounted(reading, rates, "share")
    uplinks = _uplinks(reading)
    at_uplinks = {key for key in both if key[0] in uplinks}
    keys = at_uplinks or both
    of_six, of_four = (sum(side[key].octets for key in keys) for side in (six, four))
    proof = _sources(key[1] for key in keys)
    if of_six + of_four == 0:
        return Rung(name="share", proof=proof, detail=_("nothing was counted in this interval"))
    ratio = of_six / (of_six + of_four)
    return Rung(name="share", reached=of_six > 0, value=ratio, unit="ratio", proof=proof)


def _heard(reading: Reading) -> list[Neighbor]:
    return [item for item in reading.neighbors if item.version == 6 and item.scope in _USABLE]


def _speaks_ipv6(reading: Reading) -> bool:
    """Whether a neighbour table holds IPv6 at all; only then its silence on global addresses says a thing."""
    return any(item.version == 6 for item in reading.neighbors)


def _wireless_clients(reading: Reading) -> int | None:
    """Wireless clients with IPv6; None where the controller does not tell."""
    wireless = reading.wireless
    if wireless is None:
        return None
    if wireless.ipv6_clients is not None:
        return wireless.ipv6_clients
    told = [item.ipv6 for item in wireless.stations if item.ipv6 is not None]
    return told.count(True) if told else None


def _uplinks(reading: Reading) -> frozenset[int]:
    """ifIndex of the interfaces that the default routes use; by the next hop's prefix where none is told."""
    found = set()
    for route in reading.ipv6_default_routes:
        if route.if_index is not None:
            found.add(route.if_index)
        elif route.next_hop is not None:
            found |= {
                item.if_index
                for item in reading.ipv6_addresses
                if item.if_index is not None and _on_link(item, route.next_hop)
            }
    return frozenset(found)


def _links(reading: Reading) -> frozenset[int]:
    """Interfaces all of whose prefixes are too long for hosts: they join routers."""
    lengths: dict[int, list[int]] = defaultdict(list)
    for item in reading.ipv6_addresses:
        if item.scope in _USABLE and item.if_index is not None and item.prefix_length is not None:
            lengths[item.if_index].append(item.prefix_length)
    return frozenset(if_index for if_index, found in lengths.items() if min(found) > _LAN_PREFIX)


def _would_show_hosts(reading: Reading) -> bool:
    """Whether hosts would be seen here: the device routes for an interface with a prefix for hosts, and its
    neighbour table was read to the end. A switch that is only managed over IPv6 hears its manager alone."""
    routes = reading.ipv6_forwarding is True or any(item.sends_ra for item in reading.ipv6_interfaces)
    apart = _uplinks(reading) | _links(reading)
    served = any(item.scope in _USABLE and item.if_index not in apart for item in reading.ipv6_addresses)
    return routes and served and _status(reading, "neighbors") in _READ and _speaks_ipv6(reading)


def _on_link(own: Ipv6Address, next_hop: str) -> bool:
    if own.prefix_length is None or own.scope not in _USABLE:
        return False
    network = ipaddress.IPv6Network((own.address, own.prefix_length), strict=False)
    return ipaddress.IPv6Address(next_hop) in network


def _of_version(rates: Rates | None, version: int) -> Sequence[VersionRate]:
    return [item for item in rates.versions if item.version == version] if rates else []


def _uncounted(reading: Reading, rates: Rates | None, name: RungName) -> Rung:
    """Why there are no octets of this interval."""
    if not any(row.version == 6 for row in reading.version_counters):
        if _status(reading, "version_counters") == "ok":
            return Rung(name=name, proof="version_counters", detail=_("only IPv4 is counted"))
        return _unknown(reading, name, "version_counters", _("octets of IPv6 are not counted"))
    if rates is None:
        return Rung(name=name, proof="version_counters", detail=_("needs two readings"))
    return Rung(name=name, proof="version_counters", detail=_("the interval was left out"))


def _no(name: RungName, unit: str, proof: str | None, detail: str = "") -> Rung:
    return Rung(name=name, reached=False, value=0.0, unit=unit, proof=proof, detail=detail)


def _unknown(reading: Reading, name: RungName, part: str, otherwise: str = "") -> Rung:
    """A rung of which nothing is known: how the reading of its part went, or what was seen instead."""
    table = reading.tables.get(part)
    if table is None:
        return Rung(name=name, proof=part, detail=_("not read in this poll"))
    if table.status in _READ:
        return Rung(name=name, proof=part, detail=otherwise)
    return Rung(name=name, proof=part, detail=f"{table.status}: {table.detail}".removesuffix(": "))


def _filled(reading: Reading, part: str) -> str:
    """The MIB tables with rows that fill this part."""
    told = [name for name in _tables_of(part) if name in reading.tables and reading.tables[name].rows]
    return ", ".join(told) or part


@cache
def _tables_of(part: str) -> tuple[str, ...]:
    files = vendor_files()
    if part == "neighbors":
        of_makers = [table.name for file in files for table in file.neighbor_table]
        return ("ipNetToPhysicalTable", "ipv6NetToMediaTable", *of_makers)
    of_makers = [table.name for file in files for table in file.ipv6_switch_table]
    return ("ipv6InterfaceTable", "ipv6IfTable", *of_makers)


def _status(reading: Reading, part: str) -> str | None:
    table = reading.tables.get(part)
    return None if table is None else table.status


def _sources(sources: Iterable[str | None]) -> str | None:
    """The names of the tables, each once."""
    return ", ".join(sorted({source for source in sources if source})) or None
