"""Octets, packets and errors of the ports: IF-MIB ifXTable and ifTable (RFC 2863).

Octets and packets come from the 64-bit columns alone: a 32-bit octet counter of a busy 10 Gbit/s port comes
round every 3.4 seconds. Errors and discards exist with 32 bits only.
"""

from __future__ import annotations

from typing import Any

from agent.mibs.text import number
from agent.snmp.engine import Value, oid
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
_NUMBERS = {int, type(None)}


def port_counters(high: Rows, errors: Rows) -> list[PortCounters]:
    """The counters of each interface by ifIndex, as far as the device has them."""
    indexes = sorted({index for index in (*high, *errors) if len(index) == 1})
    rows = ((index[0], high.get(index, {}), errors.get(index, {})) for index in indexes)
    return [_counters(*row) for row in rows if row[1] or row[2]]


def count(cell: Value) -> int | None:
    """A counter; None for a cell that is missing or negative (some agents send signed numbers)."""
    found = number(cell)
    return found if found is not None and found >= 0 else None


def _counters(if_index: int, high: Row, errors: Row) -> PortCounters:
    cells: Any = [*map(high.get, IF_HC_COUNTERS.columns), *map(errors.get, IF_ERROR_COUNTERS.columns)]
    if not _NUMBERS.issuperset(map(type, cells)) or min(filter(None, cells), default=0) < 0:
        cells = [count(cell) for cell in cells]
    in_octets, in_u, in_m, in_b, out_octets, out_u, out_m, out_b, discontinuity, *errors_of = cells
    return PortCounters(
        if_index=if_index,
        in_octets=in_octets,
        out_octets=out_octets,
        # Packets of all kinds: none where the device leaves one kind out, since a sum must not lose a part in
        # one poll and have it back in the next.
        in_packets=None if in_u is None or in_m is None or in_b is None else in_u + in_m + in_b,
        out_packets=None if out_u is None or out_m is None or out_b is None else out_u + out_m + out_b,
        in_unicast=in_u,
        in_multicast=in_m,
        in_broadcast=in_b,
        out_unicast=out_u,
        out_multicast=out_m,
        out_broadcast=out_b,
        in_discards=errors_of[0],
        in_errors=errors_of[1],
        out_discards=errors_of[2],
        out_errors=errors_of[3],
        discontinuity=discontinuity,
    )
