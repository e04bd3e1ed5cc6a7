"""Which parser reads which answer; the names are those of the platform files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from agent.ssh import ntc
from agent.ssh.parsers import interfaces, links, neighbors, optic_tables, optics, routes, versions, wireless
from agent.ssh.platform import Command
from agent.ssh.told import Told

Parser = Callable[[Sequence[str]], Told | None]
"""The lines of an answer as facts, or None for a form that it does not know. Raises nothing."""
Adapter = Callable[[Sequence[ntc.Row]], Told]
"""The rows of a template as facts."""

PARSERS: Mapping[str, Parser] = {
    "routes.blocks": routes.blocks,
    "routes.via": routes.via,
    "routes.columns": routes.columns,
    "routes.pairs": routes.pairs,
    "neighbors.rows": neighbors.rows,
    "neighbors.blocks": neighbors.blocks,
    "interfaces.blocks": interfaces.blocks,
    "interfaces.plain": interfaces.plain,
    "interfaces.ra_info": interfaces.ra_info,
    "interfaces.linux": interfaces.linux,
    "optics.blocks": optics.blocks,
    "optics.brief": optics.brief,
    "optics.table": optic_tables.table,
    "optics.inventory": optic_tables.inventory,
    "optics.lasers": optic_tables.lasers,
    "versions.words": versions.words,
    "versions.release": versions.release,
    "versions.chassis": versions.chassis,
    "versions.pairs": versions.pairs,
    "versions.serials": versions.serials,
    "wireless.radios_in_row": wireless.radios_in_row,
    "wireless.states_in_row": wireless.states_in_row,
    "wireless.serial_in_row": wireless.serial_in_row,
    "links.blocks": links.blocks,
}
ADAPTERS: Mapping[str, Adapter] = {
    "ntc.system": ntc.system,
    "ntc.lldp": ntc.lldp,
    "ntc.neighbors": ntc.neighbors,
    "ntc.optics": ntc.optics,
    "ntc.aps": ntc.aps,
}


def parsed(command: Command, lines: Sequence[str]) -> Told | None:
    """What the answer to a command says; None for a form that this version does not know."""
    if command.parser in PARSERS:
        return PARSERS[command.parser](lines)
    rows = ntc.rows_of(command.template, lines)
    if rows is None:
        return PARSERS[command.fallback](lines) if command.fallback else None
    # A platform file says which column of its template holds what; the rest keep their names.
    renamed = [
        {**row, **{ours: row.get(theirs, "") for ours, theirs in command.columns.items()}} for row in rows
    ]
    return ADAPTERS[command.parser](renamed)
