"""Power over Ethernet: POWER-ETHERNET-MIB, with the watts per port of the maker's own tables."""

from __future__ import annotations

from agent.device import Device, with_part
from agent.mibs import poe
from agent.mibs.entities import ENT_ALIAS_MAPPING_TABLE, if_indexes
from agent.snmp.engine import oid
from agent.snmp.walk import TableSpec
from inventory.hardware import PoePort, PoeSupply
from inventory.reading import Reading


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.poe_ports`` and ``reading.poe_supplies``."""
    reads = device.reads
    known = poe.ports(await reads.table(poe.PSE_PORT_TABLE))
    family = device.identity.product.family if device.identity else None
    names = ["pethPsePortTable"]
    for table in device.vendor_file.poe if device.vendor_file else []:
        if table.families and family not in table.families:
            continue
        spec = TableSpec(name=table.name, entry=oid(table.entry), columns=table.columns)
        rows = await reads.table(spec)
        names.append(table.name)
        mapped = await _if_indexes(device) if rows and "entity" in table.columns else {}
        known = poe.with_maker(known, table, rows, mapped)
    ports: list[PoePort] = poe.with_interfaces(list(known.values()), reading.interfaces)
    reading = with_part(reading, "poe_ports", reads.part(names, len(ports)), poe_ports=ports)
    return await _supplies(device, reading)


async def _supplies(device: Device, reading: Reading) -> Reading:
    reads = device.reads
    supplies: list[PoeSupply] = poe.supplies(await reads.table(poe.MAIN_PSE_TABLE))
    for objects in device.vendor_file.poe_supply if device.vendor_file and not supplies else []:
        if found := await reads.scalars(poe.oids(objects.scalars)):
            supplies = [poe.supply_of_maker(found, objects.scale)]
    part = reads.part(["pethMainPseTable"], len(supplies))
    return with_part(reading, "poe_supplies", part, poe_supplies=supplies)


async def _if_indexes(device: Device) -> dict[int, int]:
    """ifIndexes by entPhysicalIndex, asked once for a poll."""
    rows = device.reads.rows("entAliasMappingTable")
    if rows is None and "entAliasMappingTable" not in device.reads.found:
        rows = await device.reads.table(ENT_ALIAS_MAPPING_TABLE)
    return if_indexes(rows or {})
