"""What a device measures of itself: the tables of its vendor file, then those standards that say more.

The order is from exact to general: the maker's tables, ENTITY-SENSOR-MIB for the kinds that those left open,
HOST-RESOURCES-MIB and UCD-SNMP-MIB where nothing has told the processor or the memory yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.device import Device, with_part
from agent.mibs import entity_sensors, host_resources, sensors
from agent.parts.entities import known
from agent.reads import combined
from agent.snmp.engine import oid
from agent.snmp.walk import Rows, TableSpec
from agent.vendors.sensors import SensorTable
from inventory.hardware import Entity, Sensor
from inventory.reading import Reading, Table


async def read(device: Device, reading: Reading) -> Reading:
    """``reading.sensors``."""
    asked: list[str] = []
    found = await _of_maker(device, reading, asked)
    measured = {sensor.kind for sensor in found if sensor.value is not None}
    found += [s for s in await _of_entities(device, reading, asked) if s.kind not in measured]
    found += await _of_host(device, {sensor.kind for sensor in found}, asked)
    found = sensors.distinct(found)
    statuses = [device.reads.found[name].status for name in asked if name in device.reads.found]
    status = "timeout" if device.reads.dead else combined(statuses, len(found))
    part = Table(status=status, rows=len(found), seconds=_seconds(device, asked))
    return with_part(reading, "sensors", part, sensors=found)


async def _of_maker(device: Device, reading: Reading, asked: list[str]) -> list[Sensor]:
    found: list[Sensor] = []
    family = device.identity.product.family if device.identity else None
    for table in device.vendor_file.sensor if device.vendor_file else []:
        told = {sensor.kind for sensor in found}
        if told.isdisjoint(table.instead_of) and (not table.families or family in table.families):
            found += await _of_table(device, reading, table, asked)
    return found


async def _of_entities(device: Device, reading: Reading, asked: list[str]) -> list[Sensor]:
    """The sensors of ENTITY-SENSOR-MIB, or of the maker's table of the same form."""
    reads = device.reads
    own = device.vendor_file.entity_sensor if device.vendor_file else []
    columns = entity_sensors.ENT_PHY_SENSOR_TABLE.columns
    specs = [TableSpec(name=table.name, entry=oid(table.entry), columns=columns) for table in own]
    for spec in (entity_sensors.ENT_PHY_SENSOR_TABLE, *specs):
        rows = reads.rows(spec.name) if spec.name in reads.found else await reads.table(spec)
        asked.append(spec.name)
        if rows:
            parts = await known(device, reading)
            return sensors.of_entities(spec.name, entity_sensors.entity_sensors(rows), parts)
    return []


async def _of_table(device: Device, reading: Reading, table: SensorTable, asked: list[str]) -> list[Sensor]:
    for root in table.roots or [""]:
        rows = await _rows(device, table, root, asked)
        parts: Mapping[int, Entity] = {}
        if rows and sensors.needs_entities(table):
            parts = {item.index: item for item in await known(device, reading)}
        if found := sensors.sensors(table, rows, parts):
            return found
    return []


async def _rows(device: Device, table: SensorTable, root: str, asked: list[str]) -> Rows:
    reads = device.reads
    if table.scalars:
        wanted = {name: oid(f"{root}.{path}") for name, path in table.scalars.items()}
        found = await reads.scalars(wanted)
        return {(): found} if found else {}
    spec = TableSpec(name=table.name, entry=oid(f"{root}.{table.entry}"), columns=table.columns)
    asked.append(table.name)
    return await reads.table(spec)


async def _of_host(device: Device, told: Sequence[str] | set[str], asked: list[str]) -> list[Sensor]:
    """Processor and memory by the general MIBs, as far as nothing has told them."""
    reads = device.reads
    found: list[Sensor] = []
    if {"cpu", "memory"} <= set(told):
        return found
    asked += ["hrProcessorTable", "hrStorageTable"]
    ucd = await reads.scalars(host_resources.UCD_SCALARS)
    if "cpu" not in told:
        loads = await reads.table(host_resources.HR_PROCESSOR_TABLE)
        names = await reads.scalars(host_resources.processor_names(loads))
        found += host_resources.processors(loads, names) or host_resources.ucd_cpu(ucd)
    if ucd and "temperature" not in told:
        found += host_resources.lm_temperatures(await reads.table(host_resources.LM_TEMPERATURE_TABLE))
    storages = host_resources.storages(await reads.table(host_resources.HR_STORAGE_TABLE))
    memory = [sensor for sensor in storages if sensor.kind == "memory"]
    if "memory" not in told:
        found += host_resources.ucd_memory(ucd) or memory
    if "storage" not in told:
        found += [sensor for sensor in storages if sensor.kind == "storage"]
    return found


def _seconds(device: Device, asked: Sequence[str]) -> float:
    found = device.reads.found
    return round(sum(found[name].seconds for name in asked if name in found), 3)
