"""The register from a folder of TOML and CSV files, with every fault at once; and back into tables."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, time
from pathlib import Path
from typing import TypeVar

from inventory.errors import Problem, RegisterError
from inventory.load_base import merge
from inventory.load_check import Tables, check
from inventory.load_files import read_set
from inventory.load_rows import Parsed, parse
from inventory.load_set import ImportSet, Tell
from inventory.load_settings import Settings, read_settings
from inventory.load_tables import (
    AREAS,
    CAMPUSES,
    CONTRACTS,
    DEVICES,
    SCHOOLS,
    STAGES_OF_KIND,
    TABLES,
    UPLINKS,
    USER_VLANS,
    Table,
)
from inventory.register import (
    MAIN_AREA_KINDS,
    Area,
    Calendar,
    Campus,
    Contract,
    Device,
    Register,
    School,
    Uplink,
    UserVlan,
)
from inventory.words import _

MAX_PROBLEMS = 200
"""More faults than these are counted, not listed: a wrong column would list every row."""

MAX_MARKS = 100_000
"""As many faults are marked in a workbook."""

T = TypeVar("T")
ByCampus = dict[tuple[Table, str], list[Parsed]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A register as it was read; ``examples`` counts the example rows of a template, which are left out."""

    register: Register
    examples: int


def load_register(path: Path) -> Register:
    """The register of a folder, a workbook or a TOML file; RegisterError lists every fault found."""
    return load_set(path).register


def load_set(
    path: Path, *, table: Table | None = None, base: Register | None = None, tell: Tell | None = None
) -> Loaded:
    """The register of a folder or of one file; with ``base`` that register, changed by what the file says
    (``load_base``). ``table`` is the one that a CSV file holds whose name does not say it; ``tell`` is called
    while rows are read."""
    with _collector_paused():
        found = read_set(path, table, tell)
        return Loaded(understand(found, path, base), found.examples)


def understand(found: ImportSet, path: Path, base: Register | None = None) -> Register:
    """The register that an import set holds, or ``base`` changed by it; RegisterError lists every fault."""
    tables = parse(found)
    if base:
        tables = merge(tables, found, base, register_tables(base))
    settings = read_settings(found)
    check(found, tables, settings)
    if found.problems:
        raise _error(path, found.problems)
    return _register(tables, settings)


def count_rows(path: Path, table: Table | None = None, tell: Tell | None = None) -> int:
    """How many rows a file holds; RegisterError lists every cell that cannot be understood. What rows say of
    each other is not looked at: the other tables are elsewhere."""
    with _collector_paused():
        found = read_set(path, table, tell)
        rows = sum(map(len, parse(found).values()))
        if found.problems:
            raise _error(path, found.problems)
        return rows


def register_tables(register: Register) -> dict[str, list[dict[str, object]]]:
    """The register as rows of the import tables; written out and read again it is the same register."""
    tables: dict[str, list[dict[str, object]]] = {_name(table): [] for table in TABLES}
    for school in register.schools:
        tables["schools"].append(_row(school, SCHOOLS))
        for campus in school.campuses:
            tables["campuses"].append(_row(campus, CAMPUSES, school=school.id))
            for table, records in _parts(campus):
                tables[_name(table)] += [_row(record, table, campus=campus.id) for record in records]
    return tables


def summary(register: Register) -> dict[str, int]:
    """How much is in the register."""
    campuses = [campus for school in register.schools for campus in school.campuses]
    devices = [device for campus in campuses for device in campus.devices]
    areas = [area for campus in campuses for area in campus.areas]
    return {
        "schools": len(register.schools),
        "campuses": len(campuses),
        "devices": sum(device.role != "ap" for device in devices),
        "aps": sum(device.role == "ap" for device in devices),
        "uplinks": sum(len(campus.uplinks) for campus in campuses),
        "contracts": sum(len(campus.contracts) for campus in campuses),
        "areas": len(areas),
        "main_areas": sum(area.main for area in areas),
        "user_vlans": sum(len(campus.user_vlans) for campus in campuses),
    }


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Garbage collection off: a million rows are all alive, and going over them again and again took 6 of
    16 seconds for 10,000 schools with 60 access points each."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _error(path: Path, problems: list[Problem]) -> RegisterError:
    listed = problems[:MAX_PROBLEMS]
    if more := len(problems) - len(listed):
        listed.append(Problem(path.name, _("and %(n)d more faults") % {"n": more}))
    return RegisterError(
        _("%(n)d faults in the register") % {"n": len(problems)},
        where=str(path),
        do=_("mend them and read it again; nothing was changed"),
        problems=tuple(listed),
        every=tuple(problems[:MAX_MARKS]),
    )


# Rows into records


def _register(tables: Tables, settings: Settings) -> Register:
    by_campus: ByCampus = defaultdict(list)
    for table in (DEVICES, UPLINKS, CONTRACTS, AREAS, USER_VLANS):
        for row in tables[table]:
            by_campus[table, row.text("campus")].append(row)
    campuses: dict[str, list[Campus]] = defaultdict(list)
    for row in tables[CAMPUSES]:
        campuses[row.text("school")].append(_campus(row, by_campus))
    county = dict(settings.county)
    return Register(
        county=str(county.pop("name")),
        calendar=Calendar(**settings.calendar),  # type: ignore[arg-type]
        schools=tuple(_school(row, tuple(campuses[row.text("id")])) for row in tables[SCHOOLS]),
        **county,  # type: ignore[arg-type]
    )


def _school(row: Parsed, campuses: tuple[Campus, ...]) -> School:
    values = {"stages": STAGES_OF_KIND[row.text("kind")], **row.values, "campuses": campuses}
    return School(**values)  # type: ignore[arg-type]


def _campus(row: Parsed, by_campus: ByCampus) -> Campus:
    def records(table: Table, make: Callable[..., T]) -> tuple[T, ...]:
        rows = by_campus.get((table, row.text("id")), ())
        return tuple(make(**{k: v for k, v in each.values.items() if k != "campus"}) for each in rows)

    values = {key: value for key, value in row.values.items() if key != "school"}
    return Campus(
        **values,  # type: ignore[arg-type]
        uplinks=records(UPLINKS, Uplink),
        contracts=records(CONTRACTS, Contract),
        devices=records(DEVICES, Device),
        areas=records(AREAS, _area),
        user_vlans=records(USER_VLANS, UserVlan),
    )


def _area(**values: object) -> Area:
    """A room; where its row is silent, its kind decides whether it is a main area."""
    return Area(**{"main": values.get("kind") in MAIN_AREA_KINDS, **values})  # type: ignore[arg-type]


# Records into rows


def _parts(campus: Campus) -> tuple[tuple[Table, tuple[object, ...]], ...]:
    return (
        (DEVICES, campus.devices),
        (UPLINKS, campus.uplinks),
        (CONTRACTS, campus.contracts),
        (AREAS, campus.areas),
        (USER_VLANS, campus.user_vlans),
    )


def _row(record: object, table: Table, **owner: str) -> dict[str, object]:
    """One record as a row, its cells in the order of the columns."""
    own = {item.name for item in fields(record)}  # type: ignore[arg-type]
    values = {key: _cell(getattr(record, key)) for key in own}
    return {
        column.key: owner.get(column.key, values.get(column.key))
        for column in table.columns
        if column.key in owner or column.key in own
    }


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date | time) else value


def _name(table: Table) -> str:
    return table.file.removesuffix(".csv")
