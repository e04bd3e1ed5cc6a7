"""Whom the device has heard: ARP and ND tables in the layouts that devices use.

IP-MIB (RFC 4293) ipNetToPhysicalTable, the older ipNetToMediaTable (IPv4) and IPV6-MIB ipv6NetToMediaTable
(RFC 2465), makers' tables in the layout of the first. Addresses are looked at here and not kept.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from agent.mibs.inet import Address, inet_index, mac_octets, plain_index, scope_of
from agent.mibs.text import number
from agent.snmp.engine import Oid, oid
from agent.snmp.walk import Row, Rows, TableSpec
from inventory.reading import Neighbor, NeighborCounts, Scope6

NET_TO_MEDIA_TABLE = TableSpec(
    name="ipNetToMediaTable", entry=oid("1.3.6.1.2.1.4.22.1"), columns={"mac": 2, "type": 4}
)
NET_TO_PHYSICAL_TABLE = TableSpec(
    name="ipNetToPhysicalTable",
    entry=oid("1.3.6.1.2.1.4.35.1"),
    columns={"mac": 4, "type": 6, "state": 7},
)
IPV6_NET_TO_MEDIA_TABLE = TableSpec(
    name="ipv6NetToMediaTable",
    entry=oid("1.3.6.1.2.1.55.1.12.1"),
    columns={"mac": 2, "type": 3, "state": 4},
)

STATE_WORDS = {
    1: "reachable",
    2: "stale",
    3: "delay",
    4: "probe",
    5: "invalid",
    6: "unknown",
    7: "incomplete",
}
"""ipNetToPhysicalState; ipv6IfNetToMediaState has the first six"""
DEAD = frozenset({"invalid", "incomplete"})
_LIVELIEST = ("reachable", "delay", "probe", "stale", "unknown")

# Types that are nobody's machine: entries that were taken back, and the device's own addresses.
_NOT_A_NEIGHBOR: Mapping[str, frozenset[int]] = {
    "ipNetToMediaTable": frozenset({2}),
    "ipv6NetToMediaTable": frozenset({4}),
}
_NOT_A_NEIGHBOR_2011 = frozenset({2, 5})
"""ipNetToPhysicalType and its copies: invalid, local"""


@dataclass(frozen=True, slots=True)
class Heard:
    """One row of a neighbour table, with the addresses that are not kept."""

    if_index: int
    address: Address
    mac: bytes
    state: str | None
    own: bool
    """The device says that this is an address of its own, or that the entry is no longer good."""


def heard_ipv4(rows: Rows) -> list[Heard]:
    """The rows of ipNetToMediaTable: index ifIndex and four octets."""
    return [
        _heard("ipNetToMediaTable", index[0], ipaddress.IPv4Address(bytes(index[-4:])), row)
        for index, row in rows.items()
        if len(index) in (5, 6) and all(0 <= octet <= 255 for octet in index[-4:])
    ]


def heard_physical(name: str, rows: Rows) -> list[Heard]:
    """The rows of ipNetToPhysicalTable or a table like it: index ifIndex, InetAddressType, InetAddress."""
    return [
        _heard(name, index[0], found.address, row)
        for index, row in rows.items()
        if (found := inet_index(index[1:])) is not None
    ]


def heard_ipv6_mib(rows: Rows) -> list[Heard]:
    """The rows of ipv6NetToMediaTable: index ipv6IfIndex and sixteen octets."""
    return [
        _heard("ipv6NetToMediaTable", index[0], address, row)
        for index, row in rows.items()
        if (address := plain_index(index[1:])) is not None
    ]


def neighbors(
    heard: Iterable[Heard], own_addresses: frozenset[Address], name: Callable[[bytes], str]
) -> list[Neighbor]:
    """Each machine once per interface, IP version and scope. Left out: entries without a MAC address, dead
    ones, group addresses, and the device itself."""
    found: dict[tuple[int, int, Scope6 | None, bytes], str | None] = {}
    for item in heard:
        if item.own or item.state in DEAD or not _is_machine(item.mac) or item.address in own_addresses:
            continue
        scope = scope_of(item.address) if isinstance(item.address, ipaddress.IPv6Address) else None
        key = (item.if_index, item.address.version, scope, item.mac)
        found[key] = _livelier(found[key], item.state) if key in found else item.state
    return [
        Neighbor(
            if_index=if_index,
            version=6 if version == 6 else 4,
            station=name(octets),
            scope=scope,
            state=state,
        )
        for (if_index, version, scope, octets), state in sorted(
            found.items(), key=lambda pair: _order(pair[0])
        )
    ]


def state_of(heard: Iterable[Heard], if_index: int | None, address: str) -> str | None:
    """The state of one address on one interface, or on any where the interface is not known."""
    wanted = ipaddress.ip_address(address)
    states = [
        item.state
        for item in heard
        if item.address == wanted and (if_index is None or item.if_index == if_index)
    ]
    known = [state for state in states if state is not None]
    return min(known, key=_liveliness, default=None)


def neighbor_counts(
    media: Rows | None, physical: Rows | None, ipv6_media: Rows | None, *more: Rows | None
) -> NeighborCounts:
    """Rows per family; None for a table that the device does not offer. Tables that overlap are not
    added up: the largest counts. ``more`` are makers' tables in the layout of ipNetToPhysicalTable."""
    ipv4: list[int] = [] if media is None else [len(media)]
    ipv6: list[int] = [] if ipv6_media is None else [len(ipv6_media)]
    for rows in (physical, *more):
        if rows is None:
            continue
        versions = [found.address.version for index in rows if (found := inet_index(index[1:])) is not None]
        ipv4.append(versions.count(4))
        ipv6.append(versions.count(6))
    return NeighborCounts(ipv4=max(ipv4, default=None), ipv6=max(ipv6, default=None))


