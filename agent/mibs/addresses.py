"""IP addresses of the device: IP-MIB (RFC 4293), its forerunners ipAddrTable and IPV6-MIB (RFC 2465)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from agent.mibs.inet import (
    Address,
    inet_index,
    plain_index,
    prefix_of_mask,
    prefix_of_pointer,
    scope_of,
)
from agent.mibs.text import number
from agent.snmp.engine import Oid, Value, oid
from agent.snmp.walk import Rows, TableSpec
from inventory.reading import Ipv4Address, Ipv6Address

_IP_ADDRESS_COLUMNS = {
    "ipAddressIfIndex": 3,
    "ipAddressType": 4,
    "ipAddressPrefix": 5,
    "ipAddressOrigin": 6,
    "ipAddressStatus": 7,
}
IP_ADDR_TABLE = TableSpec(
    name="ipAddrTable",
    entry=oid("1.3.6.1.2.1.4.20.1"),
    columns={"ipAdEntIfIndex": 2, "ipAdEntNetMask": 3},
)
IP_ADDRESS_TABLE = TableSpec(
    name="ipAddressTable", entry=oid("1.3.6.1.2.1.4.34.1"), columns=_IP_ADDRESS_COLUMNS
)
IP_ADDRESS_PREFIX_TABLE = TableSpec(
    name="ipAddressPrefixTable", entry=oid("1.3.6.1.2.1.4.32.1"), columns={"ipAddressPrefixOrigin": 5}
)
IPV6_ADDR_TABLE = TableSpec(
    name="ipv6AddrTable", entry=oid("1.3.6.1.2.1.55.1.8.1"), columns={"ipv6AddrPfxLength": 2}
)

_ORIGINS = {1: "other", 2: "manual", 4: "dhcp", 5: "linklayer", 6: "random"}
_BROADCAST = 3
_NOT_IN_USE = {3, 7}
"""ipAddressStatus: invalid, duplicate"""


def like_ip_address_table(name: str, entry: Oid) -> TableSpec:
    """A maker's own table with the layout of ipAddressTable."""
    return TableSpec(name=name, entry=entry, columns=_IP_ADDRESS_COLUMNS)


def tells_no_ipv6(address_table: Rows) -> bool:
    """Whether the table has rows and none of IPv6: many agents fill it with IPv4 alone, so its silence on
    IPv6 proves nothing."""
    found = [inet_index(index) for index in address_table]
    return bool(found) and not any(item is not None and item.address.version == 6 for item in found)


def ipv4_addresses(addr_table: Rows, address_table: Rows) -> list[Ipv4Address]:
    """IPv4 addresses: ipAddrTable first, then what only ipAddressTable has."""
    found: dict[ipaddress.IPv4Address, Ipv4Address] = {}
    for index, row in addr_table.items():
        if len(index) < 4 or not all(0 <= octet <= 255 for octet in index[:4]):
            continue
        address = ipaddress.IPv4Address(bytes(index[:4]))
        length = prefix_of_mask(row.get("ipAdEntNetMask"))
        found[address] = _ipv4(address, number(row.get("ipAdEntIfIndex")), length)
    for row_address, row in _addresses(address_table):
        if isinstance(row_address, ipaddress.IPv4Address) and row_address not in found:
            length = prefix_of_pointer(row.get("ipAddressPrefix"), row_address)
            found[row_address] = _ipv4(row_address, number(row.get("ipAddressIfIndex")), length)
    return [found[address] for address in sorted(found)]


def ipv6_of_ip_address_table(
    address_table: Rows, prefix_table: Rows, source: str = "ipAddressTable"
) -> list[Ipv6Address]:
    """IPv6 addresses of ipAddressTable, or of a maker's table with the same layout."""
    prefixes = list(_prefixes(prefix_table))
    found: list[Ipv6Address] = []
    for address, row in _addresses(address_table):
        if not isinstance(address, ipaddress.IPv6Address):
            continue
        if_index = number(row.get("ipAddressIfIndex"))
        length = prefix_of_pointer(row.get("ipAddressPrefix"), address)
        if length is None:
            length = _longest(prefixes, if_index, address)
        origin = _ORIGINS.get(number(row.get("ipAddressOrigin")) or 0)
        found.append(ipv6(address, if_index, length, source, origin))
    return found


def ipv6_of_ipv6_mib(rows: Rows, source: str = "ipv6AddrTable") -> list[Ipv6Address]:
    """IPv6 addresses of ipv6AddrTable (RFC 2465); its ipv6IfIndex is the ifIndex on all devices seen."""
    found: list[Ipv6Address] = []
    for index, row in rows.items():
        address = plain_index(index[1:])
        if address is not None:
            found.append(ipv6(address, index[0], number(row.get("ipv6AddrPfxLength")), source))
    return found


def ipv6(
    address: ipaddress.IPv6Address,
    if_index: int | None,
    length: int | None,
    source: str,
    origin: str | None = None,
) -> Ipv6Address:
    """One address with its scope; a prefix length that no address can have is none."""
    return Ipv6Address(
        address=str(address),
        prefix_length=length if length is not None and 0 < length <= 128 else None,
        if_index=if_index,
        scope=scope_of(address),
        origin=origin,
        source=source,
    )


def merged(*sources: Iterable[Ipv6Address]) -> list[Ipv6Address]:
    """Each address once, though several tables name it: what one leaves out, a later one completes.

    A link-local address may sit on many interfaces, so there the interface counts too.
    """
    found: dict[tuple[str, int | None], Ipv6Address] = {}
    for source in sources:
        for item in source:
            key = (item.address, item.if_index if item.scope == "link_local" else None)
            known = found.get(key)
            found[key] = item if known is None else _completed(known, item)
    return sorted(found.values(), key=lambda item: (ipaddress.IPv6Address(item.address), item.if_index or 0))


def _completed(known: Ipv6Address, more: Ipv6Address) -> Ipv6Address:
    return Ipv6Address(
        address=known.address,
        prefix_length=more.prefix_length if known.prefix_length is None else known.prefix_length,
        if_index=more.if_index if known.if_index is None else known.if_index,
        scope=known.scope,
        origin=known.origin or more.origin,
        source=known.source,
    )


def _addresses(rows: Rows) -> Iterable[tuple[Address, dict[str, Value]]]:
    for index, row in rows.items():
        found = inet_index(index)
        unused = (
            number(row.get("ipAddressType")) == _BROADCAST
            or number(row.get("ipAddressStatus")) in _NOT_IN_USE
        )
        if found is not None and not unused:
            yield found.address, row


def _prefixes(rows: Rows) -> Iterable[tuple[int, Address, int]]:
    """ifIndex, network and length of each row of ipAddressPrefixTable; all of it is in the index."""
    for index in rows:
        found = inet_index(index[1:])
        if found is not None and len(index) == 1 + found.used + 1:
            yield index[0], found.address, index[-1]


def _longest(
    prefixes: list[tuple[int, Address, int]], if_index: int | None, address: ipaddress.IPv6Address
) -> int | None:
    lengths = [
        length
        for owner, network, length in prefixes
        if owner == if_index
        and isinstance(network, ipaddress.IPv6Address)
        and 0 < length <= 128
        and int(network) >> (128 - length) == int(address) >> (128 - length)
    ]
    return max(lengths, default=None)


def _ipv4(address: ipaddress.IPv4Address, if_index: int | None, length: int | None) -> Ipv4Address:
    return Ipv4Address(address=str(address), prefix_length=length, if_index=if_index)
