"""Access points and clients of a wireless controller, by the tables that the vendor files name.

One reader for all makers. A controller is asked for its own counts and its tables; rows of one access
point meet by the key in their index. What the tables lack against the controller's own count is said, not
filled in: a walk is not atomic, and some controllers give their rows out of order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.device import Device, with_note, with_part
from agent.mibs.text import ip, mac, number, text
from agent.reads import Reads
from agent.snmp.engine import Oid, Value, oid
from agent.snmp.walk import Row, TableRead, TableSpec
from agent.vendors.load import Controller, WirelessTable
from inventory.reading import Reading, Table, TableStatus
from inventory.wifi import AccessPoint, ApState, Radio, Wireless
from inventory.words import _

_TOLERATED_ROWS = 3
_TOLERATED_SHARE = 0.05
"""Rows that may be missing against the controller's count before the table counts as short."""

Found = list[tuple[WirelessTable, TableRead]]


@dataclass(slots=True)
class Draft:
    """An access point while its rows come together."""

    name: str | None = None
    mac: str | None = None
    serial: str | None = None
    model: str | None = None
    ip: str | None = None
    state: ApState = "unknown"
    clients: int | None = None
    radios: list[Radio] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WirelessRead:
    """What one device says of wireless: nothing for a device that is no controller."""

    wireless: Wireless | None
    table: Table
    note: str = ""


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.wireless``: None for a device that is no controller."""
    controllers = device.vendor_file.wireless if device.vendor_file else []
    result = await read_wireless(device.reads, controllers)
    reading = with_part(reading, "wireless", result.table, wireless=result.wireless)
    return with_note(reading, result.note) if result.note else reading


async def read_wireless(reads: Reads, controllers: Sequence[Controller]) -> WirelessRead:
    """The access points of a device, by the first description that it answers to."""
    for controller in controllers:
        for root in controller.roots:
            scalars = await reads.scalars(_scalars(controller, root))
            found = await _tables(reads, controller, root)
            if scalars or any(read.rows for _table, read in found):
                return _summary(scalars, found)
            if bad := [read for _table, read in found if read.status != "unsupported"]:
                return WirelessRead(None, Table(status=bad[0].status, detail=bad[0].detail))
    nothing = "the device has stopped answering" if reads.dead else "it is not known to be a controller"
    return WirelessRead(None, Table(status="timeout" if reads.dead else "unsupported", detail=nothing))


def wireless(scalars: Mapping[str, Value], found: Found) -> Wireless:
    """Access points and counts, from the scalars and tables of one controller."""
    aps = access_points(found)
    of_aps = [ap.clients for ap in aps if ap.clients is not None]
    of_tables = [
        count
        for count in (_clients(read) for table, read in found if table.role == "clients")
        if count is not None
    ]
    clients = number(scalars.get("clients"))
    if clients is None and of_tables:
        clients = sum(of_tables)
    if clients is None and of_aps:
        clients = sum(of_aps)
    return Wireless(
        aps=aps,
        clients=clients,
        aps_online=number(scalars.get("aps_online")),
        aps_offline=number(scalars.get("aps_offline")),
        aps_total=number(scalars.get("aps_total")),
    )


def access_points(tables: Found) -> list[AccessPoint]:
    """Each access point once, from all tables that name it."""
    found: dict[Oid, Draft] = {}
    for table, read in tables:
        if table.role == "clients":
            continue
        for index, row in read.rows.items():
            key = index[: table.key_length] if table.key_length else index
            ap = found.setdefault(key, Draft())
            _identify(ap, table, key)
            (_add_radio if table.role == "radios" else _add)(ap, table, index, row)
    return [_finished(ap) for _key, ap in sorted(found.items())]


def shortfall(result: Wireless) -> str:
    """Why the list of access points is not the whole, or "" when it is."""
    counts = [count for count in (result.aps_online, result.aps_total) if count is not None]
    least = result.aps_online if result.aps_online is not None else max(counts, default=0)
    missing = least - len(result.aps)
    if missing > max(_TOLERATED_ROWS, _TOLERATED_SHARE * least) or (least and not result.aps):
        return _("the controller counts %(counted)d access points, its tables list %(listed)d") % {
            "counted": least,
            "listed": len(result.aps),
        }
    return ""


def _summary(scalars: Mapping[str, Value], found: Found) -> WirelessRead:
    result = wireless(scalars, found)
    bad = any(read.status in ("partial", "timeout", "error") for _table, read in found)
    short = shortfall(result)
    status: TableStatus = "partial" if bad or short else "ok" if result.aps else "empty"
    return WirelessRead(result, Table(status=status, rows=len(result.aps), detail=short), short)


def _scalars(controller: Controller, root: str) -> dict[str, Oid]:
    return {
        name: oid(path) if path.startswith(".") else oid(f"{root}.{path}")
        for name, path in controller.scalars.items()
    }


async def _tables(reads: Reads, controller: Controller, root: str) -> Found:
    found: Found = []
    for table in controller.table:
        spec = TableSpec(name=table.name, entry=oid(f"{root}.{table.entry}"), columns=table.columns)
        await reads.table(spec)
        found.append((table, reads.found[table.name]))
    return found


def _identify(ap: Draft, table: WirelessTable, key: Oid) -> None:
    if len(key) == 7 and key[0] == 6:  # a MAC address with its length before it
        key = key[1:]
    octets = bytes(number for number in key if 0 <= number <= 255)
    if table.key == "mac" and len(octets) == len(key) == 6:
        ap.mac = ap.mac or mac(octets)
    elif table.key == "text" and octets:
        ap.serial = ap.serial or text(octets[1:] if octets[0] == len(octets) - 1 else octets)


def _add(ap: Draft, table: WirelessTable, _index: Oid, row: Row) -> None:
    ap.mac = mac(row.get("mac")) or ap.mac
    ap.name = ap.name or text(row.get("name"))
    ap.serial = ap.serial or text(row.get("serial"))
    ap.model = ap.model or text(row.get("model"))
    ap.ip = ap.ip or ip(row.get("ip"))
    if ap.clients is None:
        ap.clients = number(row.get("clients"))
    if ap.state == "unknown":
        ap.state = _state(table, row)


def _add_radio(ap: Draft, table: WirelessTable, index: Oid, row: Row) -> None:
    ap.name = ap.name or text(row.get("name"))
    ap.radios.append(
        Radio(
            index=index[-1],
            band=table.bands.get(str(row.get("band"))),
            channel=number(row.get("channel")),
            clients=number(row.get("clients")),
        )
    )
    if ap.state == "unknown":
        ap.state = _state(table, row)


def _state(table: WirelessTable, row: Row) -> ApState:
    said = text(row.get("state"))
    return table.states.get(said.lower(), table.listed) if said else table.listed


def _finished(ap: Draft) -> AccessPoint:
    of_radios = [radio.clients for radio in ap.radios if radio.clients is not None]
    return AccessPoint(
        name=ap.name,
        mac=ap.mac,
        serial=ap.serial,
        model=ap.model,
        ip=ap.ip,
        state=ap.state,
        clients=ap.clients if ap.clients is not None or not of_radios else sum(of_radios),
        radios=sorted(ap.radios, key=lambda radio: radio.index),
    )


def _clients(read: TableRead) -> int | None:
    counts = [count for row in read.rows.values() if (count := number(row.get("clients"))) is not None]
    return sum(counts) if counts else None
