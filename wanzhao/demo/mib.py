"""Rows of the standard MIBs: what is configured on a device in, the variables that its agent shows out.

One function a table, each giving a part of a MIB view: the system, interfaces and aggregates, LLDP, the
parts of the chassis. Addresses and routes are in ip.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from wanzhao.demo.responder import Oid, Tag, Value

Rows = dict[Oid, Value]

MIB2: Oid = (1, 3, 6, 1, 2, 1)
SYSTEM: Oid = (*MIB2, 1)
IF_ENTRY: Oid = (*MIB2, 2, 2, 1)
IF_X_ENTRY: Oid = (*MIB2, 31, 1, 1, 1)
IF_STACK_STATUS: Oid = (*MIB2, 31, 1, 2, 1, 3)
DUPLEX: Oid = (*MIB2, 10, 7, 2, 1, 19)
ENTITY_ENTRY: Oid = (*MIB2, 47, 1, 1, 1, 1)
LLDP: Oid = (1, 0, 8802, 1, 1, 2, 1)
LAG_ATTACHED: Oid = (1, 2, 840, 10006, 300, 43, 1, 2, 1, 1, 13)

UP, DOWN = 1, 2
TRUE, FALSE = 1, 2
GAUGE32_MAX = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One row of ifTable. ``speed_mbps`` is what it runs at; ``lag`` the ifIndex of its aggregate."""

    if_index: int
    descr: str
    name: str
    type: int
    speed_mbps: int
    mac: bytes = b""
    up: bool = True
    alias: str = ""
    connector: bool | None = True
    lag: int | None = None
    bytes_per_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """What LLDP heard on a port, named by its number in lldpLocPortTable."""

    port: int
    chassis: bytes
    remote_port: str
    name: str
    descr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One row of entPhysicalTable; ``klass`` is PhysicalClass (3 chassis, 9 module)."""

    index: int
    klass: int
    descr: str
    name: str
    serial: str = ""
    model: str = ""
    software: str = ""


def growing(per_s: int, start: int = 0) -> Callable[[float], int]:
    """A counter that stood at ``start`` when the simulation began."""
    return lambda at: start + int(at * per_s)


def rows_of(entry: Oid, index: Oid, values: Mapping[int, Value]) -> Rows:
    """One row of a table: column number to value."""
    return {(*entry, column, *index): value for column, value in values.items()}


def text(value: str) -> Value:
    return "octets", value.encode()


def system(*, descr: str, object_id: Oid, name: str, location: str, days_up: int) -> Rows:
    """SNMPv2-MIB; sysUpTime in hundredths of a second, ``days_up`` days at the start."""
    values: dict[int, Value] = {
        1: text(descr),
        2: ("oid", object_id),
        3: ("ticks", growing(100, days_up * 86400 * 100)),
        4: text(""),
        5: text(name),
        6: text(location),
        7: ("int", 78),
    }
    return {(*SYSTEM, column, 0): value for column, value in values.items()}


def interfaces(ports: Sequence[Port]) -> Rows:
    """IF-MIB ifNumber, ifTable and ifXTable, and EtherLike-MIB duplex of the ports that are up."""
    rows: Rows = {(*MIB2, 2, 1, 0): ("int", len(ports))}
    for port in ports:
        rows |= rows_of(IF_ENTRY, (port.if_index,), _if_values(port))
        rows |= rows_of(IF_X_ENTRY, (port.if_index,), _if_x_values(port))
        if port.up and port.connector:
            rows[(*DUPLEX, port.if_index)] = ("int", 3)
    return rows


def lag_attached(ports: Iterable[Port]) -> Rows:
    """IEEE8023-LAG-MIB dot3adAggPortAttachedAggID of every real port: the aggregate, or 0."""
    return {(*LAG_ATTACHED, p.if_index): ("int", p.lag or 0) for p in ports if p.type == 6}


def if_stack(ports: Iterable[Port]) -> Rows:
    """IF-MIB ifStackTable: each aggregate above its members, an active row each (RFC 2863)."""
    return {(*IF_STACK_STATUS, p.lag, p.if_index): ("int", 1) for p in ports if p.lag is not None}


def lldp(*, chassis: bytes, name: str, ports: Mapping[int, str], heard: Iterable[Neighbour]) -> Rows:
    """LLDP-MIB: the local system, lldpLocPortTable (number to name) and lldpRemTable."""
    rows: Rows = {
        (*LLDP, 3, 1, 0): ("int", 4),
        (*LLDP, 3, 2, 0): ("octets", chassis),
        (*LLDP, 3, 3, 0): text(name),
    }
    for number, port in ports.items():
        rows |= rows_of((*LLDP, 3, 7, 1), (number,), {2: ("int", 5), 3: text(port), 4: text(port)})
    for row, neighbour in enumerate(heard, 1):
        values: dict[int, Value] = {
            4: ("int", 4),
            5: ("octets", neighbour.chassis),
            6: ("int", 5),
            7: text(neighbour.remote_port),
            8: text(""),
            9: text(neighbour.name),
            10: text(neighbour.descr),
        }
        rows |= rows_of((*LLDP, 4, 1, 1), (1000 * row, neighbour.port, row), values)
    return rows


def entities(parts: Iterable[Part]) -> Rows:
    """ENTITY-MIB entPhysicalTable."""
    rows: Rows = {}
    for part in parts:
        values: dict[int, Value] = {
            2: text(part.descr),
            5: ("int", part.klass),
            7: text(part.name),
            10: text(part.software),
            11: text(part.serial),
            13: text(part.model),
        }
        rows |= rows_of(ENTITY_ENTRY, (part.index,), values)
    return rows


def scalar(tag: Tag, oid: str, value: int) -> Rows:
    return {parsed(oid): (tag, value)}


def parsed(oid: str) -> Oid:
    """The numbers of a dotted OID."""
    return tuple(int(number) for number in oid.split("."))


def _if_values(port: Port) -> dict[int, Value]:
    state = UP if port.up else DOWN
    return {
        1: ("int", port.if_index),
        2: text(port.descr),
        3: ("int", port.type),
        4: ("int", 1500),
        5: ("gauge32", min(port.speed_mbps * 1_000_000, GAUGE32_MAX)),
        6: ("octets", port.mac),
        7: ("int", UP),
        8: ("int", state),
        9: ("ticks", 1000 + port.if_index),
        10: ("counter32", growing(port.bytes_per_s)),
        13: ("counter32", 0),
        14: ("counter32", 0),
        16: ("counter32", growing(port.bytes_per_s // 8)),
        19: ("counter32", 0),
        20: ("counter32", 0),
    }


def _if_x_values(port: Port) -> dict[int, Value]:
    values: dict[int, Value] = {
        1: text(port.name),
        6: ("counter64", growing(port.bytes_per_s, port.bytes_per_s * 500_000)),
        10: ("counter64", growing(port.bytes_per_s // 8, port.bytes_per_s * 60_000)),
        15: ("gauge32", port.speed_mbps),
        18: text(port.alias),
        19: ("ticks", 0),
    }
    if port.connector is not None:
        values[17] = ("int", TRUE if port.connector else FALSE)
    return values
