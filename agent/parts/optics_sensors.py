"""Transceivers by entity sensors, for devices whose makers have no table of them: light, limits, identity."""

from __future__ import annotations

from collections.abc import Mapping

from agent.device import Device, with_note
from agent.mibs import entity_sensors
from agent.mibs.entity_sensors import EntitySensor
from agent.mibs.optics_rows import said
from agent.mibs.optics_sensors import (
    SensorModule,
    Side,
    direction,
    is_light,
    is_pluggable,
    lane_of,
    limits_from,
    measure_of,
    optic,
    power_of,
)
from agent.mibs.text import number, text
from agent.parts.optics_ports import Ports
from agent.snmp.engine import Oid, oid
from agent.snmp.walk import TableSpec
from inventory.hardware import Entity, Optic
from inventory.reading import Reading
from inventory.words import _

_ENTRY = oid("1.3.6.1.2.1.47.1.1.1.1")
_IDENTITY = {"type": 2, "serial": 11, "vendor": 12, "part": 13}
_MODULE_CLASSES = frozenset({"port", "module", "other", "unknown", "container", None})
_MOST = 512
"""Modules of one device that are asked for their identity."""


async def of_sensors(
    device: Device, reading: Reading, ports: Ports, asked: list[str]
) -> tuple[Reading, list[Optic]]:
    """The optics, and the reading with a note on sensors that cannot be placed."""
    source, sensors = await _light_table(device, ports, asked)
    modules, nameless = await _grouped(sensors, ports)
    await _with_measures(modules, sensors, ports)
    for place, if_index in (await _pluggables(ports)).items():
        if all(module.holder != place and module.if_index != if_index for module in modules):
            modules.append(SensorModule(holder=place, if_index=if_index))
    await _with_identity(device, modules)
    await _with_limits(device, modules)
    for module in modules:
        module.name = await ports.name(module.if_index) or await _name(ports, module.holder)
    if nameless:
        note = _("%(count)d optical sensors have no name in ENTITY-MIB: port and direction are not known")
        reading = with_note(reading, note % {"count": nameless})
    there = [module for module in modules if module.identity or module.is_measured]
    return reading, [optic(module, source) for module in there]


async def _light_table(
    device: Device, ports: Ports, asked: list[str]
) -> tuple[str, Mapping[int, EntitySensor]]:
    """The first table of sensors that has some for light."""
    reads = device.reads
    own = device.vendor_file.entity_sensor if device.vendor_file else []
    columns = entity_sensors.ENT_PHY_SENSOR_TABLE.columns
    specs = [TableSpec(name=table.name, entry=oid(table.entry), columns=columns) for table in own]
    for spec in (entity_sensors.ENT_PHY_SENSOR_TABLE, *specs):
        rows = reads.rows(spec.name) if spec.name in reads.found else await reads.table(spec)
        asked.append(spec.name)
        sensors = entity_sensors.entity_sensors(rows or {})
        parts = await ports.parts() if sensors else {}
        if any(is_light(sensor, _words(parts.get(place))) for place, sensor in sensors.items()):
            return spec.name, sensors
    return "", {}


async def _grouped(sensors: Mapping[int, EntitySensor], ports: Ports) -> tuple[list[SensorModule], int]:
    """Light sensors by module, and the number of those that name neither port nor direction."""
    parts = await ports.parts() if sensors else {}
    modules: dict[tuple[str, int], SensorModule] = {}
    nameless = 0
    for place, sensor in sensors.items():
        words = _words(parts.get(place))
        if not is_light(sensor, words):
            continue
        way = direction(words)
        key = await _key(place, parts, ports)
        if way is None or key is None:
            nameless += 1
            continue
        module = modules.setdefault(key, SensorModule(holder=_holder(parts, place)))
        module.if_index = key[1] if key[0] == "port" else None
        side: Side = getattr(module, way)
        side.lanes.setdefault(lane_of(words), (place, power_of(sensor)))
    return list(modules.values()), nameless


async def _key(place: int, parts: Mapping[int, Entity], ports: Ports) -> tuple[str, int] | None:
    """What the sensors of one module have in common: the port, else the part that holds them."""
    aliases = await ports.aliases()
    if_index = aliases.get(place)
    if if_index is None and place in parts:
        if_index = await ports.in_name(parts[place].name) or await ports.in_name(parts[place].descr)
    if if_index is None:
        if_index = await ports.of_entity(place)
    if if_index is not None:
        return "port", if_index
    holder = _holder(parts, place)
    return ("holder", holder) if holder is not None else None


async def _with_measures(
    modules: list[SensorModule], sensors: Mapping[int, EntitySensor], ports: Ports
) -> None:
    """Temperature, voltage and current, by sensors that the same part holds or whose name tells the port."""
    parts = await ports.parts() if modules else {}
    holders = [module.holder for module in modules]
    alone = {module.holder: module for module in modules if holders.count(module.holder) == 1}
    by_port = {module.if_index: module for module in modules if module.if_index is not None}
    for place, sensor in sensors.items():
        measure = measure_of(sensor)
        if measure is None:
            continue
        module = alone.get(_holder(parts, place))
        if_index = await ports.in_name(parts[place].name) if module is None and place in parts else None
        if if_index is not None:
            module = by_port.get(if_index)
        if module is not None:
            module.values.setdefault(*measure)


async def _pluggables(ports: Ports) -> dict[int, int]:
    """ifIndex by entPhysicalIndex of parts that are described as transceivers and sit at one port."""
    found = {}
    for place, part in (await ports.parts()).items():
        if part.class_ in _MODULE_CLASSES and is_pluggable(part.descr):
            if_index = await ports.of_entity(place)
            if if_index is not None:
                found[place] = if_index
    return found


async def _with_identity(device: Device, modules: list[SensorModule]) -> None:
    wanted: dict[str, Oid] = {}
    holders = [module.holder for module in modules]
    for module in modules[:_MOST]:
        if module.holder is not None and holders.count(module.holder) == 1:
            for name, column in _IDENTITY.items():
                wanted[f"{name} {module.holder}"] = (*_ENTRY, column, module.holder)
    cells = await device.reads.scalars(wanted)
    for module in modules:
        told = {name: said(text(cells.get(f"{name} {module.holder}"))) for name in _IDENTITY}
        if not is_pluggable(told["type"]):
            told["type"] = None
        if told["serial"] or told["part"]:
            module.identity = {name: word for name, word in told.items() if word}


async def _with_limits(device: Device, modules: list[SensorModule]) -> None:
    tables = device.vendor_file.optics_limits if device.vendor_file else []
    sides = [(side, way) for module in modules for side, way in ((module.rx, "rx"), (module.tx, "tx"))]
    for table in tables:
        entry = (*oid(table.entry), table.column)
        wanted = {
            f"{place} {which}": (*entry, place, which)
            for side, _way in sides
            for place, _cell in list(side.lanes.values())[:1]
            for which in range(1, 5)
        }
        cells = await device.reads.scalars(wanted)
        for side, way in sides:
            for place, cell in list(side.lanes.values())[:1]:
                told = [number(cells.get(f"{place} {which}")) for which in range(1, 5)]
                values = [value for value in told if value is not None]
                side.limits = limits_from(values, cell.unit, receive=way == "rx")


async def _name(ports: Ports, holder: int | None) -> str | None:
    return await ports.entity_name(holder) if holder is not None else None


def _words(part: Entity | None) -> str:
    return " ".join(word for word in (part.name, part.descr) if word) if part else ""


def _holder(parts: Mapping[int, Entity], place: int) -> int | None:
    return parts[place].contained_in if place in parts else None
