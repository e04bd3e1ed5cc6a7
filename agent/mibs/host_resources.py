"""HOST-RESOURCES-MIB (RFC 2790) and UCD-SNMP-MIB: processor, memory and disks of general computers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.mibs.sensors import plausible, share
from agent.mibs.text import number, text
from agent.snmp.engine import Oid, Value, oid
from agent.snmp.walk import Row, Rows, TableSpec
from inventory.hardware import Sensor, SensorKind

HR_PROCESSOR_TABLE = TableSpec(
    name="hrProcessorTable", entry=oid("1.3.6.1.2.1.25.3.3.1"), columns={"hrProcessorLoad": 2}
)
HR_DEVICE_DESCR = oid("1.3.6.1.2.1.25.3.2.1.3")
"""Asked for the processors alone: a general computer has hundreds of devices."""
HR_STORAGE_TABLE = TableSpec(
    name="hrStorageTable",
    entry=oid("1.3.6.1.2.1.25.2.3.1"),
    columns={
        "hrStorageType": 2,
        "hrStorageDescr": 3,
        "hrStorageAllocationUnits": 4,
        "hrStorageSize": 5,
        "hrStorageUsed": 6,
    },
)
LM_TEMPERATURE_TABLE = TableSpec(
    name="lmTempSensorsTable",
    entry=oid("1.3.6.1.4.1.2021.13.16.2.1"),
    columns={"lmTempSensorsDevice": 2, "lmTempSensorsValue": 3},
)
UCD_SCALARS: dict[str, Oid] = {
    "ssCpuIdle": oid("1.3.6.1.4.1.2021.11.11.0"),
    "memTotalReal": oid("1.3.6.1.4.1.2021.4.5.0"),
    "memAvailReal": oid("1.3.6.1.4.1.2021.4.6.0"),
    "memBuffer": oid("1.3.6.1.4.1.2021.4.14.0"),
    "memCached": oid("1.3.6.1.4.1.2021.4.15.0"),
    "memSysAvail": oid("1.3.6.1.4.1.2021.4.27.0"),
}
_TYPES = oid("1.3.6.1.2.1.25.2.1")
_KINDS: dict[int, SensorKind] = {2: "memory", 4: "storage", 9: "storage"}
"""hrStorageRam, hrStorageFixedDisk, hrStorageFlashMemory."""

_CORE = re.compile(r"(?i)\bcpu *#?\d+\b")
_PSEUDO = ("/dev", "/proc", "/sys", "/run", "devfs", "tmpfs", "procfs", "devpts")
_RECLAIMABLE = ("memory buffers", "cached memory")


def processor_names(loads: Rows) -> dict[str, Oid]:
    """The objects that describe these processors, by their index."""
    return {str(index[0]): (*HR_DEVICE_DESCR, *index) for index in loads if len(index) == 1}


def processors(loads: Rows, names: Mapping[str, Value]) -> list[Sensor]:
    """Load over the last minute (hrProcessorLoad), in per cent. Processors with the same description are the
    cores of one machine: their mean is told, since one busy core is no busy machine."""
    groups: dict[str, list[int]] = {}
    for index, row in sorted(loads.items()):
        load = number(row.get("hrProcessorLoad"))
        if load is not None and 0 <= load <= 100:
            named = _CORE.sub("CPU", text(names.get(str(index[0]))) or "CPU")
            groups.setdefault(named, []).append(load)
    return [
        Sensor(
            kind="cpu",
            name=name,
            value=round(sum(found) / len(found), 1),
            unit="%",
            source="hrProcessorTable",
        )
        for name, found in groups.items()
    ]


def storages(rows: Rows) -> list[Sensor]:
    """Memory and disks, used share in per cent. What net-snmp counts as used physical memory holds buffers
    and cache that it also lists for themselves: they are free for whoever asks, and taken off. One disk
    mounted in many places (a container's files) is told once."""
    spare = sum(
        _bytes(row, "hrStorageUsed") or 0
        for row in rows.values()
        if (text(row.get("hrStorageDescr")) or "").lower() in _RECLAIMABLE
    )
    seen: set[tuple[object, ...]] = set()
    found = []
    for _index, row in sorted(rows.items()):
        sensor = _storage(row, spare)
        amounts = tuple(row.get(f"hrStorage{word}") for word in ("AllocationUnits", "Size", "Used"))
        if sensor is not None and (sensor.kind != "storage" or amounts not in seen):
            seen.add(amounts)
            found.append(sensor)
    return found


def ucd_memory(found: Mapping[str, Value]) -> list[Sensor]:
    """Physical memory in use without buffers and cache, in per cent (UCD-SNMP-MIB, kB)."""
    total, free = number(found.get("memTotalReal")), number(found.get("memAvailReal"))
    if total is None or free is None:
        return []
    spare = sum(number(found.get(name)) or 0 for name in ("memBuffer", "memCached"))
    available = number(found.get("memSysAvail"))
    used = share(total, None, available if available is not None else min(total, free + spare))
    return [Sensor(kind="memory", name="RAM", value=used, unit="%", source="UCD-SNMP-MIB")] if used else []


def ucd_cpu(found: Mapping[str, Value]) -> list[Sensor]:
    """Processor in use: what ssCpuIdle (per cent over the last minute) leaves."""
    idle = plausible("cpu", number(found.get("ssCpuIdle")))
    if idle is None:
        return []
    return [Sensor(kind="cpu", name="CPU", value=100 - idle, unit="%", source="UCD-SNMP-MIB")]


def lm_temperatures(rows: Rows) -> list[Sensor]:
    """Temperatures of LM-SENSORS-MIB (thousandths of a degree), which net-snmp shows of a computer."""
    found = []
    for index, row in sorted(rows.items()):
        told = number(row.get("lmTempSensorsValue"))
        value = plausible("temperature", told / 1000 if told else None)
        if value is not None:
            name = text(row.get("lmTempSensorsDevice")) or ".".join(map(str, index))
            found.append(
                Sensor(kind="temperature", name=name, value=value, unit="C", source="lmTempSensorsTable")
            )
    return found


def _storage(row: Row, spare: int) -> Sensor | None:
    told = row.get("hrStorageType")
    kind = _KINDS.get(told[-1]) if isinstance(told, tuple) and told[:-1] == _TYPES else None
    name = text(row.get("hrStorageDescr"))
    if kind is None or (kind == "storage" and (name or "").startswith(_PSEUDO)):
        return None
    total, used = _bytes(row, "hrStorageSize"), _bytes(row, "hrStorageUsed")
    if kind == "memory" and used is not None and used >= spare:
        used -= spare
    value = share(total, used, None)
    if value is None:
        return None
    return Sensor(kind=kind, name=name, value=value, unit="%", source="hrStorageTable")


def _bytes(row: Row, column: str) -> int | None:
    """hrStorageSize and hrStorageUsed count allocation units; past 2^31 net-snmp lets them turn negative."""
    units, size = number(row.get("hrStorageAllocationUnits")), number(row.get(column))
    if units is None or size is None or units <= 0:
        return None
    return units * (size if size >= 0 else size + 2**32)
