"""Access points, radios, networks and stations of a wireless controller, by the tables of the vendor files.

One reader for all makers, in two steps. Every poll asks the controller for its own counts and its table of
access points. The topology job reads radios, networks and stations, which are ten times as many rows. What
the tables lack against the controller's own count is said, not filled in: a walk is not atomic, and some
controllers lose rows of a walk (S12704 with V200R010, 2018: 4 of 816 access points); then the radio table
is asked for the names that it knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from agent.device import Device, with_note, with_part
from agent.mibs.text import ip, number
from agent.privacy import Stations
from agent.reads import Reads
from agent.snmp.engine import Oid, Value, oid
from agent.snmp.walk import TableRead, TableSpec
from agent.vendors.wireless import Controller, Role, WirelessTable
from agent.wifi import cells
from agent.wifi import stations as station_rows
from agent.wifi.aps import Draft, Drafts, Found, access_points, drafts
from agent.wifi.generation import with_generation
from inventory.reading import Reading, Table, TableStatus
from inventory.wifi import AccessPoint, Wireless
from inventory.words import _

_TOLERATED_ROWS = 3
_TOLERATED_SHARE = 0.05
"""Rows that may be missing against the controller's count before the table counts as short."""

_ETHERNET = 6
_BAD = ("partial", "timeout", "error")
PARTS_OF_ROLE: dict[Role, str] = {
    "radios": "wireless_radios",
    "ports": "wireless_radios",
    "ssids": "wireless_ssids",
    "vaps": "wireless_ssids",
    "stations": "wireless_stations",
}
_COUNTS = (
    "aps_online",
    "aps_offline",
    "aps_total",
    "aps_licensed",
    "clients",
    "clients_2g",
    "clients_5g",
    "ipv6_clients",
)


