"""What the device is built of (ENTITY-MIB), and the maker's own words for model, serial and software."""

from __future__ import annotations

import msgspec

from agent.device import Device, with_part
from agent.identify import identified
from agent.mibs import entities
from agent.snmp.engine import Value
from inventory.hardware import Entity
from inventory.reading import Reading


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.entities``, and ``reading.system`` completed by them."""
    reads = device.reads
    rows = await reads.table(entities.ENT_PHYSICAL_TABLE)
    ports = entities.if_indexes(await reads.table(entities.ENT_ALIAS_MAPPING_TABLE)) if rows else {}
    parts = entities.entities(rows, ports)
    await reads.tell_empty_from_unsupported(["entPhysicalTable"])
    scalars = await _identifying(device)
    system = identified(reading.system, device.identity, scalars, parts)
    part = reads.part(["entPhysicalTable"], len(parts))
    return msgspec.structs.replace(with_part(reading, "entities", part, entities=parts), system=system)


async def _identifying(device: Device) -> dict[str, Value]:
    """The maker's own objects that tell model, software and serial number."""
    if device.identity is None:
        return {}
    wanted = dict(device.identity.scalars)
    for name, column in device.identity.columns.items():
        first = await device.reads.next_of(column)
        if first[: len(column)] == column:
            wanted[name] = first
    return await device.reads.scalars(wanted)


async def known(device: Device, reading: Reading) -> list[Entity]:
    """The parts by name, class and place, without asking twice: of this reading, else by a short read."""
    if "entities" in reading.tables:
        return reading.entities
    reads = device.reads
    rows = reads.rows("entPhysicalNames")
    if rows is None and "entPhysicalNames" not in reads.found:
        rows = await reads.table(entities.ENT_NAMES)
    return entities.entities(rows or {})
