"""Which port belongs to which aggregate: IEEE8023-LAG-MIB, makers' own tables, else IF-MIB's ifStackTable."""

from __future__ import annotations

from collections.abc import Mapping, Set

from agent.mibs.text import number
from agent.snmp.engine import oid
from agent.snmp.walk import Rows, TableSpec
from agent.vendors.network import TrunkTable

AGG_PORT_TABLE = TableSpec(
    name="dot3adAggPortTable",
    entry=oid("1.2.840.10006.300.43.1.2.1.1"),
    columns={"dot3adAggPortAttachedAggID": 13},
)
IF_STACK_TABLE = TableSpec(
    name="ifStackTable", entry=oid("1.3.6.1.2.1.31.1.2.1"), columns={"ifStackStatus": 3}
)
AGGREGATE_TYPE = 161
"""IANAifType ieee8023adLag"""
AGGREGATE_TYPES = frozenset({AGGREGATE_TYPE, 53})
"""What makers call their aggregates in ifType: propVirtual(53) too; but so they call VLAN interfaces, which
lie above ports as well (ProCurve), so that ifStackTable is believed for the first alone"""


def attached(agg_ports: Rows, known: frozenset[int], aggregates: Set[int] = frozenset()) -> dict[int, int]:
    """Member's ifIndex -> aggregate's ifIndex, from dot3adAggPortAttachedAggID.

    0 is no aggregate. A port that names itself, or an aggregator that is no interface, is a port on its
    own: the standard gives every lone port an aggregator of its own (IEEE 802.1AX, 6.4.12). An aggregator
    that is itself a port of the table is one only if its ifType says so (``aggregates``).
    """
    found = {
        index[0]: number(row.get("dot3adAggPortAttachedAggID")) or 0
        for index, row in agg_ports.items()
        if len(index) == 1
    }
    return {
        port: agg
        for port, agg in found.items()
        if agg in known and agg != port and (agg not in found or agg in aggregates)
    }


def specs_of(table: TrunkTable) -> list[TableSpec]:
    """What to read of a maker's table: the members, then the groups where it has them."""
    specs = [TableSpec(name=table.name, entry=oid(table.entry), columns={"aggregate": table.column})]
    if table.groups:
        columns = {"if_index": table.group_column}
        specs.append(TableSpec(name=f"{table.name}(groups)", entry=oid(table.groups), columns=columns))
    return specs


def of_maker(
    table: TrunkTable, members: Rows, groups: Rows, types: Mapping[int, int | None]
) -> dict[int, int]:
    """Member's ifIndex -> aggregate's ifIndex, from a maker's table; 0 and the port itself are none."""
    if table.layout == "member":
        pairs = {index[-1]: number(row.get("aggregate")) or 0 for index, row in members.items()}
    else:
        owners = {index: number(row.get("if_index")) or 0 for index, row in groups.items()}
        pairs = {index[-1]: owners.get(index[:-1], 0) for index in members if len(index) > 1}
    return {
        port: agg
        for port, agg in pairs.items()
        if agg != port and port in types and types.get(agg) in AGGREGATE_TYPES
    }


def stacked(stack: Rows, types: Mapping[int, int | None], ports: Set[int] = frozenset()) -> dict[int, int]:
    """Member's ifIndex -> aggregate's ifIndex, from ifStackTable: an aggregate that lies above a port.

    Where none does, the table may be upside down: then a physical port (``ports``) above an aggregate is its
    member; whatever else lies above one is a VLAN or a bridge.
    """
    pairs = [index for index in stack if len(index) == 2]
    above = {low: high for high, low in pairs if types.get(high) == AGGREGATE_TYPE and _plain(types, low)}
    return above or {
        high: low
        for high, low in pairs
        if types.get(low) == AGGREGATE_TYPE and high in ports and _plain(types, high)
    }


def _plain(types: Mapping[int, int | None], if_index: int) -> bool:
    return if_index in types and types[if_index] != AGGREGATE_TYPE
