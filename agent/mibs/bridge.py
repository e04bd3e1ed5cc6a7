"""Bridge ports, learnt MAC addresses and VLANs: BRIDGE-MIB (RFC 4188) and Q-BRIDGE-MIB (RFC 4363).

Learnt addresses belong to people's machines: they are counted, or looked up when asked for, and not kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from agent.mibs.text import number, text
from agent.snmp.engine import Value, oid
from agent.snmp.walk import Rows, TableSpec
from inventory.reading import ApPort, FdbCount, Vlan

BASE_PORT_TABLE = TableSpec(
    name="dot1dBasePortTable", entry=oid("1.3.6.1.2.1.17.1.4.1"), columns={"dot1dBasePortIfIndex": 2}
)
FDB_TABLE = TableSpec(
    name="dot1dTpFdbTable", entry=oid("1.3.6.1.2.1.17.4.3.1"), columns={"port": 2, "status": 3}
)
VLAN_FDB_TABLE = TableSpec(
    name="dot1qTpFdbTable", entry=oid("1.3.6.1.2.1.17.7.1.2.2.1"), columns={"port": 2, "status": 3}
)
_LONG_VALUES = 6
"""Port lists can be kilobytes: variables of one answer."""
VLAN_CURRENT_TABLE = TableSpec(
    name="dot1qVlanCurrentTable",
    entry=oid("1.3.6.1.2.1.17.7.1.4.2.1"),
    columns={"fdb": 3, "egress": 4, "untagged": 5},
    at_once=_LONG_VALUES,
)
VLAN_STATIC_TABLE = TableSpec(
    name="dot1qVlanStaticTable",
    entry=oid("1.3.6.1.2.1.17.7.1.4.3.1"),
    columns={"name": 1, "egress": 2, "untagged": 4},
    at_once=_LONG_VALUES,
)
VLAN_NAMES = TableSpec(name=VLAN_STATIC_TABLE.name, entry=VLAN_STATIC_TABLE.entry, columns={"name": 1})
"""Port lists can be kilobytes; where the current ones are known, the configured ones are not asked for."""
PVID_TABLE = TableSpec(name="dot1qPortVlanTable", entry=oid("1.3.6.1.2.1.17.7.1.4.5.1"), columns={"pvid": 1})
_LEARNED = 3
"""dot1dTpFdbStatus: the others are invalid, the bridge's own addresses, and what people typed in"""
_LAST_VLAN = 4094
_LIST_OF_NUMBERS = re.compile(rb"\d+(,\d+)*")


class Learnt(NamedTuple):
    """One row of a forwarding table."""

    mac: bytes
    port: int
    vlan: int | None


class BridgePorts:
    """Bridge port number -> ifIndex, by dot1dBasePortTable.

    Where that table says that both are the same numbers, aggregates that it leaves out are found by ifIndex.
    An agent whose forwarding table numbers the ports in another way than this table is read as counting
    them from 1 in the table's order (seen: table 49153 and up, addresses on ports 15 and 16). Without the
    table nothing is known of the ports.
    """

    def __init__(self, base: Rows, used: Collection[int], interfaces: Collection[int]) -> None:
        self.by_number = {
            index[0]: if_index
            for index, row in base.items()
            if len(index) == 1 and (if_index := number(row.get("dot1dBasePortIfIndex")))
        }
        named = {port for port in used if port > 0}
        same = all(port == if_index for port, if_index in self.by_number.items())
        if named.isdisjoint(self.by_number) and 0 < max(named, default=0) <= len(self.by_number):
            ordered = [self.by_number[port] for port in sorted(self.by_number)]
            self.by_number = dict(enumerate(ordered, start=1))
        elif self.by_number and same:
            self.by_number |= {port: port for port in interfaces}

    def if_index(self, port: int) -> int | None:
        """The ifIndex of a bridge port; None for 0 ("not known") and for numbers that are no port."""
        return self.by_number.get(port)


def learnt(by_bridge: Rows, by_vlan: Rows, vlan_of_fdb: Mapping[int, int]) -> list[Learnt]:
    """The learnt addresses; dot1qTpFdbTable, which knows the VLAN, where it has rows at all.

    Its index begins with the number of a filtering database, which is the VLAN where nothing else is said
    (``vlan_of_fdb``, from dot1qVlanCurrentTable).
    """
    rows = by_vlan or by_bridge
    found = []
    for index, row in rows.items():
        octets, port = index[-6:], number(row.get("port"))
        status = number(row.get("status"))
        if len(octets) != 6 or not all(0 <= octet <= 255 for octet in octets) or not port:
            continue
        if status not in (None, _LEARNED) or octets[0] & 1:
            continue
        fdb = index[0] if by_vlan and len(index) == 7 else None
        found.append(Learnt(bytes(octets), port, None if fdb is None else _vlan(vlan_of_fdb.get(fdb, fdb))))
    return found


