"""What is known of a device after a poll that read only some tables, or could not finish some."""

from __future__ import annotations

import msgspec

from inventory.facts import Reading, System, Table

# Which part of a reading each table fills. A part keeps its last good content while its table was not
# read in this round, or was read with a time-out, an error or only in part; the table's status says so.
_GOOD = frozenset({"ok", "empty", "unsupported"})


def merge(before: Reading | None, now: Reading) -> Reading:
    """The newest reading, completed by what an earlier one of the same device said."""
    if before is None or _another_device(before.system, now.system):
        return now
    kept: dict[str, object] = {
        part: getattr(before, part)
        for part, tables in PARTS.items()
        if not any(_was_read(now.tables.get(table)) for table in tables)
    }
    system = {
        name: value
        for name, value in msgspec.structs.asdict(before.system).items()
        if getattr(now.system, name) is None
    }
    return msgspec.structs.replace(
        now,
        **kept,
        tables={**before.tables, **now.tables},
        system=msgspec.structs.replace(now.system, **system),
    )


def _was_read(table: Table | None) -> bool:
    return table is not None and table.status in _GOOD


def _another_device(before: System, now: System) -> bool:
    return bool(before.sys_object_id and now.sys_object_id and before.sys_object_id != now.sys_object_id)
