"""What a wireless controller lists of its access points, by the layouts of wireless.toml."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wanzhao.demo.mib import Rows, parsed, scalar, text
from wanzhao.demo.responder import Oid, Value

NO_ADDRESS = b"\xff\xff\xff\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPoint:
    """``listed`` is false for one that the controller has forgotten: registered, but in no table."""

    name: str
    mac: bytes
    serial: str
    model: str
    address: bytes
    clients: int = 0
    online: bool = True
    listed: bool = True


Layout = Mapping[str, Any]
"""One table of wireless.toml; what it may hold is said there."""


def access_points(aps: Sequence[AccessPoint], layout: Layout) -> Rows:
    """The tables and the controller's own counts."""
    rows: Rows = {}
    for oid, what in layout["counts"].items():
        rows |= scalar("gauge32", oid, COUNTS[what](aps))
    for table in layout["tables"]:
        for ap in aps:
            if ROWS[table["rows"]](ap):
                rows |= _rows_of(ap, table)
    return rows


def _rows_of(ap: AccessPoint, table: Layout) -> Rows:
    entry, index = parsed(table["entry"]), INDEXES[table["index"]](ap)
    radios: list[Oid] = [(number,) for number in range(table.get("radios", 0))] or [()]
    return {
        (*entry, int(column), *index, *radio): _value(ap, what, table, radio)
        for radio in radios
        for column, what in table["columns"].items()
    }


def _value(ap: AccessPoint, what: str, table: Layout, radio: Oid) -> Value:
    if what == "state":
        return "int", table["online" if ap.online else "offline"]
    if radio:
        return RADIO_FIELDS[what](ap, radio[0])
    return FIELDS[what](ap)


FIELDS: dict[str, Callable[[AccessPoint], Value]] = {
    "name": lambda ap: text(ap.name),
    "serial": lambda ap: text(ap.serial),
    "model": lambda ap: text(ap.model),
    "mac": lambda ap: ("octets", ap.mac),
    "ip": lambda ap: ("ip", ap.address if ap.online else NO_ADDRESS),
    "clients": lambda ap: ("int", ap.clients if ap.online else 0),
}
# Radio 0 is 2.4 GHz on channel 6, radio 1 is 5 GHz on channel 149.
RADIO_FIELDS: dict[str, Callable[[AccessPoint, int], Value]] = {
    "name": lambda ap, _radio: text(ap.name),
    "band": lambda _ap, radio: ("int", radio + 1),
    "channel": lambda _ap, radio: ("gauge32", (6, 149)[radio]),
    "radio_clients": lambda ap, radio: ("gauge32", (ap.clients // 3, ap.clients - ap.clients // 3)[radio]),
}
ROWS: dict[str, Callable[[AccessPoint], bool]] = {
    "all": lambda _ap: True,
    "listed": lambda ap: ap.listed,
    "online": lambda ap: ap.online,
}
INDEXES: dict[str, Callable[[AccessPoint], Oid]] = {
    "mac": lambda ap: tuple(ap.mac),
    "serial": lambda ap: (len(ap.serial), *ap.serial.encode("ascii")),
}
COUNTS: dict[str, Callable[[Sequence[AccessPoint]], int]] = {
    "online": lambda aps: sum(ap.online for ap in aps),
    "offline": lambda aps: sum(not ap.online for ap in aps),
    "total": len,
    "clients": lambda aps: sum(ap.clients for ap in aps if ap.online),
}
