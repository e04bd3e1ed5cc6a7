"""Who is at the other end of a port: LLDP-MIB (IEEE 802.1AB-2005), LLDP-V2-MIB (802.1AB-2009), and makers'
own tables where a device answers neither."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence

from agent.mibs.text import ip, mac, number, text
from agent.snmp.engine import Oid, Value, oid
from agent.snmp.walk import Row, Rows, TableSpec
from agent.vendors.network import LldpTable
from inventory.reading import Interface, LldpNeighbor

LLDP_REM_TABLE = TableSpec(
    name="lldpRemTable",
    entry=oid("1.0.8802.1.1.2.1.4.1.1"),
    columns={
        "chassis_type": 4,
        "chassis_id": 5,
        "port_type": 6,
        "port_id": 7,
        "port_descr": 8,
        "sys_name": 9,
        "sys_descr": 10,
        "capabilities": 12,
    },
)
LLDP_REM_MAN_ADDR_TABLE = TableSpec(
    name="lldpRemManAddrTable", entry=oid("1.0.8802.1.1.2.1.4.2.1"), columns={"interface_type": 3}
)
LLDP_V2_REM_TABLE = TableSpec(
    name="lldpV2RemTable",
    entry=oid("1.3.111.2.802.1.1.13.1.4.1.1"),
    columns={
        "chassis_type": 5,
        "chassis_id": 6,
        "port_type": 7,
        "port_id": 8,
        "port_descr": 9,
        "sys_name": 10,
        "sys_descr": 11,
        "capabilities": 13,
    },
)
LLDP_V2_REM_MAN_ADDR_TABLE = TableSpec(
    name="lldpV2RemManAddrTable",
    entry=oid("1.3.111.2.802.1.1.13.1.4.2.1"),
    columns={"interface_type": 3},
)
LLDP_LOC_PORT_TABLE = TableSpec(
    name="lldpLocPortTable",
    entry=oid("1.0.8802.1.1.2.1.3.7.1"),
    columns={"lldpLocPortIdSubtype": 2, "lldpLocPortId": 3, "lldpLocPortDesc": 4},
)

# LldpChassisIdSubtype and LldpPortIdSubtype number the same things differently.
_CHASSIS_MAC, _CHASSIS_ADDRESS = 4, 5
_PORT_MAC, _PORT_ADDRESS = 3, 4
_ADDRESS_OCTETS = {1: 4, 2: 16}
"""Address family number (IANA) -> octets"""
CAPABILITIES = (
    "other",
    "repeater",
    "bridge",
    "wlanAccessPoint",
    "router",
    "telephone",
    "docsisCableDevice",
    "stationOnly",
    "cVLANComponent",
    "sVLANComponent",
    "twoPortMACRelay",
)
"""LldpSystemCapabilitiesMap, by bit"""
_MOST_CAPABILITY_OCTETS = 2


def neighbors(
    remote: Rows,
    local_ports: Rows,
    base_ports: Rows,
    interfaces: Sequence[Interface],
    man_addresses: Rows | None = None,
) -> list[LldpNeighbor]:
    """All LLDP neighbours; the local ifIndex is null where the device leaves it open.

    The index begins with a TimeMark: a neighbour that changed may be listed under several, the last holds.
    """
    local = _LocalPorts(local_ports, base_ports, interfaces)
    latest = {index[1:]: row for index, row in sorted(remote.items()) if len(index) >= 3}
    addresses = _addresses(man_addresses or {}, 3)
    found = []
    for (port, *rest), row in sorted(latest.items()):
        if_index = local.if_index(port)
        name = local.name(port, if_index)
        found.append(_neighbor(row, if_index, name, addresses.get((port, *rest)), LLDP_REM_TABLE.name))
    return found


def neighbors_v2(remote: Rows, interfaces: Sequence[Interface], man_addresses: Rows) -> list[LldpNeighbor]:
    """All neighbours of lldpV2RemTable: index TimeMark, ifIndex, number of the destination MAC, number."""
    names = {item.if_index: item.name or item.descr for item in interfaces}
    latest = {index[1:]: row for index, row in sorted(remote.items()) if len(index) == 4}
    addresses = _addresses(man_addresses, 4)
    return [
        _neighbor(
            row,
            key[0] if key[0] in names else None,
            names.get(key[0]),
            addresses.get(key),
            LLDP_V2_REM_TABLE.name,
        )
        for key, row in sorted(latest.items())
    ]


def of_maker(table: LldpTable, rows: Rows, interfaces: Sequence[Interface]) -> list[LldpNeighbor]:
    """The neighbours of a maker's own table."""
    names = {item.if_index: item.name or item.descr for item in interfaces}
    return [
        LldpNeighbor(
            local_if_index=index[0] if index[0] in names else None,
            local_port=names.get(index[0]),
            chassis_id=mac(row.get("chassis_id")) or text(row.get("chassis_id")),
            port_id=text(row.get("port_id")),
            port_descr=text(row.get("port_descr")),
            sys_name=text(row.get("sys_name")),
            sys_descr=text(row.get("sys_descr")),
            address=_usable(ip(row.get("address"))),
            capabilities=_of_maker(table, row.get("capabilities")),
            source=table.name,
        )
        for index, row in sorted(rows.items())
        if row.get("chassis_id") or row.get("sys_name")
    ]


