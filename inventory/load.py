"""The register from a folder of TOML and CSV files, with every fault at once; and back into tables."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from inventory.errors import Problem, RegisterError
from inventory.load_base import Tables, merge
from inventory.load_check import check
from inventory.load_files import read_set
from inventory.load_records import register_of, register_tables
from inventory.load_rows import parse
from inventory.load_set import ImportSet, Tell
from inventory.load_settings import read_settings
from inventory.load_tables import TABLES, Table
from inventory.register import Register
from inventory.words import _

__all__ = [
    "Loaded",
    "compose",
    "count_rows",
    "load_register",
    "load_set",
    "register_tables",
    "summary",
    "understand",
]

MAX_PROBLEMS = 200
"""More faults than these are counted, not listed: a wrong column would list every row."""

MAX_MARKS = 100_000
"""As many faults are marked in a workbook."""


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
    return compose(tables, found, path)


def compose(tables: Tables, found: ImportSet, path: Path) -> Register:
    """The register of rows that were understood; RegisterError lists every fault of them and of the set."""
    settings = read_settings(found)
    check(found, tables, settings)
    if found.problems:
        raise _error(path, found.problems)
    return register_of(tables, settings)


def count_rows(path: Path, table: Table | None = None, tell: Tell | None = None) -> int:
    """How many rows a file holds; RegisterError lists every cell that cannot be understood. What rows say of
    each other is not looked at: the other tables are elsewhere."""
    with _collector_paused():
        found = read_set(path, table, tell)
        rows = sum(map(len, parse(found).values()))
        if found.problems:
            raise _error(path, found.problems)
        return rows


def summary(register: Register) -> dict[str, int]:
    """How many rows are in each table of the register; access points apart from the other devices."""
    rows = register_tables(register)
    counts = {table.name: len(rows[table.name]) for table in TABLES}
    aps = sum(row["role"] == "ap" for row in rows["devices"])
    main_areas = sum(row["main"] is True for row in rows["areas"])
    return counts | {"devices": counts["devices"] - aps, "aps": aps, "main_areas": main_areas}


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


def _error(path: Path, found: list[Problem]) -> RegisterError:
    # One and the same fault may be found in two ways.
    problems = list(dict.fromkeys(found))
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
