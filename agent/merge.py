"""What is known of a device after a poll that read only some tables, or could not finish some."""

from __future__ import annotations

import msgspec

from agent.wifi.remember import wireless_after
from inventory.reading import Reading, System, Table

# The parts of a reading; the table of the same name says how each was read. A part keeps its last good
# content while its table was not read in this round, or was read with a time-out, an error or only in part;
# the table's status says so. Wireless has rules of its own: agent/wifi/remember.py.
PARTS = (
    "interfaces",
    "counters",
    "ipv4_addresses",
    "ipv6_addresses",
    "ipv6_default_routes",
    "ipv6_aggregates",
    "ipv6_ra_interfaces",
    "ipv6_interfaces",
    "version_counters",
    "neighbor_counts",
    "neighbors",
    "optics",
    "sensors",
    "poe_ports",
    "poe_supplies",
    "ups",
    "vlans",
    "fdb",
    "ap_ports",
    "lldp_neighbors",
    "cdp_neighbors",
    "entities",
)
_GOOD = frozenset({"ok", "empty", "unsupported"})


def merge(before: Reading | None, now: Reading) -> Reading:
    """The newest reading, completed by what an earlier one of the same device said."""
    if before is None or _another_device(before.system, now.system):
        return now
    kept: dict[str, object] = {
        part: getattr(before, part) for part in PARTS if not _was_read(now.tables.get(part))
    }
    kept["wireless"] = wireless_after(before.wireless, now, now.tables)
    system = {
        name: value
        for name, value in msgspec.structs.asdict(before.system).items()
        if getattr(now.system, name) is None
    }
    return msgspec.structs.replace(
        now,
        **kept,
        tables={**_aged(before), **now.tables},
        system=msgspec.structs.replace(now.system, **system),
    )


def _aged(before: Reading) -> dict[str, Table]:
    """The tables of an earlier reading, each with the time when it was read."""
    return {
        name: table if table.read_at else msgspec.structs.replace(table, read_at=before.polled_at)
        for name, table in before.tables.items()
    }


def _was_read(table: Table | None) -> bool:
    return table is not None and table.status in _GOOD


def _another_device(before: System, now: System) -> bool:
    return bool(before.sys_object_id and now.sys_object_id and before.sys_object_id != now.sys_object_id)
