"""ENTITY-MIB (RFC 6933): what the device is built of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.mibs.text import number, text
from agent.snmp.engine import oid
from agent.snmp.walk import Rows, TableSpec
from inventory.hardware import Entity

ENT_PHYSICAL_TABLE = TableSpec(
    name="entPhysicalTable",
    entry=oid("1.3.6.1.2.1.47.1.1.1.1"),
    columns={
        "entPhysicalDescr": 2,
        "entPhysicalContainedIn": 4,
        "entPhysicalClass": 5,
        "entPhysicalName": 7,
        "entPhysicalHardwareRev": 8,
        "entPhysicalFirmwareRev": 9,
        "entPhysicalSoftwareRev": 10,
        "entPhysicalSerialNum": 11,
        "entPhysicalModelName": 13,
    },
)
ENT_NAMES = TableSpec(
    name="entPhysicalNames",
    entry=ENT_PHYSICAL_TABLE.entry,
    columns={
        name: ENT_PHYSICAL_TABLE.columns[name]
        for name in ("entPhysicalDescr", "entPhysicalContainedIn", "entPhysicalClass", "entPhysicalName")
    },
)
"""What names and places a part: for polls that read sensors and no inventory."""

ENT_ALIAS_MAPPING_TABLE = TableSpec(
    name="entAliasMappingTable",
    entry=oid("1.3.6.1.2.1.47.1.3.2.1"),
    columns={"entAliasMappingIdentifier": 2},
)
_IF_INDEX = oid("1.3.6.1.2.1.2.2.1.1")
CLASS_WORDS = {
    1: "other",
    2: "unknown",
    3: "chassis",
    4: "backplane",
    5: "container",
    6: "powerSupply",
    7: "fan",
    8: "sensor",
    9: "module",
    10: "port",
    11: "stack",
    12: "cpu",
    13: "energyObject",
    14: "battery",
    15: "storageDrive",
}


def entities(rows: Rows, ports: Mapping[int, int] | None = None) -> list[Entity]:
    """All physical entities, by entPhysicalIndex. ``ports`` are ifIndexes by entPhysicalIndex."""
    return [
        Entity(
            index=index[0],
            class_=CLASS_WORDS.get(number(row.get("entPhysicalClass")) or 0),
            contained_in=number(row.get("entPhysicalContainedIn")) or None,
            if_index=(ports or {}).get(index[0]),
            name=text(row.get("entPhysicalName")),
            descr=text(row.get("entPhysicalDescr")),
            model=text(row.get("entPhysicalModelName")),
            serial=text(row.get("entPhysicalSerialNum")),
            hardware=text(row.get("entPhysicalHardwareRev")),
            firmware=text(row.get("entPhysicalFirmwareRev")),
            software=text(row.get("entPhysicalSoftwareRev")),
        )
        for index, row in sorted(rows.items())
        if len(index) == 1
    ]


def if_indexes(rows: Rows) -> dict[int, int]:
    """The ifIndex of each port that entAliasMappingTable names (index: entPhysicalIndex, logical index or
    0; the value is the OID of an ifIndex object). A part that stands for several interfaces has the first."""
    found: dict[int, int] = {}
    for index, row in sorted(rows.items()):
        told = row.get("entAliasMappingIdentifier")
        if len(index) == 2 and isinstance(told, tuple) and told[:-1] == _IF_INDEX:
            found.setdefault(index[0], told[-1])
    return found


def inside(parts: Sequence[Entity], class_word: str) -> frozenset[int]:
    """The parts of a class and everything that sits in them, by entPhysicalIndex."""
    by_index = {item.index: item for item in parts}
    return frozenset(item.index for item in parts if _is_inside(item, by_index, class_word))


def _is_inside(item: Entity | None, by_index: Mapping[int, Entity], class_word: str) -> bool:
    for _step in range(12):  # deeper than any chassis; a table may name a part as its own container
        if item is None:
            return False
        if item.class_ == class_word:
            return True
        item = by_index.get(item.contained_in or 0)
    return False
