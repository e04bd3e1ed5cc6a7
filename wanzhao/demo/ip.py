"""Rows of the tables of addresses, routes and neighbours, in the dialects that real agents speak.

Three index forms of ipAddressTable, RFC 2465 with and without a length octet, and both kinds of route table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface

from wanzhao.demo.mib import FALSE, MIB2, TRUE, Rows, rows_of, scalar
from wanzhao.demo.responder import Oid, Value

IP_ADDR_ENTRY: Oid = (*MIB2, 4, 20, 1)
IP_ADDRESS_ENTRY: Oid = (*MIB2, 4, 34, 1)
IP_ADDRESS_PREFIX: Oid = (*MIB2, 4, 32, 1, 5)
ROUTER_ADVERT_ENTRY: Oid = (*MIB2, 4, 39, 1)
INET_CIDR_ROUTE_ENTRY: Oid = (*MIB2, 4, 24, 7, 1)
NET_TO_PHYSICAL_ENTRY: Oid = (*MIB2, 4, 35, 1)
IPV6_ADDR_ENTRY: Oid = (*MIB2, 55, 1, 8, 1)
IPV6_ROUTE_ENTRY: Oid = (*MIB2, 55, 1, 11, 1)

IPV4, IPV6, IPV6_ZONED = 1, 2, 4  # InetAddressType (RFC 4001)
ORIGIN_MANUAL, ORIGIN_LINKLAYER = 2, 5  # IpAddressOriginTC (RFC 4293)
NOWHERE: Oid = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address on an interface. A link-local one comes from the interface's MAC."""

    at: IPv4Interface | IPv6Interface
    if_index: int

    @property
    def link_local(self) -> bool:
        return self.at.version == 6 and self.at.ip.is_link_local


def ipv4_addresses(addresses: Iterable[Address]) -> Rows:
    """RFC 1213 ipAddrTable."""
    rows: Rows = {}
    for address in addresses:
        if isinstance(address.at, IPv4Interface):
            octets = address.at.ip.packed
            values: dict[int, Value] = {
                1: ("ip", octets),
                2: ("int", address.if_index),
                3: ("ip", address.at.netmask.packed),
                4: ("int", 1),
            }
            rows |= rows_of(IP_ADDR_ENTRY, tuple(octets), values)
    return rows


def ip_addresses(addresses: Iterable[Address]) -> Rows:
    """RFC 4293 ipAddressTable as the RFC has it: type, length, octets; link-local as plain IPv6."""
    return _ip_addresses(addresses, lambda a: (_kind(a), len(a.at.ip.packed), *a.at.ip.packed))


def ip_addresses_zoned(addresses: Iterable[Address]) -> Rows:
    """The same with a link-local address as ipv6z: 20 octets, the last four the interface as its zone."""
    return _ip_addresses(addresses, _zoned_index)


def ip_addresses_without_length(addresses: Iterable[Address]) -> Rows:
    """The same without the length octet, the zone of a link-local address as one number."""
    return _ip_addresses(addresses, _lengthless_index)


def ipv6_addresses_2465(addresses: Iterable[Address]) -> Rows:
    """RFC 2465 ipv6AddrTable, the index without a length octet."""
    return _ipv6_addresses_2465(addresses, ())


def ipv6_addresses_2465_with_length(addresses: Iterable[Address]) -> Rows:
    """RFC 2465 ipv6AddrTable, the index with a length octet, as some agents add one."""
    return _ipv6_addresses_2465(addresses, (16,))


def ipv6_interfaces(addresses: Iterable[Address]) -> Rows:
    """ipv6InterfaceTable and ipv6IpForwarding: IPv6 is on where an interface has an address of it."""
    every = {address.if_index for address in addresses}
    on = {address.if_index for address in addresses if address.at.version == 6}
    rows = scalar("int", "1.3.6.1.2.1.4.25.0", TRUE if on else FALSE)
    for if_index in every:
        word: Value = ("int", TRUE if if_index in on else FALSE)
        rows |= rows_of((*MIB2, 4, 30, 1), (if_index,), {5: word, 8: word})
    return rows


def router_adverts(interfaces_: Iterable[int], sending: frozenset[int]) -> Rows:
    """RFC 4293 ipv6RouterAdvertTable: SendAdverts and the longest interval, 600 s."""
    rows: Rows = {}
    for if_index in interfaces_:
        values: dict[int, Value] = {
            2: ("int", TRUE if if_index in sending else FALSE),
            3: ("gauge32", 600),
        }
        rows |= rows_of(ROUTER_ADVERT_ENTRY, (if_index,), values)
    return rows


