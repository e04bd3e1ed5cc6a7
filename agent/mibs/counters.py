"""Octets, packets and errors of the ports: IF-MIB ifXTable and ifTable (RFC 2863).

Octets and packets come from the 64-bit columns alone: a 32-bit octet counter of a busy 10 Gbit/s port comes
round every 3.4 seconds. Errors and discards exist with 32 bits only.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.mibs.text import number
from agent.snmp.engine import oid
from agent.snmp.walk import Row, Rows, TableSpec
from inventory.reading import PortCounters

IF_HC_COUNTERS = TableSpec(
    name="ifXTable(counters)",
    entry=oid("1.3.6.1.2.1.31.1.1.1"),
    columns={
        "ifHCInOctets": 6,
        "ifHCInUcastPkts": 7,
        "ifHCInMulticastPkts": 8,
        "ifHCInBroadcastPkts": 9,
        "ifHCOutOctets": 10,
        "ifHCOutUcastPkts": 11,
        "ifHCOutMulticastPkts": 12,
        "ifHCOutBroadcastPkts": 13,
        "ifCounterDiscontinuityTime": 19,
    },
)
IF_ERROR_COUNTERS = TableSpec(
    name="ifTable(counters)",
    entry=oid("1.3.6.1.2.1.2.2.1"),
    columns={"ifInDiscards": 13, "ifInErrors": 14, "ifOutDiscards": 19, "ifOutErrors": 20},
)
_IN_PACKETS = ("ifHCInUcastPkts", "ifHCInMulticastPkts", "ifHCInBroadcastPkts")
_OUT_PACKETS = ("ifHCOutUcastPkts", "ifHCOutMulticastPkts", "ifHCOutBroadcastPkts")


def port_counters(high: Rows, errors: Rows) -> list[PortCounters]:
    """The counters of each interface by ifIndex, as far as the device has them."""
    indexes = sorted({index for index in (*high, *errors) if len(index) == 1})
    return [
        _counters(index[0], {**high.get(index, {}), **errors.get(index, {})})
        for index in indexes
        if high.get(index) or errors.get(index)
    ]


def count(row: Row, column: str) -> int | None:
    """A counter; None for a cell that is missing or negative (some agents send signed numbers)."""
    found = row.get(column)
    if found.__class__ is not int:
        found = number(found)
    return found if found is not None and found >= 0 else None


def _counters(if_index: int, row: Row) -> PortCounters:
    return PortCounters(
        if_index=if_index,
        in_octets=count(row, "ifHCInOctets"),
        out_octets=count(row, "ifHCOutOctets"),
        in_packets=_sum(row, _IN_PACKETS),
        out_packets=_sum(row, _OUT_PACKETS),
        in_errors=count(row, "ifInErrors"),
        out_errors=count(row, "ifOutErrors"),
        in_discards=count(row, "ifInDiscards"),
        out_discards=count(row, "ifOutDiscards"),
        discontinuity=count(row, "ifCounterDiscontinuityTime"),
    )


def _sum(row: Row, columns: Sequence[str]) -> int | None:
    """Packets of all kinds; None where the device leaves one kind out, since a sum must not lose a part
    in one poll and have it back in the next."""
    total = 0
    for column in columns:
        part = count(row, column)
        if part is None:
            return None
        total += part
    return total