@dataclass(frozen=True, slots=True)
class WirelessRead:
    """What one device says of wireless: nothing for a device that is no controller."""

    wireless: Wireless | None
    table: Table
    note: str = ""


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.wireless`` with its access points; None for a device that is no controller."""
    controllers = device.vendor_file.wireless if device.vendor_file else []
    result = await read_wireless(device.reads, controllers, _itself(reading))
    found = result.wireless
    if found is not None:
        aps = with_generation(found.aps, reading.system.vendor)
        found = msgspec.structs.replace(found, aps=aps)
    reading = with_part(reading, "wireless", result.table, wireless=found)
    return with_note(reading, result.note) if result.note else reading


async def read_details(device: Device, reading: Reading) -> Reading:
    """``reading.wireless`` completed by radios, wired ports, networks and stations."""
    if "wireless" not in reading.tables:
        reading = await read(device, reading)
    controllers = device.vendor_file.wireless if device.vendor_file else []
    answering = _answering(device.reads, controllers) if reading.wireless else None
    if reading.wireless is None or answering is None:
        return reading
    controller, root = answering
    for table in controller.tables:
        if table.when == "topology":
            await device.reads.table(_spec(table, root))
    found = _found(device.reads, controller, root)
    aps = drafts(found, _itself(reading) if controller.itself else None)
    complete = _status_of(device.reads, controller, "wireless_stations") == "ok"
    details = _details(reading.wireless, found, aps, device.stations, complete=complete)
    details = msgspec.structs.replace(details, aps=with_generation(details.aps, reading.system.vendor))
    return _with_parts(reading, device.reads, controller, details)


async def read_wireless(
    reads: Reads, controllers: Sequence[Controller], itself: Draft | None = None
) -> WirelessRead:
    """The access points of a device, by the first description that it answers to."""
    for controller in controllers:
        for root in controller.roots:
            scalars = await reads.scalars(_scalars(controller, root))
            if controller.needs_rows:
                scalars = {name: value for name, value in scalars.items() if number(value)}
            await _read_status(reads, controller, root, asked_for=bool(scalars))
            found = _found(reads, controller, root)
            if scalars or any(rows for _table, rows in found):
                return await _summary(reads, controller, root, scalars, itself)
            if bad := _troubles(reads, controller, root):
                return WirelessRead(None, Table(status=bad[0].status, detail=bad[0].detail))
    nothing = "the device has stopped answering" if reads.dead else "it is not known to be a controller"
    return WirelessRead(None, Table(status="timeout" if reads.dead else "unsupported", detail=nothing))


async def _read_status(reads: Reads, controller: Controller, root: str, *, asked_for: bool) -> None:
    """The tables of every poll. A device that gives neither counts nor rows of the first is no controller of
    this line: most switches are none, and are not asked for the others."""
    for table in controller.tables:
        if table.when == "status":
            rows = await reads.table(_spec(table, root))
            asked_for = asked_for or bool(rows)
            if not asked_for:
                return


def wireless(scalars: Mapping[str, Value], found: Found, itself: Draft | None = None) -> Wireless:
    """Access points and counts, from the scalars and tables of one controller."""
    aps = access_points(drafts(found, itself))
    counts = {name: cells.count(scalars.get(name)) for name in _COUNTS}
    ssids = station_rows.ssids(found)
    if counts["clients"] is None:
        of_ssids = [one.clients for one in ssids if one.clients is not None]
        of_aps = [ap.clients for ap in aps if ap.clients is not None]
        counts["clients"] = sum(of_ssids) if of_ssids else sum(of_aps) if of_aps else None
    if itself is not None and len(aps) == 1 and aps[0].clients is None:
        aps = [msgspec.structs.replace(aps[0], clients=counts["clients"])]
    return msgspec.structs.replace(Wireless(aps=aps, ssids=ssids), **counts)


def shortfall(result: Wireless, lists: str = "online") -> str:
    """Why the list of access points is not the whole, or "" when it is. A controller that ``lists`` all it
    knows is held to its total, others to those online."""
    total, online = result.aps_total, result.aps_online
    if (lists == "all" and total) or online is None:
        least, listed = total or 0, len(result.aps)
    else:
        least, listed = online, sum(ap.state != "offline" for ap in result.aps)
    missing = least - listed
    if missing > max(_TOLERATED_ROWS, _TOLERATED_SHARE * least) or (least and not listed):
        return _("the controller counts %(counted)d access points, its tables list %(listed)d") % {
            "counted": least,
            "listed": listed,
        }
    return ""


async def _summary(
    reads: Reads, controller: Controller, root: str, scalars: Mapping[str, Value], itself: Draft | None
) -> WirelessRead:
    found = _found(reads, controller, root)
    itself = itself if controller.itself else None
    result = wireless(scalars, found, itself)
    short = shortfall(result, controller.lists)
    if short and (names := [table for table in controller.tables if _names_aps(table)]):
        for table in names:
            await reads.table(_spec(table, root, ("name", "up")))
        by_radios = [(table, reads.found[table.name].rows) for table in names]
        result = wireless(scalars, [*found, *by_radios], itself)
        result = msgspec.structs.replace(result, aps=[_without_radios(ap) for ap in result.aps])
        short = shortfall(result, controller.lists)
    bad = any(one.status in _BAD for one in _troubles(reads, controller, root))
    status: TableStatus = "partial" if bad or short else "ok" if result.aps else "empty"
    return WirelessRead(result, Table(status=status, rows=len(result.aps), detail=short), short)


def _details(before: Wireless, found: Found, aps: Drafts, names: Stations, *, complete: bool) -> Wireless:
    """All that is known now. Counts out of stations are made only from a table that was read to its end."""
    known = {station_rows.ap_id(ap) for ap in before.aps}
    listed = [ap for ap in access_points(aps) if station_rows.ap_id(ap) in known]
    seen = station_rows.stations(found, aps, names)
    complete = complete and len(seen) >= station_rows.ENOUGH * (before.clients or 0)
    ssids = station_rows.ssids(found)
    if complete:
        listed = station_rows.with_ipv6_clients(listed, seen)
        ssids = station_rows.with_stations(ssids, seen)
    clients = [ap.clients for ap in listed if ap.clients is not None]
    of_ssids = [one.clients for one in ssids if one.clients is not None]
    filled = {
        "clients": sum(of_ssids) if of_ssids else sum(clients) if clients else None,
        "clients_2g": _of_band(ssids, "clients_2g"),
        "clients_5g": _of_band(ssids, "clients_5g"),
        "ipv6_clients": station_rows.ipv6_clients(seen) if complete else None,
    }
    missing = {name: value for name, value in filled.items() if getattr(before, name) is None}
    return msgspec.structs.replace(before, aps=listed, ssids=ssids, stations=seen, **missing)


def _of_band(ssids: Sequence[object], name: str) -> int | None:
    counts = [getattr(one, name) for one in ssids]
    return sum(counts) if counts and None not in counts else None


def _with_parts(reading: Reading, reads: Reads, controller: Controller, details: Wireless) -> Reading:
    counted = {
        "wireless_radios": sum(len(ap.radios) for ap in details.aps),
        "wireless_ssids": len(details.ssids),
        "wireless_stations": len(details.stations),
    }
    for part, count in counted.items():
        names = _names_of(controller, part)
        reading = with_part(reading, part, reads.part(names, count), wireless=details)
    return reading


def _names_of(controller: Controller, part: str) -> list[str]:
    return [table.name for table in controller.tables if PARTS_OF_ROLE.get(table.role) == part]


def _status_of(reads: Reads, controller: Controller, part: str) -> TableStatus:
    return reads.part(_names_of(controller, part), 1).status


def _names_aps(table: WirelessTable) -> bool:
    tells = "name" in table.columns or "up" in table.columns
    return table.role == "radios" and table.when == "topology" and table.key != "none" and tells


def _without_radios(ap: AccessPoint) -> AccessPoint:
    """The radios of the naming pass have nothing but numbers; real ones come with the topology job."""
    return msgspec.structs.replace(ap, radios=[])


def _answering(reads: Reads, controllers: Sequence[Controller]) -> tuple[Controller, str] | None:
    """The description that the device answered to in this poll: the last whose tables were asked for."""
    answering = None
    for controller in controllers:
        for root in controller.roots:
            asked = [table for table in controller.tables if table.when == "status"]
            if any(_was_asked(reads, table, root) for table in asked):
                answering = (controller, root)
    return answering


def _was_asked(reads: Reads, table: WirelessTable, root: str) -> bool:
    spec = reads.specs.get(table.name)
    return (
        spec is not None
        and spec.entry == _entry(table, root)
        and spec.columns.items() <= table.columns.items()
    )


def _found(reads: Reads, controller: Controller, root: str) -> Found:
    return [
        (table, reads.found[table.name].rows) for table in controller.tables if _was_asked(reads, table, root)
    ]


def _troubles(reads: Reads, controller: Controller, root: str) -> list[TableRead]:
    asked = [reads.found[table.name] for table in controller.tables if _was_asked(reads, table, root)]
    return [one for one in asked if one.status in _BAD]


def _spec(table: WirelessTable, root: str, only: tuple[str, ...] = ()) -> TableSpec:
    columns = {name: at for name, at in table.columns.items() if not only or name in only}
    return TableSpec(name=table.name, entry=_entry(table, root), columns=columns)


def _entry(table: WirelessTable, root: str) -> Oid:
    return oid(table.entry) if table.entry.startswith(".") else oid(f"{root}.{table.entry}")


def _scalars(controller: Controller, root: str) -> dict[str, Oid]:
    return {
        name: oid(path) if path.startswith(".") else oid(f"{root}.{path}")
        for name, path in controller.scalars.items()
    }


def _itself(reading: Reading) -> Draft:
    """The device as an access point."""
    macs = {item.if_index: item.mac for item in reading.interfaces if item.type == _ETHERNET and item.mac}
    about = reading.system
    return Draft(
        name=about.sys_name,
        mac=macs[min(macs)] if macs else None,
        serial=about.serial,
        model=about.model,
        software=about.software,
        ip=ip(reading.address.encode()),
        state="online",
        uptime_s=about.uptime_s,
    )
