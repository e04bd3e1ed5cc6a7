"""IPv6 addresses in makers' own tables, as the vendor files describe them."""

from __future__ import annotations

import ipaddress

from agent.mibs.addresses import ipv6, ipv6_of_ip_address_table, like_ip_address_table
from agent.mibs.inet import inet_index
from agent.mibs.text import number
from agent.snmp.engine import oid
from agent.snmp.walk import Rows, TableSpec
from agent.vendors.load import AddressTable
from inventory.reading import Ipv6Address


def spec_of(table: AddressTable) -> TableSpec:
    """What to read of a maker's table."""
    if table.layout == "ipAddressTable":
        return like_ip_address_table(table.name, oid(table.entry))
    return TableSpec(name=table.name, entry=oid(table.entry), columns=table.columns)


def ipv6_addresses(table: AddressTable, rows: Rows) -> list[Ipv6Address]:
    """The IPv6 addresses of a maker's table."""
    if table.layout == "ipAddressTable":
        return ipv6_of_ip_address_table(rows, {})
    return _in_index(rows) if table.layout == "index" else _in_columns(rows)


def _in_index(rows: Rows) -> list[Ipv6Address]:
    found = []
    for index, row in rows.items():
        indexed = inet_index(index[1:])
        if indexed is not None and isinstance(indexed.address, ipaddress.IPv6Address):
            found.append(ipv6(indexed.address, index[0], number(row.get("prefix_length"))))
    return found


def _in_columns(rows: Rows) -> list[Ipv6Address]:
    found = []
    for row in rows.values():
        octets = row.get("address")
        if isinstance(octets, bytes) and len(octets) == 16:
            address = ipaddress.IPv6Address(octets)
            found.append(ipv6(address, number(row.get("if_index")), number(row.get("prefix_length"))))
    return found
