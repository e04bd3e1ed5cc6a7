"""IF-MIB (RFC 2863), with the duplex of EtherLike-MIB (RFC 3635)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from agent.mibs.text import mac, number, text
from agent.snmp.engine import Value, oid
from agent.snmp.walk import Row, Rows, TableSpec
from inventory.reading import Interface

IF_TABLE = TableSpec(
    name="ifTable",
    entry=oid("1.3.6.1.2.1.2.2.1"),
    columns={
        "ifDescr": 2,
        "ifType": 3,
        "ifSpeed": 5,
        "ifPhysAddress": 6,
        "ifAdminStatus": 7,
        "ifOperStatus": 8,
    },
)
IF_X_TABLE = TableSpec(
    name="ifXTable",
    entry=oid("1.3.6.1.2.1.31.1.1.1"),
    columns={"ifName": 1, "ifHighSpeed": 15, "ifConnectorPresent": 17, "ifAlias": 18},
)
DOT3_STATS_TABLE = TableSpec(
    name="dot3StatsTable", entry=oid("1.3.6.1.2.1.10.7.2.1"), columns={"dot3StatsDuplexStatus": 19}
)

STATUS_WORDS = {
    1: "up",
    2: "down",
    3: "testing",
    4: "unknown",
    5: "dormant",
    6: "notPresent",
    7: "lowerLayerDown",
}
DUPLEX_WORDS = {1: "unknown", 2: "half", 3: "full"}
IF_SPEED_SATURATED = 4_294_967_295
"""ifSpeed of a port too fast for 32 bits (RFC 2863, 3.1.7): it says nothing without ifHighSpeed."""
_LONG = 256
"""Octets: DisplayString ends at 255."""


def interfaces(if_table: Rows, if_x_table: Rows, members: Mapping[int, int]) -> list[Interface]:
    """All interfaces by ifIndex; a row may exist in one of the two tables only. ``members`` are the
    aggregates by the ifIndex of their members."""
    indexes = sorted({index[0] for index in (*if_table, *if_x_table) if len(index) == 1})
    none: Row = {}
    return [
        _row(
            if_index,
            members.get(if_index),
            *map(if_table.get((if_index,), none).get, IF_TABLE.columns),
            *map(if_x_table.get((if_index,), none).get, IF_X_TABLE.columns),
        )
        for if_index in indexes
    ]


def with_members(known: Sequence[Interface], members: Mapping[int, int]) -> list[Interface]:
    """The same interfaces, those named in ``members`` as members of their aggregates."""
    return [
        msgspec.structs.replace(item, lag_if_index=members[item.if_index])
        if item.if_index in members
        else item
        for item in known
    ]


def with_duplex(known: Sequence[Interface], dot3_stats: Rows) -> list[Interface]:
    """The same interfaces, with dot3StatsDuplexStatus in words."""
    words = {
        index[0]: _word(row.get("dot3StatsDuplexStatus"), DUPLEX_WORDS)
        for index, row in dot3_stats.items()
        if len(index) == 1
    }
    return [
        msgspec.structs.replace(item, duplex=words[item.if_index]) if item.if_index in words else item
        for item in known
    ]


def _row(if_index: int, member_of: int | None, *cells: Value) -> Interface:
    """Most rows are the same poll after poll and share one object; not those of a device that sends 64 kB."""
    texts: Any = (cells[0] or b"", cells[3] or b"", cells[6] or b"", cells[9] or b"")
    try:
        is_short = max(map(len, texts)) <= _LONG
    except TypeError:  # numbers where texts should be
        is_short = False
    return (_interface_kept if is_short else _interface)(if_index, member_of, *cells)


def _interface(
    if_index: int,
    member_of: int | None,
    descr: Value,
    if_type: Value,
    speed: Value,
    phys_address: Value,
    admin: Value,
    oper: Value,
    name: Value,
    high_speed: Value,
    connector: Value,
    alias: Value,
) -> Interface:
    """One row, in the order of the columns."""
    return Interface(
        if_index=if_index,
        name=text(name),
        descr=text(descr),
        alias=text(alias),
        type=number(if_type),
        admin_status=_word(admin, STATUS_WORDS),
        oper_status=_word(oper, STATUS_WORDS),
        speed_mbps=speed_mbps(number(high_speed), number(speed)),
        if_speed=number(speed),
        if_high_speed=number(high_speed),
        mac=mac(phys_address),
        lag_if_index=member_of,
        connector={1: True, 2: False}.get(number(connector) or 0),
    )


_interface_kept = lru_cache(maxsize=8192)(_interface)


def speed_mbps(high_mbps: int | None, low_bps: int | None) -> float | None:
    """Mbit/s; None when the device does not say.

    IF-MIB::ifHighSpeed (Mbit/s) where it is above 0, else ifSpeed (bit/s) unless that is saturated;
    an ifHighSpeed of 0 counts only where there is no ifSpeed. A port that is down keeps its nominal speed
    on many devices: look at the status too.
    """
    if high_mbps is not None and high_mbps > 0:
        return float(high_mbps)
    if low_bps is None:
        return None if high_mbps is None else 0.0
    if low_bps < 0 or low_bps >= IF_SPEED_SATURATED:
        return None
    return low_bps / 1e6


def _word(value: Value, words: Mapping[int, str]) -> str | None:
    """A number of an enumeration in words; None for one that the MIB does not define (0 is seen)."""
    found = number(value)
    return None if found is None else words.get(found)