def vlan_of_fdb(current: Rows) -> dict[int, int]:
    """Number of a filtering database -> VLAN, where one database serves one VLAN."""
    owners: dict[int, set[int]] = {}
    for index, row in current.items():
        if len(index) == 2 and (fdb := number(row.get("fdb"))) is not None:
            owners.setdefault(fdb, set()).add(index[1])
    return {fdb: vlans.pop() for fdb, vlans in owners.items() if len(vlans) == 1}


def fdb_counts(rows: Iterable[Learnt], ports: BridgePorts) -> list[FdbCount]:
    """Learnt addresses per ifIndex; one that is learnt in several VLANs counts once on its port."""
    seen = {(if_index, row.mac) for row in rows if (if_index := ports.if_index(row.port)) is not None}
    counts = Counter(if_index for if_index, _mac in seen)
    return [FdbCount(if_index=if_index, stations=count) for if_index, count in sorted(counts.items())]


def ap_ports(rows: Iterable[Learnt], ports: BridgePorts, macs: Collection[str]) -> list[ApPort]:
    """Where the asked-for MAC addresses (aa:bb:cc:dd:ee:ff) were learnt; nobody else's are given back."""
    wanted = {mac.lower() for mac in macs}
    found: dict[tuple[str, int], ApPort] = {}
    for row in rows:
        name, if_index = row.mac.hex(":"), ports.if_index(row.port)
        if name in wanted and if_index is not None:
            found.setdefault((name, if_index), ApPort(mac=name, if_index=if_index, vlan=row.vlan))
    return [found[key] for key in sorted(found)]


def vlans(static: Rows, current: Rows, pvids: Rows, ports: BridgePorts) -> list[Vlan]:
    """Each VLAN with its name (configured) and its ports (in use now, else as configured). A port whose
    PVID it is carries it untagged, where the device gives no port lists."""
    members: dict[int, tuple[Value, Value]] = {}
    names: dict[int, str | None] = {}
    for index, row in static.items():
        if len(index) == 1 and _vlan(index[0]):
            names[index[0]] = text(row.get("name"))
            members[index[0]] = (row.get("egress"), row.get("untagged"))
    for index, row in sorted(current.items()):
        if len(index) == 2 and _vlan(index[1]):
            before = members.get(index[1], (None, None))
            members[index[1]] = (row.get("egress") or before[0], row.get("untagged") or before[1])
    by_pvid = _by_pvid(pvids, ports)
    for vlan in by_pvid if not members else ():
        members[vlan] = (None, None)
    return [
        _vlan_row(vlan, names.get(vlan), egress, untagged, by_pvid.get(vlan, []), ports)
        for vlan, (egress, untagged) in sorted(members.items())
    ]


def port_list(value: Value, ports: BridgePorts) -> list[int]:
    """ifIndex of the ports of a PortList (Q-BRIDGE-MIB): a bit each, the first bit the highest.

    Some agents write the numbers as text, "513,520,4097": that is believed where a bit map of this length
    could not name them.
    """
    if not isinstance(value, bytes):
        return []
    if _LIST_OF_NUMBERS.fullmatch(value) and any(int(word) > 8 * len(value) for word in value.split(b",")):
        numbers = [int(word) for word in value.split(b",")]
    else:
        numbers = [
            8 * place + bit + 1
            for place, octet in enumerate(value)
            for bit in range(8)
            if octet & 0x80 >> bit
        ]
    found = {if_index for port in numbers if (if_index := ports.if_index(port)) is not None}
    return sorted(found)


def _vlan_row(
    vlan: int, name: str | None, egress: Value, untagged: Value, by_pvid: list[int], ports: BridgePorts
) -> Vlan:
    plain = port_list(untagged, ports)
    if egress is None and untagged is None:
        return Vlan(vlan=vlan, name=name, ports=by_pvid, untagged=by_pvid)
    return Vlan(vlan=vlan, name=name, ports=sorted({*port_list(egress, ports), *plain}), untagged=plain)


def _by_pvid(pvids: Rows, ports: BridgePorts) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for index, row in sorted(pvids.items()):
        vlan, if_index = _vlan(number(row.get("pvid"))), ports.if_index(index[0])
        if vlan is not None and if_index is not None:
            found.setdefault(vlan, []).append(if_index)
    return found


def _vlan(value: int | None) -> int | None:
    return value if value is not None and 1 <= value <= _LAST_VLAN else None


def numbers_used(*tables: Rows) -> set[int]:
    """The bridge port numbers that forwarding tables name."""
    return {port for rows in tables for row in rows.values() if (port := number(row.get("port"))) is not None}