def state_questions(if_index: int | None, next_hop: str) -> dict[str, Oid]:
    """The objects that tell the state of one next hop, in each layout that is seen.

    A link-local address is written as type 2 by some agents and with its zone as type 4 by others; the zone
    is then the ifIndex.
    """
    address = ipaddress.IPv6Address(next_hop)
    if if_index is None or not 0 < if_index < 1 << 31:
        return {}
    octets = tuple(address.packed)
    column = (*NET_TO_PHYSICAL_TABLE.entry, NET_TO_PHYSICAL_TABLE.columns["state"], if_index)
    questions = {
        "physical": (*column, 2, 16, *octets),
        "ipv6": (*IPV6_NET_TO_MEDIA_TABLE.entry, IPV6_NET_TO_MEDIA_TABLE.columns["state"], if_index, *octets),
    }
    if address.is_link_local:
        questions["zone"] = (*column, 4, 20, *octets, *if_index.to_bytes(4, "big"))
    return questions


def _heard(table: str, if_index: int, address: Address, row: Row) -> Heard:
    kind = number(row.get("type"))
    return Heard(
        if_index=if_index,
        address=address,
        mac=mac_octets(row.get("mac")),
        state=STATE_WORDS.get(number(row.get("state")) or 0),
        own=kind in _NOT_A_NEIGHBOR.get(table, _NOT_A_NEIGHBOR_2011),
    )


def _is_machine(octets: bytes) -> bool:
    """Six octets that one machine can own: not all zero, no group address (IEEE 802, lowest bit)."""
    return len(octets) == 6 and any(octets) and not octets[0] & 1


def _livelier(one: str | None, other: str | None) -> str | None:
    return min((state for state in (one, other) if state is not None), key=_liveliness, default=None)


def _liveliness(state: str) -> int:
    """Small for the liveliest state."""
    return _LIVELIEST.index(state) if state in _LIVELIEST else len(_LIVELIEST)


def _order(key: tuple[int, int, Scope6 | None, bytes]) -> tuple[int, int, str, bytes]:
    return key[0], key[1], key[2] or "", key[3]
