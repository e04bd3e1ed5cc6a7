"""What the vendor files say of makers' own tables of addresses, neighbours, aggregates and links."""

from __future__ import annotations

from typing import Literal

import msgspec


class AddressTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A maker's own table of IPv6 addresses: in the layout of ipAddressTable; with plain columns (address,
    prefix_length, if_index; without the last, the index begins with it); with ifIndex and InetAddress in the
    index and the column prefix_length; or the same with sixteen bare octets, as ipv6AddrTable has them."""

    name: str
    entry: str
    layout: Literal["ipAddressTable", "columns", "index", "ipv6AddrTable"]
    columns: dict[str, int] = {}


class NeighborTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A maker's own table of neighbours, its index and numbers as in ipNetToPhysicalTable. Columns: mac,
    type, state."""

    name: str
    entry: str
    columns: dict[str, int]


class Ipv6SwitchTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A maker's own table that tells whether IPv6 is on: index ifIndex, column ``enabled`` (1 on, 2 off)."""

    name: str
    entry: str
    columns: dict[str, int]


class RouteTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A maker's own table of routes with the columns of inetCidrRouteTable. Its index is the same too, after
    the numbers ``before``, and without the policy."""

    name: str
    entry: str
    before: list[int] = []


class TrunkTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A maker's own table of aggregates. "member": the index is a member's ifIndex, ``column`` holds the
    aggregate's ifIndex. "group": the index is a group's number and a member's ifIndex (any ``column``);
    ``groups`` is the entry of the table that tells, in ``group_column``, the ifIndex of each group."""

    name: str
    entry: str
    column: int
    layout: Literal["member", "group"]
    groups: str = ""
    group_column: int = 0


class LldpTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A maker's own table of link neighbours, for devices that do not answer LLDP-MIB: the index begins with
    the ifIndex. Columns: chassis_id, port_id, port_descr, sys_name, sys_descr, address, capabilities.
    ``capability_bits`` puts the bits of a number in the last column into the words of LLDP; without it that
    column is text. ``protocol``: what the table was filled by."""

    name: str
    protocol: Literal["lldp", "cdp"] = "lldp"
    entry: str
    columns: dict[str, int]
    capability_bits: dict[str, str] = {}