def capabilities(value: Value) -> list[str]:
    """What a neighbour does, in words, from LldpSystemCapabilitiesMap: the first bit is the highest."""
    if not isinstance(value, bytes) or len(value) > _MOST_CAPABILITY_OCTETS:
        return []
    return [
        word
        for place, word in enumerate(CAPABILITIES)
        if place // 8 < len(value) and value[place // 8] & 0x80 >> place % 8
    ]


def _neighbor(
    row: Row, if_index: int | None, port: str | None, address: str | None, source: str
) -> LldpNeighbor:
    return LldpNeighbor(
        local_if_index=if_index,
        local_port=port,
        chassis_id=_identifier(row, "chassis", _CHASSIS_MAC, _CHASSIS_ADDRESS),
        port_id=_identifier(row, "port", _PORT_MAC, _PORT_ADDRESS),
        port_descr=text(row.get("port_descr")),
        sys_name=text(row.get("sys_name")),
        sys_descr=text(row.get("sys_descr")),
        address=address,
        capabilities=capabilities(row.get("capabilities")),
        source=source,
    )


def _addresses(rows: Rows, key_length: int) -> dict[Oid, str]:
    """The management address of each neighbour, IPv4 before IPv6; the address is in the index, with its
    length before it by the standard."""
    found: dict[Oid, str] = {}
    for index in sorted(rows):
        key, rest = index[1:key_length], index[key_length:]
        size = _ADDRESS_OCTETS.get(rest[0], 0) if rest else 0
        octets = rest[-size:] if size and len(rest) in (1 + size, 2 + size) else ()
        if not octets or not all(0 <= octet <= 255 for octet in octets):
            continue
        if (address := _usable(ip(bytes(octets)))) and key not in found:
            found[key] = address
    return found


def _usable(address: str | None) -> str | None:
    """A management address that leads somewhere; an IPv4 address padded to sixteen octets is IPv4."""
    if address is None:
        return None
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.packed[:12] == bytes(12):
        parsed = ipaddress.IPv4Address(parsed.packed[12:])
    return None if parsed.is_loopback or parsed.is_unspecified else str(parsed)


def _of_maker(table: LldpTable, value: Value) -> list[str]:
    """Capabilities in a maker's own spelling: the bits of a number, or words with spaces between."""
    if table.capability_bits and isinstance(value, bytes):
        bits = int.from_bytes(value, "big")
        words = {word for bit, word in table.capability_bits.items() if bits & int(bit)}
    else:
        words = {word.casefold() for word in (text(value) or "").split()}
    return [word for word in CAPABILITIES if word in words]


class _LocalPorts:
    """What a local port number means. The standard leaves it open, and devices use three meanings: the
    number of lldpLocPortTable (found again by name), the bridge port number, and the ifIndex itself."""

    def __init__(self, ports: Rows, base: Rows, interfaces: Sequence[Interface]) -> None:
        self.ports = {index[0]: row for index, row in ports.items() if len(index) == 1}
        self.base = {
            index[0]: number(row.get("dot1dBasePortIfIndex")) or 0
            for index, row in base.items()
            if len(index) == 1
        }
        self.names = {item.if_index: item.name or item.descr for item in interfaces}
        self.by_word = _unique_words(interfaces)

    def if_index(self, port: int) -> int | None:
        row = self.ports.get(port)
        words = [] if row is None else [text(row.get("lldpLocPortId")), text(row.get("lldpLocPortDesc"))]
        if row is not None:
            words.append(mac(row.get("lldpLocPortId")))
        for word in words:
            if word and word.casefold() in self.by_word:
                return self.by_word[word.casefold()]
        guesses = {self.base.get(port), port} & self.names.keys()
        return guesses.pop() if len(guesses) == 1 else None

    def name(self, port: int, if_index: int | None) -> str | None:
        if if_index is not None and self.names.get(if_index):
            return self.names[if_index]
        row = self.ports.get(port, {})
        return text(row.get("lldpLocPortDesc")) or text(row.get("lldpLocPortId"))


def _unique_words(interfaces: Sequence[Interface]) -> Mapping[str, int]:
    """Name, description and MAC of the interfaces that no other interface shares."""
    owners: dict[str, set[int]] = {}
    for item in interfaces:
        for word in (item.name, item.descr, item.mac):
            if word:
                owners.setdefault(word.casefold(), set()).add(item.if_index)
    return {word: owner.pop() for word, owner in owners.items() if len(owner) == 1}


def _identifier(row: Row, what: str, mac_type: int, address_type: int) -> str | None:
    value: Value = row.get(f"{what}_id")
    subtype = number(row.get(f"{what}_type"))
    if subtype == mac_type and (found := mac(value)):
        return found
    if subtype == address_type and isinstance(value, bytes) and len(value) in (5, 17):
        return str(ipaddress.ip_address(value[1:]))
    return text(value)
