"""Rows of the standard MIBs: what is configured on a device in, the variables that its agent shows out.

One function a table, each giving a part of a MIB view. The dialects are those that real agents speak
(index forms of ipAddressTable, RFC 2465 beside RFC 4293, two ways to tell the members of an aggregate).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface

from wanzhao.demo.responder import Oid, Tag, Value

Rows = dict[Oid, Value]

MIB2: Oid = (1, 3, 6, 1, 2, 1)
SYSTEM: Oid = (*MIB2, 1)
IF_ENTRY: Oid = (*MIB2, 2, 2, 1)
IF_X_ENTRY: Oid = (*MIB2, 31, 1, 1, 1)
IF_STACK_STATUS: Oid = (*MIB2, 31, 1, 2, 1, 3)
DUPLEX: Oid = (*MIB2, 10, 7, 2, 1, 19)
IP_ADDR_ENTRY: Oid = (*MIB2, 4, 20, 1)
IP_ADDRESS_ENTRY: Oid = (*MIB2, 4, 34, 1)
IP_ADDRESS_PREFIX: Oid = (*MIB2, 4, 32, 1, 5)
ROUTER_ADVERT_ENTRY: Oid = (*MIB2, 4, 39, 1)
INET_CIDR_ROUTE_ENTRY: Oid = (*MIB2, 4, 24, 7, 1)
NET_TO_PHYSICAL_ENTRY: Oid = (*MIB2, 4, 35, 1)
IPV6_ADDR_ENTRY: Oid = (*MIB2, 55, 1, 8, 1)
IPV6_ROUTE_ENTRY: Oid = (*MIB2, 55, 1, 11, 1)
ENTITY_ENTRY: Oid = (*MIB2, 47, 1, 1, 1, 1)
LLDP: Oid = (1, 0, 8802, 1, 1, 2, 1)
LAG_ATTACHED: Oid = (1, 2, 840, 10006, 300, 43, 1, 2, 1, 1, 13)

UP, DOWN = 1, 2
TRUE, FALSE = 1, 2
IPV4, IPV6, IPV6_ZONED = 1, 2, 4  # InetAddressType (RFC 4001)
ORIGIN_MANUAL, ORIGIN_LINKLAYER = 2, 5  # IpAddressOriginTC (RFC 4293)
GAUGE32_MAX = 2**32 - 1
NOWHERE: Oid = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One row of ifTable. ``speed_mbps`` is what it runs at; ``lag`` the ifIndex of its aggregate."""

    if_index: int
    descr: str
    name: str
    type: int
    speed_mbps: int
    mac: bytes = b""
    up: bool = True
    alias: str = ""
    connector: bool | None = True
    lag: int | None = None
    bytes_per_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address on an interface. A link-local one comes from the interface's MAC."""

    at: IPv4Interface | IPv6Interface
    if_index: int

    @property
    def link_local(self) -> bool:
        return self.at.version == 6 and self.at.ip.is_link_local


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """What LLDP heard on a port, named by its number in lldpLocPortTable."""

    port: int
    chassis: bytes
    remote_port: str
    name: str
    descr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One row of entPhysicalTable; ``klass`` is PhysicalClass (3 chassis, 9 module)."""

    index: int
    klass: int
    descr: str
    name: str
    serial: str = ""
    model: str = ""
    software: str = ""


def growing(per_s: int, start: int = 0) -> Callable[[float], int]:
    """A counter that stood at ``start`` when the simulation began."""
    return lambda at: start + int(at * per_s)


def text(value: str) -> Value:
    return "octets", value.encode()


def system(*, descr: str, object_id: Oid, name: str, location: str, days_up: int) -> Rows:
    """SNMPv2-MIB; sysUpTime in hundredths of a second, ``days_up`` days at the start."""
    values: dict[int, Value] = {
        1: text(descr),
        2: ("oid", object_id),
        3: ("ticks", growing(100, days_up * 86400 * 100)),
        4: text(""),
        5: text(name),
        6: text(location),
        7: ("int", 78),
    }
    return {(*SYSTEM, column, 0): value for column, value in values.items()}


def interfaces(ports: Sequence[Port]) -> Rows:
    """IF-MIB ifNumber, ifTable and ifXTable, and EtherLike-MIB duplex of the ports that are up."""
    rows: Rows = {(*MIB2, 2, 1, 0): ("int", len(ports))}
    for port in ports:
        rows |= _row(IF_ENTRY, (port.if_index,), _if_values(port))
        rows |= _row(IF_X_ENTRY, (port.if_index,), _if_x_values(port))
        if port.up and port.connector:
            rows[(*DUPLEX, port.if_index)] = ("int", 3)
    return rows


def lag_attached(ports: Iterable[Port]) -> Rows:
    """IEEE8023-LAG-MIB dot3adAggPortAttachedAggID of every real port: the aggregate, or 0."""
    return {(*LAG_ATTACHED, p.if_index): ("int", p.lag or 0) for p in ports if p.type == 6}


def if_stack(ports: Iterable[Port]) -> Rows:
    """IF-MIB ifStackTable: each aggregate above its members, an active row each (RFC 2863)."""
    return {(*IF_STACK_STATUS, p.lag, p.if_index): ("int", 1) for p in ports if p.lag is not None}


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
            rows |= _row(IP_ADDR_ENTRY, tuple(octets), values)
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


def router_adverts(interfaces_: Iterable[int], sending: frozenset[int]) -> Rows:
    """RFC 4293 ipv6RouterAdvertTable: SendAdverts and the longest interval, 600 s."""
    rows: Rows = {}
    for if_index in interfaces_:
        values: dict[int, Value] = {
            2: ("int", TRUE if if_index in sending else FALSE),
            3: ("gauge32", 600),
        }
        rows |= _row(ROUTER_ADVERT_ENTRY, (if_index,), values)
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
        rows |= _row(INET_CIDR_ROUTE_ENTRY, index, values)
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
        rows |= _row(IPV6_ROUTE_ENTRY, (*bytes(16), 0, number), values)
    return rows


def neighbours(seen: Iterable[tuple[Address, bytes]]) -> Rows:
    """RFC 4293 ipNetToPhysicalTable: MAC address, dynamic(3), reachable(1)."""
    rows: Rows = {}
    for address, mac in seen:
        octets = address.at.ip.packed
        values: dict[int, Value] = {4: ("octets", mac), 6: ("int", 3), 7: ("int", 1)}
        index = (address.if_index, _kind(address), len(octets), *octets)
        rows |= _row(NET_TO_PHYSICAL_ENTRY, index, values)
    return rows


def lldp(*, chassis: bytes, name: str, ports: Mapping[int, str], heard: Iterable[Neighbour]) -> Rows:
    """LLDP-MIB: the local system, lldpLocPortTable (number to name) and lldpRemTable."""
    rows: Rows = {
        (*LLDP, 3, 1, 0): ("int", 4),
        (*LLDP, 3, 2, 0): ("octets", chassis),
        (*LLDP, 3, 3, 0): text(name),
    }
    for number, port in ports.items():
        rows |= _row((*LLDP, 3, 7, 1), (number,), {2: ("int", 5), 3: text(port), 4: text(port)})
    for row, neighbour in enumerate(heard, 1):
        values: dict[int, Value] = {
            4: ("int", 4),
            5: ("octets", neighbour.chassis),
            6: ("int", 5),
            7: text(neighbour.remote_port),
            8: text(""),
            9: text(neighbour.name),
            10: text(neighbour.descr),
        }
        rows |= _row((*LLDP, 4, 1, 1), (1000 * row, neighbour.port, row), values)
    return rows


def entities(parts: Iterable[Part]) -> Rows:
    """ENTITY-MIB entPhysicalTable."""
    rows: Rows = {}
    for part in parts:
        values: dict[int, Value] = {
            2: text(part.descr),
            5: ("int", part.klass),
            7: text(part.name),
            10: text(part.software),
            11: text(part.serial),
            13: text(part.model),
        }
        rows |= _row(ENTITY_ENTRY, (part.index,), values)
    return rows


def scalar(tag: Tag, oid: str, value: int) -> Rows:
    return {parsed(oid): (tag, value)}


def parsed(oid: str) -> Oid:
    """The numbers of a dotted OID."""
    return tuple(int(number) for number in oid.split("."))


def link_local(mac: bytes) -> IPv6Interface:
    """The address that an interface makes of its MAC (modified EUI-64, RFC 4291, appendix A)."""
    host = bytes((mac[0] ^ 2, mac[1], mac[2], 0xFF, 0xFE, mac[3], mac[4], mac[5]))
    return IPv6Interface((bytes((0xFE, 0x80, 0, 0, 0, 0, 0, 0)) + host, 64))


def _row(entry: Oid, index: Oid, values: Mapping[int, Value]) -> Rows:
    return {(*entry, column, *index): value for column, value in values.items()}


def _if_values(port: Port) -> dict[int, Value]:
    state = UP if port.up else DOWN
    return {
        1: ("int", port.if_index),
        2: text(port.descr),
        3: ("int", port.type),
        4: ("int", 1500),
        5: ("gauge32", min(port.speed_mbps * 1_000_000, GAUGE32_MAX)),
        6: ("octets", port.mac),
        7: ("int", UP),
        8: ("int", state),
        9: ("ticks", 1000 + port.if_index),
        10: ("counter32", growing(port.bytes_per_s)),
        13: ("counter32", 0),
        14: ("counter32", 0),
        16: ("counter32", growing(port.bytes_per_s // 8)),
        19: ("counter32", 0),
        20: ("counter32", 0),
    }


def _if_x_values(port: Port) -> dict[int, Value]:
    values: dict[int, Value] = {
        1: text(port.name),
        6: ("counter64", growing(port.bytes_per_s, port.bytes_per_s * 500_000)),
        10: ("counter64", growing(port.bytes_per_s // 8, port.bytes_per_s * 60_000)),
        15: ("gauge32", port.speed_mbps),
        18: text(port.alias),
        19: ("ticks", 0),
    }
    if port.connector is not None:
        values[17] = ("int", TRUE if port.connector else FALSE)
    return values


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
        rows |= _row(IP_ADDRESS_ENTRY, index, values)
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
            rows |= _row(IPV6_ADDR_ENTRY, (address.if_index, *before, *address.at.ip.packed), values)
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
