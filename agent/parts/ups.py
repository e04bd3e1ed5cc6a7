"""Uninterruptible power supplies: UPS-MIB, completed by the maker's own objects."""

from __future__ import annotations

from agent.device import Device, with_part
from agent.mibs import ups
from agent.snmp.engine import oid
from inventory.hardware import Ups
from inventory.reading import Reading, Table

_TABLES = ("upsInputTable", "upsOutputTable")


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.ups``: None for a device that is none."""
    found = Ups()
    if (await device.reads.next_of(ups.UPS_MIB))[: len(ups.UPS_MIB)] == ups.UPS_MIB:
        found = await _of_ups_mib(device)
    for objects in device.vendor_file.ups if device.vendor_file else []:
        told = await device.reads.scalars({name: oid(path) for name, path in objects.scalars.items()})
        if told:
            found = ups.completed(found, ups.of_maker(objects, told))
    is_ups = found.battery is not None or found.charge_percent is not None
    if device.reads.dead and not is_ups:
        part = Table(status="timeout", detail="the device had stopped answering")
    else:
        part = Table(status="ok" if is_ups else "unsupported", rows=int(is_ups))
    return with_part(reading, "ups", part, ups=found if is_ups else None)


async def _of_ups_mib(device: Device) -> Ups:
    reads = device.reads
    scalars = await reads.scalars(ups.SCALARS)
    inputs = await reads.table(ups.INPUT_TABLE)
    return ups.of_ups_mib(scalars, inputs, await reads.table(ups.OUTPUT_TABLE))