def routes(hops: Iterable[Address]) -> Rows:
    """RFC 4292 inetCidrRouteTable: a default route to each next hop, remote(4), netmgmt(3)."""
    rows: Rows = {}
    for hop in hops:
        octets, kind = hop.at.ip.packed, _kind(hop)
        index = (kind, len(octets), *bytes(len(octets)), 0, 2, *NOWHERE, kind, len(octets), *octets)
        values: dict[int, Value] = {
            7: ("int", hop.if_index),
            8: ("int", 4),
            9: ("int", 3),
            11: ("gauge32", 0),
            17: ("int", 1),
        }
        rows |= rows_of(INET_CIDR_ROUTE_ENTRY, index, values)
    return rows


def routes_2465(hops: Iterable[Address]) -> Rows:
    """RFC 2465 ipv6RouteTable: a default route to each IPv6 next hop."""
    rows: Rows = {}
    for number, hop in enumerate((h for h in hops if h.at.version == 6), 1):
        values: dict[int, Value] = {
            4: ("int", hop.if_index),
            5: ("octets", hop.at.ip.packed),
            6: ("int", 4),
            7: ("int", 3),
        }
        rows |= rows_of(IPV6_ROUTE_ENTRY, (*bytes(16), 0, number), values)
    return rows


def neighbours(seen: Iterable[tuple[Address, bytes]]) -> Rows:
    """RFC 4293 ipNetToPhysicalTable: MAC address, dynamic(3), reachable(1)."""
    rows: Rows = {}
    for address, mac in seen:
        octets = address.at.ip.packed
        values: dict[int, Value] = {4: ("octets", mac), 6: ("int", 3), 7: ("int", 1)}
        index = (address.if_index, _kind(address), len(octets), *octets)
        rows |= rows_of(NET_TO_PHYSICAL_ENTRY, index, values)
    return rows


def link_local(mac: bytes) -> IPv6Interface:
    """The address that an interface makes of its MAC (modified EUI-64, RFC 4291, appendix A)."""
    host = bytes((mac[0] ^ 2, mac[1], mac[2], 0xFF, 0xFE, mac[3], mac[4], mac[5]))
    return IPv6Interface((bytes((0xFE, 0x80, 0, 0, 0, 0, 0, 0)) + host, 64))


def _ip_addresses(addresses: Iterable[Address], index_of: Callable[[Address], Oid]) -> Rows:
    rows: Rows = {}
    for address in addresses:
        index, network = index_of(address), address.at.network
        prefix = (
            *IP_ADDRESS_PREFIX,
            address.if_index,
            _kind(address),
            len(network.network_address.packed),
            *network.network_address.packed,
            network.prefixlen,
        )
        values: dict[int, Value] = {
            3: ("int", address.if_index),
            4: ("int", 1),
            5: ("oid", prefix),
            6: ("int", ORIGIN_LINKLAYER if address.link_local else ORIGIN_MANUAL),
            7: ("int", 1),
        }
        rows |= rows_of(IP_ADDRESS_ENTRY, index, values)
    return rows


def _ipv6_addresses_2465(addresses: Iterable[Address], before: Oid) -> Rows:
    rows: Rows = {}
    for address in addresses:
        if address.at.version == 6:
            values: dict[int, Value] = {
                2: ("int", address.at.network.prefixlen),
                3: ("int", 1 if address.link_local else 2),
                5: ("int", 1),
            }
            rows |= rows_of(IPV6_ADDR_ENTRY, (address.if_index, *before, *address.at.ip.packed), values)
    return rows


def _kind(address: Address) -> int:
    return IPV4 if address.at.version == 4 else IPV6


def _zoned_index(address: Address) -> Oid:
    octets = address.at.ip.packed
    if not address.link_local:
        return (_kind(address), len(octets), *octets)
    return (IPV6_ZONED, 20, *octets, *address.if_index.to_bytes(4, "big"))


def _lengthless_index(address: Address) -> Oid:
    if not address.link_local:
        return (_kind(address), *address.at.ip.packed)
    return (IPV6_ZONED, *address.at.ip.packed, address.if_index)
