"""POWER-ETHERNET-MIB (RFC 3621), and power per port in the makers' own tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from agent.mibs.sensors import amount
from agent.mibs.text import number, text
from agent.snmp.engine import Oid, Value, oid
from agent.snmp.walk import Row, Rows, TableSpec
from agent.vendors.power import PoeTable
from inventory.hardware import PoePort, PoeSupply
from inventory.reading import Interface

PSE_PORT_TABLE = TableSpec(
    name="pethPsePortTable",
    entry=oid("1.3.6.1.2.1.105.1.1.1"),
    columns={
        "pethPsePortAdminEnable": 3,
        "pethPsePortDetectionStatus": 6,
        "pethPsePortPowerClassifications": 10,
    },
)
MAIN_PSE_TABLE = TableSpec(
    name="pethMainPseTable",
    entry=oid("1.3.6.1.2.1.105.1.3.1.1"),
    columns={"pethMainPsePower": 2, "pethMainPseOperStatus": 3, "pethMainPseConsumptionPower": 4},
)
STATUS_WORDS = {
    1: "disabled",
    2: "searching",
    3: "deliveringPower",
    4: "fault",
    5: "test",
    6: "otherFault",
}
SUPPLY_WORDS = {1: "on", 2: "off", 3: "faulty"}
MAX_PORT_W = 120.0
"""More than any port gives (IEEE 802.3bt type 4: 90 W): above it a table was read in the wrong unit."""

_ETHERNET = (6, 62, 69, 117)
_NUMBERS = re.compile(r"^(?P<kind>\D*?)[ ]?(?P<numbers>\d+(?:[/:.]\d+)*)$")

Key = tuple[int, int]


def ports(rows: Rows) -> dict[Key, PoePort]:
    """The ports by group and port (pethPsePortGroupIndex, pethPsePortIndex). The power class is the number
    after "class": the MIB counts class0 as 1."""
    return {
        (index[0], index[1]): PoePort(
            group=index[0],
            port=index[1],
            admin={1: True, 2: False}.get(number(row.get("pethPsePortAdminEnable")) or 0),
            status=STATUS_WORDS.get(number(row.get("pethPsePortDetectionStatus")) or 0),
            power_class=_class(number(row.get("pethPsePortPowerClassifications"))),
        )
        for index, row in sorted(rows.items())
        if len(index) == 2
    }


def supplies(rows: Rows) -> list[PoeSupply]:
    """Nominal and consumed power of each power source, in watts (pethMainPsePower is Watts in the MIB)."""
    return [
        PoeSupply(
            group=index[0],
            power_w=amount(row.get("pethMainPsePower")),
            used_w=amount(row.get("pethMainPseConsumptionPower")),
            status=SUPPLY_WORDS.get(number(row.get("pethMainPseOperStatus")) or 0),
        )
        for index, row in sorted(rows.items())
        if len(index) == 1
    ]


def supply_of_maker(found: Mapping[str, Value], scale: float) -> PoeSupply:
    """The power of the whole switch, from a maker's own objects."""
    power, used = amount(found.get("power")), amount(found.get("used"))
    return PoeSupply(
        group=1,
        power_w=None if power is None else round(power * scale, 3),
        used_w=None if used is None else round(used * scale, 3),
    )


def with_maker(
    known: Mapping[Key, PoePort], table: PoeTable, rows: Rows, if_indexes: Mapping[int, int]
) -> dict[Key, PoePort]:
    """The ports with the watts of a maker's table; ports that only that table knows are added.

    ``if_indexes`` are ifIndexes by entPhysicalIndex. Rows by ifIndex meet the port of that ifIndex; where the
    standard table names none they stand for themselves, as port ifIndex of group 0.
    """
    found = dict(known)
    by_if_index = {port.if_index: key for key, port in known.items()}
    for index, row in sorted(rows.items()):
        if table.index == "ifIndex":
            if_index: int | None = index[-1]
            key = by_if_index.get(index[-1], (0, index[-1]))
        else:
            if_index = if_indexes.get(number(row.get("entity")) or 0)
            key = (1, index[0]) if len(index) == 1 else (index[0], index[1])
        before = found.get(key, PoePort(group=key[0], port=key[1]))
        found[key] = _completed(before, table, row, if_index)
    return found


def with_interfaces(known: Sequence[PoePort], interfaces: Sequence[Interface]) -> list[PoePort]:
    """The ports with their ifIndex, where the numbering proves it: one Ethernet port alone has this number
    and stands in this group, or in the only group of a device whose ports all share one first number."""
    spots: dict[tuple[int, ...], list[int]] = {}
    for item in interfaces:
        named = _NUMBERS.match(item.name or item.descr or "")
        if item.type in _ETHERNET and named:
            numbers = tuple(map(int, re.split(r"[/:.]", named["numbers"])))
            spots.setdefault(numbers, []).append(item.if_index)
    if any(len(numbers) > 1 for numbers in spots):  # then "Vlan-interface1" and its like are no ports
        spots = {numbers: found for numbers, found in spots.items() if len(numbers) > 1}
    single = (
        len({port.group for port in known}) == 1
        and len({numbers[0] for numbers in spots if len(numbers) > 1}) <= 1
    )
    return [
        port
        if port.if_index is not None
        else msgspec.structs.replace(port, if_index=_proved(port, spots, single))
        for port in known
    ]


def _proved(port: PoePort, spots: Mapping[tuple[int, ...], list[int]], single: bool) -> int | None:
    fitting = [
        if_index
        for numbers, found in spots.items()
        if numbers[-1] == port.port and (single or (len(numbers) > 1 and numbers[0] == port.group))
        for if_index in found
    ]
    return fitting[0] if len(fitting) == 1 else None


def _completed(port: PoePort, table: PoeTable, row: Row, if_index: int | None) -> PoePort:
    watts = amount(row.get("watts"))
    watts = None if watts is None else round(watts * table.scale, 3)
    admin = number(row.get("admin"))
    status = (text(row.get("status")) or "").lower()
    told_class = number(row.get("class"))
    return msgspec.structs.replace(
        port,
        if_index=port.if_index if port.if_index is not None else if_index,
        watts=watts if watts is not None and 0 <= watts <= MAX_PORT_W else port.watts,
        admin=port.admin if port.admin is not None or admin is None else admin in table.admin_on,
        status=port.status or table.statuses.get(status),
        power_class=told_class if port.power_class is None and told_class in range(9) else port.power_class,
    )


def _class(told: int | None) -> int | None:
    return told - 1 if told is not None and 1 <= told <= 9 else None


def oids(scalars: Mapping[str, str]) -> dict[str, Oid]:
    """The objects of a vendor file's scalars."""
    return {name: oid(path) for name, path in scalars.items()}
