"""ENTITY-MIB (RFC 6933): what the device is built of."""

from __future__ import annotations

from agent.mibs.text import number, text
from agent.snmp.engine import oid
from agent.snmp.walk import Rows, TableSpec
from inventory.hardware import Entity

ENT_PHYSICAL_TABLE = TableSpec(
    name="entPhysicalTable",
    entry=oid("1.3.6.1.2.1.47.1.1.1.1"),
    columns={
        "entPhysicalDescr": 2,
        "entPhysicalClass": 5,
        "entPhysicalName": 7,
        "entPhysicalHardwareRev": 8,
        "entPhysicalFirmwareRev": 9,
        "entPhysicalSoftwareRev": 10,
        "entPhysicalSerialNum": 11,
        "entPhysicalModelName": 13,
    },
)
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


def entities(rows: Rows) -> list[Entity]:
    """All physical entities, by entPhysicalIndex."""
    return [
        Entity(
            index=index[0],
            class_=CLASS_WORDS.get(number(row.get("entPhysicalClass")) or 0),
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
