"""Transceivers: the tables of the vendor file, else entity sensors that measure light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from agent.device import Device, with_part
from agent.mibs import optics, optics_rows
from agent.parts.optics_ports import Ports
from agent.parts.optics_sensors import of_sensors
from agent.snmp.engine import oid
from agent.snmp.walk import Rows
from agent.vendors.optics import OpticsRows, OpticsTable
from inventory.hardware import Optic
from inventory.reading import Reading


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.optics``."""
    asked: list[str] = []
    ports = Ports(device, reading)
    found: list[Optic] = []
    for table in device.vendor_file.optics if device.vendor_file else []:
        family = device.identity.product.family if device.identity else None
        if not found and (not table.families or family in table.families):
            found = await _of_table(device, reading, table, ports, asked)
    if not found:
        reading, found = await of_sensors(device, reading, ports, asked)
    found = sorted(found, key=lambda optic: (optic.if_index is None, optic.if_index or 0, optic.name or ""))
    return with_part(reading, "optics", device.reads.part(asked, len(found)), optics=found)


async def _of_table(
    device: Device, reading: Reading, table: OpticsTable, ports: Ports, asked: list[str]
) -> list[Optic]:
    for root in table.roots:
        rows = await _rows(device, table, root, asked)
        if any(part for _kind, part in rows):
            told = await _with_told_unit(device, table)
            known = optics.preferred(told, reading.system.family, reading.system.model)
            found = optics.optics(told, optics_rows.modules(told, rows), known)
            return await _at_ports(table, found, ports)
    return []


async def _rows(
    device: Device, table: OpticsTable, root: str, asked: list[str]
) -> Sequence[tuple[OpticsRows, Rows]]:
    found: list[tuple[OpticsRows, Rows]] = []
    for kind in table.table:
        rows = await _table(device, table, kind, root)
        asked.append(kind.name)
        found.append((kind, rows))
        if kind.first and not rows:
            break
    return found


async def _table(device: Device, table: OpticsTable, kind: OpticsRows, root: str) -> Rows:
    """The rows of one table; of one with many empty cages those of modules, the rest of them by GET.

    A stack of 163 ports and 3 modules: 19 questions instead of 83. SNMPv1 refuses a GET as a whole for one
    column that the device lacks, so there all is walked.
    """
    reads = device.reads
    if not kind.scan or reads.session.target.version == "1":
        return await reads.table(optics_rows.spec_of(root, kind))
    scanned = await reads.table(optics_rows.spec_of(root, kind, kind.scan))
    there = {index: row for index, row in scanned.items() if optics_rows.says_something(table, row)}
    rest = [name for name in kind.columns if name not in kind.scan]
    if not there or 3 * len(there) > len(scanned):
        return await reads.table(optics_rows.spec_of(root, kind)) if there else {}
    entry = optics_rows.spec_of(root, kind).entry
    wanted = {f"{name} {index}": (*entry, kind.columns[name], *index) for index in there for name in rest}
    cells = await reads.scalars(wanted)
    if not cells:
        found = replace(reads.found[kind.name], status="partial", detail="no answer for the modules alone")
        reads.found[kind.name] = found
    return {
        index: {**row, **{name: cells[key] for name in rest if (key := f"{name} {index}") in cells}}
        for index, row in there.items()
    }


async def _with_told_unit(device: Device, table: OpticsTable) -> OpticsTable:
    if table.unit_object is None:
        return table
    told = (await device.reads.scalars({"unit": oid(table.unit_object.oid)})).get("unit")
    unit = table.unit_object.words.get(str(told))
    return msgspec.structs.replace(table, power=[unit], limit_power=[unit]) if unit else table


async def _at_ports(table: OpticsTable, found: Sequence[optics.Found], ports: Ports) -> list[Optic]:
    placed = []
    for item in found:
        place = item.module.index[0]
        if_index: int | None
        if table.index == "ifIndex":
            if_index = await ports.of_if_index(place, item.optic.name)
        elif table.index == "entity":
            if_index = await ports.of_entity(place, item.optic.name)
        else:
            if_index = await ports.of_name(item.optic.name)
        name = await ports.name(if_index) or item.optic.name
        if name is None and table.index == "entity":
            name = await ports.entity_name(place)
        placed.append(msgspec.structs.replace(item.optic, if_index=if_index, name=name))
    return placed
