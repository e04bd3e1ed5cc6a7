"""IPv6 addresses in makers' own tables, as the vendor files describe them."""

from __future__ import annotations

import ipaddress

from agent.mibs.addresses import ipv6, ipv6_of_ip_address_table, ipv6_of_ipv6_mib, like_ip_address_table
from agent.mibs.inet import inet_index
from agent.mibs.text import number
from agent.snmp.engine import oid
from agent.snmp.walk import Rows, TableSpec
from agent.vendors.network import AddressTable
from inventory.reading import Ipv6Address


def spec_of(table: AddressTable) -> TableSpec:
    """What to read of a maker's table."""
    if table.layout == "ipAddressTable":
        return like_ip_address_table(table.name, oid(table.entry))
    return TableSpec(name=table.name, entry=oid(table.entry), columns=table.columns)


def ipv6_addresses(table: AddressTable, rows: Rows) -> list[Ipv6Address]:
    """The IPv6 addresses of a maker's table."""
    if table.layout == "ipAddressTable":
        return ipv6_of_ip_address_table(rows, {}, table.name)
    if table.layout == "ipv6AddrTable":
        renamed = {index: {"ipv6AddrPfxLength": row.get("prefix_length")} for index, row in rows.items()}
        return ipv6_of_ipv6_mib(renamed, table.name)
    return _in_index(table.name, rows) if table.layout == "index" else _in_columns(table.name, rows)


def _in_index(name: str, rows: Rows) -> list[Ipv6Address]:
    found = []
    for index, row in rows.items():
        indexed = inet_index(index[1:])
        if indexed is not None and isinstance(indexed.address, ipaddress.IPv6Address):
            found.append(ipv6(indexed.address, index[0], number(row.get("prefix_length")), name))
    return found


def _in_columns(name: str, rows: Rows) -> list[Ipv6Address]:
    """A table without a column for the interface has it at the front of its index."""
    found = []
    for index, row in rows.items():
        octets = row.get("address")
        if not isinstance(octets, bytes) or len(octets) != 16 or not any(octets):
            continue
        if_index = number(row["if_index"]) if "if_index" in row else index[0]
        found.append(ipv6(ipaddress.IPv6Address(octets), if_index, number(row.get("prefix_length")), name))
    return found
