"""Rows of any maker's transceiver tables -> one set of cells a module, by the words of the vendor file."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from agent.mibs.optics_units import Limits, Power, Powers, limits_of, power
from agent.mibs.text import number, text
from agent.snmp.engine import Oid, Value, oid
from agent.snmp.walk import Row, Rows, TableSpec
from agent.vendors.optics import OpticsRows, OpticsTable

LIMITS = ("low_alarm", "low_warn", "high_warn", "high_alarm")
_PLACEHOLDERS = frozenset(
    ("", "-", "--", "---", "n/a", "na", "none", "null", "unknown", "not available", "unspecified", "absent")
)
_WAVELENGTH = re.compile(r"^(\d+(?:\.\d+)?)\s*(?:nm)?$", re.I)
_DECIMAL = re.compile(r"^\s*([-+]?\d+(?:\.\d*)?)")


@dataclass(slots=True)
class Module:
    """The cells of one module by name, and those of its lanes by their number."""

    index: Oid
    cells: Row = field(default_factory=dict)
    lanes: dict[int, Row] = field(default_factory=dict)


def spec_of(root: str, rows: OpticsRows, only: Collection[str] = ()) -> TableSpec:
    """What to read of one of the maker's tables: all columns, or those of these names."""
    columns = {name: column for name, column in rows.columns.items() if not only or name in only}
    return TableSpec(name=rows.name, entry=oid(f"{root}.{rows.entry}"), columns=columns)


def says_something(table: OpticsTable, row: Row) -> bool:
    """Whether a row may be a module: some cell is neither empty nor what stands for nothing."""
    words = (said(text(value)) for value in row.values())
    return any(told is not None and not _stands_for_nothing(table, told) for told in words)


def modules(table: OpticsTable, found: Sequence[tuple[OpticsRows, Rows]]) -> list[Module]:
    """All rows of a table and its companions, put together by index, in its order."""
    together: dict[Oid, Module] = {}
    for kind, rows in found:
        for index, row in sorted(rows.items()):
            key = index if kind.role == "modules" else index[:-1]
            if not key:
                continue
            module = together.setdefault(key, Module(key))
            _take(kind, index, row, module)
    for module in together.values():
        _spread(table, module)
        _without_empty_lanes(table, module)
    return [together[key] for key in sorted(together)]


def powers_of(table: OpticsTable, module: Module) -> Powers:
    """What the module says of its light."""
    lanes = [lane for _number, lane in sorted(module.lanes.items())]
    return Powers(
        rx=_side(table, module.cells, "rx"),
        tx=_side(table, module.cells, "tx"),
        rx_lanes=[power(table, lane.get("rx")) for lane in lanes],
        tx_lanes=[power(table, lane.get("tx")) for lane in lanes],
        rx_limits=_limits(table, module.cells, "rx"),
        tx_limits=_limits(table, module.cells, "tx"),
    )


def word(table: OpticsTable, cells: Row, name: str) -> str | None:
    """A cell as text that says something: numbers in words, without what firmware writes for nothing."""
    found = text(cells.get(name))
    if found is None:
        return None
    if name in table.words:
        found = table.words[name].get(found, "" if found.lstrip("-").isdigit() else found)
    return said(found)


def said(words: str | None) -> str | None:
    """The words, unless they are what firmware writes for nothing."""
    return None if words is None or words.strip().lower() in _PLACEHOLDERS else words.strip()


def amount(table: OpticsTable, value: Value, name: str) -> float | None:
    """A number in our unit; None for what stands for "not measured"."""
    plain = decimal(value)
    if plain is None or plain in table.not_measured:
        return None
    return round(plain * table.scale.get(name, 1.0), 3)


def decimal(value: Value) -> float | None:
    """A number, also at the front of a text ("3.29", "45.2 C")."""
    if isinstance(value, int):
        return float(value)
    found = _DECIMAL.match(text(value) or "")
    return float(found.group(1)) if found else None


def wavelength_nm(table: OpticsTable, cells: Row) -> float | None:
    """Nanometres of a single colour; copper has none (0, N/A, 2147483647)."""
    for name in ("wavelength", "wavelength_text"):
        found = _WAVELENGTH.match(text(cells.get(name)) or "")
        value = float(found.group(1)) * table.scale.get("wavelength", 1.0) if found else 0.0
        if 600 <= value <= 1700:
            return round(value, 2)
    return None


def _stands_for_nothing(table: OpticsTable, told: str) -> bool:
    try:
        plain = float(told)
    except ValueError:
        return False
    return plain == 0 or plain in table.not_measured


def _take(kind: OpticsRows, index: Oid, row: Row, module: Module) -> None:
    if kind.role == "lanes":
        module.lanes.setdefault(index[-1], {}).update(row)
    elif kind.role == "modules":
        module.cells.update(row)
    elif name := kind.kinds.get(str(index[-1])):
        module.cells.update({_renamed(name, column): value for column, value in row.items()})


def _renamed(name: str, column: str) -> str:
    return name if column == "value" else f"{name}_{column}"


def _spread(table: OpticsTable, module: Module) -> None:
    """Lanes out of texts with commas ("-2.31,-2.40,...") and out of columns side by side."""
    for name in ("rx", "tx", "bias"):
        listed = text(module.cells.get(f"{name}_lanes")) or ""
        for place, part in enumerate(listed.split(",") if listed else [], start=1):
            module.lanes.setdefault(place, {})[name] = part.strip().encode()
    for name, columns in table.lane_columns.items():
        for place, column in enumerate(columns, start=1):
            if column in module.cells:
                module.lanes.setdefault(place, {})[name] = module.cells[column]


def _without_empty_lanes(table: OpticsTable, module: Module) -> None:
    """A table with room for four lanes says nothing in three of them for a module of one."""
    full = {
        place: lane
        for place, lane in module.lanes.items()
        if any(power(table, lane.get(side)).state != "absent" for side in ("rx", "tx"))
    }
    if full:
        module.lanes = full


def _side(table: OpticsTable, cells: Row, side: str) -> Power:
    whole = power(table, cells.get(side))
    if whole.state != "absent" or f"{side}_whole" not in cells:
        return whole
    pieces = _in_pieces(table, cells, side)
    return pieces if pieces.raw is not None else whole


def _in_pieces(table: OpticsTable, cells: Row, side: str) -> Power:
    """A value in an integer and a decimal column. Between 0 and -1 dBm the integer part is 0 and the sign is
    lost, unless a column of its own tells it."""
    whole, part = number(cells.get(f"{side}_whole")), number(cells.get(f"{side}_part"))
    if whole is None:
        return Power()
    raw = f"{whole} {part}" if part is not None else str(whole)
    if whole in table.not_measured or part is None or part in table.not_measured:
        return Power("absent", raw=raw)
    if whole in table.no_light:
        return Power("dark", float(whole), raw)
    sign = word(table, cells, f"{side}_sign")
    if whole == 0 and part > 0 and sign is None:
        return Power("absent", raw=raw)
    negative = whole < 0 or part < 0 or sign == "-"
    size = abs(whole) + abs(part) / 100
    return Power("measured", -size if negative else size, raw, "dBm")


def _limits(table: OpticsTable, cells: Mapping[str, Value], side: str) -> Limits:
    units = table.limit_power or table.power
    given = [power(table, cells.get(f"{side}_{name}")) for name in LIMITS]
    found = limits_of(given, units, receive=side == "rx")
    if found != Limits():
        return found
    low, high = (power(table, cells.get(f"spec_{side}_{end}")) for end in ("low", "high"))
    return limits_of([low, Power(), Power(), high], table.power, receive=side == "rx")
