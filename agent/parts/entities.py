"""What the device is built of (ENTITY-MIB), and the maker's own words for model, serial and software."""

from __future__ import annotations

import msgspec

from agent.device import Device, with_part
from agent.identify import identified
from agent.mibs import entities
from inventory.reading import Reading


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.entities``, and ``reading.system`` completed by them."""
    reads = device.reads
    parts = entities.entities(await reads.table(entities.ENT_PHYSICAL_TABLE))
    await reads.tell_empty_from_unsupported(["entPhysicalTable"])
    scalars = await reads.scalars(device.identity.scalars) if device.identity else {}
    system = identified(reading.system, device.identity, scalars, parts)
    part = reads.part(["entPhysicalTable"], len(parts))
    return msgspec.structs.replace(with_part(reading, "entities", part, entities=parts), system=system)
