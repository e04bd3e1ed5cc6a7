"""LLDP-MIB (IEEE 802.1AB-2005): who is at the other end of a port."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence

from agent.mibs.text import mac, number, text
from agent.snmp.engine import Value, oid
from agent.snmp.walk import Row, Rows, TableSpec
from inventory.reading import Interface, LldpNeighbor

LLDP_REM_TABLE = TableSpec(
    name="lldpRemTable",
    entry=oid("1.0.8802.1.1.2.1.4.1.1"),
    columns={
        "lldpRemChassisIdSubtype": 4,
        "lldpRemChassisId": 5,
        "lldpRemPortIdSubtype": 6,
        "lldpRemPortId": 7,
        "lldpRemSysName": 9,
    },
)
LLDP_LOC_PORT_TABLE = TableSpec(
    name="lldpLocPortTable",
    entry=oid("1.0.8802.1.1.2.1.3.7.1"),
    columns={"lldpLocPortIdSubtype": 2, "lldpLocPortId": 3, "lldpLocPortDesc": 4},
)
BASE_PORT_TABLE = TableSpec(
    name="dot1dBasePortTable", entry=oid("1.3.6.1.2.1.17.1.4.1"), columns={"dot1dBasePortIfIndex": 2}
)

# LldpChassisIdSubtype and LldpPortIdSubtype number the same things differently.
_CHASSIS_MAC, _CHASSIS_ADDRESS = 4, 5
_PORT_MAC, _PORT_ADDRESS = 3, 4


def neighbors(
    remote: Rows, local_ports: Rows, base_ports: Rows, interfaces: Sequence[Interface]
) -> list[LldpNeighbor]:
    """All LLDP neighbours; the local ifIndex is null where the device leaves it open.

    The index begins with a TimeMark: a neighbour that changed may be listed under several, the last holds.
    """
    local = _LocalPorts(local_ports, base_ports, interfaces)
    latest = {index[1:]: row for index, row in sorted(remote.items()) if len(index) >= 3}
    found = []
    for (port, *_rest), row in sorted(latest.items()):
        if_index = local.if_index(port)
        found.append(
            LldpNeighbor(
                local_if_index=if_index,
                local_port=local.name(port, if_index),
                chassis_id=_identifier(row, "lldpRemChassisId", _CHASSIS_MAC, _CHASSIS_ADDRESS),
                port_id=_identifier(row, "lldpRemPortId", _PORT_MAC, _PORT_ADDRESS),
                sys_name=text(row.get("lldpRemSysName")),
            )
        )
    return found


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


def _identifier(row: Row, column: str, mac_type: int, address_type: int) -> str | None:
    value: Value = row.get(column)
    subtype = number(row.get(f"{column}Subtype"))
    if subtype == mac_type and (found := mac(value)):
        return found
    if subtype == address_type and isinstance(value, bytes) and len(value) in (5, 17):
        return str(ipaddress.ip_address(value[1:]))
    return text(value)
