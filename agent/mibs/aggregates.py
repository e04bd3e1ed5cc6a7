"""Which port belongs to which aggregate: IEEE8023-LAG-MIB, else IF-MIB's ifStackTable."""

from __future__ import annotations

from agent.mibs.text import number
from agent.snmp.engine import oid
from agent.snmp.walk import Rows, TableSpec

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


def attached(agg_ports: Rows, known: frozenset[int]) -> dict[int, int]:
    """Member's ifIndex -> aggregate's ifIndex, from dot3adAggPortAttachedAggID.

    0 is no aggregate. A port that names itself, or an aggregator that is no interface, is a port on its
    own: the standard gives every lone port an aggregator of its own (IEEE 802.1AX, 6.4.12).
    """
    found = {
        index[0]: number(row.get("dot3adAggPortAttachedAggID")) or 0
        for index, row in agg_ports.items()
        if len(index) == 1
    }
    return {port: agg for port, agg in found.items() if agg in known and agg != port and agg not in found}


def stacked(stack: Rows, types: dict[int, int | None]) -> dict[int, int]:
    """Member's ifIndex -> aggregate's ifIndex, from ifStackTable: an aggregate that lies above a port."""
    return {
        index[1]: index[0]
        for index in stack
        if len(index) == 2
        and types.get(index[0]) == AGGREGATE_TYPE
        and index[1] in types
        and types[index[1]] != AGGREGATE_TYPE
    }
